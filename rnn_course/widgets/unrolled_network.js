import { readArray } from "./assets/buffers.js";
import { BOS, EOS, UNK } from "./ngram_counts.js";

const KEPT_READINGS = 24;

/** The Elman network whose weights Python has sent: what it computes while it reads a sentence. */
export class ElmanReader {
  constructor(model) {
    for (const name of ["E", "W_h", "W_e", "b_1", "b_2", "h_0"]) {
      this[name] = Float64Array.from(readArray(model, name).values);
    }
    this.U = model.get("tied") ? this.E : Float64Array.from(readArray(model, "U").values);
    this.hidden = this.b_1.length;
    this.vocab = this.b_2.length;
    this.embed = this.E.length / this.vocab;
    this.largestEmbedding = this.E.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    this.readings = new Map();
  }

  /** Numbers that are the same at every step: the embeddings, of which a step uses one row, are not counted. */
  get sharedNumbers() {
    return this.W_h.length + this.W_e.length + this.b_1.length + this.U.length + this.b_2.length;
  }

  /**
   * Read `<s>` and then the ids; after each, say what comes next.
   *
   * @param frozen start every step from h^(0), in place of the state before it
   * @returns inputs and targets [steps], h [steps * hidden], probs [steps * vocab], losses [steps]
   */
  read(ids, frozen) {
    const key = `${frozen} ${ids.join(" ")}`;
    if (!this.readings.has(key)) {
      if (this.readings.size >= KEPT_READINGS) this.readings.clear();
      this.readings.set(key, this.compute([BOS, ...ids], [...ids, EOS], frozen));
    }
    return this.readings.get(key);
  }

  compute(inputs, targets, frozen) {
    const { hidden, vocab } = this;
    const h = new Float64Array(inputs.length * hidden);
    const probs = new Float64Array(inputs.length * vocab);
    const losses = new Float64Array(inputs.length);
    let before = this.h_0;
    inputs.forEach((token, step) => {
      const now = h.subarray(step * hidden, (step + 1) * hidden);
      this.step(frozen ? this.h_0 : before, token, now);
      losses[step] = this.predict(now, probs.subarray(step * vocab, (step + 1) * vocab), targets[step]);
      before = now;
    });
    return { inputs, targets, h, probs, losses, steps: inputs.length };
  }

  /** h^(t) = tanh(W_h h^(t-1) + W_e e^(t) + b_1) */
  step(before, token, now) {
    const { hidden, embed, W_h, W_e, E } = this;
    for (let i = 0; i < hidden; i++) {
      let sum = this.b_1[i];
      for (let j = 0; j < hidden; j++) sum += W_h[i * hidden + j] * before[j];
      for (let j = 0; j < embed; j++) sum += W_e[i * embed + j] * E[token * embed + j];
      now[i] = Math.tanh(sum);
    }
  }

  /** softmax(U h^(t) + b_2) into `p`, without `<s>`, which is never predicted. Returns -log p[target], nats. */
  predict(h, p, target) {
    const { hidden, vocab, U } = this;
    let most = -Infinity;
    for (let w = 0; w < vocab; w++) {
      let z = this.b_2[w];
      for (let i = 0; i < hidden; i++) z += U[w * hidden + i] * h[i];
      p[w] = w === BOS ? -Infinity : z;
      most = Math.max(most, p[w]);
    }
    const score = p[target];
    let total = 0;
    for (let w = 0; w < vocab; w++) {
      p[w] = Math.exp(p[w] - most);
      total += p[w];
    }
    for (let w = 0; w < vocab; w++) p[w] /= total;
    return most + Math.log(total) - score;
  }
}

/** The `k` most probable ids, the first first. */
export function mostProbable(p, k) {
  const best = [];
  for (let id = 0; id < p.length; id++) {
    if (best.length === k && p[id] <= p[best[k - 1]]) continue;
    let place = best.length;
    while (place > 0 && p[best[place - 1]] < p[id]) place--;
    best.splice(place, 0, id);
    if (best.length > k) best.pop();
  }
  return best;
}

/** Half the sum of |p - q|: 0 for the same distribution, 1 for two that have nothing in common. */
export function distance(p, q) {
  let sum = 0;
  for (let id = 0; id < p.length; id++) sum += Math.abs(p[id] - q[id]);
  return sum / 2;
}

/**
 * Where to compare another sentence with ours, in which `step` was just read: at the same step if it read the same
 * word there, else after the last place where it did, else at the same step or its end.
 */
export function stepOfOther(own, step, other) {
  const word = own.inputs[step - 1];
  if (other.inputs[step - 1] === word) return step;
  const last = other.inputs.lastIndexOf(word);
  return last > 0 ? last + 1 : Math.min(step, other.steps);
}

/** What is wrong with a typed sentence, or "". */
export function refusal(tokens, text, mostSteps) {
  const pieces = tokens.read(text);
  const mark = pieces.find(({ id }) => id === BOS || id === EOS);
  if (mark) return `${mark.piece} is read by itself: leave it out.`;
  const most = mostSteps - 1;
  if (pieces.length > most) return `${pieces.length} words are too many for the picture: ${most} at most.`;
  return "";
}

/** Pieces of a text that the network does not know, each once. */
export function unknownPieces(read) {
  return [...new Set(read.filter(({ id, piece }) => id === UNK && piece !== "<unk>").map(({ piece }) => piece))];
}
