"""What an LSTM's cell keeps, for how long, and that its gradients can explode all the same: lecture 11."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.activations import sigmoid
from rnn_course.cells.cell import CELLS
from rnn_course.cells.lstm import LSTMParams, LSTMState, lstm_forward, lstm_init
from rnn_course.cells.parameters import map_arrays
from rnn_course.errors import CourseError
from rnn_course.gradients.flow import gradient_by_lag


@dataclass(frozen=True)
class HalfLives:
    """How many steps a memory takes to fade to a half.

    Args:
        forget_biases: b_f, [biases].
        predicted: log(1/2) / log sigmoid(b_f), steps, [biases]; what a gate that sees nothing else gives.
        measured: in new networks that read noise, the median over units and sequences, [biases].
        lower, upper: their quartiles, [biases]; inf where it takes longer than was looked at.
    """

    forget_biases: Float[ndarray, " biases"]
    predicted: Float[ndarray, " biases"]
    measured: Float[ndarray, " biases"]
    lower: Float[ndarray, " biases"]
    upper: Float[ndarray, " biases"]


def half_lives(
    forget_biases: Sequence[float] = (-1, 0, 1, 2, 3, 4, 5),
    *,
    seed: int = 0,
    hidden_size: int = 64,
    embed_size: int = 32,
    longest: int = 600,
    batch_size: int = 4,
) -> HalfLives:
    """What is in the cell is multiplied by f at every step, and by nothing else.

        dc^(t)/dc^(0) through the cells = f^(1) * .. * f^(t),      f^l = 1/2  at  l = log(1/2) / log f

    Shows: a half-life of 1 step at a bias of 0, 2 at 1, 5 at 2, 14 at 3, 103 at 5: each unit more makes it
    nearly e times as long.

    Args:
        forget_biases: values of b_f.
        seed: draws the weights and the inputs, which are standard normal.
        hidden_size, embed_size, batch_size: of the networks.
        longest: steps to look at.

    Raises:
        CourseError: if there are no biases, or longest < 1.
    """
    if not len(forget_biases) or longest < 1:
        raise CourseError(f"half_lives: needs biases and longest >= 1, got {forget_biases} and {longest}")
    biases = np.array(forget_biases, dtype=np.float64)
    quartiles = []
    for bias in biases:
        rng = np.random.default_rng(seed)
        params = lstm_init(embed_size, hidden_size, rng, forget_bias=float(bias))
        _, cache = lstm_forward(params, rng.standard_normal((longest, batch_size, embed_size)))
        # log of the product of gates; the half-life is where it crosses log(1/2), between two steps
        faded = np.concatenate(
            [np.zeros((1, batch_size, hidden_size)), np.cumsum(np.log(cache.gates.f), axis=0)]
        )
        quartiles.append(
            np.quantile(
                _crossing(faded.reshape(longest + 1, -1), np.log(0.5)), [0.25, 0.5, 0.75], method="lower"
            )
        )
    lower, measured, upper = np.array(quartiles).T
    return HalfLives(biases, np.log(0.5) / np.log(sigmoid(biases)), measured, lower, upper)


def _crossing(falling: Float[ndarray, "time units"], level: float) -> Float[ndarray, " units"]:
    """Where each column, which starts above `level` and falls, crosses it; inf where it does not."""
    below = falling < level
    after = np.maximum(below.argmax(axis=0), 1)
    columns = np.arange(falling.shape[1])
    high, low = falling[after - 1, columns], falling[after, columns]
    with np.errstate(divide="ignore", invalid="ignore"):
        crossed = after - 1 + (high - level) / (high - low)
    return np.where(below.any(axis=0), crossed, np.inf)


@dataclass(frozen=True)
class Preservation:
    """A content of 1 in a cell whose forget gate is held fixed and into which nothing is written.

    Args:
        forget_gates: f, [gates].
        c: the content, [gates, steps + 1].
    """

    forget_gates: Float[ndarray, " gates"]
    c: Float[ndarray, "gates steps+1"]


def preservation(
    forget_gates: Sequence[float] = (1.0, 0.99, 0.9, 0.5), *, steps: int = 200, seed: int = 0
) -> Preservation:
    """A forget gate of 1 keeps for ever, to the last digit; 0.99 keeps 13 % after 200 steps.

    The cell reads noise meanwhile; its input gate is shut.

    Args:
        forget_gates: values of f, in (0, 1].
        steps: how long to wait.
        seed: draws the noise.

    Raises:
        CourseError: if a gate lies outside (0, 1], or steps < 1.
    """
    gates = np.array(forget_gates, dtype=np.float64)
    if not len(gates) or not ((gates > 0) & (gates <= 1)).all() or steps < 1:
        raise CourseError(f"preservation: gates lie in (0, 1] and steps >= 1, got {forget_gates} and {steps}")
    H, rng = len(gates), np.random.default_rng(seed)
    params = map_arrays(np.zeros_like, lstm_init(3, H, rng))
    params.U_c[:], params.b_i[:] = rng.standard_normal((H, 3)), -1000
    with np.errstate(divide="ignore"):
        params.b_f[:] = np.minimum(np.log(gates) - np.log1p(-gates), 1000)  # sigmoid of this is f
    start = LSTMState(np.zeros((1, H)), np.ones((1, H)))
    _, cache = lstm_forward(params, rng.standard_normal((steps, 1, 3)), start)
    return Preservation(gates, cache.c[:, 0].T)


@dataclass(frozen=True)
class ExplodingLSTM:
    """The gradient by lag in LSTMs with larger and larger recurrent weights.

    Args:
        gains: what the recurrent weights were multiplied with, [gains].
        lags: 1 .. L.
        remaining: the gradient as a multiple of what it was at the loss, [gains, lag].
    """

    gains: Float[ndarray, " gains"]
    lags: Int[ndarray, " lag"]
    remaining: Float[ndarray, "gains lag"]


def exploding_lstm(
    gains: Sequence[float] = (1, 2, 4, 8),
    *,
    seed: int = 0,
    hidden_size: int = 64,
    longest: int = 50,
    forget_bias: float = 1.0,
    input_scale: float = 0.1,
    batch_size: int = 4,
) -> ExplodingLSTM:
    """The cell hands gradients back without loss, and the gates multiply them besides: LSTMs explode too.

    Shows: with its first weights an LSTM's gradient fades; with recurrent weights eight times as large, what
    goes through the gates and h grows at every step, above 100 times within 50. Clipping is still needed.

    Args:
        gains: factors of all W of the first weights.
        seed: draws weights, inputs and the gradient at the loss.
        hidden_size: units, and the size of the inputs.
        longest: the largest lag.
        forget_bias: of the first weights.
        input_scale: standard deviation of the inputs; large ones saturate the gates.
        batch_size: sequences to average over.

    Raises:
        CourseError: if there are no gains, or longest < 1.
    """
    if not len(gains) or longest < 1:
        raise CourseError(f"exploding_lstm: needs gains and longest >= 1, got {gains} and {longest}")
    remaining = []
    for gain in gains:
        rng = np.random.default_rng(seed)
        params: LSTMParams = lstm_init(hidden_size, hidden_size, rng, forget_bias=forget_bias)
        for W in (params.W_f, params.W_i, params.W_o, params.W_c):
            W *= gain
        x = input_scale * rng.standard_normal((longest + 20, batch_size, hidden_size))
        doutput = rng.standard_normal((batch_size, hidden_size))
        remaining.append(gradient_by_lag(CELLS["lstm"], params, x, doutput, longest=longest).remaining())
    return ExplodingLSTM(np.array(gains, float), np.arange(1, longest + 1), np.array(remaining))
