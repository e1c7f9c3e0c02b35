"""The explorer's settings: checked, written as text, and read again."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_course.errors import OrderError
from rnn_course.widgets.base import WidgetError

MAX_ORDER = 5
SMOOTHINGS = ("mle", "add-k", "interpolation", "stupid-backoff", "absolute-discounting", "kneser-ney")


def write_settings(settings: Mapping[str, str | float]) -> str:
    """`order=3, context="opened their"`: arguments of a call, for Python and JavaScript alike."""
    return ", ".join(f"{name}={_literal(value)}" for name, value in settings.items())


def _literal(value: str | float) -> str:
    """A value as both Python and JavaScript read it."""
    if not isinstance(value, str):
        return f"{value:g}"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_settings(text: str) -> dict[str, Any]:
    """The inverse of `write_settings`: names with plain values, as in a call.

    Raises:
        WidgetError: if `text` is anything else.
    """
    expected = f'settings are of the form order=3, context="opened their"; got {text!r}'
    try:
        call = ast.parse(f"dict({text})", mode="eval").body
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.args:
            return {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
    except (SyntaxError, ValueError) as error:
        raise WidgetError(expected) from error
    raise WidgetError(expected)


def check_settings(settings: Mapping[str, Any], max_order: int, where: str = "") -> None:
    """Hold settings to what the explorer can show.

    Args:
        max_order: the longest n-grams that the sentences of the text are long enough for.
        where: put before the message.

    Raises:
        OrderError: for an order that does not exist, or is too high for the text.
        WidgetError: for anything else.
    """
    for name, value in settings.items():
        if name == "order":
            if not isinstance(value, int | np.integer) or not 1 <= value <= MAX_ORDER:
                raise OrderError(f"{where}order is a whole number from 1 to {MAX_ORDER}, got {value!r}")
            if value > max_order:
                raise OrderError(
                    f"{where}order {value}, but no sentence of the text is that long: {max_order} at most"
                )
        elif name in ("smoothing", "compare"):
            if value not in SMOOTHINGS and not (name == "compare" and value == ""):
                raise WidgetError(f"{where}{name} is one of {', '.join(SMOOTHINGS)}; got {value!r}")
        elif name == "k":
            if not isinstance(value, int | float | np.number) or not 0 <= value < np.inf:
                raise WidgetError(f"{where}k is a number, at least 0, got {value!r}")
        elif name == "context":
            if not isinstance(value, str):
                raise WidgetError(f"{where}context is a text, got {type(value).__name__} {value!r}")
        else:
            raise WidgetError(
                f"{where}no setting is named {name!r}; there are context, order, smoothing, k, compare"
            )
