import { readArray } from "./assets/buffers.js";
import { clear, columnsOf, lengthOfRows, multiply, rowsOf, timesVector, zeros } from "./assets/rows.js";
import { applyMatrix } from "./powers_algebra.js";
import { SpectralNorm } from "./powers_norm.js";

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
      Object.assign(read, { rows: rowsOf(read.W, n), columns: columnsOf(read.W, n) });
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
    this.rows = rowsOf(new Float64Array(n * n), n); // of the matrix that was appended last
    this.row = zeros(n);
  }

  at(lag) {
    return this.entries.subarray(lag * this.n * this.n, (lag + 1) * this.n * this.n);
  }

  begin() {
    this.rows.forEach((row, i) => {
      clear(row);
      row[i] = 1;
    });
    this.logScales[0] = 0;
    this.keep(0);
  }

  /**
   * The matrix of `lag` is that of the lag before, times D W from the right: W by its columns, D by its diagonal. By
   * index, as all loops here over rows: inside `for .. of`, Chromium makes products three times as slow.
   */
  append(lag, diagonal, columns) {
    for (let i = 0; i < this.n; i++) {
      timesEach(this.rows[i], diagonal, this.row);
      timesVector(columns, this.row, this.rows[i]);
    }
    this.logScales[lag] = this.logScales[lag - 1];
    this.keep(lag);
  }

  /** What stands in `rows` is the matrix of `lag`, once it is brought to norm 1. */
  keep(lag) {
    const norm = lengthOfRows(this.rows);
    this.logScales[lag] += Math.log(norm);
    const from = lag * this.n * this.n;
    for (let i = 0; i < this.n; i++) {
      if (norm) multiply(this.rows[i], 1 / norm);
      copyInto(this.entries, from + i * this.n, this.rows[i]);
    }
  }
}

/** out = each entry of v times that of w */
function timesEach(v, w, out) {
  for (let j = 0; j < v.length; j++) out[j] = v[j] * w[j];
}

function copyInto(values, from, row) {
  for (let j = 0; j < row.length; j++) values[from + j] = row[j];
}

function powersOf(columns, n) {
  const powers = new ScaledMatrices(n);
  powers.begin();
  const ones = zeros(n);
  for (let i = 0; i < n; i++) ones[i] = 1;
  for (let lag = 1; lag <= LONGEST_LAG; lag++) powers.append(lag, ones, columns);
  return powers;
}

/** A network's way through its inputs, and the product of its Jacobians from the last step back. */
class Trajectory {
  constructor(n) {
    this.n = n;
    this.jacobians = new ScaledMatrices(n);
    this.slopes = new Float64Array(LONGEST_LAG * n); // of the last 60 steps, the last one first
    this.logNorms = new Float64Array(LONGEST_LAG + 1);
    this.h = zeros(n);
    this.z = zeros(n);
    this.diagonal = zeros(n);
    this.norm = new SpectralNorm(n);
  }

  /** h = f(r W h + s input) for all inputs; dh^(T)/dh^(T-l) = D^(T) r W D^(T-1) r W .., D = diag f'(z) */
  run(kind, radius, inputSize, nonlinearity) {
    const { n } = this;
    const tanh = nonlinearity === "tanh";
    clear(this.h);
    for (let t = 0; t < kind.steps; t++) {
      const back = kind.steps - 1 - t;
      timesVector(kind.rows, this.h, this.z);
      for (let i = 0; i < n; i++) {
        const z = radius * this.z[i] + inputSize * kind.inputs[t * n + i];
        const h = tanh ? Math.tanh(z) : 1 / (1 + Math.exp(-z));
        this.h[i] = h;
        if (back < LONGEST_LAG) this.slopes[back * n + i] = tanh ? 1 - h * h : h * (1 - h);
      }
    }
    this.jacobians.begin();
    for (let lag = 1; lag <= LONGEST_LAG; lag++) {
      for (let i = 0; i < n; i++) this.diagonal[i] = radius * this.slopes[(lag - 1) * n + i];
      this.jacobians.append(lag, this.diagonal, kind.columns);
      const scale = this.jacobians.logScales[lag];
      this.logNorms[lag] = scale === -Infinity ? scale : scale + Math.log(this.norm.of(this.jacobians.rows));
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
    if (!this.powers.has(kind)) this.powers.set(kind, powersOf(this.kind.columns, this.n));
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
