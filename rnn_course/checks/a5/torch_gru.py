"""a5, task 4b: the weights of a torch.nn.GRU under our names."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a5 import draw
from rnn_course.checks.a5.draw import Params
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task


def reference(weights: Params) -> Params:
    """A right answer."""
    W_r, W_z, W_n = np.split(weights["weight_hh_l0"], 3)
    U_r, U_z, U_n = np.split(weights["weight_ih_l0"], 3)
    ih_r, ih_z, ih_n = np.split(weights["bias_ih_l0"], 3)
    hh_r, hh_z, hh_n = np.split(weights["bias_hh_l0"], 3)
    return {
        "W_u": -W_z,
        "U_u": -U_z,
        "b_u": -(ih_z + hh_z),
        "W_r": W_r,
        "U_r": U_r,
        "b_r": ih_r + hh_r,
        "W_h": W_n,
        "U_h": U_n,
        "b_h": ih_n,
        "b_hr": hh_n,
    }


def _weights(rng: np.random.Generator, D: int, H: int) -> Params:
    shapes: dict[str, tuple[int, ...]] = {"weight_ih_l0": (3 * H, D), "weight_hh_l0": (3 * H, H)}
    shapes |= {"bias_ih_l0": (3 * H,), "bias_hh_l0": (3 * H,)}
    return {name: draw.numbers(rng, shape) for name, shape in shapes.items()}


WORKED: Params = {
    "weight_ih_l0": np.array([[1.0], [2.0], [3.0]]),
    "weight_hh_l0": np.array([[10.0], [20.0], [30.0]]),
    "bias_ih_l0": np.array([0.1, 0.2, 0.3]),
    "bias_hh_l0": np.array([0.01, 0.02, 0.03]),
}


def _visible() -> Iterator[Case]:
    yield Case((WORKED,), "one unit, one number in x: r has ones, z twos, n threes")
    rng = np.random.default_rng(10)
    yield Case((draw.rounded(_weights(rng, 3, 2)),), "D = 3, H = 2")


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for size in draw.MANY_SIZES:
        yield Case((_weights(rng, size.D, size.H),))


def same_sign(weights):
    W_r, W_z, W_n = np.split(weights["weight_hh_l0"], 3)
    U_r, U_z, U_n = np.split(weights["weight_ih_l0"], 3)
    ih_r, ih_z, ih_n = np.split(weights["bias_ih_l0"], 3)
    hh_r, hh_z, hh_n = np.split(weights["bias_hh_l0"], 3)
    ours = {"W_u": W_z, "U_u": U_z, "b_u": ih_z + hh_z, "W_r": W_r, "U_r": U_r, "b_r": ih_r + hh_r}
    return {**ours, "W_h": W_n, "U_h": U_n, "b_h": ih_n, "b_hr": hh_n}


def one_minus(weights):
    W_r, W_z, W_n = np.split(weights["weight_hh_l0"], 3)
    U_r, U_z, U_n = np.split(weights["weight_ih_l0"], 3)
    ih_r, ih_z, ih_n = np.split(weights["bias_ih_l0"], 3)
    hh_r, hh_z, hh_n = np.split(weights["bias_hh_l0"], 3)
    ours = {
        "W_u": 1 - W_z,
        "U_u": 1 - U_z,
        "b_u": 1 - (ih_z + hh_z),
        "W_r": W_r,
        "U_r": U_r,
        "b_r": ih_r + hh_r,
    }
    return {**ours, "W_h": W_n, "U_h": U_n, "b_h": ih_n, "b_hr": hh_n}


def bias_keeps_its_sign(weights):
    W_r, W_z, W_n = np.split(weights["weight_hh_l0"], 3)
    U_r, U_z, U_n = np.split(weights["weight_ih_l0"], 3)
    ih_r, ih_z, ih_n = np.split(weights["bias_ih_l0"], 3)
    hh_r, hh_z, hh_n = np.split(weights["bias_hh_l0"], 3)
    ours = {"W_u": -W_z, "U_u": -U_z, "b_u": ih_z + hh_z, "W_r": W_r, "U_r": U_r, "b_r": ih_r + hh_r}
    return {**ours, "W_h": W_n, "U_h": U_n, "b_h": ih_n, "b_hr": hh_n}


def reset_negated(weights):
    W_r, W_z, W_n = np.split(weights["weight_hh_l0"], 3)
    U_r, U_z, U_n = np.split(weights["weight_ih_l0"], 3)
    ih_r, ih_z, ih_n = np.split(weights["bias_ih_l0"], 3)
    hh_r, hh_z, hh_n = np.split(weights["bias_hh_l0"], 3)
    ours = {"W_u": -W_z, "U_u": -U_z, "b_u": -(ih_z + hh_z), "W_r": -W_r, "U_r": -U_r, "b_r": -(ih_r + hh_r)}
    return {**ours, "W_h": W_n, "U_h": U_n, "b_h": ih_n, "b_hr": hh_n}


def update_first(weights):
    W_z, W_r, W_n = np.split(weights["weight_hh_l0"], 3)
    U_z, U_r, U_n = np.split(weights["weight_ih_l0"], 3)
    ih_z, ih_r, ih_n = np.split(weights["bias_ih_l0"], 3)
    hh_z, hh_r, hh_n = np.split(weights["bias_hh_l0"], 3)
    ours = {"W_u": -W_z, "U_u": -U_z, "b_u": -(ih_z + hh_z), "W_r": W_r, "U_r": U_r, "b_r": ih_r + hh_r}
    return {**ours, "W_h": W_n, "U_h": U_n, "b_h": ih_n, "b_hr": hh_n}


def candidate_bias_summed(weights):
    W_r, W_z, W_n = np.split(weights["weight_hh_l0"], 3)
    U_r, U_z, U_n = np.split(weights["weight_ih_l0"], 3)
    ih_r, ih_z, ih_n = np.split(weights["bias_ih_l0"], 3)
    hh_r, hh_z, hh_n = np.split(weights["bias_hh_l0"], 3)
    ours = {"W_u": -W_z, "U_u": -U_z, "b_u": -(ih_z + hh_z), "W_r": W_r, "U_r": U_r, "b_r": ih_r + hh_r}
    return {**ours, "W_h": W_n, "U_h": U_n, "b_h": ih_n + hh_n, "b_hr": 0 * hh_n}


def candidate_bias_twice(weights):
    W_r, W_z, W_n = np.split(weights["weight_hh_l0"], 3)
    U_r, U_z, U_n = np.split(weights["weight_ih_l0"], 3)
    ih_r, ih_z, ih_n = np.split(weights["bias_ih_l0"], 3)
    hh_r, hh_z, hh_n = np.split(weights["bias_hh_l0"], 3)
    ours = {"W_u": -W_z, "U_u": -U_z, "b_u": -(ih_z + hh_z), "W_r": W_r, "U_r": U_r, "b_r": ih_r + hh_r}
    return {**ours, "W_h": W_n, "U_h": U_n, "b_h": ih_n + hh_n, "b_hr": hh_n}


def one_bias_of_two_negated(weights):
    W_r, W_z, W_n = np.split(weights["weight_hh_l0"], 3)
    U_r, U_z, U_n = np.split(weights["weight_ih_l0"], 3)
    ih_r, ih_z, ih_n = np.split(weights["bias_ih_l0"], 3)
    hh_r, hh_z, hh_n = np.split(weights["bias_hh_l0"], 3)
    ours = {"W_u": -W_z, "U_u": -U_z, "b_u": -ih_z + hh_z, "W_r": W_r, "U_r": U_r, "b_r": ih_r + hh_r}
    return {**ours, "W_h": W_n, "U_h": U_n, "b_h": ih_n, "b_hr": hh_n}


def candidate_biases_swapped(weights):
    W_r, W_z, W_n = np.split(weights["weight_hh_l0"], 3)
    U_r, U_z, U_n = np.split(weights["weight_ih_l0"], 3)
    ih_r, ih_z, ih_n = np.split(weights["bias_ih_l0"], 3)
    hh_r, hh_z, hh_n = np.split(weights["bias_hh_l0"], 3)
    ours = {"W_u": -W_z, "U_u": -U_z, "b_u": -(ih_z + hh_z), "W_r": W_r, "U_r": U_r, "b_r": ih_r + hh_r}
    return {**ours, "W_h": W_n, "U_h": U_n, "b_h": hh_n, "b_hr": ih_n}


def second_bias_lost(weights):
    W_r, W_z, W_n = np.split(weights["weight_hh_l0"], 3)
    U_r, U_z, U_n = np.split(weights["weight_ih_l0"], 3)
    ih_r, ih_z, ih_n = np.split(weights["bias_ih_l0"], 3)
    hh_n = np.split(weights["bias_hh_l0"], 3)[2]
    ours = {"W_u": -W_z, "U_u": -U_z, "b_u": -ih_z, "W_r": W_r, "U_r": U_r, "b_r": ih_r}
    return {**ours, "W_h": W_n, "U_h": U_n, "b_h": ih_n, "b_hr": hh_n}


def word_for_state(weights):
    W_r, W_z, W_n = np.split(weights["weight_ih_l0"], 3)
    U_r, U_z, U_n = np.split(weights["weight_hh_l0"], 3)
    ih_r, ih_z, ih_n = np.split(weights["bias_ih_l0"], 3)
    hh_r, hh_z, hh_n = np.split(weights["bias_hh_l0"], 3)
    ours = {"W_u": -W_z, "U_u": -U_z, "b_u": -(ih_z + hh_z), "W_r": W_r, "U_r": U_r, "b_r": ih_r + hh_r}
    return {**ours, "W_h": W_n, "U_h": U_n, "b_h": ih_n, "b_hr": hh_n}


MISTAKES = (
    Mistake(
        "same-sign",
        "u has the weights of z as they are",
        "z = 1 keeps there, u = 0 keeps here. What turns sigmoid(a) into 1 - sigmoid(a)?",
        same_sign,
    ),
    Mistake(
        "one-minus",
        "1 - z is made of the weights, not of the gate",
        "It is the gate that is to be 1 - z. Between weights and gate stands a sigmoid.",
        one_minus,
    ),
    Mistake(
        "bias-keeps-its-sign",
        "the weights of u are negated, and its bias is not",
        "1 - sigmoid(a) = sigmoid(-a). What is a made of?",
        bias_keeps_its_sign,
    ),
    Mistake(
        "reset-negated",
        "the reset gate is negated, too",
        "Which of torch's gates means the opposite of ours?",
        reset_negated,
    ),
    Mistake(
        "update-first",
        "the rows are read in the order z, r, n",
        "torch has its own order, and no shape tells which it is.",
        update_first,
    ),
    Mistake(
        "candidate-bias-summed",
        "the candidate's two biases are added",
        "One of them stands inside the bracket that r multiplies, the other outside.",
        candidate_bias_summed,
    ),
    Mistake(
        "candidate-bias-twice",
        "bias_hh is counted twice at the candidate, in b_h and in b_hr",
        "Each of the two stands once in the equation: which of them outside of what r multiplies?",
        candidate_bias_twice,
    ),
    Mistake(
        "one-bias-of-two-negated",
        "only the first of the two biases of z is negated",
        "-(a + b) is not -a + b.",
        one_bias_of_two_negated,
    ),
    Mistake(
        "candidate-biases-swapped",
        "the candidate's two biases change places",
        (
            "Which of them stands inside the bracket that r multiplies: the one that goes "
            "with the word, or with the state?"
        ),
        candidate_biases_swapped,
    ),
    Mistake(
        "second-bias-lost",
        "bias_hh is left out of the gates",
        "torch adds its two biases, and both are trained.",
        second_bias_lost,
    ),
    Mistake(
        "word-for-state",
        "ih and hh change places",
        "ih: from input to hidden. hh: from hidden to hidden.",
        word_for_state,
    ),
)

task = Task(
    assignment="a5",
    name="torch_gru",
    label="Task 4b, GRU from torch",
    points=5,
    function="from_torch_gru",
    arguments=("weights",),
    returns="a dict of ten arrays",
    look='the equations in the text of task 4b; lecture 12, "Three GRUs under one name".',
    reference=reference,
    visible=tuple(_visible()),
    hidden=hidden,
    mistakes=MISTAKES,
)
check, grade, example = task.check, task.grade, task.example
