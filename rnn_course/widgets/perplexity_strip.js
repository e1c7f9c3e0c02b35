import { element, setText } from "./assets/dom.js";
import { batchWidths, formatPerplexity, isCounted } from "./perplexity_misread.js";

const SPOKEN_KINDS = { begin: "begin of the sentence", end: "end of the sentence", unknown: "unknown to the model", padding: "padding" };

/** One token: its word, its loss, and whether it is counted. */
class TokenCell {
  constructor({ word, kind, loss }, row, column, most) {
    this.kind = kind;
    this.number = kind === "begin" || kind === "padding" ? "0" : loss === Infinity ? "∞" : loss.toFixed(2);
    const written = { begin: "<s>", padding: "pad", unknown: "<unk>" }[kind] ?? word;
    this.loss = element("span", { class: "rnn-loss" });
    const fill = element("span", { class: "rnn-fill" });
    fill.style.width = `${100 * (loss === Infinity ? 1 : most ? loss / most : 0)}%`;
    this.spoken = element("span", { class: "rnn-unseen-by-eye" });
    this.node = element(
      "li",
      { class: `rnn-token rnn-is-${kind}`, title: kind === "unknown" ? `${word}: unknown to the model` : written.length > 5 ? written : null },
      element("span", { class: `rnn-word${written.length > 8 ? " rnn-long" : ""}` }, written),
      this.loss,
      element("span", { class: "rnn-gauge" }, fill),
      this.spoken,
    );
    this.aside = [kind === "unknown" ? word : "", SPOKEN_KINDS[kind] ?? ""].filter(Boolean).join(", ");
    placeInBatch(this.node, row, column);
  }
  show(counted) {
    this.node.classList.toggle("rnn-counted", counted);
    setText(this.loss, counted ? this.number : "–");
    setText(this.spoken, `${this.aside ? ` (${this.aside})` : ""}${counted ? "" : " not counted"}`);
  }
}

function placeInBatch(node, row, column, rows = 1) {
  node.style.setProperty("--b", `${row + 1} / span ${rows}`);
  node.style.setProperty("--t", column + 1);
}

/** The batch as a rectangle of tokens: a sentence a row, or, where the screen is narrow, a sentence a column. */
export class BatchStrip {
  constructor(sentences) {
    this.sentences = sentences;
    const longest = Math.max(...sentences.map((sentence) => sentence.length));
    const most = Math.max(...sentences.flat().map(({ loss }) => (loss === Infinity ? 0 : loss)));
    this.cells = sentences.map((sentence, row) => {
      const filling = Array.from({ length: longest - sentence.length }, () => ({ kind: "padding", loss: 0 }));
      const all = [{ kind: "begin", loss: 0 }, ...sentence, ...filling];
      return all.map((token, column) => new TokenCell(token, row, column, most));
    });
    this.means = sentences.map((_, row) => {
      const value = element("span", { class: "rnn-loss" });
      const name = element("span", { class: "rnn-word" });
      const node = element("li", { class: "rnn-mean", hidden: true }, name, value);
      placeInBatch(node, row, longest + 1);
      return { node, name, value };
    });
    const lists = this.cells.map((row, i) =>
      element("ol", { "aria-label": `Sentence ${i + 1}` }, ...row.map(({ node }) => node), this.means[i].node),
    );
    this.node = element("div", { class: "rnn-strip", role: "group", "aria-label": "The batch: loss of each token in nats" }, ...lists);
  }

  show(made, size, read) {
    const widths = batchWidths(this.sentences, size);
    this.cells.forEach((row, i) => {
      const width = widths[Math.floor(i / size)];
      row.forEach((cell, column) => {
        cell.node.hidden = column > width; // column 0 is <s>
        cell.node.classList.toggle("rnn-next-batch", i > 0 && i % size === 0);
        cell.show(isCounted(cell.kind, made));
      });
    });
    this.means.forEach((mean, i) => this.showMean(mean, i, made, size, read));
  }

  /** J of a sentence or of a batch at the end of its rows, where such means are taken. */
  showMean({ node, name, value }, i, made, size, read) {
    const whole = made.batches ? i % size === 0 && read.batches[i / size] : made.sentences && read.sentences[i];
    const group = whole && whole.count > 0 ? whole : null;
    node.hidden = !group;
    node.classList.toggle("rnn-next-batch", i > 0 && i % size === 0);
    if (!group) return;
    placeInBatch(node, i, this.cells[0].length, made.batches ? Math.min(size, this.means.length - i) : 1);
    const J = group.total / group.count;
    setText(name, made.exp_first ? (made.base_2 ? "2^J" : "exp J") : "J");
    setText(value, made.exp_first ? formatPerplexity(made.base_2 ? 2 ** J : Math.exp(J)) : J === Infinity ? "∞" : J.toFixed(2));
  }
}
