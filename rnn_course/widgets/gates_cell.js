// An LSTM or a GRU in float64, as cells/lstm.py and cells/gru.py write it, with gates that can be held open or shut.

/** The rows of the weight matrix in blocks of H: gates, then the candidate. */
export const GATE_BLOCKS = { lstm: ["f", "i", "o", "c_tilde"], gru: ["u", "r", "h_tilde"] };
export const GATES_OF = { lstm: ["f", "i", "o"], gru: ["u", "r"] };

function gateSigmoid(z) {
  return 0.5 * Math.tanh(0.5 * z) + 0.5;
}

/** What happened at each step; arrays are made once and filled anew. Row t of `memory` is c or h after step t. */
export class GateRun {
  constructor(kind, hidden, longest) {
    this.hidden = hidden;
    this.steps = 0;
    this.memory = new Float64Array((longest + 1) * hidden);
    this.output = kind === "gru" ? this.memory : new Float64Array((longest + 1) * hidden);
    this.gates = Object.fromEntries(GATE_BLOCKS[kind].map((name) => [name, new Float64Array(longest * hidden)]));
    this.kept = kind === "lstm" ? this.gates.f : new Float64Array(longest * hidden); // f, or 1 - u
  }

  /** The geometric mean of what a unit's memory is multiplied by from step `since` on, and its half-life in steps. */
  retention(unit, since) {
    let sum = 0;
    for (let t = since - 1; t < this.steps; t++) sum += Math.log(this.kept[t * this.hidden + unit]);
    const fading = sum / (this.steps - since + 1);
    return { average: Math.exp(fading), halfLife: fading === 0 ? Infinity : -Math.LN2 / fading };
  }
}

export class GatedCell {
  /**
   * @param weights [gates * H, H + D + 1], a gate's rows being [W | U | b]
   * @param E [tokens, D] @param start [2, H]: h, and c of an LSTM, before the first step
   */
  constructor(kind, weights, E, start, longest) {
    Object.assign(this, { kind, weights, E, start, longest });
    this.hidden = start.length / 2;
    this.width = weights.length / (GATE_BLOCKS[kind].length * this.hidden);
    this.embed = this.width - this.hidden - 1;
    this.seen = new Float64Array(this.hidden); // r * h of a GRU
    this.biases = new Float64Array(GATE_BLOCKS[kind].length);
  }

  newRun() {
    return new GateRun(this.kind, this.hidden, this.longest);
  }

  /** W h + U x + b for one row. `from` is where h begins in `h`. */
  row(block, j, h, from, x) {
    const { hidden, embed, weights, E } = this;
    const at = (block * hidden + j) * this.width;
    let z = weights[at + hidden + embed] + this.biases[block];
    for (let k = 0; k < hidden; k++) z += weights[at + k] * h[from + k];
    for (let k = 0; k < embed; k++) z += weights[at + hidden + k] * E[x * embed + k];
    return z;
  }

  /**
   * Read rows of E.
   *
   * @param ids which @param into a GateRun
   * @param bias added to b_f, in a GRU to b_u
   * @param forced { f: 0 or 1 } by gate, from step `since` on, in unit `only` or, at -1, in all
   */
  run(ids, into, { bias = 0, forced = {}, since = 1, only = -1 } = {}) {
    into.steps = ids.length;
    this.biases[0] = bias;
    const { hidden, start } = this;
    const lstm = this.kind === "lstm";
    into.memory.set(lstm ? start.subarray(hidden) : start.subarray(0, hidden));
    if (lstm) into.output.set(start.subarray(0, hidden));
    for (let t = 0; t < ids.length; t++) {
      const now = t + 1 >= since ? forced : {};
      if (lstm) this.lstmStep(t, ids[t], into, now, only);
      else this.gruStep(t, ids[t], into, now, only);
    }
    return into;
  }

  gate(name, block, j, h, from, x, forced, only) {
    if (forced[name] !== undefined && (only < 0 || only === j)) return forced[name];
    return gateSigmoid(this.row(block, j, h, from, x));
  }

  lstmStep(t, x, { memory, output, gates }, forced, only) {
    const { hidden } = this;
    const before = t * hidden;
    for (let j = 0; j < hidden; j++) {
      const f = this.gate("f", 0, j, output, before, x, forced, only);
      const i = this.gate("i", 1, j, output, before, x, forced, only);
      const o = this.gate("o", 2, j, output, before, x, forced, only);
      const cTilde = Math.tanh(this.row(3, j, output, before, x));
      const at = before + j;
      gates.f[at] = f;
      gates.i[at] = i;
      gates.o[at] = o;
      gates.c_tilde[at] = cTilde;
      const c = f * memory[at] + i * cTilde; // erase, then write
      memory[at + hidden] = c;
      output[at + hidden] = o * Math.tanh(c); // read
    }
  }

  gruStep(t, x, { memory, gates, kept }, forced, only) {
    const { hidden, seen } = this;
    const before = t * hidden;
    for (let j = 0; j < hidden; j++) {
      gates.u[before + j] = this.gate("u", 0, j, memory, before, x, forced, only);
      gates.r[before + j] = this.gate("r", 1, j, memory, before, x, forced, only);
      seen[j] = gates.r[before + j] * memory[before + j];
    }
    for (let j = 0; j < hidden; j++) {
      const at = before + j;
      gates.h_tilde[at] = Math.tanh(this.row(2, j, seen, 0, x));
      kept[at] = 1 - gates.u[at];
      memory[at + hidden] = kept[at] * memory[at] + gates.u[at] * gates.h_tilde[at];
    }
  }
}

/** The probability that the next word is one of each group: softmax(U h + b_2), `<s>` left out. */
export function watchedShares(h, U, b2, groups) {
  const hidden = h.length;
  const z = new Float64Array(b2.length);
  let most = -Infinity;
  for (let w = 1; w < z.length; w++) {
    z[w] = b2[w];
    for (let k = 0; k < hidden; k++) z[w] += U[w * hidden + k] * h[k];
    most = Math.max(most, z[w]);
  }
  let sum = 0;
  for (let w = 1; w < z.length; w++) sum += z[w] = Math.exp(z[w] - most);
  z[0] = 0;
  return Object.fromEntries(
    Object.entries(groups).map(([name, ids]) => [name, ids.reduce((total, id) => total + z[id], 0) / sum]),
  );
}
