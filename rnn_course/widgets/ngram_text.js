import { BOS, EOS, UNK } from "./ngram_counts.js";

// A run of letters, digits and _, or a run of anything else that is not white space: Python's \w+|[^\w\s]+
const WORD = /[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]+/gu;
const SHOWN = { " ": "␣", "\n": "⏎", "\t": "⇥" };

/** Between what is typed and what the model reads. */
export class Tokens {
  constructor(tokens, { unit, lowercase }) {
    this.tokens = tokens;
    this.ids = new Map(tokens.map((token, id) => [token, id]));
    this.unit = unit;
    this.lowercase = lowercase;
  }

  /**
   * Ids of a typed text, each with the piece it was made from.
   *
   * A piece between spaces that the vocabulary holds is one token, `</s>` too; any other is cut into words.
   */
  read(text) {
    const pieces = this.unit === "characters" ? characters(text) : this.words(text);
    return pieces.map((piece) => ({ piece, id: this.ids.get(piece) ?? UNK }));
  }

  words(text) {
    const folded = this.lowercase ? text.toLowerCase() : text;
    return folded
      .split(/\s+/)
      .filter((piece) => piece !== "")
      .flatMap((piece) => (this.ids.has(piece) ? [piece] : (piece.match(WORD) ?? [])));
  }

  /** The typed text with one more token. */
  append(text, id) {
    if (this.unit === "characters") return text + this.tokens[id];
    return text.trim() === "" ? this.tokens[id] : `${text.trimEnd()} ${this.tokens[id]}`;
  }

  /** The typed text without its last token. */
  removeLast(text) {
    const pieces = this.read(text).map(({ piece }) => piece);
    return pieces.slice(0, -1).join(this.unit === "characters" ? "" : " ");
  }

  /** A token for the reader's eye. */
  show(id) {
    if (id === EOS) return "end of sentence";
    if (id === BOS) return "start of sentence";
    return SHOWN[this.tokens[id]] ?? this.tokens[id];
  }

  /** A context as it is quoted in a sentence. */
  quote(ids) {
    const between = this.unit === "characters" ? "" : " ";
    return `“${ids.map((id) => (id <= EOS ? `[${this.show(id)}]` : this.show(id))).join(between)}”`;
  }
}

/** Characters, except that the marks </s>, <s> and <unk> stay whole. */
function characters(text) {
  return text.match(/<\/?s>|<unk>|[^]/gu) ?? [];
}
