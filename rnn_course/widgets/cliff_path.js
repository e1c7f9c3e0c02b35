import { cliffGradient } from "./cliff_network.js";

/** What a gradient of this norm is multiplied by. The second rule is the slip: its result is the shorter, the longer the gradient. */
function clipFactor(rule, norm, maxNorm) {
  if (rule === "norm" && norm > maxNorm && norm < Infinity) return maxNorm / norm;
  const square = norm * norm;
  if (rule === "squared norm" && square > maxNorm && square < Infinity) return maxNorm / square;
  return 1;
}

/** The length of (x, y); NaN if one of them is, which Math.hypot hides behind infinity. */
function lengthOf(x, y) {
  return Number.isNaN(x) || Number.isNaN(y) ? NaN : Math.hypot(x, y);
}

/** A path of gradient descent; its arrays are made once. Entry s belongs to the point after s steps. */
export class CliffPath {
  constructor(steps) {
    this.steps = steps;
    for (const name of ["w", "b", "losses", "norms", "lengths"]) this[name] = new Float64Array(steps + 1);
    this.found = { J: 0, dw: 0, db: 0 };
  }

  /** @param rule "none", "norm" or "squared norm" */
  walk({ task, network, w, b, learningRate, maxNorm }, rule) {
    this.lostAt = null;
    this.longest = 0;
    for (let s = 0; s <= this.steps; s++) {
      const { J, dw, db } = cliffGradient(task, network, w, b, this.found);
      const norm = lengthOf(dw, db);
      const factor = clipFactor(rule, norm, maxNorm);
      const length = learningRate * lengthOf(dw * factor, db * factor);
      this.w[s] = w;
      this.b[s] = b;
      this.losses[s] = J;
      this.norms[s] = norm;
      this.lengths[s] = length;
      if (this.lostAt === null && !(Number.isFinite(J) && Number.isFinite(norm))) this.lostAt = s;
      if (s < this.steps && length > this.longest) this.longest = length;
      w -= learningRate * (dw * factor);
      b -= learningRate * (db * factor);
    }
    return this;
  }
}
