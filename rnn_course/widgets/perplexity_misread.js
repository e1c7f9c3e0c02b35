import { readArray } from "./assets/buffers.js";

// Wrong readings of a perplexity: the same as `misread` in experiments/misreading.py, which says what each is.

export const TOKEN_KINDS = ["word", "end", "unknown"];

/** The text as sentences of `{ word, kind, loss }`; an impossible token has the loss Infinity. */
export function readSentences(model) {
  const [losses, impossible, kinds, lengths] = ["losses", "impossible", "kinds", "lengths"].map(
    (name) => readArray(model, name).values,
  );
  const words = model.get("words");
  let start = 0;
  return Array.from(lengths, (length) => {
    const sentence = [];
    for (let i = start; i < start + length; i++) {
      sentence.push({ word: words[i], kind: TOKEN_KINDS[kinds[i]], loss: impossible[i] ? Infinity : losses[i] });
    }
    start += length;
    return sentence;
  });
}

/** Which mistakes are made, as `{ padding: true, … }`. */
export function ticked(settings, get) {
  return Object.fromEntries(settings.map((name) => [name, get(name) === "on"]));
}

export function isCounted(kind, made) {
  if (kind === "end") return !made.no_end;
  if (kind === "unknown") return !made.no_unknown;
  if (kind === "begin") return Boolean(made.begin);
  if (kind === "padding") return Boolean(made.padding);
  return true;
}

/** The longest sentence of each batch, in tokens. */
export function batchWidths(sentences, size) {
  const widths = [];
  sentences.forEach((sentence, i) => {
    const batch = Math.floor(i / size);
    widths[batch] = Math.max(widths[batch] ?? 0, sentence.length);
  });
  return widths;
}

const sumOf = (parts) => parts.reduce((a, b) => ({ total: a.total + b.total, count: a.count + b.count }), { total: 0, count: 0 });

/**
 * @returns value: the number that is called perplexity, NaN where nothing is left to count;
 *   total, count: losses and tokens that are counted; sentences, batches: `{ total, count }` of each (with the
 *   sentences' means for losses where those are taken first); over: what the last mean is taken over, and of how many
 */
export function misread(sentences, made, size) {
  const widths = batchWidths(sentences, size);
  const power = made.base_2 ? (J) => 2 ** J : Math.exp;
  const rows = sentences.map((sentence, i) => {
    const kept = sentence.filter(({ kind }) => isCounted(kind, made));
    const filling = widths[Math.floor(i / size)] - sentence.length;
    const free = (made.begin ? 1 : 0) + (made.padding ? filling : 0);
    return { total: kept.reduce((sum, { loss }) => sum + loss, 0), count: kept.length + free, free, kept };
  });
  const { total, count } = sumOf(rows);
  const parts = rows.map((row) => {
    if (!made.sentences) return row;
    return row.count ? { total: row.total / row.count, count: 1 } : { total: 0, count: 0 };
  });
  const batches = widths.map((_, i) => sumOf(parts.slice(i * size, (i + 1) * size)));
  const found = { total, count, sentences: rows, batches };
  if (count === 0) return { ...found, value: NaN, over: "tokens", of: 0 };
  if (made.exp_first && !made.sentences && !made.batches) {
    const inverse = rows.reduce((sum, row) => sum + row.free + row.kept.reduce((a, { loss }) => a + power(loss), 0), 0);
    return { ...found, value: inverse / count, over: "tokens", of: count };
  }
  const groups = made.batches ? batches : made.exp_first ? parts : [sumOf(parts)];
  const means = groups.filter((group) => group.count > 0).map((group) => group.total / group.count);
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const value = made.exp_first ? mean(means.map(power)) : power(mean(means));
  if (made.batches) return { ...found, value, over: "batches", of: means.length };
  if (made.sentences) return { ...found, value, over: "sentences", of: parts.filter((part) => part.count).length };
  return { ...found, value, over: "tokens", of: count };
}

/** 4.89, 12.1, 1,636, 2.8e+7, infinite. */
export function formatPerplexity(value) {
  if (Number.isNaN(value)) return "nothing";
  if (value === Infinity) return "infinite";
  if (value >= 1e6) return value.toExponential(1);
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
