import { bitsOfDrawn, entropyBits } from "./sampling_draw.js";

const SHOWN_IN_QUOTES = { "\n": "⏎", "\t": "⇥" };
const QUOTED = 12; // characters

/** The sentence under the widget; sampling_draw.py writes the same. */
export function samplingFinding({ read, logProbs, ranked, possible, written }) {
  const probs = logProbs.map(Math.exp);
  const choices = (bits) => (2 ** bits).toFixed(1);
  const [before, after] = [entropyBits(probs), entropyBits(ranked.probs)];
  const said = [
    `${place(read)} the network has ${choices(before)} effective choices (${before.toFixed(2)} bits); ` +
      `what is drawn from has ${choices(after)} (${after.toFixed(2)} bits).`,
  ];
  const kept = ranked.order.filter((_, r) => ranked.probs[r] > 0);
  if (kept.length < possible) {
    const mass = Math.min(1, kept.reduce((sum, id) => sum + probs[id], 0));
    const number = Math.abs(mass - 1) < 1e-9 ? "1" : mass.toFixed(4);
    said.push(`${kept.length} of ${possible} can be drawn; the network gave ${kept.length === 1 ? "it" : "them"} ${number}.`);
  }
  const { length } = written.tokens;
  if (length > 0) {
    const bits = bitsOfDrawn(written).toFixed(2);
    said.push(`By its own account the ${length} drawn character${length > 1 ? "s" : ""} cost ${bits} bits each.`);
  }
  if (written.ended) said.push("Then it ended the text.");
  return said.join(" ");
}

/** @param read all characters before the place */
function place(read) {
  if (read.length === 0) return "At the beginning of a text";
  const end = read.slice(-QUOTED).map((character) => SHOWN_IN_QUOTES[character] ?? character);
  return `After “${read.length > QUOTED ? "…" : ""}${end.join("")}”`;
}
