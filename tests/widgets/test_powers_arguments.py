"""What the widget of W_h^l takes, refuses and sends; its picture is tested in tests/browser."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from rnn_course.errors import CourseError, DataError, ShapeError
from rnn_course.gradients import matrices
from rnn_course.widgets.base import MAX_PAYLOAD, WidgetError
from rnn_course.widgets.powers import Powers
from rnn_course.widgets.powers_finding import written
from rnn_course.widgets.powers_trained import train_elman, trained_elman

BUFFERS = ("matrices", "eigenvalues", "log_norms", "vectors", "inputs")
NAN = np.array([[1.0, np.nan], [0.0, 1.0]])


def sent(widget: Powers, name: str) -> list[np.ndarray]:
    """An array of each kind, cut apart as the browser cuts it."""
    flat = np.frombuffer(getattr(widget, name), dtype=np.float64)
    sizes = {
        "matrices": lambda kind: kind["size"] ** 2,
        "eigenvalues": lambda kind: 2 * kind["size"],
        "log_norms": lambda kind: 61,
        "vectors": lambda kind: 2 * kind["size"],
        "inputs": lambda kind: kind["size"] * kind["steps"],
    }[name]
    ends = np.cumsum([sizes(kind) for kind in widget.kinds])
    assert ends[-1] == len(flat)
    return np.split(flat, ends[:-1])


def test_every_matrix_has_radius_one_and_the_norms_of_its_powers() -> None:
    widget = Powers()
    assert sum(len(getattr(widget, name)) for name in BUFFERS) < MAX_PAYLOAD
    for kind, flat, norms, pairs in zip(
        widget.kinds, *(sent(widget, name) for name in ("matrices", "log_norms", "eigenvalues")), strict=True
    ):
        W = flat.reshape(kind["size"], -1)
        eigenvalues = np.linalg.eigvals(W)
        assert abs(eigenvalues).max() == pytest.approx(1 if kind["hasRadius"] else 0)
        assert np.linalg.norm(W, 2) == pytest.approx(kind["sigma"])
        for lag in (1, 2, 7, 23, 60):
            exact = np.linalg.norm(np.linalg.matrix_power(W, lag), 2)
            assert (exact == 0) == (0 <= kind["dies"] <= lag)
            if exact:
                assert norms[lag] == pytest.approx(np.log(exact), abs=1e-9)
        shown = pairs[::2] + 1j * pairs[1::2]
        np.testing.assert_allclose(np.sort(abs(shown)), np.sort(abs(eigenvalues)), atol=1e-8)
    assert {kind["name"]: kind["dies"] for kind in widget.kinds}["nilpotent"] == 24


def test_the_vector_is_taken_apart() -> None:
    """|c_i| from the eigenvectors, computed anew: v = Q c."""
    widget = Powers()
    for kind, flat, both in zip(widget.kinds, sent(widget, "matrices"), sent(widget, "vectors"), strict=True):
        v, log_c = both.reshape(2, -1)
        assert np.linalg.norm(v) == pytest.approx(1)
        assert kind["hasBasis"] == (kind["name"] != "nilpotent")
        if kind["hasBasis"]:
            eigenvalues, Q = np.linalg.eig(flat.reshape(kind["size"], -1))
            c = np.linalg.solve(Q, v)[np.argsort(-abs(eigenvalues), kind="stable")]
            np.testing.assert_allclose(np.sort(np.exp(log_c)), np.sort(abs(c)), rtol=1e-6)


def test_kinds_are_what_they_are_called() -> None:
    widget = Powers(seed=3)
    W = {
        kind["name"]: flat.reshape(kind["size"], -1)
        for kind, flat in zip(widget.kinds, sent(widget, "matrices"), strict=True)
    }
    np.testing.assert_allclose(W["orthogonal"].T @ W["orthogonal"], np.eye(24), atol=1e-12)
    np.testing.assert_allclose(W["symmetric"], W["symmetric"].T)
    assert not np.linalg.matrix_power(W["nilpotent"], 24).any()
    assert np.linalg.norm(np.linalg.matrix_power(0.9 * W["non-normal"], 6), 2) > 10
    np.testing.assert_allclose(W["trained Elman"] * widget.presets["trained"]["radius"], trained_elman().W_h)
    assert Powers(seed=3).matrices == widget.matrices != Powers(seed=4).matrices


def test_own_matrix_stands_first_at_its_own_radius() -> None:
    W = matrices.gaussian(48, np.random.default_rng(1), spectral_radius=0.377)
    widget = Powers(W)
    assert (widget.kind, widget.radius) == ("yours", pytest.approx(0.377))
    np.testing.assert_allclose(widget.radius * sent(widget, "matrices")[0].reshape(48, 48), W)
    assert widget.rules["radius"] == {"kind": "real", "least": 0.37, "most": 2.09}
    assert sum(len(getattr(widget, name)) for name in BUFFERS) < MAX_PAYLOAD
    assert next(iter(widget.presets)) == "your matrix"
    assert Powers(W, kind="Gaussian").radius == 0.9
    assert Powers(W.tolist(), radius=1.2).radius == 1.2  # type: ignore[arg-type]
    wide = Powers(3.333 * matrices.orthogonal(4, np.random.default_rng(0)))
    assert wide.rules["radius"]["most"] == 3.34


def test_own_inputs_are_read_to_their_end() -> None:
    rng = np.random.default_rng(0)
    W, inputs = matrices.orthogonal(5, rng), rng.standard_normal((150, 5))
    widget = Powers(W, inputs=inputs, nonlinearity="tanh")
    np.testing.assert_array_equal(sent(widget, "inputs")[0].reshape(-1, 5), inputs[-70:])
    assert Powers(W, inputs=inputs[:60]).kinds[0]["steps"] == 60


def test_a_matrix_without_eigenvalues_is_scaled_by_its_singular_value() -> None:
    widget = Powers(matrices.stretches_once())
    assert (widget.radius, widget.kinds[0]["hasRadius"], widget.kinds[0]["dies"]) == (2, False, 2)
    widget.lag = 1
    assert "‖Wₕ¹‖ is 2.00: the gradient has grown. All eigenvalues are 0" in widget.text_alternative()
    widget.lag = 2
    assert "exactly 0" in widget.text_alternative()
    turned = matrices.orthogonal(6, np.random.default_rng(0))
    shift = turned @ matrices.nilpotent(6, strength=1.0) @ turned.T  # its eigenvalues are rounding errors
    assert np.linalg.norm(np.linalg.matrix_power(shift, 6), 2) < 1e-12
    assert Powers(np.eye(3)).kinds[0]["hasBasis"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"kind": "orthogonal", "radius": 0.5, "lag": 3}, ["0.125", "0.500 a step", "eigenvalues decide"]),
        ({"kind": "symmetric", "radius": 1.5, "lag": 20}, ["3.3·10³", "exploded"]),
        ({"kind": "non-normal", "radius": 0.9, "lag": 6}, ["13.5", "has grown although every eigenvalue"]),
        ({"kind": "nilpotent", "radius": 1.3, "lag": 23}, ["418", "singular values decide, up to 1.30"]),
        ({"kind": "nilpotent", "radius": 1.3, "lag": 24}, ["exactly 0", "Wₕ²⁴ was the first"]),
        ({"kind": "Gaussian", "radius": 0.9, "lag": 1}, ["eigenvalues have 0 % of the say"]),
        ({"kind": "Gaussian", "radius": 0.9, "lag": 0}, ["nothing has been multiplied"]),
    ],
)
def test_without_a_browser_the_sentence_is_said(settings: dict[str, Any], expected: list[str]) -> None:
    text = Powers(**settings).text_alternative()
    for words in expected:
        assert words in text
    assert text in str(Powers(**settings)._repr_mimebundle_())


@pytest.mark.parametrize("nonlinearity", ["tanh", "sigmoid"])
def test_the_sentence_of_a_nonlinear_network(nonlinearity: str) -> None:
    """The product of Jacobians, multiplied out here."""
    widget = Powers(kind="Gaussian", nonlinearity=nonlinearity, radius=1.1, lag=5, input_size=0.5)
    W = 1.1 * sent(widget, "matrices")[0].reshape(24, 24)
    h, jacobians = np.zeros(24), []
    for x in sent(widget, "inputs")[0].reshape(-1, 24):
        z = W @ h + 0.5 * x
        h = np.tanh(z) if nonlinearity == "tanh" else 1 / (1 + np.exp(-z))
        jacobians.append(np.diag(1 - h**2 if nonlinearity == "tanh" else h * (1 - h)) @ W)
    norm = np.linalg.norm(np.linalg.multi_dot(jacobians[:-6:-1]), 2)
    text = widget.text_alternative()
    assert f"‖∂h⁽ᵀ⁾/∂h⁽ᵀ⁻ˡ⁾‖ is {written(np.log(norm))} at lag 5" in text
    assert f"‖Wₕ⁵‖ is {written(np.log(np.linalg.norm(np.linalg.matrix_power(W, 5), 2)))}" in text
    assert ("promises nothing" in text) == (nonlinearity == "tanh")
    assert ("must vanish" in text) == (nonlinearity == "sigmoid")


def test_numbers_are_written_so_that_they_can_be_read() -> None:
    values = {
        13.48: "13.5",
        0.03123: "0.0312",
        999.4: "999",
        1000.1: "1.0·10³",
        0.0018: "1.8·10⁻³",
        0: "0",
        1: "1.00",
    }
    with np.errstate(divide="ignore"):
        assert {value: written(float(np.log(value))) for value in values} == values
    assert written(np.log(9.97e-12)) == "1.0·10⁻¹¹"


def test_settings_go_round_and_presets_keep_the_rules() -> None:
    widget = Powers()
    for settings in widget.presets.values():
        for name, value in settings.items():
            setattr(widget, name, value)
    widget.settings = 'kind="symmetric", radius=1.25, lag=17, nonlinearity="sigmoid", own_scale="on"'
    other = Powers()
    other.settings = widget.settings
    assert other.settings == widget.settings
    assert (other.kind, other.radius, other.lag) == ("symmetric", 1.25, 17)
    values: dict[str, Any] = eval(f"dict({widget.settings})")  # as they are pasted into a call
    assert Powers(**values).settings == widget.settings


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"W_h": np.ones((2, 3))}, ShapeError, r"W_h is \(2, 3\): expected a square matrix"),
        ({"W_h": np.ones((49, 49))}, ShapeError, "at most 48 x 48"),
        ({"W_h": NAN}, DataError, r"W_h\[0, 1\] is nan"),
        ({"W_h": "matrix"}, DataError, "no matrix of numbers"),
        ({"W_h": np.zeros((3, 3))}, DataError, "0 everywhere"),
        ({"W_h": 11 * np.eye(2)}, WidgetError, r"spectral radius 11, at most 10 can be shown: give W_h / 11"),
        ({"W_h": 20 * matrices.stretches_once()}, WidgetError, "largest singular value 40"),
        ({"inputs": np.ones((60, 24))}, WidgetError, "give W_h too"),
        (
            {"W_h": np.eye(2), "inputs": np.ones((60, 3))},
            ShapeError,
            r"inputs are \(60, 3\): expected \(steps, 2\)",
        ),
        ({"W_h": np.eye(2), "inputs": np.ones((59, 2))}, ShapeError, "at least 60 steps"),
        ({"W_h": np.eye(2), "inputs": "none"}, DataError, "no numbers"),
        ({"W_h": np.eye(2), "inputs": np.full((60, 2), np.inf)}, DataError, r"inputs\[0, 0\] is inf"),
        ({"kind": "yours"}, WidgetError, "kind is one of Gaussian"),
        ({"radius": 2.6}, WidgetError, "radius is a number from 0.5 to 2.09, got 2.6"),
        ({"lag": 61}, WidgetError, "lag is a whole number from 0 to 60"),
        ({"lag": 2.5}, WidgetError, "got 2.5"),
        ({"nonlinearity": "relu"}, WidgetError, "one of linear, tanh, sigmoid"),
        ({"input_size": -1}, WidgetError, "from 0 to 3"),
        ({"own_scale": True}, WidgetError, "one of on, off"),
        ({"presets": {"a": {"lag": 99}}}, WidgetError, "preset 'a': lag"),
    ],
)
def test_errors_say_what_is_wrong(arguments: dict[str, Any], error: type[CourseError], message: str) -> None:
    with pytest.raises(error, match=message):
        Powers(**arguments)


def test_a_setting_is_held_to_its_rule_later_too() -> None:
    widget = Powers()
    with pytest.raises(WidgetError, match="lag is a whole number"):
        widget.lag = 99
    with pytest.raises(WidgetError, match="radius"):
        widget.settings = "radius=7"
    assert re.match(r'kind="Gaussian".*radius=0.9, lag=10', widget.settings)


def test_the_trained_network_is_a_language_model_whose_powers_grow() -> None:
    """What lecture 09 says of it: its largest eigenvalue is above 1."""
    network = trained_elman()
    assert network.W_h.shape == (24, 24)
    assert network.inputs.shape == (70, 24)
    assert 1 < abs(np.linalg.eigvals(network.W_h)).max() < 3
    assert network.perplexity < 90


@pytest.mark.slow
def test_the_trained_network_can_be_trained_again() -> None:
    again = train_elman()
    assert again.perplexity == pytest.approx(trained_elman().perplexity, rel=0.1)
    assert 1 < abs(np.linalg.eigvals(again.W_h)).max() < 3
