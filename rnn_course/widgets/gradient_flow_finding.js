import { percent, shownWord } from "./token_strip.js";

/** The lag from which on less than 1 % is left, as text. */
export function fadesAt(shares) {
  let reach = shares.length;
  while (reach > 0 && !(shares[reach - 1] >= 0.01)) reach--;
  return reach === shares.length ? `more than ${shares.length}` : String(reach + 1);
}

/** The earlier word with the largest share, and the share. */
export function mostInfluential(read, shares) {
  let best = 0;
  for (let s = 1; s < shares.length; s++) if (shares[s] > shares[best]) best = s;
  return `${shownWord(read[best])} (${percent(shares[best])})`;
}

/** The earlier word over which the gradient at the state falls most, and the shares after and before it. */
export function fallsMost(read, states) {
  let best = 1;
  const fall = (s) => states[s] / Math.max(states[s - 1], 1e-30);
  for (let s = 2; s < states.length; s++) if (fall(s) > fall(best)) best = s;
  return `${shownWord(read[best])} (${percent(states[best])} after it, ${percent(states[best - 1])} before)`;
}

/**
 * The sentence under the widget.
 *
 * @param curves `{ name, ys }` of the new networks
 * @param networks `{ name, states, vectors }`: shares of the gradient at the words before word t
 */
export function flowFinding({ curves, layer, at, read, predicted, t, networks, trained }) {
  const gone = curves.map(({ name, ys }) => `${name} ${fadesAt(ys)}`).join(", ");
  const layers = layer === "only" ? "" : `, ${layer} of three layers`;
  const said = `New networks${layers}: under 1 % of the gradient is left from this lag on: ${gone}.`;
  const next = shownWord(predicted[t]);
  if (t < 2) return `${said} From the loss at ${next} there is no earlier word to go back to.`;
  const gradient = `${trained ? "After training, the" : "The"} gradient of the loss at ${next}`;
  const [what, look] =
    at === "state"
      ? ["falls most at an earlier word", ({ states }) => fallsMost(read, states)]
      : ["is largest at the vector of an earlier word", ({ vectors }) => mostInfluential(read, vectors)];
  return `${said} ${gradient} ${what}: ${networks.map((network) => `${network.name} ${look(network)}`).join(", ")}.`;
}
