import { plural } from "./assets/dom.js";

/** The sentence under the picture; bptt_bars_finding.py says the same without a browser. */
export function truncationFinding({ one, t, k, steps, norm, cosines, lengths, symbols }) {
  const most = one ? t : steps;
  const whole = k >= most;
  const who = one ? `The loss at step ${t}` : `Each of the ${steps} losses`;
  const reach = one
    ? whole ? `all of its ${plural(t, "step")}` : `${k} of its ${plural(t, "step")}`
    : whole ? `all steps (k = ${k})` : `at most ${plural(k, "step")}`;
  const start = `${who} looks back over ${reach}`;
  const [cosine, length] = [cosines[k - 1], lengths[k - 1]];
  if (norm === 0) return `${start}. The full gradient of ${symbols} is 0 here: there is nothing to truncate.`;
  if (whole) return `${start}: nothing is cut. The bars sum to the gradient of ${symbols}, whose norm is ${formatNorm(norm)}.`;
  if (length === 0) return `${start}. Of the gradient of ${symbols} nothing is left: this truncation costs all of it.`;
  return (
    `${start}. What is left of the gradient of ${symbols} has ${(100 * length).toFixed(1)} % of its length, and ` +
    `cosine ${cosine.toFixed(3)} with it: ${truncationVerdict(cosine, length)}.`
  );
}

function truncationVerdict(cosine, length) {
  if (cosine >= 0.99 && length >= 0.9 && length <= 1.1) return "this truncation costs next to nothing";
  if (cosine >= 0.9) return "the direction is nearly kept";
  return `it points ${((180 / Math.PI) * Math.acos(cosine)).toFixed(0)} degrees away from it`;
}

/** Three digits: 12.3, 0.0123, 4.56e-7. */
export function formatNorm(norm) {
  return norm >= 1e-3 && norm < 1e4 ? String(Number(norm.toPrecision(3))) : norm.toExponential(2);
}
