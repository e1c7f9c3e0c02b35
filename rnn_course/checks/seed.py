"""The instructor's seed, from which hidden tests draw their inputs."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import numpy as np

from rnn_course.errors import CourseError

SEED_VARIABLE = "RNN_COURSE_SEED"
SEED_FILE = ".instructor_seed"
COURSE_FILE = "nbgrader_config.py"  # stands in the root of a course, and nowhere else


class SeedError(CourseError):
    """There is no instructor's seed, or it is not a whole number."""


def instructor_seed(folder: Path | None = None) -> int:
    """The seed of this course: `RNN_COURSE_SEED`, else the file `.instructor_seed` in the course's root.

    Args:
        folder: where to begin; the search goes upwards to the folder that holds `nbgrader_config.py`.

    Raises:
        SeedError: if there is neither, or it is not a whole number of at least 0.
    """
    if SEED_VARIABLE in os.environ:
        return _number(os.environ[SEED_VARIABLE], f"the environment variable {SEED_VARIABLE}")
    start = (folder or Path.cwd()).resolve()
    for place in (start, *start.parents):
        if (place / SEED_FILE).is_file():
            return _number((place / SEED_FILE).read_text(encoding="utf-8"), str(place / SEED_FILE))
        if (place / COURSE_FILE).is_file():
            break
    raise SeedError(
        "hidden tests draw their inputs from the instructor's seed, and there is none: write a whole number "
        f"of your choice into the file {SEED_FILE} beside {COURSE_FILE}, or set {SEED_VARIABLE}. "
        "Keep it to yourself, and keep it the same while you grade an assignment."
    )


def rng_for(seed: int, task: str) -> np.random.Generator:
    """A generator of its own for every task: the same seed and task give the same hidden cases, always."""
    return np.random.default_rng([seed, zlib.crc32(task.encode())])


def _number(text: str, source: str) -> int:
    try:
        seed = int(text.strip())
    except ValueError:
        seed = -1
    if seed < 0:
        raise SeedError(f"{source} holds {text.strip()[:40]!r}; the seed is a whole number of at least 0")
    return seed
