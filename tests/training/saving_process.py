"""Saves a checkpoint over and over, each larger than a pipe or a disk's page, until it is killed."""

from __future__ import annotations

import sys
from itertools import count

import numpy as np

from rnn_course.training.checkpoint import write_arrays

for number in count():
    arrays = {name: np.full(300_000, number, np.float64) for name in "abc"}
    write_arrays(sys.argv[1], {"number": number}, arrays)
    print(number, flush=True)
