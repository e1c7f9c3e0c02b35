// The gate explorer's sentence; widgets/gates_finding.py says the same where no browser runs.

import { GATES_OF } from "./gates_cell.js";

/** Two decimals and a true minus: −0.51. */
export function gateNumber(value) {
  const text = value.toFixed(2);
  return text === "-0.00" ? "0.00" : text.replace("-", "−");
}

function gateFactor(value) {
  const text = gateNumber(value);
  return text.startsWith("−") ? `(${text})` : text;
}

/** The cell's equation with its numbers. @param at { kind, step, unit, word } @param cell the numbers of this step */
export function stepFinding({ kind, step, unit, word }, cell) {
  const where = `Step ${step}, ${word}, unit ${unit}: `;
  if (kind === "lstm") {
    const kept = `${gateNumber(cell.f)} · ${gateFactor(cell.before)} + ${gateNumber(cell.i)} · ${gateFactor(cell.c_tilde)}`;
    const read = `${gateNumber(cell.o)} · ${gateFactor(Math.tanh(cell.memory))} = ${gateNumber(cell.h)}`;
    return `${where}c = f c⁽ᵗ⁻¹⁾ + i c̃ = ${kept} = ${gateNumber(cell.memory)}, and h = o tanh c = ${read}.`;
  }
  const kept = `${gateNumber(1 - cell.u)} · ${gateFactor(cell.before)} + ${gateNumber(cell.u)} · ${gateFactor(cell.h_tilde)}`;
  return `${where}h = (1 − u) h⁽ᵗ⁻¹⁾ + u h̃ = ${kept} = ${gateNumber(cell.memory)}.`;
}

export function formatSteps(halfLife) {
  if (halfLife < 100) return halfLife.toFixed(1);
  return Math.round(halfLife).toLocaleString("en-US");
}

/** How long a memory of this unit lasts from a step on. */
export function retentionFinding(kind, { average, halfLife }, since) {
  const gate = kind === "lstm" ? "f" : "1 − u";
  if (halfLife === Infinity) return `From step ${since} on its ${gate} is 1: what it holds is kept for ever.`;
  if (halfLife === 0) return `From step ${since} on its ${gate} reaches 0: nothing of what it held before is left.`;
  const share = average.toFixed(3);
  return `From step ${since} on its ${gate} is ${share} on (geometric) average: half of a memory is gone after ${formatSteps(halfLife)} steps.`;
}

/** What forcing the gates has done to the memory; nothing if all are free. */
export function forcedFinding({ kind, unit, since, where }, forced, now, otherwise) {
  const held = GATES_OF[kind].filter((gate) => forced[gate] !== undefined).map((gate) => `${gate} = ${forced[gate]}`);
  if (held.length === 0) return "";
  const units = where === "this unit" ? `unit ${unit} alone` : "all units";
  return (
    `Forced in ${units} from step ${since} on: ${held.join(", ")}. Its ${kind === "lstm" ? "c" : "h"} ends at ` +
    `${gateNumber(now)}; with free gates it would be ${gateNumber(otherwise)}.`
  );
}

/** What the model says next, with the gates as they are and, where they are forced, as they would be. */
export function watchFinding(now, free, word, forced) {
  if (Object.keys(now).length === 0) return "";
  const said = Object.entries(now).map(([name, p]) => `${gateNumber(p)} for a ${name}`);
  const otherwise = Object.values(free).map(gateNumber);
  return `Next after ${word}, the model gives ${said.join(" and ")}${forced ? ` (${otherwise.join(" and ")} with free gates)` : ""}.`;
}
