"""NOTATION.md has every parameter of every cell, by the name that the code gives it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnn_course.cells.bidirectional import BidirectionalParams
from rnn_course.cells.cell import TAUGHT_CELLS
from rnn_course.cells.highway import HighwayParams
from rnn_course.cells.stacked import StackedParams
from rnn_course.layers import ReadoutParams

NOTATION = (Path(__file__).resolve().parents[2] / "NOTATION.md").read_text(encoding="utf-8")
CELLS = [TAUGHT_CELLS[name] for name in ("elman", "lstm", "gru")]
COURSE = [cell.init(1, 1, np.random.default_rng(0))._fields for cell in CELLS]


@pytest.mark.parametrize(
    "fields",
    [
        *COURSE,
        ReadoutParams._fields,
        BidirectionalParams._fields,
        StackedParams._fields,
        HighwayParams._fields[:2],  # the last is the layer's own weights
    ],
)
def test_every_parameter_stands_in_the_notation(fields: tuple[str, ...]) -> None:
    names = {name for code in NOTATION.split("`")[1::2] for name in code.replace(",", " ").split()}
    assert set(fields) <= names
