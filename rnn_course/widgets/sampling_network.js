import { readArray } from "./assets/buffers.js";

// The gates of each cell, as names of a recurrent matrix, an input matrix and a bias; NOTATION.md has the equations.
const gatesOf = (letters) => [...letters].map((g) => [`W_${g}`, `U_${g}`, `b_${g}`]);
const CELL_GATES = { elman: [["W_h", "W_e", "b_1"]], gru: gatesOf("urh"), lstm: gatesOf("fioc") };
const BOS_ID = 0;
export const EOS_ID = 1;
export const UNKNOWN_ID = 2;

/** The bits of an IEEE half-precision number (never infinite: Python has looked) as a number. */
export function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The weights of one stage by name, as precise as they were sent; sums of them are in double precision. */
export function readWeights(model, stage) {
  const { values, shape } = readArray(model, "weights");
  const half = values instanceof Uint16Array;
  const arrays = {};
  let at = stage * shape[1];
  for (const [name, sizes] of model.get("layout_of_weights")) {
    const size = sizes.reduce((a, b) => a * b, 1);
    arrays[name] = half ? Float32Array.from(values.subarray(at, at + size), fromHalf) : values.slice(at, at + size);
    at += size;
  }
  return arrays;
}

const BLOCK = 8;

/** A matrix as `affine` reads it from one end to the other: eight rows side by side, column by column; then what is left. */
function inBlocks(matrix, size) {
  const rows = matrix.length / size;
  const packed = new Float32Array(matrix.length);
  let at = 0;
  for (let i = 0; i < rows; i += BLOCK) {
    const height = Math.min(BLOCK, rows - i);
    for (let j = 0; j < size; j++) for (let k = 0; k < height; k++) packed[at++] = matrix[(i + k) * size + j];
  }
  return packed;
}

/**
 * out = W x + b, W in blocks; x may be longer than `size`. Eight rows at once: an entry of x is read once for all of
 * them, and no sum waits for another.
 */
function affine(blocks, x, size, bias, out) {
  const rows = out.length;
  let i = 0;
  let at = 0;
  for (; i + BLOCK <= rows; i += BLOCK) {
    let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
    for (let j = 0; j < size; j++, at += BLOCK) {
      const value = x[j];
      a += blocks[at] * value;
      b += blocks[at + 1] * value;
      c += blocks[at + 2] * value;
      d += blocks[at + 3] * value;
      e += blocks[at + 4] * value;
      f += blocks[at + 5] * value;
      g += blocks[at + 6] * value;
      h += blocks[at + 7] * value;
    }
    out[i] = a + bias[i];
    out[i + 1] = b + bias[i + 1];
    out[i + 2] = c + bias[i + 2];
    out[i + 3] = d + bias[i + 3];
    out[i + 4] = e + bias[i + 4];
    out[i + 5] = f + bias[i + 5];
    out[i + 6] = g + bias[i + 6];
    out[i + 7] = h + bias[i + 7];
  }
  for (let k = i; k < rows; k++) out[k] = bias[k];
  for (let j = 0; i < rows && j < size; j++) for (let k = i; k < rows; k++, at++) out[k] += blocks[at] * x[j];
  return out;
}

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const tanh = (z) => 1 - 2 / (1 + Math.exp(2 * z)); // to 1e-16; twice as fast as Math.tanh

/** A recurrent language model of characters: `advance` reads one, `logProbs` says what it expects next. */
export class CharacterNetwork {
  constructor({ cell, memory, vocab }, arrays) {
    Object.assign(this, { cell, memory, vocab, arrays });
    const [, , bias] = CELL_GATES[cell][0];
    this.hidden = arrays[`cell.${bias}`].length;
    this.embed = arrays.E.length / vocab;
    this.gates = CELL_GATES[cell].map((names) => {
      const [W, U, b] = names.map((name) => arrays[`cell.${name}`]);
      return [inBlocks(W, this.hidden), inBlocks(U, this.embed), b];
    });
    this.U = inBlocks(arrays.U ?? arrays.E, this.hidden); // without a U of its own, tied
    this.inputs = new Array(vocab).fill(null);
    this.reset = new Float64Array(this.hidden);
    this.z = this.gates.map(() => new Float64Array(this.hidden));
  }

