"""a5, task 2a: the way back through an LSTM, to what its gates are made of and to its first states."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a5 import draw, lstm_forward
from rnn_course.checks.a5.draw import LSTM_GATES, Params, Sizes
from rnn_course.checks.a5.lstm_backward_mistakes import MISTAKES
from rnn_course.checks.a5.lstm_backward_slips import SLIPS
from rnn_course.checks.case import Case, Property
from rnn_course.checks.plain import Plain
from rnn_course.checks.properties import finite
from rnn_course.checks.task import Task


def reference(params: Params, cache: dict[str, ndarray], dh: ndarray, dc_T: ndarray) -> dict[str, ndarray]:
    """A right answer."""
    f, i, o, c_tilde = (cache[name] for name in ("f", "i", "o", "c_tilde"))
    shown = np.tanh(cache["c"][1:])
    dz = {f"dz_{gate}": np.zeros(f.shape) for gate in LSTM_GATES}
    dh_later, dc_later = np.zeros(f.shape[1:]), dc_T
    for t in reversed(range(len(f))):
        dh_t = dh[t] + dh_later
        dc_t = dc_later + dh_t * o[t] * (1 - shown[t] ** 2)
        dz["dz_f"][t] = dc_t * cache["c"][t] * f[t] * (1 - f[t])
        dz["dz_i"][t] = dc_t * c_tilde[t] * i[t] * (1 - i[t])
        dz["dz_o"][t] = dh_t * shown[t] * o[t] * (1 - o[t])
        dz["dz_c"][t] = dc_t * i[t] * (1 - c_tilde[t] ** 2)
        dh_later = sum(
            (dz[f"dz_{gate}"][t] @ params[f"W_{gate}"] for gate in LSTM_GATES), np.zeros_like(dc_t)
        )
        dc_later = dc_t * f[t]
    return {**dz, "dh_0": dh_later, "dc_0": dc_later}


Arguments = tuple[Params, dict[str, ndarray], ndarray, ndarray]


def arguments(rng: np.random.Generator, size: Sizes, scale: float = 0.7) -> Arguments:
    """Weights, what a forward pass leaves, and gradients that arrive from above and from later."""
    weights, x, h_0, c_0 = lstm_forward.arguments(rng, size, scale)
    cache = lstm_forward.reference(weights, x, h_0, c_0)
    return weights, cache, draw.numbers(rng, (size.T, size.B, size.H), 1.0), draw.state(rng, size, 1.0)


def _visible() -> Iterator[Case]:
    weights, x, h_0, c_0 = lstm_forward.WORKED
    cache = lstm_forward.reference(weights, x, h_0, c_0)
    straight = weights, cache, np.zeros((2, 1, 1)), np.ones((1, 1))
    yield Case(straight, "the unit of task 1, two steps; a gradient comes from c^(2) alone")
    rng = np.random.default_rng(6)
    weights, cache, dh, dc_T = arguments(rng, Sizes(T=1, B=1, D=3, H=2))
    yield Case((weights, cache, np.round(dh, 1), np.round(dc_T, 1)), "one step: T = 1, B = 1, D = 3, H = 2")
    weights, cache, dh, dc_T = arguments(rng, Sizes(T=4, B=2, D=2, H=3))
    yield Case((weights, cache, dh, np.zeros_like(dc_T)), "nobody reads the last cell: dc_T = 0")
    yield Case(arguments(rng, Sizes(T=5, B=3, D=4, H=2)), "T = 5, B = 3, D = 4, H = 2")


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for size in (*draw.MANY_SIZES, draw.ONE_STEP):
        yield Case(arguments(rng, size))
    weights, cache, dh, dc_T = arguments(rng, Sizes(T=6, B=2, D=3, H=4))
    yield Case((weights, cache, np.zeros_like(dh), dc_T), "a gradient comes from the last cell alone")
    early = dh.copy()
    early[1:] = 0
    yield Case((weights, cache, early, np.zeros_like(dc_T)), "a loss at the first step alone")
    late = dh.copy()
    late[:-1] = 0
    yield Case((weights, cache, late, np.zeros_like(dc_T)), "a loss at the last step alone")


def _where_it_goes_wrong(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    """Backwards, the first wrong step is the latest one, and there the fault shows alone."""
    right = reference(*arguments)
    names = [f"dz_{gate}" for gate in LSTM_GATES]
    if not isinstance(value, dict):
        return None
    for name in names:
        entry = value.get(name)
        if not isinstance(entry, np.ndarray) or entry.dtype.kind not in "iuf":
            return None
        if entry.shape != right[name].shape:
            return None
    for t in range(len(right["dz_f"]), 0, -1):
        wrong = [n for n in names if not np.allclose(value[n][t - 1], right[n][t - 1], rtol=1e-4, atol=1e-6)]
        if wrong:
            which = " and ".join([", ".join(wrong[:-1]), wrong[-1]] if len(wrong) > 1 else wrong)
            later = "the last step" if t == len(right["dz_f"]) else "all later steps are right"
            verb = "is" if len(wrong) == 1 else "are"
            return f"Going back, {which} {verb} wrong first at t = {t} ({later})."
    for name in ("dh_0", "dc_0"):
        start = value.get(name)
        if not isinstance(start, np.ndarray) or start.dtype.kind not in "iuf":
            return None
        if start.shape != right[name].shape or not np.allclose(start, right[name], rtol=1e-4, atol=1e-6):
            return f"All dz are right; {name} is not, which comes out of the step t = 1."
    return None


task = Task(
    assignment="a5",
    name="lstm_backward",
    label="Task 2a, LSTM backward",
    points=20,
    function="lstm_backward",
    arguments=("params", "cache", "dh", "dc_T"),
    returns="a dict of six arrays",
    look="the map of roads at the beginning of task 2 (does your line leave one out?), the two slopes in "
    'task 2a, and which entry of c is read; lecture 06, "The same weight, twice"; '
    'lecture 11, "The plus sign is the secret".',
    reference=reference,
    visible=tuple(_visible()),
    hidden=hidden,
    mistakes=MISTAKES + SLIPS,
    properties=(
        finite,
        Property("right at the last step", _where_it_goes_wrong),
    ),
    tolerance=lstm_forward.TOLERANCE,
)
check, grade, example = task.check, task.grade, task.example
