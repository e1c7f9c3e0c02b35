// How long one unit's memory lasts, by what is added to the bias of its forget or update gate.

import { Axes } from "./assets/axes.js";
import { formatSteps } from "./gates_finding.js";

export const HALF_LIFE_HEIGHT = 228;
const BIAS_COUNT = 13;
const MOST_BIAS = 6;

/** Runs the cell with many biases, once for each text, and keeps the logarithms of what remains at each step. */
export class HalfLives {
  constructor(cell) {
    this.cell = cell;
    this.biases = Array.from({ length: BIAS_COUNT }, (_, k) => MOST_BIAS * ((2 * k) / (BIAS_COUNT - 1) - 1));
    this.logs = this.biases.map(() => new Float64Array(cell.longest * cell.hidden));
    this.run = cell.newRun();
  }

  read(ids) {
    this.steps = ids.length;
    this.biases.forEach((bias, k) => {
      this.cell.run(ids, this.run, { bias });
      for (let at = 0; at < ids.length * this.cell.hidden; at++) this.logs[k][at] = Math.log(this.run.kept[at]);
    });
  }

  /** The half-life for each bias, in steps. @param unit counted from 0 @param since counted from 1 */
  of(unit, since) {
    return this.logs.map((logs) => {
      let sum = 0;
      for (let t = since - 1; t < this.steps; t++) sum += logs[t * this.cell.hidden + unit];
      return sum === 0 ? Infinity : (-Math.LN2 * (this.steps - since + 1)) / sum;
    });
  }
}

/** @param view { bias, halfLife, gate, unit }: the present one, with free gates */
export function drawHalfLives(pen, { width, colors }, biases, halfLives, view) {
  const finite = [...halfLives, view.halfLife].filter((value) => Number.isFinite(value) && value > 0);
  const min = 10 ** Math.max(-2, Math.floor(Math.log10(Math.min(1, ...finite))));
  const max = 10 ** Math.min(6, Math.ceil(Math.log10(Math.max(10, ...finite))));
  const axes = new Axes(
    pen,
    { x: 0, y: 0, width, height: HALF_LIFE_HEIGHT },
    {
      x: { min: -MOST_BIAS, max: MOST_BIAS, ticks: [-6, -4, -2, 0, 2, 4, 6], label: `added to b_${view.gate}` },
      y: { min, max, log: true, label: "" },
      title: `Half-life of unit ${view.unit} in steps, free gates`,
    },
    colors,
  );
  axes.line(biases, halfLives, { color: colors.blue });
  axes.rule({ x: view.bias });
  const shown = Math.min(max, Math.max(min, view.halfLife));
  axes.dots([view.bias], [shown], { color: colors.blue, radius: 5 });
  const right = view.bias < 3;
  const label = view.halfLife === Infinity ? "for ever" : `${formatSteps(view.halfLife)} steps`;
  const falling = view.gate === "u";
  axes.say(label, view.bias, shown, { bold: true, dx: right ? 10 : -10, dy: falling === right ? -10 : 10, align: right ? "left" : "right" });
}
