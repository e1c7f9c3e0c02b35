// Counting n-grams by scanning the text: no table is stored, so that any order can be had at once.

export const BOS = 0;
export const EOS = 1;
export const UNK = 2;

/** Followers of one context: how often each token stood after it. */
class Followers {
  constructor(context, counts) {
    this.context = context;
    this.counts = counts; // [vocab], by token id
    this.total = 0; // how often the context was followed by anything
    this.types = 0; // how many different tokens followed it
    for (const count of counts) {
      this.total += count;
      if (count > 0) this.types += 1;
    }
  }
}

export class NgramCounts {
  /**
   * @param stream typed array of ids in which </s> ends each sentence
   * @param vocabularySize number of ids, <s> among them
   */
  constructor(stream, vocabularySize) {
    this.vocabularySize = vocabularySize;
    this.text = withSentenceStarts(stream);
    this.unigrams = new Followers([], countAll(this.text, vocabularySize));
  }

  /**
   * Followers of the context and of each shorter one: the last j tokens for j = 0 .. context.length.
   *
   * One pass over the text serves all lengths: a place where the last j tokens agree counts for 0 .. j.
   */
  followers(context) {
    const { text, vocabularySize } = this;
    const counts = context.map(() => new Uint32Array(vocabularySize));
    const last = context[context.length - 1];
    for (let t = 1; t < text.length; t++) {
      if (text[t - 1] !== last || text[t] === BOS) continue;
      const longest = this.agreement(context, t);
      for (let j = 1; j <= longest; j++) counts[j - 1][text[t]] += 1;
    }
    return [this.unigrams, ...counts.map((c, i) => new Followers(context.slice(context.length - 1 - i), c))];
  }

  /** How many of the context's last tokens stand right before place t. */
  agreement(context, t) {
    let j = 0;
    while (j < context.length && j < t && this.text[t - 1 - j] === context[context.length - 1 - j]) j += 1;
    return j;
  }


  /** a(h w) for every w: after how many different tokens the context h and then w were seen. */
  continuations(context) {
    if (context.length === 0 && this.unigramContinuations) return this.unigramContinuations;
    const { text, vocabularySize } = this;
    const counts = new Uint32Array(vocabularySize);
    const pairs = new Set(); // (token before the context, w)
    const start = context.length + 1;
    for (let t = start; t < text.length; t++) {
      if (text[t] === BOS || this.agreement(context, t) < context.length) continue;
      const pair = text[t - start] * vocabularySize + text[t];
      if (pairs.has(pair)) continue;
      pairs.add(pair);
      counts[text[t]] += 1;
    }
    if (context.length === 0) this.unigramContinuations = counts;
    return counts;
  }
}

/** The text with <s> before each sentence, so that no context reaches over a boundary unnoticed. */
function withSentenceStarts(stream) {
  let sentences = 1;
  for (let i = 0; i < stream.length - 1; i++) if (stream[i] === EOS) sentences += 1;
  const text = new stream.constructor(stream.length + sentences);
  let t = 0;
  for (let i = 0; i < stream.length; i++) {
    if (i === 0 || stream[i - 1] === EOS) text[t++] = BOS;
    text[t++] = stream[i];
  }
  return text;
}

function countAll(text, vocabularySize) {
  const counts = new Uint32Array(vocabularySize);
  for (const token of text) counts[token] += 1;
  counts[BOS] = 0; // never predicted
  return counts;
}

/** What an n-gram model remembers after reading `tokens`: the last n - 1, and nothing from before the last <s>. */
export function stateAfter(tokens, order) {
  const read = [BOS];
  for (const token of tokens) {
    if (token === EOS || token === BOS) read.length = 1; // a sentence begins
    else read.push(token);
  }
  return order === 1 ? [] : read.slice(-(order - 1));
}
