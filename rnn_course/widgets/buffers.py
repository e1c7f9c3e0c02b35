"""Arrays on their way to the browser: checked, and in as few bytes as they need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError, ShapeError
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError

SENT = ("float32", "float64", "uint8", "uint16", "int32")


def pack(arrays: Mapping[str, ArrayLike]) -> dict[str, Any]:
    """Traits for `readArray` in assets/buffers.js: the bytes of each array, and what they are.

    The widget declares a `traitlets.Bytes` for each name, and `arrays = traitlets.Dict()`, all `sync=True`.
    Floats are sent as float32 unless they are float64 on purpose: give what should be sent.

    Raises:
        DataError: if an array holds NaN or infinity; say what was meant before it gets here.
        WidgetError: if there is more than 1 MB, or a type that is not sent.
    """
    kept = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
    for name, values in kept.items():
        if values.dtype.name not in SENT:
            raise WidgetError(f"{name} is {values.dtype.name}; sent are {', '.join(SENT)}")
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            position = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
            raise DataError(f"{name} is not finite at {position}: {values[position]}")
    size = sum(values.nbytes for values in kept.values())
    if size > MAX_PAYLOAD:
        raise WidgetError(f"{size / 1e6:.1f} MB for the browser, at most {MAX_PAYLOAD / 1e6:g} MB: give less")
    described = {name: {"dtype": a.dtype.name, "shape": list(a.shape)} for name, a in kept.items()}
    return {"arrays": described, **{name: values.tobytes() for name, values in kept.items()}}


def square_matrix(name: str, matrix: ArrayLike, most: int) -> ndarray:
    """A student's matrix, held to what a widget can show.

    Raises:
        ShapeError: `W_h is (3, 4): expected a square matrix`; or larger than `most` rows.
        DataError: if it is not numbers, or holds NaN or infinity.
    """
    try:
        array = np.asarray(matrix, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} is no matrix of numbers: {error}") from error
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not array.size:
        raise ShapeError(f"{name} is {array.shape}: expected a square matrix")
    if len(array) > most:
        raise ShapeError(f"{name} is {array.shape}: at most {most} x {most} can be shown")
    if not np.isfinite(array).all():
        i, j = (int(k) for k in np.argwhere(~np.isfinite(array))[0])
        raise DataError(f"{name}[{i}, {j}] is {array[i, j]}")
    return array
