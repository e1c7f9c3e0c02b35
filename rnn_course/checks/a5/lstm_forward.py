"""a5, task 1: the LSTM, forward."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a5 import draw
from rnn_course.checks.a5.draw import LSTM_GATES, Params, Sizes
from rnn_course.checks.a5.equations import lstm_equations
from rnn_course.checks.a5.lstm_forward_mistakes import MISTAKES
from rnn_course.checks.case import Case
from rnn_course.checks.compare import Tolerance
from rnn_course.checks.properties import finite
from rnn_course.checks.task import Task

TOLERANCE = Tolerance(rtol=1e-4, atol=1e-6)  # float32 over a few steps


def reference(params: Params, x: ndarray, h_0: ndarray, c_0: ndarray) -> dict[str, ndarray]:
    """A right answer."""
    h, c = [h_0], [c_0]
    found: dict[str, list[ndarray]] = {name: [] for name in ("f", "i", "o", "c_tilde")}
    for x_t in x:
        z = {
            gate: h[-1] @ params[f"W_{gate}"].T + x_t @ params[f"U_{gate}"].T + params[f"b_{gate}"]
            for gate in LSTM_GATES
        }
        f, i, o = (0.5 + 0.5 * np.tanh(z[gate] / 2) for gate in "fio")
        c_tilde = np.tanh(z["c"])
        c.append(f * c[-1] + i * c_tilde)
        h.append(o * np.tanh(c[-1]))
        for name, value in zip(found, (f, i, o, c_tilde), strict=True):
            found[name].append(value)
    return {**{name: np.stack(values) for name, values in found.items()}, "h": np.stack(h), "c": np.stack(c)}


def arguments(
    rng: np.random.Generator, size: Sizes, scale: float = 0.7
) -> tuple[Params, ndarray, ndarray, ndarray]:
    """Weights, words and first states."""
    weights = draw.params(rng, LSTM_GATES, size, scale)
    return weights, draw.words(rng, size), draw.state(rng, size), draw.state(rng, size, 1.0)


WORKED = (
    draw.blank(LSTM_GATES, 1, 1, f=np.log(3), c=100.0),
    np.zeros((2, 1, 1)),
    np.zeros((1, 1)),
    np.ones((1, 1)),
)


def _visible() -> Iterator[Case]:
    yield Case(WORKED, "one unit that looks at nothing: f = 3/4, i = o = 1/2, new content 1")
    rng = np.random.default_rng(5)
    weights, x, h_0, c_0 = arguments(rng, Sizes(T=1, B=1, D=3, H=2))
    small = draw.rounded(weights), np.round(x, 1), np.round(h_0, 1), np.round(c_0, 1)
    yield Case(small, "one step of one sequence: T = 1, B = 1, D = 3, H = 2")
    yield Case(arguments(rng, Sizes(T=5, B=3, D=4, H=2)), "T = 5, B = 3, D = 4, H = 2")
    weights, x, h_0, c_0 = arguments(rng, Sizes(T=4, B=2, D=3, H=5))
    weights["b_f"], weights["b_i"] = np.full(5, 1000.0), np.full(5, -1000.0)
    yield Case((weights, x, h_0, c_0), "f = 1 and i = 0: the cell stays what it was")


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for size in (*draw.MANY_SIZES, draw.ONE_STEP):
        yield Case(arguments(rng, size))
    weights, x, h_0, c_0 = arguments(rng, Sizes(T=6, B=2, D=3, H=4))
    yield Case((weights, x, np.zeros_like(h_0), np.zeros_like(c_0)), "from zero states")
    extreme = {name: array + 1000.0 * (name in ("b_f", "b_o")) for name, array in weights.items()}
    yield Case((extreme, x, h_0, 3 * c_0), "biases of 1000: f = o = 1")
    shut = {name: array - 1000.0 * (name in ("b_f", "b_i")) for name, array in weights.items()}
    yield Case((shut, x, h_0, c_0), "biases of -1000: f = i = 0, the cell is emptied")


task = Task(
    assignment="a5",
    name="lstm_forward",
    label="Task 1, LSTM forward",
    points=15,
    function="lstm_forward",
    arguments=("params", "x", "h_0", "c_0"),
    returns="a dict of six arrays",
    look='the six equations in the text of task 1; lecture 11, "Two states, three gates, six equations".',
    reference=reference,
    visible=tuple(_visible()),
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(
        finite,
        lstm_equations,
    ),
    tolerance=TOLERANCE,
)
check, grade, example = task.check, task.grade, task.example
