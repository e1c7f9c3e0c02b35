"""Properties that right answers have, each worded for the student whose answer lacks it."""

from __future__ import annotations

import math

from rnn_course.checks.case import Property
from rnn_course.checks.compare import shown
from rnn_course.checks.plain import Plain


def _numbers(value: Plain) -> dict[Plain, float] | None:
    """`value` if it is a dict of real numbers, else None: other properties say what is wrong with it."""
    if not isinstance(value, dict) or not value:
        return None
    good = all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in value.values())
    return value if good else None


def _off_one(value: Plain) -> float | None:
    """The sum of a distribution, if it is not 1."""
    numbers = _numbers(value)
    total = 1.0 if numbers is None else sum(numbers.values())
    return None if math.isclose(total, 1.0, rel_tol=1e-5) else total


def _sums_to_one(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    total = _off_one(value)
    return None if total is None else f"The probabilities sum to {shown(total)}, not to 1."


def _rows_sum_to_one(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if not isinstance(value, dict):
        return None
    for context, row in value.items():
        total = _off_one(row)
        if total is not None:
            return f"The probabilities after {shown(context)} sum to {shown(total)}, not to 1."
    return None


def _probabilities(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    numbers = _numbers(value) or {}
    for word, number in numbers.items():
        if not 0 <= number <= 1 + 1e-9:
            return f"{shown(number)}, for {shown(word)}, is no probability: those lie in [0, 1]."
    return None


def _not_nan(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if isinstance(value, float) and math.isnan(value):
        return "It is not a number (NaN): somewhere 0 is divided by 0, or inf taken from inf."
    return None


sums_to_one = Property("sums to one", _sums_to_one)
rows_sum_to_one = Property("rows sum to one", _rows_sum_to_one)
probabilities = Property("probabilities lie in [0, 1]", _probabilities)
not_nan = Property("not NaN", _not_nan)
