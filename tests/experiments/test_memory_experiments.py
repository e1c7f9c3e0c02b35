"""How long memories last before training: the table of first weights in bands, and the LSTM's cell."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS
from rnn_course.errors import CourseError
from rnn_course.experiments import horizon, memory
from rnn_course.gradients.flow import gradient_by_lag

# Bands around what was measured with five seeds; the ends allow for other seeds.
BANDS: dict[str, tuple[float, float]] = {
    "Elman": (6, 9),
    "Elman, orthogonal": (15, 27),
    "LSTM, forget bias 0": (6, 10),
    "LSTM, forget bias 1": (15, 25),
    "LSTM, forget bias 2": (55, 150),
    "LSTM, forget bias 3": (300, np.inf),
    "GRU, update bias 0": (8, 10),
    "GRU, update bias -1": (16, 19),
    "GRU, update bias -3": (90, 115),
    "LSTM, chrono 100": (250, 400),
    "GRU, chrono 100": (290, 400),
}
SHORT = [name for name, (_, high) in BANDS.items() if high < 30]


def test_the_short_horizons() -> None:
    found = horizon.gradient_horizons(
        {name: horizon.STARTS[name] for name in SHORT}, seeds=range(3), longest=40
    )
    for name, horizons in zip(found.names, found.horizons, strict=True):
        low, high = BANDS[name]
        assert (low <= horizons).all(), name
        assert (horizons <= high).all(), name


@pytest.mark.slow
def test_the_table_at_64_units() -> None:
    found = horizon.gradient_horizons(seeds=range(3))
    assert found.names == tuple(BANDS)
    for name, median in zip(found.names, found.medians, strict=True):
        low, high = BANDS[name]
        assert low <= median <= high, f"{name}: {median}"
    of = dict(zip(found.names, found.medians, strict=True))
    # lecture 11: "an Elman network 7 steps; an LSTM that is told to remember, hundreds; untold, 8"
    assert of["LSTM, forget bias 0"] < 1.5 * of["Elman"]
    assert of["LSTM, chrono 100"] > 30 * of["Elman"]


@pytest.mark.slow
def test_the_table_at_256_units() -> None:
    found = horizon.gradient_horizons(seeds=[0], hidden_size=256, batch_size=2, longest=450)
    wider = {
        "Elman, orthogonal": (20, 50),
        "LSTM, forget bias 2": (150, np.inf),
        "GRU, chrono 100": (290, 450),
    }
    for name, median in zip(found.names, found.medians, strict=True):
        low, high = (BANDS | wider)[name]
        assert low <= median <= high, f"{name}: {median}"


def test_the_curve_crosses_at_the_horizon() -> None:
    found = horizon.gradient_horizons({"Elman": ("elman", {})}, seeds=[4], longest=15)
    reached = int(found.horizons[0, 0])
    assert found.remaining[0, reached - 1] < 0.01 <= found.remaining[0, reached - 2]
    none = horizon.gradient_horizons({"Elman": ("elman", {})}, seeds=[4], longest=3)
    assert none.horizons.tolist() == [[np.inf]]


def test_layers_of_a_stack() -> None:
    plain = horizon.lag_by_layer(forget_bias=1.0)
    residual = horizon.lag_by_layer(forget_bias=1.0, skip="residual")
    assert plain.remaining.shape == (4, 60)
    # lecture 15: one step back, the lowest of four plain layers gets under 1 % of the top's share
    assert plain.remaining[0, 0] < 0.01 * plain.remaining[-1, 0]
    assert residual.remaining[0, 0] > 0.3 * residual.remaining[-1, 0]
    above = plain.remaining >= 0.01
    for reach, row in zip(plain.reaches, above, strict=True):
        assert not row[reach:].any()
        assert reach == 0 or row[reach - 1]


def test_the_half_life_follows_the_forget_bias() -> None:
    found = memory.half_lives()
    np.testing.assert_allclose(found.measured, found.predicted, rtol=0.12)
    assert (found.lower <= found.measured).all()
    assert (found.measured <= found.upper).all()
    of = dict(zip(found.forget_biases, found.predicted, strict=True))
    assert of[0] == pytest.approx(1)
    for bias, steps in ((1, 2.2), (2, 5.5), (3, 14.3), (5, 103.2)):
        assert of[bias] == pytest.approx(steps, abs=0.05)
    assert np.isinf(memory.half_lives([5.0], longest=5).measured).all()


def test_a_forget_gate_of_one_keeps_to_the_last_digit() -> None:
    found = memory.preservation((1.0, 0.99, 0.5), steps=200)
    assert (found.c[0] == 1).all()
    np.testing.assert_allclose(found.c[1], 0.99 ** np.arange(201), rtol=1e-9)
    assert found.c[1, -1] == pytest.approx(0.134, abs=0.001)
    assert found.c[2, -1] < 1e-50


def test_gradients_of_an_lstm_explode_too() -> None:
    found = memory.exploding_lstm()
    small, *_, large = found.remaining
    assert small[-1] < 1e-3
    assert large[-1] > 100
    assert large[-1] > 10 * large[9], "it still grows"
    assert (np.diff(found.remaining[:, -1]) > 0).all()


def test_the_gain_multiplies_the_recurrent_weights_only() -> None:
    """By hand: gain 2 is the same as doubling every W of the network that the seed draws."""
    rng = np.random.default_rng(0)
    params = CELLS["lstm"].init(5, 5, rng, forget_bias=1.0)
    params = params._replace(**{name: 2 * getattr(params, name) for name in ("W_f", "W_i", "W_o", "W_c")})
    x, doutput = 0.1 * rng.standard_normal((23, 2, 5)), rng.standard_normal((2, 5))
    _, cache = CELLS["lstm"].forward(params, x)
    doutputs = np.zeros((23, 2, 5))
    doutputs[-1] = doutput
    h_0 = CELLS["lstm"].backward(doutputs, cache)[2]
    expected = np.sqrt((h_0.h**2 + h_0.c**2).sum(axis=1)).mean() / np.linalg.norm(doutput, axis=1).mean()
    remaining = gradient_by_lag(CELLS["lstm"], params, x, doutput).remaining()
    np.testing.assert_allclose(remaining[-1], expected)
    got = memory.exploding_lstm([2.0], hidden_size=5, longest=3, batch_size=2)
    np.testing.assert_allclose(got.remaining, remaining[None, :3])


def test_arguments_are_checked() -> None:
    with pytest.raises(CourseError, match="a share in"):
        horizon.gradient_horizons(share=1.5)
    with pytest.raises(CourseError, match="'rnn'"):
        horizon.gradient_horizons({"x": ("rnn", {})}, longest=2)
    with pytest.raises(CourseError, match="'rnn'"):
        horizon.lag_by_layer(cell_name="rnn")
    with pytest.raises(CourseError, match="biases"):
        memory.half_lives([])
    with pytest.raises(CourseError, match=r"\(0, 1\]"):
        memory.preservation([1.2])
    with pytest.raises(CourseError, match="gains"):
        memory.exploding_lstm([])
