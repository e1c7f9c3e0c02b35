"""Compare two plain values entry by entry, and say which entries differ and by how much."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from rnn_course.checks.plain import Plain

Number = (int, float, complex)


class Tolerance(NamedTuple):
    """`got` is taken for `expected` where |got - expected| <= atol + rtol * |expected|.

    The default lets float32 pass and keeps every catalogued mistake out.
    """

    rtol: float = 1e-5
    atol: float = 1e-7

    def allows(self, expected: complex, got: complex) -> bool:
        """Whether two numbers are the same; NaN is never allowed where a number is expected."""
        if expected == got:
            return True  # the infinities too
        if not (np.isfinite(expected) and np.isfinite(got)):
            return bool(np.isnan(expected) and np.isnan(got))
        return bool(abs(got - expected) <= self.atol + self.rtol * abs(expected))


USUAL = Tolerance()
EXACT = Tolerance(0.0, 0.0)


class Difference(NamedTuple):
    """One entry that is not as it should be."""

    where: str  # how to reach the entry: "[('the', 'cat')]", "[2]", or "" for the whole result
    says: str  # "expected 2, got 1 (1 too small)"


def differences(expected: Plain, got: Plain, tolerance: Tolerance, where: str = "") -> Iterator[Difference]:
    """Every entry in which two plain values differ, in the order of `expected`.

    Lists, tuples and one-dimensional arrays of the same entries are the same; so are 2 and 2.0. A dict is
    the same in any order. True is not 1.
    """
    if isinstance(expected, dict):
        yield from _dict_differences(expected, got, tolerance, where)
    elif isinstance(expected, np.ndarray) and expected.dtype.kind not in "iufc":
        yield from differences(expected.tolist(), got, tolerance, where)  # words, truth values
    elif isinstance(expected, np.ndarray):
        yield from _array_differences(expected, got, tolerance, where)
    elif isinstance(expected, (list, tuple)):
        yield from _sequence_differences(expected, got, tolerance, where)
    elif isinstance(expected, Number) and not isinstance(expected, bool):
        if not isinstance(got, Number) or isinstance(got, bool):
            yield Difference(where, f"expected the number {shown(expected)}, got {kind_of(got)} {shown(got)}")
        elif not tolerance.allows(expected, got):
            yield Difference(where, f"expected {shown(expected)}, got {shown(got)}{_by(expected, got)}")
    elif type(expected) is not type(got) or expected != got:
        yield Difference(where, f"expected {shown(expected)}, got {shown(got)}")


def same(first: Plain, second: Plain, tolerance: Tolerance = EXACT) -> bool:
    """Whether two plain values differ nowhere."""
    return next(differences(first, second, tolerance), None) is None


def entries(value: Plain) -> int:
    """How many numbers and words a value holds, at least 1."""
    if isinstance(value, dict):
        return max(1, sum(entries(item) for item in value.values()))
    if isinstance(value, np.ndarray):
        return max(1, value.size)
    if isinstance(value, (list, tuple)):
        return max(1, sum(entries(item) for item in value))
    return 1


def kind_of(value: Plain) -> str:
    """What a plain value is, in words: `a dict of 3`, `an array of shape (2, 3)`."""
    if value is None:
        return "nothing:"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (dict, list, tuple, frozenset)):
        name = "set" if isinstance(value, frozenset) else type(value).__name__
        return f"a {name} of {len(value)}"
    return {bool: "a truth value", str: "the text", int: "the number", float: "the number"}.get(
        type(value), f"a {type(value).__name__}"
    )


def shown(value: Plain, width: int = 160) -> str:
    """A value as it would be written, numbers to six digits, cut in the middle if it is long."""
    text = written(value)
    if len(text) <= width:
        return text
    half = (width - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"


def written(value: Plain, array: str = "{}") -> str:
    """A value as it would be written, in full, numbers to six digits.

    Args:
        array: how an array is written, with the lists that it holds for the braces: `np.array({})`.
    """
    if isinstance(value, float):
        return f"{value:.6g}" if value != int_like(value) else f"{value:.1f}"
    if isinstance(value, np.ndarray):
        if array != "{}" and not value.size:
            return f"np.zeros({value.shape})"
        return array.format(written(value.tolist()))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(k)}: {written(v, array)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(item, array) for item in value) + "]"
    if isinstance(value, tuple):
        inside = ", ".join(written(item, array) for item in value)
        return f"({inside}{',' if len(value) == 1 else ''})"
    return repr(value)


def int_like(value: float) -> float | None:
    """`value` if it is a whole number of moderate size, else None."""
    return value if math.isfinite(value) and abs(value) < 1e6 and value == round(value) else None


def _by(expected: complex, got: complex) -> str:
    if isinstance(expected, complex) or isinstance(got, complex):
        return ""
    if math.isnan(got):
        return " (not a number)"
    if not (math.isfinite(expected) and math.isfinite(got)):
        return ""
    return f" ({shown(abs(got - expected))} too {'large' if got > expected else 'small'})"


def _dict_differences(
    expected: dict[Plain, Plain], got: Plain, tolerance: Tolerance, where: str
) -> Iterator[Difference]:
    if not isinstance(got, dict):
        yield Difference(where, f"expected {kind_of(expected)} entries, got {kind_of(got)} {shown(got)}")
        return
    for key, value in expected.items():
        place = f"{where}[{written(key)}]"
        if key not in got:
            yield Difference(place, f"expected {shown(value)}, but there is no such key")
        else:
            yield from differences(value, got[key], tolerance, place)
    for key, value in got.items():
        if key not in expected:
            yield Difference(
                f"{where}[{written(key)}]", f"got {shown(value)}, but this key should not be there"
            )


def _sequence_differences(
    expected: list[Plain] | tuple[Plain, ...], got: Plain, tolerance: Tolerance, where: str
) -> Iterator[Difference]:
    if isinstance(got, np.ndarray):
        got = list(got) if got.ndim > 1 else got.tolist()
    if not isinstance(got, (list, tuple)):
        yield Difference(where, f"expected {kind_of(expected)}, got {kind_of(got)} {shown(got)}")
    elif len(got) != len(expected):
        yield Difference(
            where, f"expected {len(expected)} entries {shown(expected)}, got {len(got)} {shown(got)}"
        )
    else:
        for index, (want, have) in enumerate(zip(expected, got, strict=True)):
            yield from differences(want, have, tolerance, f"{where}[{index}]")


def _array_differences(
    expected: np.ndarray, got: Plain, tolerance: Tolerance, where: str
) -> Iterator[Difference]:
    if isinstance(got, (list, tuple)):
        try:
            got = np.array(got)
        except ValueError:  # rows of different lengths
            yield Difference(where, f"expected {kind_of(expected)}, got rows of different lengths")
            return
    if not isinstance(got, np.ndarray) or got.dtype.kind not in "iufc":
        yield Difference(where, f"expected {kind_of(expected)}, got {kind_of(got)} {shown(got)}")
    elif got.shape != expected.shape:
        yield Difference(where, f"expected shape {expected.shape}, got shape {got.shape}")
    else:
        with np.errstate(invalid="ignore"):
            close = np.isclose(got, expected, rtol=tolerance.rtol, atol=tolerance.atol, equal_nan=True)
        for index in np.argwhere(~close).tolist():
            place = f"{where}[{', '.join(map(str, index))}]"
            want, have = expected[tuple(index)].item(), got[tuple(index)].item()
            yield Difference(place, f"expected {shown(want)}, got {shown(have)}{_by(want, have)}")
