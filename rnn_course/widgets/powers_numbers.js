import { readArray } from "./assets/buffers.js";
import { applyMatrix, lengthOf, multiplyInto, spectralNorm } from "./powers_algebra.js";

export const LONGEST_LAG = 60;
export const GAMMA = { linear: 1, tanh: 1, sigmoid: 0.25 };

/** What Python sent of every matrix: each of radius 1, to be multiplied by the radius that the reader wants. */
export function readKinds(model) {
  const [matrices, eigenvalues, logNorms, vectors, inputs] = ["matrices", "eigenvalues", "log_norms", "vectors", "inputs"].map(
    (name) => readArray(model, name).values,
  );
  const at = { matrix: 0, eigenvalue: 0, vector: 0, input: 0 };
  const take = (values, place, count) => values.subarray(at[place], (at[place] += count));
  return Object.fromEntries(
    model.get("kinds").map((kind, i) => {
      const n = kind.size;
      const read = {
        ...kind,
        W: take(matrices, "matrix", n * n),
        eigenvalues: take(eigenvalues, "eigenvalue", 2 * n),
        logNorms: logNorms.subarray(i * (LONGEST_LAG + 1), (i + 1) * (LONGEST_LAG + 1)),
        v: take(vectors, "vector", n),
        logC: take(vectors, "vector", n),
        inputs: take(inputs, "input", n * kind.steps),
      };
      return [kind.name, read];
    }),
  );
}

/** W^0 .. W^60 or products of Jacobians, each as exp(logScale) times a matrix of Frobenius norm 1, or 0. */
class ScaledMatrices {
  constructor(n) {
    this.n = n;
    this.entries = new Float64Array((LONGEST_LAG + 1) * n * n);
    this.logScales = new Float64Array(LONGEST_LAG + 1);
  }

  at(lag) {
    return this.entries.subarray(lag * this.n * this.n, (lag + 1) * this.n * this.n);
  }

  begin() {
    const first = this.at(0);
    first.fill(0);
    for (let i = 0; i < this.n; i++) first[i * this.n + i] = 1 / Math.sqrt(this.n);
    this.logScales[0] = Math.log(this.n) / 2;
  }

  /** The matrix of `lag` is that of the lag before, times `factor` from the right. */
  append(lag, factor) {
    const matrix = this.at(lag);
    multiplyInto(matrix, this.at(lag - 1), factor, this.n);
    const norm = lengthOf(matrix);
    this.logScales[lag] = norm ? this.logScales[lag - 1] + Math.log(norm) : -Infinity;
    if (norm) for (let i = 0; i < matrix.length; i++) matrix[i] /= norm;
  }
}

function powersOf(W, n) {
  const powers = new ScaledMatrices(n);
  powers.begin();
  for (let lag = 1; lag <= LONGEST_LAG; lag++) powers.append(lag, W);
  return powers;
}

/** A network's way through its inputs, and the product of its Jacobians from the last step back. */
class Trajectory {
  constructor(n) {
    this.n = n;
    this.jacobians = new ScaledMatrices(n);
    this.slopes = new Float64Array(LONGEST_LAG * n); // of the last 60 steps, the last one first
    this.logNorms = new Float64Array(LONGEST_LAG + 1);
    this.factor = new Float64Array(n * n);
    this.h = new Float64Array(n);
    this.z = new Float64Array(n);
  }

  /** h = f(r W h + s input) for all inputs; dh^(T)/dh^(T-l) = D^(T) r W D^(T-1) r W .., D = diag f'(z) */
  run(kind, radius, inputSize, nonlinearity) {
    const { n } = this;
    const tanh = nonlinearity === "tanh";
    this.h.fill(0);
    for (let t = 0; t < kind.steps; t++) {
      const back = kind.steps - 1 - t;
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += kind.W[i * n + j] * this.h[j];
        this.z[i] = radius * sum + inputSize * kind.inputs[t * n + i];
      }
      for (let i = 0; i < n; i++) {
        const h = tanh ? Math.tanh(this.z[i]) : 1 / (1 + Math.exp(-this.z[i]));
        this.h[i] = h;
        if (back < LONGEST_LAG) this.slopes[back * n + i] = tanh ? 1 - h * h : h * (1 - h);
      }
    }
    this.jacobians.begin();
    for (let lag = 1; lag <= LONGEST_LAG; lag++) {
      for (let i = 0; i < n; i++) {
        const slope = radius * this.slopes[(lag - 1) * n + i];
        for (let j = 0; j < n; j++) this.factor[i * n + j] = slope * kind.W[i * n + j];
      }
      this.jacobians.append(lag, this.factor);
      const scale = this.jacobians.logScales[lag];
      this.logNorms[lag] = scale === -Infinity ? scale : scale + Math.log(spectralNorm(this.jacobians.at(lag), n));
    }
  }
}

