"""Settings of widgets: what each may be, in Python and in the browser alike; written as text, and read."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import traitlets

from rnn_course.widgets.base import CourseWidget, WidgetError


class Whole(NamedTuple):
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def holds(self, value: Any) -> bool:
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        return bool(whole and self.least <= value <= self.most)

    def __str__(self) -> str:
        return f"a whole number from {self.least} to {self.most}"

    def sent(self) -> dict[str, Any]:
        return {"kind": "whole", **self._asdict()}


class Real(NamedTuple):
    """A number from `least` to `most`, or any that is at least `least`."""

    least: float
    most: float = float("inf")

    def holds(self, value: Any) -> bool:
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        return bool(number and self.least <= value <= self.most and np.isfinite(value))

    def __str__(self) -> str:
        if np.isinf(self.most):
            return f"a number, at least {self.least:g}"
        return f"a number from {self.least:g} to {self.most:g}"

    def sent(self) -> dict[str, Any]:
        return {"kind": "real", "least": self.least, "most": None if np.isinf(self.most) else self.most}


class OneOf(NamedTuple):
    """One of the names."""

    names: tuple[str, ...]

    def holds(self, value: Any) -> bool:
        return value in self.names

    def __str__(self) -> str:
        return f"one of {', '.join(name or 'none (an empty text)' for name in self.names)}"

    def sent(self) -> dict[str, Any]:
        return {"kind": "one of", "names": list(self.names)}


class Text(NamedTuple):
    """Any text."""

    def holds(self, value: Any) -> bool:
        return isinstance(value, str)

    def __str__(self) -> str:
        return "a text"

    def sent(self) -> dict[str, Any]:
        return {"kind": "text"}


Rule = Whole | Real | OneOf | Text
ON_OFF = OneOf(("on", "off"))
"""Of a box to tick."""


class SettingsWidget(CourseWidget):
    """Base of a widget whose picture follows from settings: `Panel` in assets/panel.js is its other half.

    A subclass declares each setting as a trait tagged `sync=True`, holds it with

        @traitlets.validate("lag", "kind")
        def _valid(self, proposal: Any) -> Any:
            return self.checked(proposal)

    and gives this `__init__` the rules, the presets and the first values.

    Attributes:
        settings: the present settings as text, such as `lag=3, kind="orthogonal"`; can be set.

    Raises:
        WidgetError: `lag is a whole number from 0 to 60, got 61`.
    """

    rules = traitlets.Dict().tag(sync=True)
    presets = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        rules: Mapping[str, Rule],
        values: Mapping[str, Any],
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        self._rules = dict(rules)
        check_settings(values, rules)
        for name, preset in (presets or {}).items():
            check_settings(preset, rules, f"preset {name!r}: ")
        super().__init__(
            rules={name: rule.sent() for name, rule in rules.items()},
            presets={name: dict(preset) for name, preset in (presets or {}).items()},
            **{name: _plain(value) for name, value in values.items()},
            **kwargs,
        )

    def checked(self, proposal: Any) -> Any:
        """The proposed value of a setting, if it keeps its rule."""
        check_settings({proposal["trait"].name: proposal["value"]}, self._rules)
        return proposal["value"]

    @property
    def settings(self) -> str:
        """The present settings as arguments of a call, to keep and to set again."""
        return write_settings(self._settings())

    @settings.setter
    def settings(self, text: str) -> None:
        values = read_settings(text)
        check_settings(values, self._rules)
        for name, value in values.items():
            setattr(self, name, value)

    def _settings(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._rules}


def write_settings(settings: Mapping[str, str | float]) -> str:
    """`order=3, context="opened their"`: arguments of a call, for Python and JavaScript alike."""
    return ", ".join(f"{name}={_literal(value)}" for name, value in settings.items())


def _literal(value: str | float) -> str:
    """A value as both Python and JavaScript read it."""
    if not isinstance(value, str):
        return f"{value:g}"
    return json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """A number of numpy's as Python's, which traits take."""
    return value.item() if isinstance(value, np.generic) else value


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


def check_settings(settings: Mapping[str, Any], rules: Mapping[str, Rule], where: str = "") -> None:
    """Hold settings to their rules.

    Args:
        where: put before the message.

    Raises:
        WidgetError: if one has no rule, or does not keep it.
    """
    for name, value in settings.items():
        if name not in rules:
            raise WidgetError(f"{where}no setting is named {name!r}; there are {', '.join(rules)}")
        if not rules[name].holds(value):
            raise WidgetError(f"{where}{name} is {rules[name]}, got {value!r}")
