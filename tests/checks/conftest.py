"""Lets the tests here use what the tests of a1 are built with."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "a1"))
