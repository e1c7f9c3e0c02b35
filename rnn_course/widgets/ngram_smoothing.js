import { BOS } from "./ngram_counts.js";

// P(next token | context) from the followers of a context and of its shorter versions, as rnn_course.models
// computes it. `followers[j]` belongs to the last j tokens of the context; discounts and weights, which are
// estimated from the whole text, come from Python as `estimates`.

/** The smoothings by name: labels for the reader, and the function that gives the probabilities. */
export const SMOOTHINGS = {
  mle: { label: "none (MLE)", short: "MLE", distribution: maximumLikelihood },
  "add-k": { label: "add-k", short: "add-k", distribution: addK },
  interpolation: { label: "interpolation", short: "interpolation", distribution: interpolation },
  "stupid-backoff": { label: "stupid backoff", short: "stupid backoff", distribution: stupidBackoff },
  "absolute-discounting": { label: "absolute discounting", short: "abs. discounting", distribution: absoluteDiscounting },
  "kneser-ney": { label: "Kneser-Ney", short: "Kneser-Ney", distribution: kneserNey },
};

/** c(h w) / c(h). Where that is 0 / 0, every token is equally probable: the limit of add-k for k -> 0. */
function maximumLikelihood(followers) {
  return addK(followers, { k: 0 });
}

/** (c(h w) + k) / (c(h) + k M), M being the number of tokens but <s>, which is never predicted. */
function addK(followers, { k }) {
  const { counts, total } = followers[followers.length - 1];
  const M = counts.length - 1;
  const denominator = total + k * M;
  const p = Float64Array.from(counts, (count) => (denominator > 0 ? (count + k) / denominator : 1 / M));
  p[0] = 0;
  return p;
}

/** lambda c(h w) / c(h) + (1 - lambda) P(w | h'), from the uniform distribution upwards. */
function interpolation(followers, { order, estimates }) {
  const lambdas = estimates.lambdas[order - 1];
  let p = uniform(followers[0].counts.length);
  followers.forEach(({ counts, total }, j) => {
    if (total === 0) return;
    const lambda = lambdas[j + 1];
    p = p.map((lower, w) => (lambda * counts[w]) / total + (1 - lambda) * lower);
  });
  return p;
}

/** c(h w) / c(h), or alpha times the score after h'; made to sum to 1. */
function stupidBackoff(followers, { estimates }) {
  let score = Float64Array.from(followers[0].counts, (count) => count / followers[0].total);
  for (const { counts, total } of followers.slice(1)) {
    score = score.map((shorter, w) => (counts[w] > 0 ? counts[w] / total : estimates.alpha * shorter));
  }
  const Z = score.reduce((sum, s) => sum + s, 0);
  return score.map((s) => s / Z);
}

/** (c(h w) - D) / c(h) + gamma(h) P(w | h') with one D for each order. */
function absoluteDiscounting(followers, { estimates }) {
  let p = uniform(followers[0].counts.length);
  followers.forEach(({ counts }, j) => (p = discounted(counts, [estimates.absolute[j]], p)));
  return p;
}

/**
 * The same with (D_1, D_2, D_3+), and below the highest order with the number of different words seen before
 * h w in place of c(h w), except where h begins with <s>, before which nothing stands.
 */
function kneserNey(followers, { order, estimates, counts }) {
  let p = uniform(followers[0].counts.length);
  followers.forEach(({ context, counts: seen }, j) => {
    const highest = j === order - 1;
    const numerators = highest || context[0] === BOS ? seen : counts.continuations(context);
    p = discounted(numerators, (highest ? estimates.raw : estimates.adjusted)[j], p);
  });
  return p;
}

/** What is left of each count when its discount is taken, and what was taken shared out as `lower` is. */
function discounted(numerators, discounts, lower) {
  const D = Float64Array.of(0, ...discounts);
  const last = discounts.length;
  let total = 0;
  let taken = 0;
  for (const a of numerators) {
    total += a;
    taken += D[Math.min(a, last)];
  }
  if (total === 0) return lower; // the context was never seen: ask the shorter one
  const gamma = taken / total;
  return lower.map((q, w) => (numerators[w] - D[Math.min(numerators[w], last)]) / total + gamma * q);
}

function uniform(size) {
  const p = new Float64Array(size).fill(1 / (size - 1));
  p[0] = 0;
  return p;
}

/** The token at which the cumulative probability passes u. */
export function drawFrom(p, u) {
  let left = u;
  let last = 0;
  for (let id = 0; id < p.length; id++) {
    if (p[id] === 0) continue;
    last = id;
    left -= p[id];
    if (left < 0) break;
  }
  return last;
}
