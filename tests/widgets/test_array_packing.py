"""Arrays that are sent to the browser, and a student's matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn_course.errors import DataError, ShapeError
from rnn_course.widgets.base import WidgetError
from rnn_course.widgets.buffers import pack, square_matrix


def test_arrays_arrive_as_they_were() -> None:
    rng = np.random.default_rng(0)
    arrays = {
        "weights": rng.normal(size=(3, 4)).astype(np.float32).T,  # not contiguous
        "exact": rng.normal(size=5),
        "ids": np.array([1, 2, 65_535], dtype=np.uint16),
    }
    sent = pack(arrays)
    for name, array in arrays.items():
        described = sent["arrays"][name]
        arrived = np.frombuffer(sent[name], described["dtype"]).reshape(described["shape"])
        np.testing.assert_array_equal(arrived, array)


@pytest.mark.parametrize(
    ("array", "error", "message"),
    [
        (np.array([[1.0, np.nan]]), DataError, r"W is not finite at \(0, 1\): nan"),
        (np.array([np.inf], dtype=np.float32), DataError, "W is not finite"),
        (np.array([1, 2]), WidgetError, "W is int64; sent are float32"),
        (np.zeros(200_000), WidgetError, "1.6 MB for the browser, at most 1 MB"),
    ],
)
def test_what_is_not_sent(array: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        pack({"W": array})


@pytest.mark.parametrize(
    ("matrix", "error", "message"),
    [
        (np.zeros((3, 4)), ShapeError, r"W_h is \(3, 4\): expected a square matrix"),
        (np.zeros(3), ShapeError, "expected a square matrix"),
        (np.zeros((0, 0)), ShapeError, "expected a square matrix"),
        (np.eye(40), ShapeError, r"W_h is \(40, 40\): at most 32 x 32"),
        ([[1, 2], [3]], DataError, "no matrix of numbers"),
        ([["a", "b"], ["c", "d"]], DataError, "no matrix of numbers"),
        ([[1.0, 2.0], [np.nan, 1.0]], DataError, r"W_h\[1, 0\] is nan"),
    ],
)
def test_a_students_matrix(matrix: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        square_matrix("W_h", matrix, most=32)


def test_lists_are_matrices_too() -> None:
    np.testing.assert_array_equal(square_matrix("W_h", [[0, 1], [1, 0]], most=32), [[0.0, 1.0], [1.0, 0.0]])
