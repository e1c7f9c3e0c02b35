import { readArray } from "./assets/buffers.js";
import { copyFrom, rowsOf, timesVector, zeros } from "./assets/rows.js";

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
      return [rowsOf(W, this.hidden), rowsOf(U, this.embed), b];
    });
    this.U = rowsOf(arrays.U ?? arrays.E, this.hidden); // without a U of its own, tied
    this.inputs = new Array(vocab).fill(null);
    this.h = zeros(this.hidden);
    this.reset = zeros(this.hidden);
    this.z = this.gates.map(() => zeros(this.hidden));
    this.products = zeros(vocab);
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
      const sum = zeros(this.hidden);
      const [e] = rowsOf(this.arrays.E.subarray(token * this.embed, (token + 1) * this.embed), this.embed);
      timesVector(U, e, sum);
      for (let i = 0; i < this.hidden; i++) sum[i] += b[i];
      return sum;
    });
    return this.inputs[token];
  }

  /** W_g h + input of gate g, in an array that the next step uses again. */
  score(g, h, input) {
    const z = this.z[g];
    timesVector(this.gates[g][0], h, z);
    for (let i = 0; i < this.hidden; i++) z[i] += input[g][i];
    return z;
  }

  step(state, token) {
    const input = this.input(token);
    copyFrom(this.h, state);
    if (this.cell === "gru") return this.gru(this.h, input);
    if (this.cell === "lstm") return this.lstm(this.h, state, input);
    return this.elman(this.h, input);
  }

  elman(h, input) {
    const z = this.score(0, h, input);
    const next = new Float64Array(this.hidden);
    for (let i = 0; i < this.hidden; i++) next[i] = tanh(z[i]);
    return next;
  }

  gru(h, input) {
    const { hidden, reset } = this;
    const u = this.score(0, h, input);
    const r = this.score(1, h, input);
    for (let i = 0; i < hidden; i++) reset[i] = sigmoid(r[i]) * h[i];
    const candidate = this.score(2, reset, input);
    const next = new Float64Array(hidden);
    for (let i = 0; i < hidden; i++) {
      const update = sigmoid(u[i]);
      next[i] = (1 - update) * h[i] + update * tanh(candidate[i]);
    }
    return next;
  }

  lstm(h, state, input) {
    const { hidden } = this;
    const [f, inputs, o, candidate] = [0, 1, 2, 3].map((g) => this.score(g, h, input));
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
    const { b_2 } = this.arrays;
    const scores = new Float64Array(this.vocab);
    copyFrom(this.h, state);
    timesVector(this.U, this.h, this.products);
    let top = -Infinity;
    for (let id = 0; id < this.vocab; id++) {
      scores[id] = id === BOS_ID ? -Infinity : this.products[id] + b_2[id];
      if (scores[id] > top) top = scores[id];
    }
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
