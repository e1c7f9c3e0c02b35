"""a5, task 4a: the weights of our LSTM in the layout of torch.nn.LSTM."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a5 import draw
from rnn_course.checks.a5.draw import LSTM_GATES, Params, Sizes
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task


def reference(params: Params) -> dict[str, ndarray]:
    """A right answer."""
    W, U, b = (np.concatenate([params[f"{letter}_{gate}"] for gate in "ifco"]) for letter in "WUb")
    return {"weight_hh_l0": W, "weight_ih_l0": U, "bias_ih_l0": b, "bias_hh_l0": np.zeros_like(b)}


def _numbered() -> Params:
    weights = draw.blank(LSTM_GATES, 1, 1)
    for number, gate in enumerate("ifco", start=1):
        for letter, tenfold in zip("WUb", (1, 10, 100), strict=True):
            weights[f"{letter}_{gate}"] = weights[f"{letter}_{gate}"] + tenfold * number
    return weights


def _visible() -> Iterator[Case]:
    yield Case((_numbered(),), "one unit, one number in x; i has ones, f twos, c threes, o fours")
    rng = np.random.default_rng(9)
    yield Case((draw.rounded(draw.params(rng, LSTM_GATES, Sizes(1, 1, 3, 2))),), "D = 3, H = 2")


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for size in draw.MANY_SIZES:
        yield Case((draw.params(rng, LSTM_GATES, size),))


def our_order(params):
    W, U, b = (np.concatenate([params[letter + "_" + gate] for gate in "fioc"]) for letter in "WUb")
    return {"weight_hh_l0": W, "weight_ih_l0": U, "bias_ih_l0": b, "bias_hh_l0": np.zeros_like(b)}


def content_last(params):
    W, U, b = (np.concatenate([params[letter + "_" + gate] for gate in "ifoc"]) for letter in "WUb")
    return {"weight_hh_l0": W, "weight_ih_l0": U, "bias_ih_l0": b, "bias_hh_l0": np.zeros_like(b)}


def forget_first(params):
    W, U, b = (np.concatenate([params[letter + "_" + gate] for gate in "fico"]) for letter in "WUb")
    return {"weight_hh_l0": W, "weight_ih_l0": U, "bias_ih_l0": b, "bias_hh_l0": np.zeros_like(b)}


def bias_twice(params):
    W, U, b = (np.concatenate([params[letter + "_" + gate] for gate in "ifco"]) for letter in "WUb")
    return {"weight_hh_l0": W, "weight_ih_l0": U, "bias_ih_l0": b, "bias_hh_l0": b}


def state_for_word(params):
    W, U, b = (np.concatenate([params[letter + "_" + gate] for gate in "ifco"]) for letter in "WUb")
    return {"weight_hh_l0": U, "weight_ih_l0": W, "bias_ih_l0": b, "bias_hh_l0": np.zeros_like(b)}


def transposed(params):
    W, U = (np.concatenate([params[letter + "_" + gate].T for gate in "ifco"], axis=1) for letter in "WU")
    b = np.concatenate([params["b_" + gate] for gate in "ifco"])
    return {"weight_hh_l0": W, "weight_ih_l0": U, "bias_ih_l0": b, "bias_hh_l0": np.zeros_like(b)}


def squares_transposed(params):
    W = np.concatenate([params["W_" + gate].T for gate in "ifco"])
    U, b = (np.concatenate([params[letter + "_" + gate] for gate in "ifco"]) for letter in "Ub")
    return {"weight_hh_l0": W, "weight_ih_l0": U, "bias_ih_l0": b, "bias_hh_l0": np.zeros_like(b)}


def side_by_side(params):
    W, U = (np.concatenate([params[letter + "_" + gate] for gate in "ifco"], axis=1) for letter in "WU")
    b = np.concatenate([params["b_" + gate] for gate in "ifco"])
    return {"weight_hh_l0": W, "weight_ih_l0": U, "bias_ih_l0": b, "bias_hh_l0": np.zeros_like(b)}


MISTAKES = (
    Mistake(
        "our-order",
        "the gates stand in the order f, i, o, c",
        "torch has its own order, and no shape tells which it is.",
        our_order,
    ),
    Mistake(
        "content-last",
        "the new content stands behind the output gate",
        "torch calls the new content g. Where does g stand?",
        content_last,
    ),
    Mistake(
        "forget-first",
        "the forget gate stands before the input gate",
        "torch has its own order, and no shape tells which it is.",
        forget_first,
    ),
    Mistake(
        "bias-twice",
        "our bias stands in both of torch's biases",
        "torch adds its two biases. What is their sum to be?",
        bias_twice,
    ),
    Mistake(
        "state-for-word",
        "ih and hh change places",
        "ih: from input to hidden. hh: from hidden to hidden.",
        state_for_word,
    ),
    Mistake(
        "transposed",
        "all matrices are transposed, and stand side by side",
        "In torch as here rows are outputs. Four gates of H outputs each: how many rows?",
        transposed,
    ),
    Mistake(
        "squares-transposed",
        "the W are transposed",
        "In torch as here rows are outputs, so nothing is transposed; and a square matrix cannot complain.",
        squares_transposed,
    ),
    Mistake(
        "side-by-side",
        "the gates stand side by side, not one below another",
        "Rows are outputs. Four gates of H outputs each: how many rows?",
        side_by_side,
    ),
)

task = Task(
    assignment="a5",
    name="torch_lstm",
    label="Task 4a, LSTM for torch",
    points=5,
    function="to_torch_lstm",
    arguments=("params",),
    returns="a dict of four arrays",
    look='the order of the gates in the text of task 4a; lecture 12, "Three GRUs under one name".',
    reference=reference,
    visible=tuple(_visible()),
    hidden=hidden,
    mistakes=MISTAKES,
)
check, grade, example = task.check, task.grade, task.example
