"""a5, task 3: the GRU, forward. The lecture's: the reset gate acts before the product, and u = 0 keeps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a5 import draw, lstm_forward
from rnn_course.checks.a5.draw import GRU_GATES, Params, Sizes
from rnn_course.checks.a5.equations import gru_equations
from rnn_course.checks.a5.gru_forward_mistakes import MISTAKES
from rnn_course.checks.case import Case
from rnn_course.checks.properties import finite
from rnn_course.checks.task import Task


def reference(params: Params, x: ndarray, h_0: ndarray) -> dict[str, ndarray]:
    """A right answer."""

    def z(gate: str, state: ndarray, x_t: ndarray) -> ndarray:
        return state @ params[f"W_{gate}"].T + x_t @ params[f"U_{gate}"].T + params[f"b_{gate}"]

    h, gates = [h_0], []
    for x_t in x:
        u, r = (0.5 + 0.5 * np.tanh(z(gate, h[-1], x_t) / 2) for gate in "ur")
        h_tilde = np.tanh(z("h", r * h[-1], x_t))
        gates.append((u, r, h_tilde))
        h.append(h[-1] + u * (h_tilde - h[-1]))
    u_all, r_all, all_candidates = (np.stack(values) for values in zip(*gates, strict=True))
    return {"u": u_all, "r": r_all, "h_tilde": all_candidates, "h": np.stack(h)}


Arguments = tuple[Params, ndarray, ndarray]


def arguments(rng: np.random.Generator, size: Sizes) -> Arguments:
    """Weights, words and the first state."""
    return draw.params(rng, GRU_GATES, size), draw.words(rng, size), draw.state(rng, size, 0.6)


WORKED: Arguments = (
    draw.blank(GRU_GATES, 1, 1, u=-np.log(3), h=100.0),
    np.zeros((2, 1, 1)),
    np.full((1, 1), 0.2),
)


def _visible() -> Iterator[Case]:
    yield Case(WORKED, "one unit that looks at nothing: u = 1/4, r = 1/2, candidate 1")
    listening = draw.blank(GRU_GATES, 1, 2, u=1000.0, r=np.array([-1000.0, 1000.0]))
    listening["W_h"] = np.array([[0.0, 1.0], [1.0, 0.0]])
    yield Case(
        (listening, np.zeros((1, 1, 1)), np.array([[0.1, 0.2]])),
        "two units that listen to each other, as in lecture 12: r = (0, 1), u = 1",
    )
    rng = np.random.default_rng(8)
    weights, x, h_0 = arguments(rng, Sizes(T=1, B=1, D=3, H=2))
    yield Case(
        (draw.rounded(weights), np.round(x, 1), np.round(h_0, 1)),
        "one step of one sequence: T = 1, B = 1, D = 3, H = 2",
    )
    yield Case(arguments(rng, Sizes(T=5, B=3, D=4, H=2)), "T = 5, B = 3, D = 4, H = 2")
    weights, x, h_0 = arguments(rng, Sizes(T=4, B=2, D=3, H=5))
    weights["b_u"] = np.full(5, -1000.0)
    yield Case((weights, x, h_0), "u = 0: the state stays what it was")


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for size in (*draw.MANY_SIZES, draw.ONE_STEP):
        yield Case(arguments(rng, size))
    weights, x, h_0 = arguments(rng, Sizes(T=6, B=2, D=3, H=4))
    yield Case((weights, x, np.zeros_like(h_0)), "from a zero state")
    for gate, bias in (("u", 1000.0), ("u", -1000.0), ("r", -1000.0)):
        extreme = {**weights, f"b_{gate}": np.full(4, bias)}
        yield Case((extreme, x, h_0), f"a bias of {bias:g}: {gate} = {int(bias > 0)}")


task = Task(
    assignment="a5",
    name="gru_forward",
    label="Task 3, GRU forward",
    points=15,
    function="gru_forward",
    arguments=("params", "x", "h_0"),
    returns="a dict of four arrays",
    look='the four equations in the text of task 3; lecture 12, "Four equations".',
    reference=reference,
    visible=tuple(_visible()),
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(
        finite,
        gru_equations,
    ),
    tolerance=lstm_forward.TOLERANCE,
)
check, grade, example = task.check, task.grade, task.example
