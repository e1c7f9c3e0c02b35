"""a3, task 3b: backpropagation through time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a3 import draw
from rnn_course.checks.a3.bptt_mistakes import MISTAKES
from rnn_course.checks.a3.draw import Gradients, Params, Sizes
from rnn_course.checks.a3.exactness import GRADIENTS
from rnn_course.checks.case import Case
from rnn_course.checks.properties import finite
from rnn_course.checks.task import Task


def reference(
    params: Params, inputs: ndarray, targets: ndarray, h_0: ndarray
) -> tuple[float, dict[str, ndarray]]:
    """A right answer."""
    E, W_h, W_e, U = (params[name] for name in ("E", "W_h", "W_e", "U"))
    e = E[inputs]
    h = draw.states(params, e, h_0)
    log_probs = draw.log_softmax(h[1:] @ U.T + params["b_2"])
    right = np.eye(len(U))[targets]
    dscores = (np.exp(log_probs) - right) / targets.size

    gradients: Gradients = {name: np.zeros_like(array) for name, array in params.items()}
    gradients["U"] = np.einsum("tbv,tbh->vh", dscores, h[1:])
    gradients["b_2"] = dscores.sum(axis=(0, 1))
    dh_later = np.zeros_like(h_0)
    for t in reversed(range(len(inputs))):
        dz = (dscores[t] @ U + dh_later) * (1 - h[t + 1] ** 2)
        gradients["W_h"] += dz.T @ h[t]
        gradients["W_e"] += dz.T @ e[t]
        gradients["b_1"] += dz.sum(axis=0)
        np.add.at(gradients["E"], inputs[t], dz @ W_e)
        dh_later = dz @ W_h
    return float(-(log_probs * right).sum() / targets.size), {**gradients, "h_0": dh_later}


def case(rng: np.random.Generator, sizes: Sizes, about: str = "", decimals: int | None = None) -> Case:
    """A network, what it reads, what is to follow, and the states that it begins in."""
    params = draw.network(rng, sizes, decimals)
    return Case((params, *draw.text(rng, sizes), draw.state(rng, sizes, decimals)), about)


VISIBLE = (
    Case((draw.hello(), *draw.hello_text(), np.zeros((1, 3))), '"hello", whose gradients lecture 05 has'),
    case(np.random.default_rng(10), Sizes(V=4, D=2, H=3, T=5, B=2), "two texts, h_0 is not zero", 1),
    case(np.random.default_rng(11), Sizes(V=4, D=3, H=2, T=1, B=3), "three texts of one token", 1),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for sizes in (*draw.LARGER, draw.SMALL, draw.LENGTH_1, draw.ONE_TEXT):
        yield case(rng, sizes)


task = Task(
    assignment="a3",
    name="bptt",
    label="Task 3b, back through time",
    points=20,
    function="bptt",
    arguments=("params", "inputs", "targets", "h_0"),
    returns="a loss and a dict of seven gradients",
    look="the text of task 3b (for rows, not columns), and your own loop at t = 1; "
    'lecture 06, "Backwards, in a dozen lines".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(finite,),
    parts=("J", "gradients"),
    tolerance=GRADIENTS,
)
check, grade, example = task.check, task.grade, task.example
