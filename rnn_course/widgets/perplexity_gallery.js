import { element, setText } from "./assets/dom.js";
import { Panel, widget } from "./assets/panel.js";
import { drawPerplexityLine, LINE_HEIGHT } from "./perplexity_line.js";
import { formatPerplexity, misread, readSentences, ticked } from "./perplexity_misread.js";
import { BatchStrip } from "./perplexity_strip.js";

const NO_MISTAKES = {};
const SINGULAR = { tokens: "token", sentences: "sentence", batches: "batch" };

/** One of the two big numbers, with the calculation under it. */
class ReadingCard {
  constructor(name, className) {
    this.number = element("span", { class: "rnn-big" });
    this.working = element("span", { class: "rnn-working" });
    this.node = element("div", { class: `rnn-reading ${className}` }, element("span", { class: "rnn-label" }, name), this.number, this.working);
  }
  show(value, working) {
    setText(this.number, formatPerplexity(value));
    this.number.dataset.value = value;
    setText(this.working, working);
  }
}

class PerplexityGallery extends Panel {
  constructor(model) {
    super(model, "rnn-gallery", "Perplexity gallery: which mistake gives which number");
    this.text = readSentences(model);
    this.tokens = this.text.reduce((sum, sentence) => sum + sentence.length, 0);
    this.right = misread(this.text, NO_MISTAKES, 1);
    this.found = new Map(); // what each mistake makes alone, by batch size
    this.mistakes = model.get("in_words").map((said, i) => ({ ...said, letter: String.fromCharCode(65 + i) }));
    this.strip = new BatchStrip(this.text);
    this.rightCard = new ReadingCard("Right", "rnn-is-right");
    this.readCard = new ReadingCard("As it is read", "rnn-is-read");
    this.line = this.canvas({
      label: "Number line of perplexities",
      height: LINE_HEIGHT,
      draw: (pen, size) => drawPerplexityLine(pen, size, this.onTheLine()),
    });
    const size = this.slider("batch_size", (count) => `Sentences in a batch: ${count}`);
    size.classList.add("rnn-batch-size");
    size.hidden = this.text.length === 1;
    this.mount(
      this.presets(),
      this.strip.node,
      element("div", { class: "rnn-under" }, element("p", { class: "rnn-note" }, this.legend()), size),
      element("div", { class: "rnn-mistakes", role: "group", "aria-label": "Mistakes" }, ...this.mistakes.map((said) => this.mistake(said))),
      element("div", { class: "rnn-readings" }, this.rightCard.node, this.readCard.node),
      this.line.node,
    );
  }

  legend() {
    const unknown = this.text.flat().filter(({ kind }) => kind === "unknown").map(({ word }) => word);
    const rest = unknown.length ? ` Unknown to the model: ${[...new Set(unknown)].join(", ")}.` : "";
    return `Under each token its loss, −log P, in nats. Solid frame: counted; dashed: not.${rest}`;
  }

  /** A box to tick, what comes out when it alone is ticked, and why it is a mistake. */
  mistake({ setting, letter, name, reason }) {
    const alone = element("span", { class: "rnn-alone" });
    this.bound.push(() => setText(alone, `alone: ${formatPerplexity(this.alone(setting))}`));
    return element(
      "div",
      { class: "rnn-mistake" },
      element("span", { class: "rnn-letter", "aria-hidden": "true" }, letter),
      this.tick(setting, name[0].toUpperCase() + name.slice(1)),
      alone,
      element("p", {}, `${reason[0].toUpperCase()}${reason.slice(1)}.`),
    );
  }

  alone(setting) {
    const size = this.get("batch_size");
    const key = `${setting} ${size}`;
    if (!this.found.has(key)) this.found.set(key, misread(this.text, { [setting]: true }, size).value);
    return this.found.get(key);
  }

  get made() {
    return ticked(this.mistakes.map(({ setting }) => setting), (name) => this.get(name));
  }

  show() {
    const made = this.made;
    this.read = misread(this.text, made, this.get("batch_size"));
    this.strip.show(made, this.get("batch_size"), this.read);
    this.rightCard.show(this.right.value, `exp(${nats(this.right.total)} / ${this.right.count})`);
    this.readCard.show(this.read.value, this.working(made));
    this.readCard.node.classList.toggle("rnn-wrong", Object.values(made).some(Boolean));
    this.line.redraw();
  }

  onTheLine() {
    const alone = this.mistakes.map(({ setting, letter }) => ({ letter, value: this.alone(setting), on: this.get(setting) === "on" }));
    return { right: this.right.value, read: this.read.value, alone };
  }

  /** How the number is got, as a short formula. */
  working(made) {
    const { total, count, over, of } = this.read;
    if (count === 0) return "no token is left";
    const power = made.base_2 ? "2^" : "exp";
    if (over === "tokens" && !made.exp_first) return `${power}(${nats(total)} / ${count})`;
    const what = made.exp_first ? (over === "tokens" ? "1/P" : "perplexities") : "J";
    const mean = `mean ${what} of ${of} ${of === 1 ? SINGULAR[over] : over}`;
    return made.exp_first ? mean : `${power}(${mean})`;
  }

  sentence() {
    const made = this.mistakes.filter(({ setting }) => this.get(setting) === "on").map(({ name }) => name);
    const [right, { value, count }] = [this.right.value, this.read];
    if (made.length === 0) {
      if (right === Infinity) return `A token with probability 0 is among the ${this.tokens}: the perplexity is infinite.`;
      const { total } = this.right;
      const J = `J = ${total.toFixed(2)} nats / ${this.tokens} = ${(total / this.tokens).toFixed(3)}`;
      return `Each of the ${this.tokens} tokens is counted once, </s> among them: ${J}, and the perplexity is exp(J) = ${formatPerplexity(right)}.`;
    }
    const begun = made.join(", ").replace(/^./, (letter) => letter.toUpperCase());
    if (Number.isNaN(value)) return `${begun}: no token is left to count.`;
    const instead = count === this.tokens ? "" : ` ${count} tokens are counted instead of ${this.tokens}.`;
    return `${begun}: the perplexity reads ${formatPerplexity(value)}, ${besideRight(value, right)}.${instead}`;
  }
}

function nats(total) {
  return total === Infinity ? "∞" : total.toFixed(1);
}

function besideRight(value, right) {
  if (right === Infinity) return value === Infinity ? "as it should" : "where the right one is infinite";
  const ratio = value / right;
  if (ratio >= 2) return `${ratio.toFixed(1)} times the right ${formatPerplexity(right)}`;
  if (Math.abs(ratio - 1) < 0.005) return `hardly different from the right ${formatPerplexity(right)}: luck, not method`;
  return `${(100 * Math.abs(ratio - 1)).toFixed(0)} % ${ratio > 1 ? "above" : "below"} the right ${formatPerplexity(right)}`;
}

export default widget((model) => new PerplexityGallery(model));
