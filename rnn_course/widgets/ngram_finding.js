import { formatCount, formatProbability, plural } from "./assets/dom.js";
import { neverSeen } from "./ngram_shares.js";

/** The sentence under the explorer: what this context's counts show, in numbers. */
export function findingOf(tokens, { state, followers, views }) {
  const predicted = followers.counts.length - 1;
  return [sentenceOnCounts(tokens, state, followers), ...views.map((view) => sentenceOnView(view, followers, predicted))].join(" ");
}

function sentenceOnCounts(tokens, state, followers) {
  const { total, types } = followers;
  if (state.length === 0) {
    return `A unigram model sees no context: the text has ${formatCount(total)} tokens, of ${plural(types, "different word")}.`;
  }
  const context = tokens.quote(state);
  if (total === 0) return `${context} was never seen in the text.`;
  return `${context} was seen ${plural(total, "time")}; ${plural(types, "different word")} followed it.`;
}

function sentenceOnView({ name, smoothing, p }, followers, predicted) {
  if (smoothing === "mle" && followers.total === 0) {
    return `Under ${name} that is 0 divided by 0: any word is as good as another, ${formatProbability(1 / predicted)} each.`;
  }
  const { mass, impossible } = neverSeen(p, followers.counts);
  if (impossible > 0) {
    return `Under ${name}, ${formatCount(impossible)} of ${formatCount(predicted)} words have probability 0.`;
  }
  const never = predicted - followers.types;
  if (never === 0) return `Under ${name}, no word has probability 0.`;
  return `Under ${name}, no word has probability 0: the ${formatCount(never)} never seen here share ${formatProbability(mass)}.`;
}