  /** The state before anything was read: h, and for an LSTM c behind it. */
  fresh() {
    const state = new Float64Array(this.cell === "lstm" ? 2 * this.hidden : this.hidden);
    state.set(this.arrays.start ?? this.arrays["start.h"] ?? []);
    if (this.cell === "lstm") state.set(this.arrays["start.c"] ?? [], this.hidden);
    return state;
  }

  /** The state after `<s>`. */
  start() {
    return this.step(this.fresh(), BOS_ID);
  }

  /** The state after one token more; after `</s>`, the `<s>` of the next text has been read. */
  advance(state, token) {
    const ends = token === BOS_ID || token === EOS_ID;
    const anew = this.memory === "none" || (ends && this.memory === "sentence");
    return this.step(anew ? this.fresh() : state, ends ? BOS_ID : token);
  }

  /** U_g E[token] + b_g of each gate g: the same whenever the token is read, so it is computed once. */
  input(token) {
    this.inputs[token] ??= this.gates.map(([, U, b]) => {
      const e = this.arrays.E.subarray(token * this.embed, (token + 1) * this.embed);
      return affine(U, e, this.embed, b, new Float64Array(this.hidden));
    });
    return this.inputs[token];
  }

  /** W_g h + input of each gate in `gates`, in arrays that the next step uses again. */
  scores(h, input, gates) {
    for (const g of gates) affine(this.gates[g][0], h, this.hidden, input[g], this.z[g]);
    return this.z;
  }

  step(state, token) {
    const input = this.input(token);
    if (this.cell === "gru") return this.gru(state, input);
    if (this.cell === "lstm") return this.lstm(state, input);
    return this.scores(state, input, [0])[0].map(tanh);
  }

  gru(h, input) {
    const { hidden, reset } = this;
    const [u, r, candidate] = this.scores(h, input, [0, 1]);
    for (let i = 0; i < hidden; i++) reset[i] = sigmoid(r[i]) * h[i];
    this.scores(reset, input, [2]);
    const next = new Float64Array(hidden);
    for (let i = 0; i < hidden; i++) {
      const update = sigmoid(u[i]);
      next[i] = (1 - update) * h[i] + update * tanh(candidate[i]);
    }
    return next;
  }

  lstm(state, input) {
    const { hidden } = this;
    const [f, inputs, o, candidate] = this.scores(state, input, [0, 1, 2, 3]);
    const next = new Float64Array(2 * hidden); // h, then c
    for (let i = 0; i < hidden; i++) {
      const c = sigmoid(f[i]) * state[hidden + i] + sigmoid(inputs[i]) * tanh(candidate[i]);
      next[hidden + i] = c;
      next[i] = sigmoid(o[i]) * tanh(c);
    }
    return next;
  }

  /** log P(next token) for every id, in nats; -Infinity for `<s>`. */
  logProbs(state) {
    const scores = affine(this.U, state, this.hidden, this.arrays.b_2, new Float64Array(this.vocab));
    scores[BOS_ID] = -Infinity;
    let top = -Infinity;
    for (const score of scores) if (score > top) top = score;
    let sum = 0;
    for (let id = 0; id < this.vocab; id++) sum += Math.exp(scores[id] - top);
    const log = top + Math.log(sum);
    for (let id = 0; id < this.vocab; id++) scores[id] -= log;
    return scores;
  }
}

/** Typed text as ids. */
export function encodeCharacters(text, ids) {
  return [...text].map((character) => ids.get(character) ?? UNKNOWN_ID);
}
