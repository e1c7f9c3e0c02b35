import { EOS, BOS } from "./ngram_counts.js";

/** A token as it stands in a sentence. */
function quotedToken(tokens, id) {
  if (id === EOS) return "the end of the sentence";
  return id === BOS ? "the beginning" : `“${tokens.show(id)}”`;
}

function contextOf(tokens, reading, step) {
  const words = reading.inputs.slice(1, step);
  return words.length ? tokens.quote(words) : "the beginning";
}

/** "“knows” is most probable (0.213)" */
function favourite(tokens, side) {
  return `${quotedToken(tokens, side.best[0])} is most probable (${side.p[side.best[0]].toFixed(3)})`;
}

function comparison(tokens, view) {
  const { own, other, frozen } = view;
  const lastWord = quotedToken(tokens, own.reading.inputs[own.step - 1]);
  if (!other) return frozen ? ` The state is held at h⁰, so that only ${lastWord} counts: this is a bigram.` : "";
  const [mine, theirs] = [own, other].map(({ reading, step }) => contextOf(tokens, reading, step));
  if (mine === theirs) return " The other sentence has begun alike, so that nothing can differ yet.";
  const differ = `the two distributions differ by ${view.difference.toFixed(3)}`;
  const same = own.reading.inputs[own.step - 1] === other.reading.inputs[other.step - 1];
  if (!same) return ` After ${theirs}, which ends in another word, ${favourite(tokens, other)}: ${differ}.`;
  if (frozen) return ` After ${theirs} ${differ}: the state is held at h⁰, so that only ${lastWord} counts. This is a bigram.`;
  return ` After ${theirs}, which ends in the same word, ${favourite(tokens, other)}: ${differ}.`;
}

/** The sentence under the widget. */
export function unrolledFinding(tokens, view) {
  const { own, unknown } = view;
  const { reading, step } = own;
  const losses = reading.losses.subarray(0, step);
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / step;
  const strange = unknown.length
    ? ` ${unknown.map((piece) => `“${piece}”`).join(", ")} ${unknown.length === 1 ? "is" : "are"} not in its vocabulary: read as <unk>.`
    : "";
  return (
    `Step ${step} of ${reading.steps}, after ${contextOf(tokens, reading, step)}: ${favourite(tokens, own)}. ` +
    `What came is ${quotedToken(tokens, reading.targets[step - 1])}, at a loss of ${losses[step - 1].toFixed(2)} nats; ` +
    `the mean of the ${step} so far is ${mean.toFixed(2)}, a perplexity of ${Math.exp(mean).toFixed(2)}.` +
    comparison(tokens, view) +
    strange
  );
}
