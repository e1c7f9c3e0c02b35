"""Settings of a widget: rules, presets, text form, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import traitlets

from rnn_course.widgets.base import WidgetError
from rnn_course.widgets.settings import ON_OFF, OneOf, Real, Rule, SettingsWidget, Text, Whole

RULES: dict[str, Rule] = {
    "lag": Whole(0, 60),
    "radius": Real(0.5, 1.5),
    "k": Real(0),
    "kind": OneOf(("gaussian", "orthogonal")),
    "bound": ON_OFF,
    "sentence": Text(),
}
VALUES: dict[str, Any] = {
    "lag": 3,
    "radius": 0.9,
    "k": 2.0,
    "kind": "gaussian",
    "bound": "on",
    "sentence": 'the "end" \\ of it',
}


class Small(SettingsWidget):
    """A widget with a setting of each sort."""

    _esm = "export default {}"
    lag = traitlets.Int().tag(sync=True)
    radius = traitlets.Float().tag(sync=True)
    k = traitlets.Float().tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)
    bound = traitlets.Unicode().tag(sync=True)
    sentence = traitlets.Unicode().tag(sync=True)

    def __init__(self, presets: Any = None, **settings: Any) -> None:
        super().__init__(RULES, {**VALUES, **settings}, presets)

    @traitlets.validate(*RULES)
    def _valid(self, proposal: Any) -> Any:
        return self.checked(proposal)


def test_settings_go_round() -> None:
    widget = Small(lag=7, kind="orthogonal")
    expected = 'lag=7, radius=0.9, k=2, kind="orthogonal", bound="on", sentence="the \\"end\\" \\\\ of it"'
    assert widget.settings == expected
    other = Small()
    other.settings = widget.settings
    assert other.settings == widget.settings
    values: dict[str, Any] = eval(f"dict({widget.settings})")  # as they are pasted into a call
    assert Small(**values).settings == widget.settings


def test_numpys_numbers_are_numbers() -> None:
    widget = Small(lag=np.int64(4), radius=np.float32(0.5))
    assert (widget.lag, widget.radius) == (4, 0.5)


REFUSED = [
    ("lag", 61, "lag is a whole number from 0 to 60, got 61"),
    ("lag", 2.5, "lag is a whole number"),
    ("lag", True, "lag is a whole number"),
    ("radius", 1.6, r"radius is a number from 0.5 to 1.5, got 1.6"),
    ("radius", float("nan"), "radius is a number"),
    ("k", -1, "k is a number, at least 0, got -1"),
    ("k", float("inf"), "k is a number, at least 0"),
    ("kind", "nilpotent", "kind is one of gaussian, orthogonal, got"),
    ("bound", True, "bound is one of on, off"),
    ("sentence", 5, "sentence is a text"),
]


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_what_a_rule_refuses(name: str, value: Any, message: str) -> None:
    with pytest.raises(WidgetError, match=message):
        Small(**{name: value})
    with pytest.raises(WidgetError, match="preset 'mine': "):
        Small(presets={"mine": {name: value}})
    widget = Small()
    with pytest.raises((WidgetError, traitlets.TraitError)):
        setattr(widget, name, value)
    assert getattr(widget, name) == VALUES[name]


def test_unknown_names_and_unreadable_texts_change_nothing() -> None:
    widget = Small()
    for text in (
        "size=3",
        "lag",
        "lag=",
        "f(lag=1)",
        "lag=3, 5",
        "**{'lag': 3}",
        "lag=open",
        "lag=4, radius=9",
    ):
        with pytest.raises(WidgetError):
            widget.settings = text
    assert widget.settings == Small().settings


def test_the_browser_gets_the_same_rules() -> None:
    assert Small().rules == {
        "lag": {"kind": "whole", "least": 0, "most": 60},
        "radius": {"kind": "real", "least": 0.5, "most": 1.5},
        "k": {"kind": "real", "least": 0, "most": None},
        "kind": {"kind": "one of", "names": ["gaussian", "orthogonal"]},
        "bound": {"kind": "one of", "names": ["on", "off"]},
        "sentence": {"kind": "text"},
    }
