"""Nested parameters are walked in one order, by names a student can read."""

from __future__ import annotations

import numpy as np

from rnn_course.cells.elman import ElmanParams
from rnn_course.cells.parameters import map_arrays, named_arrays, parameter_count

CELL = ElmanParams(np.ones((2, 2)), np.ones((2, 3)), np.ones(2))


def test_names_lead_to_the_arrays() -> None:
    tree = {"E": np.zeros((4, 3)), "layers": (CELL, CELL), "nothing": None}
    names = [name for name, _ in named_arrays(tree)]
    assert names[:4] == ["E", "layers.0.W_h", "layers.0.W_e", "layers.0.b_1"]
    assert names[4:] == ["layers.1.W_h", "layers.1.W_e", "layers.1.b_1"]
    assert parameter_count(tree) == 12 + 2 * (4 + 6 + 2)
    assert [name for name, _ in named_arrays(np.zeros(1), "h")] == ["h"]


def test_map_keeps_the_structure_and_matches_dicts_by_key() -> None:
    tree = {"a": np.array(1.0), "layers": [CELL], "nothing": None}
    other = {"layers": [CELL], "nothing": None, "a": np.array(10.0)}
    total = map_arrays(np.add, tree, other)
    assert list(total) == ["a", "layers", "nothing"]
    assert total["a"] == 11
    assert isinstance(total["layers"], list)
    assert isinstance(total["layers"][0], ElmanParams)
    np.testing.assert_array_equal(total["layers"][0].W_e, 2 * CELL.W_e)
    assert total["nothing"] is None
    assert CELL.W_e[0, 0] == 1
