import { randomFrom } from "./assets/dom.js";
import { EOS_ID } from "./sampling_network.js";

/**
 * What is drawn from, as rnn_course.lm.reshape_distribution: log P / temperature, then the `top_k` best, then the
 * smallest nucleus of mass `top_p`.
 *
 * @param order ids, the most probable first; of equally probable ones the smaller id
 * @returns probabilities in that order
 */
export function reshapeRanked(logProbs, order, { temperature, top_k, top_p }) {
  const most = temperature === 0 ? 1 : top_k;
  const divisor = temperature === 0 ? 1 : temperature;
  const ranked = new Float64Array(order.length);
  let sum = 0;
  for (let r = 0; r < order.length && r < most; r++) {
    ranked[r] = Math.exp((logProbs[order[r]] - logProbs[order[0]]) / divisor);
    sum += ranked[r];
  }
  let mass = 0;
  let kept = 0;
  for (let r = 0; r < order.length; r++) {
    const p = ranked[r] / sum;
    mass += p;
    ranked[r] = mass - p < top_p ? p : 0; // mass - p: of all better ones
    kept += ranked[r];
  }
  for (let r = 0; r < order.length; r++) ranked[r] /= kept;
  return ranked;
}

/** Entropy in bits. */
export function entropyBits(probs) {
  let bits = 0;
  for (const p of probs) if (p > 0) bits -= p * Math.log2(p);
  return Math.abs(bits);
}

/** The rank at the height `luck` of the cumulative distribution. */
function drawRank(ranked, luck) {
  let sum = 0;
  let last = 0;
  for (let r = 0; r < ranked.length; r++) {
    if (ranked[r] === 0) continue;
    sum += ranked[r];
    last = r;
    if (luck < sum) break;
  }
  return last;
}

/** What one network has read, with its state at every place: reading the same again costs nothing. */
class Reading {
  constructor(network) {
    this.network = network;
    this.tokens = [];
    this.states = [network.start()];
    this.views = [];
  }

  /** Token number `i` of the text is `token`; what stood behind another one is forgotten. */
  read(i, token) {
    if (this.tokens[i] === token) return;
    this.tokens.length = i;
    this.states.length = i + 1;
    this.views.length = Math.min(this.views.length, i + 1);
    this.states.push(this.network.advance(this.states[i], token));
    this.tokens.push(token);
  }

  /** What the network expects after `i` tokens. */
  view(i) {
    if (!this.views[i]) {
      const logProbs = this.network.logProbs(this.states[i]);
      const order = Array.from(logProbs.keys()).sort((a, b) => logProbs[b] - logProbs[a] || a - b);
      this.views[i] = { logProbs, order };
    }
    return this.views[i];
  }
}

/** Draws texts from a network, each from a typed beginning. */
export class TextWriter {
  constructor(network) {
    this.reading = new Reading(network);
  }

  /**
   * Read `typed`, then draw.
   *
   * @param typed ids
   * @param settings `{ drawn, seed, temperature, top_k, top_p }`
   * @returns `{ tokens, ended, view }`: what was drawn without `</s>`, whether that ended it, and what the network
   *   expected before each drawn token and after the last
   */
  write(typed, settings) {
    const { reading } = this;
    typed.forEach((token, i) => reading.read(i, token));
    const random = randomFrom(settings.seed);
    const tokens = [];
    let ended = false;
    while (tokens.length < settings.drawn && !ended) {
      const at = typed.length + tokens.length;
      const { logProbs, order } = reading.view(at);
      const token = order[drawRank(reshapeRanked(logProbs, order, settings), random())];
      ended = token === EOS_ID;
      if (!ended) {
        reading.read(at, token);
        tokens.push(token);
      }
    }
    return { tokens, ended, view: (t) => reading.view(typed.length + t) };
  }
}

/** What the drawn tokens cost the network, bits each: the mean of -log2 P at temperature 1. */
export function bitsOfDrawn({ tokens, view }) {
  let nats = 0;
  tokens.forEach((token, t) => (nats -= view(t).logProbs[token]));
  return nats / Math.LN2 / tokens.length;
}