/** All numbers of one setting. `set` computes what has changed, and no more. */
export class PowersNumbers {
  constructor(kinds) {
    this.kinds = kinds;
    this.powers = new Map();
    this.trajectories = new Map();
    this.key = "";
    this.logNorms = new Float64Array(LONGEST_LAG + 1);
  }

  set({ kind, nonlinearity, radius, lag, input_size: inputSize }) {
    Object.assign(this, { kind: this.kinds[kind], nonlinearity, radius, lag });
    this.linear = nonlinearity === "linear";
    this.n = this.kind.size;
    this.logRadius = Math.log(radius);
    this.logRho = this.kind.hasRadius ? this.logRadius : -Infinity;
    this.logSigma = Math.log(this.kind.sigma) + this.logRadius;
    const { dies } = this.kind;
    for (let l = 0; l <= LONGEST_LAG; l++) {
      this.logNorms[l] = dies >= 0 && l >= dies ? -Infinity : this.kind.logNorms[l] + l * this.logRadius;
    }
    if (!this.powers.has(kind)) this.powers.set(kind, powersOf(this.kind.W, this.n));
    const key = `${kind} ${nonlinearity} ${radius} ${inputSize}`;
    if (!this.linear && key !== this.key) {
      if (!this.trajectories.has(this.n)) this.trajectories.set(this.n, new Trajectory(this.n));
      this.trajectories.get(this.n).run(this.kind, radius, inputSize, nonlinearity);
      this.key = key;
    }
  }

  get trajectory() {
    return this.trajectories.get(this.n);
  }

  /** log of what the gradient's norm is multiplied by, for l = 0 .. 60: ||W^l||, or the product of Jacobians. */
  get logProducts() {
    return this.linear ? this.logNorms : this.trajectory.logNorms;
  }

  /** log(gamma ||W||), the most that one step can do. */
  get logFactor() {
    return this.logSigma + Math.log(GAMMA[this.nonlinearity]);
  }

  /** The matrix of the present lag: entries, and the logarithm of what they are to be multiplied by. */
  get matrix() {
    const of = this.linear ? this.powers.get(this.kind.name) : this.trajectory.jacobians;
    const more = this.linear ? this.lag * this.logRadius : 0;
    return { entries: of.at(this.lag), logScale: of.logScales[this.lag] + more };
  }

  /** log |c_i lambda_i^l| for every i. */
  get logParts() {
    const { eigenvalues, logC } = this.kind;
    return Float64Array.from(logC, (log, i) => {
      const size = Math.hypot(eigenvalues[2 * i], eigenvalues[2 * i + 1]);
      return this.lag ? log + this.lag * (Math.log(size) + this.logRadius) : log;
    });
  }

  /** W^l v: entries, and the logarithm of what they are to be multiplied by. */
  get applied() {
    const { entries, logScale } = this.matrix;
    return { entries: applyMatrix(entries, this.kind.v, this.n), logScale };
  }

  /** f' of every unit at the step that the present lag has added. */
  get slopes() {
    const back = Math.max(0, this.lag - 1);
    return this.trajectory.slopes.subarray(back * this.n, (back + 1) * this.n);
  }

  /** Mean f' over all units and the steps that the present lag covers. */
  get meanSlope() {
    if (this.linear || this.lag === 0) return 1;
    let sum = 0;
    for (let i = 0; i < this.lag * this.n; i++) sum += this.trajectory.slopes[i];
    return sum / (this.lag * this.n);
  }
}
