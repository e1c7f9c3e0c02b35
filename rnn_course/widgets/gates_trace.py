"""A gated cell's run over a sentence, with gates held open or shut from a step on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.gru import gru_forward
from rnn_course.cells.lstm import LSTMState, lstm_forward
from rnn_course.cells.parameters import map_arrays
from rnn_course.layers import log_softmax
from rnn_course.widgets.gates_network import GatedNetwork

GATES = {"lstm": ("f", "i", "o"), "gru": ("u", "r")}
FREE, OPEN, SHUT = STATES = ("free", "open", "shut")
ALL_UNITS, THIS_UNIT = WHERE = ("all units", "this unit")
LARGE = 1000.0  # sigmoid(+-1000) is 1 or 0 to the last digit


class GateTrace(NamedTuple):
    """What happened at each step.

    Attributes:
        memory: c of an LSTM, h of a GRU, [time + 1, hidden]; the first row stands before the first step.
        output: h, [time + 1, hidden].
        gates: by name, candidates too (`c_tilde`, `h_tilde`), each [time, hidden].
        kept: what the memory is multiplied by at each step: f, or 1 - u, [time, hidden].
    """

    memory: Float[ndarray, "time+1 hidden"]
    output: Float[ndarray, "time+1 hidden"]
    gates: dict[str, Float[ndarray, "time hidden"]]
    kept: Float[ndarray, "time hidden"]

    def half_life(self, unit: int, since: int) -> float:
        """Steps until half of a memory is gone, at the geometric mean of the gates from step `since` on.

            kept^l = 1/2   at   l = log(1/2) / log kept

        Args:
            unit: counted from 0.
            since: counted from 1.

        Returns:
            0 if a gate erased all, inf if all of them kept everything.
        """
        return half_life(self.kept[since - 1 :, unit])


def half_life(kept: Float[ndarray, " time"]) -> float:
    """log(1/2) / mean(log kept): 0 where a gate is 0, inf where all are 1."""
    with np.errstate(divide="ignore"):
        fading = float(np.mean(np.log(kept)))
    return float("inf") if fading == 0 else float(np.log(0.5) / fading)


def run_gates(
    network: GatedNetwork,
    ids: Int[ndarray, " time"],
    *,
    bias: float = 0.0,
    forced: Mapping[str, str] | None = None,
    since: int = 1,
    unit: int | None = None,
) -> GateTrace:
    """Read rows of E with free gates up to step `since`, and with forced ones from there.

    A gate is forced by its bias: its weights become 0 and its bias +-1000, and the package's own cell runs.

    Args:
        ids: rows of `network.E`.
        bias: added to b_f of an LSTM, to b_u of a GRU.
        forced: "free", "open" or "shut" by the gate's name; gates that are not named are free.
        since: the first step with forced gates, counted from 1.
        unit: force this unit alone, counted from 0; all of them if left out.
    """
    x = np.asarray(network.E[ids], dtype=np.float64)[:, None]
    free = _with_bias(network, bias)
    before, after = (x[: since - 1], x[since - 1 :])
    first = _run(network.kind, free, before, network.start)
    second = _run(
        network.kind, _forced(free, forced or {}, unit), after, np.stack([first[1][-1], first[0][-1]])
    )
    memory, output, gates = (
        np.concatenate([first[0], second[0][1:]]),
        np.concatenate([first[1], second[1][1:]]),
        {name: np.concatenate([first[2][name], second[2][name]]) for name in first[2]},
    )
    return GateTrace(memory, output, gates, gates["f"] if network.kind == "lstm" else 1 - gates["u"])


def _with_bias(network: GatedNetwork, bias: float) -> Any:
    params = map_arrays(np.copy, network.params)
    (params.b_f if network.kind == "lstm" else params.b_u)[:] += bias
    return params


def _forced(params: Any, forced: Mapping[str, str], unit: int | None) -> Any:
    changed = map_arrays(np.copy, params)
    rows = slice(None) if unit is None else unit
    for gate, state in forced.items():
        if state != FREE:
            getattr(changed, f"W_{gate}")[rows] = 0
            getattr(changed, f"U_{gate}")[rows] = 0
            getattr(changed, f"b_{gate}")[rows] = LARGE if state == OPEN else -LARGE
    return changed


def _run(kind: str, params: Any, x: ndarray, start: ndarray) -> tuple[ndarray, ndarray, dict[str, ndarray]]:
    """Memory and output with their start, and the gates, without the axis of the batch."""
    if kind == "lstm":
        _, cache = lstm_forward(params, x, LSTMState(start[:1], start[1:]))
        return cache.c[:, 0], cache.h[:, 0], {n: g[:, 0] for n, g in cache.gates._asdict().items()}
    _, of_gru = gru_forward(params, x, start[:1])
    return of_gru.h[:, 0], of_gru.h[:, 0], {n: g[:, 0] for n, g in of_gru.gates._asdict().items()}


def watched(
    network: GatedNetwork, h: Float[ndarray, " hidden"], groups: Mapping[str, ndarray]
) -> dict[str, float]:
    """The probability that the next word is one of a group, for each group of ids."""
    if network.readout is None:
        return {}
    z = h @ np.asarray(network.readout.U, dtype=np.float64).T + network.readout.b_2
    z[0] = -np.inf  # <s> is never predicted
    p = np.exp(log_softmax(z[None]))[0]
    return {name: float(p[ids].sum()) for name, ids in groups.items()}
