import { element, field } from "./assets/dom.js";
import { Panel, widget } from "./assets/panel.js";
import { BARS_HEIGHT, barRows, NextCharacterBars, shortProbability } from "./sampling_bars.js";
import { reshapeRanked, TextWriter } from "./sampling_draw.js";
import { samplingFinding } from "./sampling_finding.js";
import { CharacterNetwork, encodeCharacters, EOS_ID, readWeights, UNKNOWN_ID } from "./sampling_network.js";
import { Paper } from "./sampling_paper.js";

const LABELS = { " ": "␣", "\n": "⏎", "\t": "⇥", "</s>": "end" };
const UNKNOWN_SHOWN = "�";

class Sampler extends Panel {
  constructor(model) {
    super(model, "rnn-sampler", "A network that writes");
    this.tokens = this.get("tokens");
    this.ids = new Map(this.tokens.map((token, id) => [token, id]));
    this.writers = new Map();
    this.paper = new Paper((at) => this.change({ at: Math.min(at, this.written.tokens.length) }));
    this.bars = this.canvas({
      label: "Next character",
      height: BARS_HEIGHT,
      draw: (pen, size) => this.draw(pen, size),
    });
    this.build();
  }

  build() {
    const names = this.get("stage_names");
    const every = this.rules.top_k.most;
    const stage = this.slider("stage", (i) => `Stage ${i} of ${names.length}: ${names[i - 1]}`);
    stage.hidden = names.length === 1;
    stage.classList.add("rnn-stage");
    const place = this.slider("at", () => `Look at character ${this.at} of ${this.written.tokens.length}`);
    this.bound.push(() => {
      place.querySelector("input").max = String(this.written.tokens.length);
      place.querySelector("input").value = String(this.at);
    });
    this.mount(
      this.presets("Ways to draw"),
      element(
        "div",
        { class: "rnn-controls" },
        stage,
        this.slider("temperature", (t) => `Temperature ${t.toFixed(2)}`, 0.05),
        this.slider("top_k", (k) => (k === every ? `Top-k: all ${every}` : `Top-k: best ${k}`)),
        this.slider("top_p", (p) => (p === 1 ? "Nucleus: all" : `Nucleus: mass ${p.toFixed(2)}`), 0.01),
      ),
      element("div", { class: "rnn-begin" }, this.typing(), this.seedField(), this.actions()),
      element(
        "div",
        { class: "rnn-charts" },
        element("div", {}, this.paper.node, place),
        this.bars.node,
      ),
    );
  }

  typing() {
    const area = element("textarea", { rows: 1, spellcheck: "false", autocapitalize: "off", maxlength: this.get("longest_text") });
    area.addEventListener("input", () => this.change({ text: area.value, at: 0 }));
    this.bound.push(() => area.value === this.get("text") || (area.value = this.get("text")));
    return field("The text begins with", area, { class: "rnn-field rnn-typing" });
  }

  seedField() {
    const { least, most } = this.rules.seed;
    const input = element("input", { type: "number", min: least, max: most, step: 1 });
    input.addEventListener("input", () => input.value !== "" && input.checkValidity() && this.change({ seed: Number(input.value) }));
    this.bound.push(() => input.value === String(this.get("seed")) || (input.value = this.get("seed")));
    return field("Seed", input, { class: "rnn-field rnn-seed" });
  }

  actions() {
    const { most } = this.rules.drawn;
    const button = (label, settings) => element("button", { type: "button", onclick: () => this.change(settings()) }, label);
    const one = () => {
      const { length } = this.written.tokens;
      return { drawn: Math.min(most, length + 1), at: Math.min(most, length + 1) };
    };
    this.one = button("Draw one", one);
    return element(
      "div",
      { class: "rnn-actions", role: "group", "aria-label": "Draw" },
      this.one,
      button(`Draw ${most}`, () => ({ drawn: most, at: 0 })),
      button("Another", () => ({ seed: (this.get("seed") + 1) % (this.rules.seed.most + 1), at: 0 })),
      button("Clear", () => ({ drawn: 0, at: 0 })),
    );
  }

  apply(settings) {
    const longest = this.get("longest_text");
    if (typeof settings.text === "string" && [...settings.text].length > longest) return `text has at most ${longest} characters.`;
    return super.apply(settings);
  }

  writer(stage) {
    if (!this.writers.has(stage)) {
      const form = { cell: this.get("cell"), memory: this.get("memory"), vocab: this.tokens.length };
      this.writers.set(stage, new TextWriter(new CharacterNetwork(form, readWeights(this.model, stage - 1))));
    }
    return this.writers.get(stage);
  }

  /** Everything that follows from the settings, before controls and pictures follow it. */
  update() {
    const settings = Object.fromEntries(this.names.map((name) => [name, this.get(name)]));
    this.typed = encodeCharacters(settings.text, this.ids);
    this.written = this.writer(settings.stage).write(this.typed, settings);
    this.at = Math.min(settings.at, this.written.tokens.length);
    const { logProbs, order } = this.written.view(this.at);
    this.logProbs = logProbs;
    this.ranked = { order, probs: reshapeRanked(logProbs, order, settings) };
    super.update();
  }

  /** The id that was drawn at the place that is looked at, or null behind the text. */
  drawnHere() {
    if (this.at < this.written.tokens.length) return this.written.tokens[this.at];
    return this.written.ended ? EOS_ID : null;
  }

  /** A token as it stands in the text. */
  character(id) {
    return id === UNKNOWN_ID ? UNKNOWN_SHOWN : this.tokens[id];
  }

  label(id) {
    return LABELS[this.tokens[id]] ?? this.character(id);
  }

  show() {
    const { tokens, ended } = this.written;
    const most = this.rules.drawn.most;
    this.one.disabled = ended || tokens.length === most;
    const text = tokens.map((id) => this.character(id));
    this.paper.show(this.get("text"), text, this.at, ended);
    this.bars.redraw();
    this.bars.describe(this.description());
  }

  draw(pen, size) {
    const rows = barRows({ order: this.ranked.order, logProbs: this.logProbs }, this.ranked.probs);
    new NextCharacterBars(pen, size).draw(rows, this.drawnHere(), (id) => this.label(id));
  }

  description() {
    const best = this.ranked.order.slice(0, 5).map((id, r) => {
      return `${this.label(id)} ${shortProbability(Math.exp(this.logProbs[id]))}, drawn from ${shortProbability(this.ranked.probs[r])}`;
    });
    return `Bars of the next character, the network's probability and what is drawn from: ${best.join("; ")}`;
  }

  sentence() {
    const drawn = this.written.tokens.slice(0, this.at).map((id) => this.character(id));
    const read = [...this.get("text"), ...drawn];
    const possible = this.rules.top_k.most;
    return samplingFinding({ read, logProbs: this.logProbs, ranked: this.ranked, possible, written: this.written });
  }
}

export default widget((model) => new Sampler(model));
