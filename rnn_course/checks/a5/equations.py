"""a5: which equation of a cell does not hold, judged by the student's own numbers.

One wrong equation makes everything wrong that comes after it. So each equation is tried with what the answer
itself says of the values on its right-hand side: only the wrong one then fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a5.draw import Params
from rnn_course.checks.case import Property
from rnn_course.checks.plain import Plain

Arrays = dict[str, ndarray]
Equations = Iterator[tuple[str, ndarray, ndarray]]  # name of the left-hand side, what stands there, the right


def _sigmoid(z: ndarray) -> ndarray:
    return 0.5 + 0.5 * np.tanh(z / 2)


def _z(params: Params, gate: str, state: ndarray, x: ndarray) -> ndarray:
    return state @ params[f"W_{gate}"].T + x @ params[f"U_{gate}"].T + params[f"b_{gate}"]


def _of_lstm(arguments: tuple[Plain, ...], got: Arrays) -> Equations:
    params, x, h_0, c_0 = arguments
    before, c_before = got["h"][:-1], got["c"][:-1]
    yield "h[0] = h_0", got["h"][:1], h_0[None]
    yield "c[0] = c_0", got["c"][:1], c_0[None]
    for gate in "fio":
        sum_ = f"W_{gate} h[t - 1] + U_{gate} x[t - 1] + b_{gate}"
        yield f"{gate}[t - 1] = sigmoid({sum_})", got[gate], _sigmoid(_z(params, gate, before, x))
    yield (
        "c_tilde[t - 1] = tanh(W_c h[t - 1] + U_c x[t - 1] + b_c)",
        got["c_tilde"],
        np.tanh(_z(params, "c", before, x)),
    )
    cell = got["f"] * c_before + got["i"] * got["c_tilde"]
    yield "c[t] = f[t - 1] * c[t - 1] + i[t - 1] * c_tilde[t - 1]", got["c"][1:], cell
    yield "h[t] = o[t - 1] * tanh(c[t])", got["h"][1:], got["o"] * np.tanh(got["c"][1:])


def _of_gru(arguments: tuple[Plain, ...], got: Arrays) -> Equations:
    params, x, h_0 = arguments
    before = got["h"][:-1]
    yield "h[0] = h_0", got["h"][:1], h_0[None]
    for gate in "ur":
        sum_ = f"W_{gate} h[t - 1] + U_{gate} x[t - 1] + b_{gate}"
        yield f"{gate}[t - 1] = sigmoid({sum_})", got[gate], _sigmoid(_z(params, gate, before, x))
    yield (
        "h_tilde[t - 1] = tanh(W_h (r[t - 1] * h[t - 1]) + U_h x[t - 1] + b_h)",
        got["h_tilde"],
        np.tanh(_z(params, "h", got["r"] * before, x)),
    )
    yield (
        "h[t] = (1 - u[t - 1]) * h[t - 1] + u[t - 1] * h_tilde[t - 1]",
        got["h"][1:],
        (1 - got["u"]) * before + got["u"] * got["h_tilde"],
    )


def _first_broken(
    equations: Callable[[tuple[Plain, ...], Arrays], Equations],
    states: tuple[str, ...],
    gates: tuple[str, ...],
) -> Callable[[tuple[Plain, ...], Plain], str | None]:
    """A property: says which equation is the first that does not hold, and at which step."""

    def broken(arguments: tuple[Plain, ...], value: Plain) -> str | None:
        x, start = arguments[1], arguments[2]
        shapes = {name: (len(x) + (name in states), *start.shape) for name in (*states, *gates)}
        if not isinstance(value, dict):
            return None
        for name, shape in shapes.items():
            entry = value.get(name)
            if not isinstance(entry, np.ndarray) or entry.dtype.kind not in "iuf" or entry.shape != shape:
                return None  # that is said otherwise
        for name, left, right in equations(arguments, {name: value[name] for name in shapes}):
            wrong = ~np.isclose(left, right, rtol=1e-3, atol=1e-5)
            if wrong.any():
                step = int(np.argwhere(wrong)[0][0]) + 1
                at = f", from t = {step} on" if "t" in name.split("=")[0] else ""
                return f"By your own numbers, this equation does not hold{at}:  {name}"
        return None

    return broken


lstm_equations = Property(
    "the equations of the LSTM hold", _first_broken(_of_lstm, ("h", "c"), ("f", "i", "o", "c_tilde"))
)
gru_equations = Property(
    "the equations of the GRU hold", _first_broken(_of_gru, ("h",), ("u", "r", "h_tilde"))
)
