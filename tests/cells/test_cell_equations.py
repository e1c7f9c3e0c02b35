"""The equations of each cell, computed once more with scalars, and what the course says of the gates."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from rnn_course.cells.elman import ElmanParams, elman_backward, elman_forward, elman_init, elman_step
from rnn_course.cells.gru import GRUParams, gru_backward, gru_forward, gru_init, gru_step
from rnn_course.cells.gru_fast import gru_fast_backward, gru_fast_forward
from rnn_course.cells.lstm import LSTMState, lstm_backward, lstm_forward, lstm_init, lstm_step
from rnn_course.cells.lstm_fast import lstm_fast_backward, lstm_fast_forward
from rnn_course.errors import CourseError, ShapeError

rng = np.random.default_rng(11)


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def affine(W: np.ndarray, h: list[float], U: np.ndarray, x: list[float], b: np.ndarray) -> list[float]:
    """W h + U x + b with loops over scalars: rows are outputs."""
    return [
        sum(W[j][k] * h[k] for k in range(len(h))) + sum(U[j][k] * x[k] for k in range(len(x))) + b[j]
        for j in range(len(b))
    ]


def test_elman_by_hand() -> None:
    """h = tanh(0.5 * 0.2 - 1 * 0.3 + 0.1) = tanh(-0.1), then tanh(0.5 * h + 0.4)."""
    params = ElmanParams(np.array([[0.5]]), np.array([[-1.0]]), np.array([0.1]))
    h, _ = elman_forward(params, np.array([[[0.3]], [[-0.3]]]), np.array([[0.2]]))
    first = math.tanh(-0.1)
    np.testing.assert_allclose(h[:, 0, 0], [first, math.tanh(0.5 * first + 0.4)], rtol=1e-15)


def test_elman_reads_rows_as_outputs() -> None:
    p = elman_init(3, 2, rng)
    h_prev, e_t = rng.uniform(-1, 1, (1, 2)), rng.standard_normal((1, 3))
    expected = [math.tanh(z) for z in affine(p.W_h, h_prev[0], p.W_e, e_t[0], p.b_1)]
    np.testing.assert_allclose(elman_step(p, h_prev, e_t)[0], expected, rtol=1e-14)


def test_lstm_equations() -> None:
    p = lstm_init(3, 2, rng)
    h_prev, c_prev, x_t = rng.uniform(-1, 1, (1, 2)), rng.standard_normal((1, 2)), rng.standard_normal((1, 3))
    f = [logistic(z) for z in affine(p.W_f, h_prev[0], p.U_f, x_t[0], p.b_f)]
    i = [logistic(z) for z in affine(p.W_i, h_prev[0], p.U_i, x_t[0], p.b_i)]
    o = [logistic(z) for z in affine(p.W_o, h_prev[0], p.U_o, x_t[0], p.b_o)]
    c_tilde = [math.tanh(z) for z in affine(p.W_c, h_prev[0], p.U_c, x_t[0], p.b_c)]
    c = [f[j] * c_prev[0, j] + i[j] * c_tilde[j] for j in range(2)]
    h = [o[j] * math.tanh(c[j]) for j in range(2)]
    state = lstm_step(p, LSTMState(h_prev, c_prev), x_t)
    np.testing.assert_allclose(state.c[0], c, rtol=1e-14)
    np.testing.assert_allclose(state.h[0], h, rtol=1e-14)


def test_gru_equations_with_the_reset_gate_before_the_product() -> None:
    p = gru_init(3, 2, rng)
    h_prev, x_t = rng.uniform(-1, 1, (1, 2)), rng.standard_normal((1, 3))
    u = [logistic(z) for z in affine(p.W_u, h_prev[0], p.U_u, x_t[0], p.b_u)]
    r = [logistic(z) for z in affine(p.W_r, h_prev[0], p.U_r, x_t[0], p.b_r)]
    read = [r[j] * h_prev[0, j] for j in range(2)]
    h_tilde = [math.tanh(z) for z in affine(p.W_h, read, p.U_h, x_t[0], p.b_h)]
    h = [(1 - u[j]) * h_prev[0, j] + u[j] * h_tilde[j] for j in range(2)]
    np.testing.assert_allclose(gru_step(p, h_prev, x_t)[0], h, rtol=1e-14)


@pytest.mark.parametrize(
    ("forward", "backward"), [(lstm_forward, lstm_backward), (lstm_fast_forward, lstm_fast_backward)]
)
def test_forget_gate_one_and_input_gate_zero_keep_the_cell_for_ever(
    forward: Callable, backward: Callable
) -> None:
    """Not nearly: after 200 steps c is the same to the last bit, whatever is read, and so is its gradient."""
    p = lstm_init(3, 5, rng)
    p.b_f[:], p.b_i[:] = 1000, -1000
    state_0 = LSTMState(rng.uniform(-1, 1, (2, 5)), 3 * rng.standard_normal((2, 5)))
    h, cache = forward(p, rng.standard_normal((200, 2, 3)), state_0)
    last_c = cache.c[200] if forward is lstm_forward else cache.c[200].T
    np.testing.assert_array_equal(last_c, state_0.c)
    dc = np.zeros_like(h)
    dc[-1] = rng.standard_normal((2, 5))
    np.testing.assert_array_equal(backward(np.zeros_like(h), cache, dc)[2].c, dc[-1])


@pytest.mark.parametrize(
    ("forward", "backward"), [(gru_forward, gru_backward), (gru_fast_forward, gru_fast_backward)]
)
def test_update_gate_zero_keeps_the_state_for_ever(forward: Callable, backward: Callable) -> None:
    p = gru_init(3, 5, rng)
    p.b_u[:] = -1000
    h_0 = rng.uniform(-1, 1, (2, 5))
    h, cache = forward(p, rng.standard_normal((200, 2, 3)), h_0)
    np.testing.assert_array_equal(h[-1], h_0)
    dh = np.zeros_like(h)
    dh[-1] = rng.standard_normal((2, 5))
    np.testing.assert_array_equal(backward(dh, cache)[2], dh[-1])


def test_biases_that_let_a_new_network_remember() -> None:
    assert (lstm_init(3, 4, rng, forget_bias=2.0).b_f == 2).all()
    assert (gru_init(3, 4, rng, update_bias=-2.0).b_u == -2).all()
    p = lstm_init(3, 400, rng, longest_lag=100)
    assert (p.b_f >= 0).all()
    assert (p.b_f <= math.log(99)).all()
    assert np.exp(p.b_f).mean() == pytest.approx(50, rel=0.1)
    np.testing.assert_array_equal(p.b_i, -p.b_f)
    assert (gru_init(3, 4, rng, longest_lag=100).b_u <= 0).all()
    for call in (
        lambda: lstm_init(3, 4, rng, forget_bias=1.0, longest_lag=10),
        lambda: gru_init(3, 4, rng, update_bias=1.0, longest_lag=10),
        lambda: lstm_init(3, 4, rng, longest_lag=2),
    ):
        with pytest.raises(CourseError):
            call()


ELMAN = elman_init(3, 2, rng)
LSTM = lstm_init(3, 2, rng)
GRU = gru_init(3, 2, rng)
ZERO = LSTMState(np.zeros((1, 2)), np.zeros((1, 2)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: elman_forward(ELMAN, np.zeros((4, 1, 5))),
            "elman_forward: e has embed size 5 (e is (4, 1, 5)), but W_e (2, 3) expects 3",
        ),
        (
            lambda: elman_forward(ELMAN, np.zeros((4, 3))),
            "elman_forward: e is (4, 3), expected 3 axes [time, batch, embed]",
        ),
        (
            lambda: elman_forward(ELMAN, np.zeros((4, 2, 3)), np.zeros((1, 2))),
            "elman_forward: h_0 has batch size 1 (h_0 is (1, 2)), but e (4, 2, 3) expects 2",
        ),
        (
            lambda: elman_forward(ELMAN, [[0.0]]),  # type: ignore[arg-type]
            "elman_forward: e is a list, expected an array [time, batch, embed]",
        ),
        (
            lambda: elman_step(ELMAN, np.zeros((1, 3)), np.zeros((1, 3))),
            "elman_step: h_prev has hidden size 3 (h_prev is (1, 3)), but W_h (2, 2) expects 2",
        ),
        (
            lambda: elman_step(ELMAN._replace(W_h=np.zeros((2, 3))), np.zeros((1, 2)), np.zeros((1, 3))),
            "elman_step: W_h is (2, 3), but its hidden axes have one size",
        ),
        (
            lambda: elman_backward(np.zeros((4, 1, 2)), elman_forward(ELMAN, np.zeros((5, 1, 3)))[1]),
            "elman_backward: dh has time size 4 (dh is (4, 1, 2)), but outputs (5, 1, 2) expects 5",
        ),
        (
            lambda: lstm_step(LSTM, ZERO._replace(c=np.zeros((2, 2))), np.zeros((1, 3))),
            "lstm_step: c_prev has batch size 2 (c_prev is (2, 2)), but x_t (1, 3) expects 1",
        ),
        (
            lambda: lstm_forward(LSTM._replace(U_c=np.zeros((2, 4))), np.zeros((5, 1, 3))),
            "lstm_forward: U_c has embed size 4 (U_c is (2, 4)), but U_f (2, 3) expects 3",
        ),
        (
            lambda: lstm_backward(
                np.zeros((5, 1, 2)), lstm_forward(LSTM, np.zeros((5, 1, 3)))[1], np.zeros((5, 1, 1))
            ),
            "lstm_backward: dc has hidden size 1 (dc is (5, 1, 1)), but outputs (5, 1, 2) expects 2",
        ),
        (
            lambda: gru_forward(GRU, np.zeros((5, 1, 3)), np.zeros((1, 4))),
            "gru_forward: h_0 has hidden size 4 (h_0 is (1, 4)), but W_u (2, 2) expects 2",
        ),
        (
            lambda: gru_step(GRU, np.zeros((1, 2)), np.zeros((1, 4))),
            "gru_step: x_t has embed size 4 (x_t is (1, 4)), but U_u (2, 3) expects 3",
        ),
        (
            lambda: gru_backward(np.zeros((5, 1)), gru_forward(GRU, np.zeros((5, 1, 3)))[1]),
            "gru_backward: dh is (5, 1), expected 3 axes [time, batch, hidden]",
        ),
    ],
)
def test_sizes_that_do_not_fit_are_named(call: Callable, message: str) -> None:
    with pytest.raises(ShapeError) as error:
        call()
    assert str(error.value) == message


def test_gru_params_are_the_nine_of_the_equations() -> None:
    assert GRUParams._fields == ("W_u", "U_u", "b_u", "W_r", "U_r", "b_r", "W_h", "U_h", "b_h")
