import { readArray } from "./assets/buffers.js";
import { element, setText } from "./assets/dom.js";
import { Panel, widget } from "./assets/panel.js";
import { TokenStrip } from "./token_strip.js";
import { contextFinding } from "./two_sided_finding.js";
import { TagBars } from "./two_sided_tags.js";

class TwoSidedContext extends Panel {
  constructor(model) {
    super(model, "rnn-two-sided", "Two-sided context");
    for (const name of ["sentences", "readers", "labels"]) this[name] = model.get(name);
    for (const name of ["shares", "probabilities", "distances"]) this[`${name}Of`] = readArray(model, name);
    this.texts = this.sentences.map((words) => words.join(" "));
    this.T = this.sharesOf.shape[2];
    this.strips = this.sentences.map((words) => this.stripFor(words));
    this.place = element("div", { class: "rnn-two-sided-strip" });
    this.tags = new TagBars(this.readers, this.labels);
    this.caption = element("p", { class: "rnn-two-sided-caption" });
    this.slide = this.slider("word", () => `Word: “${this.words[this.t]}”`);
    this.slide.classList.add("rnn-two-sided-slide");
    this.mount(
      this.presets("Examples"),
      element("div", { class: "rnn-controls" },
        this.choice("sentence", "Sentence"),
        this.choice("against", "Compared with"),
        this.slide,
      ),
      this.caption,
      this.place,
      this.tags.node,
    );
  }

  stripFor(words) {
    return new TokenStrip({
      words,
      rows: this.readers.map((name) => ({ name })),
      label: "Which words reach the chosen word’s vector, in percent",
      pick: (word) => word !== this.t && this.change({ word }),
    });
  }

  get sentenceIndex() {
    return this.texts.indexOf(this.get("sentence"));
  }

  get words() {
    return this.sentences[this.sentenceIndex];
  }

  /** The word that is looked at: the sentence may be shorter than the setting says. */
  get t() {
    return Math.min(this.get("word"), this.words.length - 1);
  }

  /** What is known of the chosen word, by reader. */
  look() {
    const [i, t, T] = [this.sentenceIndex, this.t, this.T];
    const [count, labels] = [this.readers.length, this.labels.length];
    const j = this.texts.indexOf(this.get("against"));
    return this.readers.map((name, r) => {
      const row = (i * count + r) * T + t;
      return {
        name,
        shares: this.sharesOf.values.subarray(row * T, row * T + this.words.length),
        probabilities: this.probabilitiesOf.values.subarray(row * labels, (row + 1) * labels),
        distance: this.distancesOf.values[((i * this.texts.length + j) * count + r) * T + t],
      };
    });
  }

  show() {
    const strip = this.strips[this.sentenceIndex];
    if (this.place.firstChild !== strip.node) this.place.replaceChildren(strip.node);
    this.slide.querySelector("input").max = this.words.length - 1;
    const readers = this.look();
    strip.paint({
      share: (r, s) => (readers[r].shares[s] > 0 ? readers[r].shares[s] : null),
      chosen: this.t,
    });
    const word = `“${this.words[this.t]}”`;
    setText(this.caption, `From which words the vector of ${word} comes, in % (norm of dh/de); hatched: it cannot be reached from there`);
    this.tags.paint(readers, word);
  }

  sentence() {
    const readers = this.look();
    const same = this.get("against") === this.get("sentence") || readers.some(({ distance }) => distance < 0);
    return contextFinding({ words: this.words, t: this.t, readers, labels: this.labels, against: same ? "" : this.get("against") });
  }
}

export default widget((model) => new TwoSidedContext(model));
