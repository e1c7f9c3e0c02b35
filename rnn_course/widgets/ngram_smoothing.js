// P(next token | context) from counts, as rnn_course.models computes it.

/** The smoothings by name: label for the reader, and the function from followers to probabilities. */
export const SMOOTHINGS = {
  mle: { label: "none (maximum likelihood)", short: "MLE", distribution: maximumLikelihood },
  "add-k": { label: "add-k", short: "add-k", distribution: addK },
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
