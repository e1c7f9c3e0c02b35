"""Lets the tests in the folders below use what the tests here are built with."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
