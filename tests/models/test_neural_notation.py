"""NOTATION.md has every array of the neural models by the name that the code gives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnn_course.models.encoder import EncoderParams
from rnn_course.models.fixed_window import FixedWindowParams
from rnn_course.models.labeller import LabellerParams
from rnn_course.models.recurrent import RecurrentParams

NOTATION = (Path(__file__).resolve().parents[2] / "NOTATION.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("params", [EncoderParams, FixedWindowParams, LabellerParams, RecurrentParams])
def test_every_array_stands_in_the_notation(params) -> None:
    names = {name for code in NOTATION.split("`")[1::2] for name in code.replace(",", " ").split()}
    assert set(params._fields) - {"cell"} <= names  # the cell's own are held by tests/cells
