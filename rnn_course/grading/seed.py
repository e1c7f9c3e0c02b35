"""The instructor's seed, from which hidden tests draw their inputs.

It stands in the file `.instructor_seed` at the course's root, which is not given out and not committed, or in
the environment variable RNN_COURSE_SEED. Same seed, same hidden inputs, same marks.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SEED_FILE = ".instructor_seed"
SEED_VARIABLE = "RNN_COURSE_SEED"


def find_seed(root: Path) -> str | None:
    """The seed in the environment, else the one in the course's file; None without either."""
    given = os.environ.get(SEED_VARIABLE, "").strip()
    if given:
        return given
    path = root / SEED_FILE
    return path.read_text(encoding="utf-8").strip() if path.exists() else None


def ensure_seed(root: Path) -> str:
    """The seed; drawn at random and written, readable by its owner only, where there is none yet."""
    seed = find_seed(root)
    if seed:
        return seed
    seed = draw_seed()
    path = root / SEED_FILE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(seed + "\n")
    return seed


def draw_seed() -> str:
    """A seed that nobody can guess, as decimal digits."""
    return str(secrets.randbits(63))
