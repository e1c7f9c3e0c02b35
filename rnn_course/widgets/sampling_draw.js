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

/** Ids from the most probable on; of equally probable ones the smaller first. */
function rankedIds(logProbs) {
  return Array.from(logProbs.keys()).sort((a, b) => logProbs[b] - logProbs[a] || a - b);
}

/**
 * The same order one by one. A heap: who needs the first few only, as a draw does, need not sort the rest.
 */
class BestFirst {
  constructor(size) {
    this.heap = new Int32Array(size);
  }

  begin(logProbs) {
    this.logProbs = logProbs;
    this.left = logProbs.length;
    for (let i = 0; i < this.left; i++) this.heap[i] = i;
    for (let i = (this.left >> 1) - 1; i >= 0; i--) this.sink(i);
  }

  next() {
    const { heap } = this;
    const best = heap[0];
    heap[0] = heap[--this.left];
    this.sink(0);
    return best;
  }

  sink(from) {
    const { heap, logProbs, left } = this;
    const id = heap[from];
    const height = logProbs[id];
    let at = from;
    for (let child = 2 * at + 1; child < left; child = 2 * at + 1) {
      if (child + 1 < left) {
        const [a, b] = [heap[child], heap[child + 1]];
        if (logProbs[b] > logProbs[a] || (logProbs[b] === logProbs[a] && b < a)) child++;
      }
      const other = heap[child];
      if (logProbs[other] < height || (logProbs[other] === height && other > id)) break;
      heap[at] = other;
      at = child;
    }
    heap[at] = id;
  }
}

/** Draws an id at the height `luck` of the cumulative distribution that `reshapeRanked` gives, best ids first. */
export class TokenDraw {
  constructor(vocab) {
    this.best = new BestFirst(vocab);
    this.ids = new Int32Array(vocab);
    this.weights = new Float64Array(vocab);
  }

  draw(logProbs, { temperature, top_k, top_p }, luck) {
    this.best.begin(logProbs);
    this.taken = 0;
    this.top = logProbs[this.best.heap[0]];
    this.divisor = temperature === 0 ? 1 : temperature;
    if (temperature === 0) return this.best.next();
    const most = Math.min(top_k, logProbs.length - 1); // <s> is the last of them, and never drawn
    let sum = 0;
    if (most === logProbs.length - 1) {
      for (let id = 0; id < logProbs.length; id++) sum += Math.exp((logProbs[id] - this.top) / this.divisor);
    } else for (let r = 0; r < most; r++) sum += this.weight(r);
    return this.ids[this.rankAt(luck, this.nucleus(sum, most, top_p), most)];
  }

  /** exp((log P - the best one's) / temperature) of rank r. */
  weight(r) {
    for (; this.taken <= r; this.taken++) {
      const id = this.best.next();
      this.ids[this.taken] = id;
      this.weights[this.taken] = Math.exp((this.best.logProbs[id] - this.top) / this.divisor);
    }
    return this.weights[r];
  }

  /** What the weights of the nucleus sum to: all of them, or the fewest whose mass reaches `top_p`. */
  nucleus(sum, most, top_p) {
    this.kept = most;
    if (top_p === 1) return sum;
    let mass = 0;
    for (this.kept = 0; this.kept < most && mass / sum < top_p; this.kept++) mass += this.weight(this.kept);
    return mass;
  }

  rankAt(luck, sum) {
    let mass = 0;
    let last = 0;
    for (let r = 0; r < this.kept; r++) {
      const weight = this.weight(r);
      if (weight === 0) break;
      mass += weight / sum;
      last = r;
      if (luck < mass) break;
    }
    return last;
  }
}

const MOST_KEPT = 4000; // places, each with a state and log P of every id: some 8 MB at most

/** A place in texts that begin alike: the state there, and what is expected next, computed when it is asked for. */
class Place {
  constructor(network, state) {
    this.network = network;
    this.state = state;
    this.next = new Map();
  }

  get logProbs() {
    return (this.found ??= this.network.logProbs(this.state));
  }

  get order() {
    return (this.ranked ??= rankedIds(this.logProbs));
  }
}

/** What one network has read: a tree of texts. To come back to a text, or to another with its beginning, costs nothing. */
class Reading {
  constructor(network) {
    this.network = network;
    this.begin();
  }

  /** Where every text begins; what was read is forgotten where it has become too much. */
  begin() {
    if (!this.start || this.kept > MOST_KEPT) {
      this.start = new Place(this.network, this.network.start());
      this.kept = 0;
    }
    return this.start;
  }

  /** The place after one token more. */
  read(place, token) {
    if (!place.next.has(token)) {
      place.next.set(token, new Place(this.network, this.network.advance(place.state, token)));
      this.kept++;
    }
    return place.next.get(token);
  }
}

/** Draws texts from a network, each from a typed beginning. */
export class TextWriter {
  constructor(network) {
    this.reading = new Reading(network);
    this.luck = new TokenDraw(network.vocab);
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
    let place = reading.begin();
    for (const token of typed) place = reading.read(place, token);
    const places = [place];
    const random = randomFrom(settings.seed);
    const tokens = [];
    let ended = false;
    while (tokens.length < settings.drawn && !ended) {
      const token = this.luck.draw(place.logProbs, settings, random());
      ended = token === EOS_ID;
      if (!ended) {
        place = reading.read(place, token);
        places.push(place);
        tokens.push(token);
      }
    }
    return { tokens, ended, view: (t) => places[t] };
  }
}

/** What the drawn tokens cost the network, bits each: the mean of -log2 P at temperature 1. */
export function bitsOfDrawn({ tokens, view }) {
  let nats = 0;
  tokens.forEach((token, t) => (nats -= view(t).logProbs[token]));
  return nats / Math.LN2 / tokens.length;
}
