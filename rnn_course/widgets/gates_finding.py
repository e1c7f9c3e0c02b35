"""The gate explorer's sentence, for pages where no browser says it; the same words as gates_finding.js."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rnn_course.widgets.gates_trace import FREE, GATES, THIS_UNIT, GateTrace

MEMORY = {"lstm": "c", "gru": "h"}
KEPT = {"lstm": "f", "gru": "1 − u"}


def number(value: float) -> str:
    """Two decimals and a true minus: −0.51."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def _factor(value: float) -> str:
    text = number(value)
    return f"({text})" if text.startswith("−") else text


def step_finding(kind: str, trace: GateTrace, words: Sequence[str], step: int, unit: int) -> str:
    """The cell's equation with its numbers, at one step of one unit; both counted from 1."""
    t, n = step - 1, unit - 1
    before, after = trace.memory[t, n], trace.memory[step, n]
    gate = {name: values[t, n] for name, values in trace.gates.items()}
    where = f"Step {step}, {words[t]}, unit {unit}: "
    if kind == "lstm":
        kept = f"{number(gate['f'])} · {_factor(before)} + {number(gate['i'])} · {_factor(gate['c_tilde'])}"
        read = f"{number(gate['o'])} · {_factor(np.tanh(after))} = {number(trace.output[step, n])}"
        return f"{where}c = f c⁽ᵗ⁻¹⁾ + i c̃ = {kept} = {number(after)}, and h = o tanh c = {read}."
    kept = f"{number(1 - gate['u'])} · {_factor(before)} + {number(gate['u'])} · {_factor(gate['h_tilde'])}"
    return f"{where}h = (1 − u) h⁽ᵗ⁻¹⁾ + u h̃ = {kept} = {number(after)}."


def retention_finding(kind: str, kept: float, half_life: float, since: int) -> str:
    """How long a memory of this unit lasts from a step on."""
    gate = KEPT[kind]
    if half_life == np.inf:
        return f"From step {since} on its {gate} is 1: what it holds is kept for ever."
    if half_life == 0:
        return f"From step {since} on its {gate} reaches 0: nothing of what it held before is left."
    steps = f"{half_life:.1f}" if half_life < 100 else f"{half_life:,.0f}"
    average = f"From step {since} on its {gate} is {kept:.3f} on (geometric) average"
    return f"{average}: half of a memory is gone after {steps} steps."


def forced_finding(
    kind: str,
    free: GateTrace,
    present: GateTrace,
    forced: Mapping[str, str],
    where: str,
    since: int,
    unit: int,
) -> str:
    """What forcing the gates has done to the memory; nothing if all are free."""
    held = [
        f"{gate} = {'1' if forced[gate] == 'open' else '0'}" for gate in GATES[kind] if forced[gate] != FREE
    ]
    if not held:
        return ""
    units = f"unit {unit} alone" if where == THIS_UNIT else "all units"
    now, otherwise = (number(trace.memory[-1, unit - 1]) for trace in (present, free))
    return (
        f"Forced in {units} from step {since} on: {', '.join(held)}. Its {MEMORY[kind]} ends at {now}; "
        f"with free gates it would be {otherwise}."
    )


def watch_finding(now: Mapping[str, float], free: Mapping[str, float], word: str, forced: bool) -> str:
    """What the model says next, with the gates as they are and, where they are forced, as they would be."""
    if not now:
        return ""
    said = " and ".join(f"{number(p)} for a {name}" for name, p in now.items())
    otherwise = " and ".join(number(p) for p in free.values())
    return f"Next after {word}, the model gives {said}{f' ({otherwise} with free gates)' if forced else ''}."
