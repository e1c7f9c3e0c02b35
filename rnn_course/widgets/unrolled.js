import { element, field, formatCount, setText } from "./assets/dom.js";
import { Panel, widget } from "./assets/panel.js";
import { Tokens } from "./ngram_text.js";
import { barsHeight, drawBars } from "./unrolled_bars.js";
import { unrolledFinding } from "./unrolled_finding.js";
import { distance, ElmanReader, mostProbable, refusal, stepOfOther, unknownPieces } from "./unrolled_network.js";
import { columnsOf, drawFolded, drawUnrolled, FOLDED_HEIGHT, UNROLLED_HEIGHT } from "./unrolled_picture.js";

const WORDS_NAMED = 60;

/** Settings: `sentence`, `other` (a second one, or ""), `step`, and `frozen`, whether the state is held at h^(0). */
class Unrolled extends Panel {
  constructor(model) {
    super(model, "rnn-unrolled", "A recurrent network, folded and unrolled");
    this.tokens = new Tokens(model.get("tokens"), { unit: model.get("unit"), lowercase: model.get("lowercase") });
    this.reader = new ElmanReader(model);
    this.tools = {
      tokens: this.tokens,
      reader: this.reader,
      guesses: (reading, step) => this.guesses(reading, step),
    };
    this.favourites = new WeakMap();
    this.build();
  }

  build() {
    this.problem = element("p", { class: "rnn-note rnn-problem", role: "status" });
    this.folded = this.canvas({
      label: "The network folded: one cell with a loop",
      height: FOLDED_HEIGHT,
      draw: (pen, box) => drawFolded(pen, box, this.view, this.tools),
    });
    this.unrolled = this.canvas({
      label: "The network unrolled: one column for each step",
      height: UNROLLED_HEIGHT,
      draw: (pen, box) => drawUnrolled(pen, box, this.view, this.tools),
    });
    this.bars = this.canvas({
      label: "Bars: the probability of each next word",
      height: barsHeight(),
      draw: (pen, box) => drawBars(pen, box, this.view, this.tools),
    });
    this.unrolled.canvas.addEventListener("click", (event) => {
      const { x } = this.unrolled.at(event);
      const step = columnsOf(this.unrolled.width, this.view.own).stepAt(x);
      if (step) this.change({ step });
    });
    this.mount(
      this.presets(),
      element("div", { class: "rnn-sentences" }, this.sentenceField("sentence", "Sentence"), this.sentenceField("other", "Compare with")),
      this.problem,
      element("div", { class: "rnn-stepping" }, this.stepSlider(), this.tick("frozen", "Hold the state at h⁰")),
      element(
        "div",
        { class: "rnn-networks" },
        element("div", {}, this.folded.node, this.legend()),
        this.unrolled.node,
      ),
      this.bars.node,
      this.knownWords(),
    );
  }

  /** A line of text that is read as soon as it can be: a refused one stays on the screen, with the reason. */
  sentenceField(name, label) {
    const input = element("input", { type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off" });
    input.addEventListener("input", () => {
      const problem = this.refused({ [name]: input.value });
      setText(this.problem, problem);
      if (!problem) this.change({ [name]: input.value });
    });
    this.bound.push(() => {
      if (input.value === this.get(name)) return;
      input.value = this.get(name);
      setText(this.problem, "");
    });
    return field(label, input);
  }

  stepSlider() {
    const node = this.slider("step", () => `Step t = ${this.view.own.step} of ${this.view.own.reading.steps}`);
    const input = node.querySelector("input");
    const follow = this.bound.pop(); // the slider's end first, since a browser holds its value to it
    this.bound.push(() => {
      input.max = this.view.own.reading.steps;
      follow();
    });
    return node;
  }

  legend() {
    const { hidden, embed, vocab } = this.reader;
    const row = (name, letter, index, shape) =>
      element(
        "li",
        {},
        element("span", { class: `rnn-swatch rnn-${name}`, "aria-hidden": "true" }),
        element("i", {}, letter, element("sub", {}, index)),
        ` ${shape.join(" × ")}`,
      );
    this.uses = element("p", { class: "rnn-uses" });
    return element(
      "div",
      { class: "rnn-legend" },
      element(
        "ul",
        {},
        row("W_h", "W", "h", [hidden, hidden]),
        row("W_e", "W", "e", [hidden, embed]),
        row("U", this.get("tied") ? "U = E" : "U", "", [vocab, hidden]),
      ),
      this.uses,
      element("p", { class: "rnn-note" }, "Cells: vermillion above 0, blue with a dash below."),
    );
  }

  knownWords() {
    const words = this.get("tokens").slice(3);
    const named = words.slice(0, WORDS_NAMED).join(this.get("unit") === "characters" ? "  " : ", ");
    const rest = words.length > WORDS_NAMED ? `, and ${formatCount(words.length - WORDS_NAMED)} more` : "";
    return element("details", {}, element("summary", {}, "Words that it knows"), element("p", { class: "rnn-note" }, named + rest));
  }

  refused(settings) {
    for (const name of ["sentence", "other"]) {
      const problem = name in settings ? refusal(this.tokens, settings[name], this.get("most_steps")) : "";
      if (problem) return `${name}: ${problem}`;
    }
    return "";
  }

  apply(settings) {
    const typed = ["sentence", "other"].every((name) => typeof (settings[name] ?? "") === "string");
    return (typed && this.refused(settings)) || super.apply(settings);
  }

  update() {
    this.view = this.look();
    super.update();
  }

  guesses(reading, step) {
    if (!this.favourites.has(reading)) this.favourites.set(reading, []);
    const known = this.favourites.get(reading);
    const { vocab } = this.reader;
    return (known[step] ??= mostProbable(reading.probs.subarray((step - 1) * vocab, step * vocab), 3));
  }

  side(reading, step) {
    const { vocab } = this.reader;
    const p = reading.probs.subarray((step - 1) * vocab, step * vocab);
    return { reading, step, p, best: mostProbable(p, 6) };
  }

  /** All that pictures and sentence need. */
  look() {
    const frozen = this.get("frozen") === "on";
    const [read, compared] = ["sentence", "other"].map((name) => this.tokens.read(this.get(name)));
    const ids = (pieces) => pieces.map(({ id }) => id);
    const reading = this.reader.read(ids(read), frozen);
    const own = this.side(reading, Math.min(this.get("step"), reading.steps));
    let other = null;
    if (compared.length) {
      const theirs = this.reader.read(ids(compared), frozen);
      other = this.side(theirs, stepOfOther(reading, own.step, theirs));
    }
    const carried = this.reader.read(ids(read), false);
    const held = this.reader.read(ids(read), true);
    let sum = 0;
    for (let t = 0; t < own.step; t++) sum += reading.losses[t];
    return {
      own,
      other,
      frozen,
      mean: sum / own.step,
      largestLoss: Math.max(1, ...carried.losses, ...held.losses), // one scale for both
      difference: other ? distance(own.p, other.p) : 0,
      unknown: unknownPieces([...read, ...compared]),
    };
  }

  show() {
    const { own } = this.view;
    for (const picture of this.canvases) picture.redraw();
    setText(this.uses, `The same ${formatCount(this.reader.sharedNumbers)} numbers at every step, used ${own.step === 1 ? "once" : `${own.step} times`} so far.`);
    this.unrolled.describe(`The network unrolled, ${own.step} of ${own.reading.steps} steps read`);
  }

  sentence() {
    return unrolledFinding(this.tokens, this.view);
  }
}

export default widget((model) => new Unrolled(model));
