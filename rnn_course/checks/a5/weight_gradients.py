"""a5, task 2b: from what the gates are blamed for to the gradients of the weights and the words."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a5 import draw, lstm_forward
from rnn_course.checks.a5.draw import LSTM_GATES, Params, Sizes
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task


def reference(params: Params, x: ndarray, h: ndarray, dz: dict[str, ndarray]) -> dict[str, ndarray]:
    """A right answer."""
    found = {}
    for gate in LSTM_GATES:
        of_gate = dz[f"dz_{gate}"]
        found[f"dW_{gate}"] = np.einsum("tbi,tbj->ij", of_gate, h[:-1])
        found[f"dU_{gate}"] = np.einsum("tbi,tbj->ij", of_gate, x)
        found[f"db_{gate}"] = of_gate.sum(axis=(0, 1))
    found["dx"] = np.sum([dz[f"dz_{gate}"] @ params[f"U_{gate}"] for gate in LSTM_GATES], axis=0)
    return found


Arguments = tuple[Params, ndarray, ndarray, dict[str, ndarray]]


def arguments(rng: np.random.Generator, size: Sizes) -> Arguments:
    """Weights, words, states, and gradients of what goes into the gates."""
    states = draw.numbers(rng, (size.T + 1, size.B, size.H), 0.5)
    dz = {f"dz_{gate}": draw.numbers(rng, (size.T, size.B, size.H), 0.5) for gate in LSTM_GATES}
    return draw.params(rng, LSTM_GATES, size), draw.words(rng, size), states, dz


def _column(*values: float) -> ndarray:
    return np.array(values).reshape(-1, 1, 1)


WORKED: Arguments = (
    {**draw.blank(LSTM_GATES, 1, 1), "U_f": np.array([[3.0]]), "U_o": np.array([[-1.0]])},
    _column(1.0, 2.0),
    _column(0.5, 0.25, 0.125),
    {
        "dz_f": _column(0.2, 0.4),
        "dz_i": _column(0.0, 0.0),
        "dz_o": _column(0.0, 0.1),
        "dz_c": _column(0.0, 0.0),
    },
)


def _visible() -> Iterator[Case]:
    yield Case(WORKED, "T = 2, and one of everything else")
    rng = np.random.default_rng(7)
    weights, x, h, dz = arguments(rng, Sizes(T=2, B=1, D=3, H=2))
    tenths = {name: np.round(array, 1) for name, array in dz.items()}
    yield Case((draw.rounded(weights), np.round(x, 1), np.round(h, 1), tenths), "T = 2, B = 1, D = 3, H = 2")
    yield Case(arguments(rng, Sizes(T=5, B=3, D=4, H=2)), "T = 5, B = 3, D = 4, H = 2")


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for size in (*draw.MANY_SIZES, draw.ONE_STEP):
        yield Case(arguments(rng, size))


def last_step_only(params, x, h, dz):
    found = {"dx": sum(dz["dz_" + gate] @ params["U_" + gate] for gate in "fioc")}
    for gate in "fioc":
        for t in range(len(x)):
            found["dW_" + gate] = dz["dz_" + gate][t].T @ h[t]
            found["dU_" + gate] = dz["dz_" + gate][t].T @ x[t]
            found["db_" + gate] = dz["dz_" + gate][t].sum(axis=0)
    return found


def mean_over_the_batch(params, x, h, dz):
    found = {"dx": sum(dz["dz_" + gate] @ params["U_" + gate] for gate in "fioc")}
    for gate in "fioc":
        found["dW_" + gate] = np.einsum("tbi,tbj->ij", dz["dz_" + gate], h[:-1]) / x.shape[1]
        found["dU_" + gate] = np.einsum("tbi,tbj->ij", dz["dz_" + gate], x) / x.shape[1]
        found["db_" + gate] = dz["dz_" + gate].sum(axis=0).mean(axis=0)
    return found


def mean_over_time(params, x, h, dz):
    found = {"dx": sum(dz["dz_" + gate] @ params["U_" + gate] for gate in "fioc")}
    for gate in "fioc":
        found["dW_" + gate] = np.einsum("tbi,tbj->ij", dz["dz_" + gate], h[:-1]) / len(x)
        found["dU_" + gate] = np.einsum("tbi,tbj->ij", dz["dz_" + gate], x) / len(x)
        found["db_" + gate] = dz["dz_" + gate].mean(axis=0).sum(axis=0)
    return found


def state_after_the_step(params, x, h, dz):
    found = {"dx": sum(dz["dz_" + gate] @ params["U_" + gate] for gate in "fioc")}
    for gate in "fioc":
        found["dW_" + gate] = np.einsum("tbi,tbj->ij", dz["dz_" + gate], h[1:])
        found["dU_" + gate] = np.einsum("tbi,tbj->ij", dz["dz_" + gate], x)
        found["db_" + gate] = dz["dz_" + gate].sum(axis=(0, 1))
    return found


def transposed(params, x, h, dz):
    found = {"dx": sum(dz["dz_" + gate] @ params["U_" + gate] for gate in "fioc")}
    for gate in "fioc":
        found["dW_" + gate] = np.einsum("tbi,tbj->ji", dz["dz_" + gate], h[:-1])
        found["dU_" + gate] = np.einsum("tbi,tbj->ij", dz["dz_" + gate], x)
        found["db_" + gate] = dz["dz_" + gate].sum(axis=(0, 1))
    return found


def first_state_is_zero(params, x, h, dz):
    found = {"dx": sum(dz["dz_" + gate] @ params["U_" + gate] for gate in "fioc")}
    before = np.concatenate([np.zeros_like(h[:1]), h[1:-1]])
    for gate in "fioc":
        found["dW_" + gate] = np.einsum("tbi,tbj->ij", dz["dz_" + gate], before)
        found["dU_" + gate] = np.einsum("tbi,tbj->ij", dz["dz_" + gate], x)
        found["db_" + gate] = dz["dz_" + gate].sum(axis=(0, 1))
    return found


def words_through_one_gate(params, x, h, dz):
    found = {}
    for gate in "fioc":
        found["dW_" + gate] = np.einsum("tbi,tbj->ij", dz["dz_" + gate], h[:-1])
        found["dU_" + gate] = np.einsum("tbi,tbj->ij", dz["dz_" + gate], x)
        found["db_" + gate] = dz["dz_" + gate].sum(axis=(0, 1))
        found["dx"] = dz["dz_" + gate] @ params["U_" + gate]
    return found


MISTAKES = (
    Mistake(
        "last-step-only",
        "each step overwrites the one before, so that the last one alone counts",
        "The same weight acts at every step (lecture 06). What is done with its gradients?",
        last_step_only,
    ),
    Mistake(
        "mean-over-the-batch",
        "the mean is taken over the batch",
        "dz is what the loss says, whatever it divides by itself. The weights' gradients are sums of it.",
        mean_over_the_batch,
    ),
    Mistake(
        "mean-over-time",
        "the mean is taken over the steps",
        "dz is what the loss says, whatever it divides by itself. The weights' gradients are sums of it.",
        mean_over_time,
    ),
    Mistake(
        "state-after-the-step",
        "dz of step t meets h of step t",
        "The gates of step t have read h of step t - 1. Which T of the T + 1 states are those?",
        state_after_the_step,
    ),
    Mistake(
        "transposed",
        "the dW are transposed",
        "Rows are outputs. Which of dz and h belongs to the rows of dW?",
        transposed,
    ),
    Mistake(
        "first-state-is-zero",
        "zeros stand in the place of h[0]",
        "The first state is a state like any other, and it need not be zero.",
        first_state_is_zero,
    ),
    Mistake(
        "words-through-one-gate",
        "dx comes back through one gate alone",
        "x is read by three gates and by the new content.",
        words_through_one_gate,
    ),
)

task = Task(
    assignment="a5",
    name="weight_gradients",
    label="Task 2b, weights",
    points=10,
    function="weight_gradients",
    arguments=("params", "x", "h", "dz"),
    returns="a dict of thirteen arrays",
    look="the equations in the text of task 2b, and the two sums in them; "
    'lecture 06, "Four copies of one matrix".',
    reference=reference,
    visible=tuple(_visible()),
    hidden=hidden,
    mistakes=MISTAKES,
    tolerance=lstm_forward.TOLERANCE,
)
check, grade, example = task.check, task.grade, task.example
