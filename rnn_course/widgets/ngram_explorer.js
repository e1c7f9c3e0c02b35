import { element, field, formatProbability, randomFrom } from "./assets/dom.js";
import { Panel, widget } from "./assets/panel.js";
import { BOS, EOS, NgramCounts, stateAfter, UNK } from "./ngram_counts.js";
import { findingOf } from "./ngram_finding.js";
import { Shares } from "./ngram_shares.js";
import { drawFrom, SMOOTHINGS } from "./ngram_smoothing.js";
import { best, DistributionTable } from "./ngram_table.js";
import { Tokens } from "./ngram_text.js";

const ORDER_NAMES = ["", "unigram", "bigram", "trigram", "4-gram", "5-gram"];
const LONGEST_DRAW = 40;

/** Ids as they came from Python: two bytes each where the vocabulary allows, else four. */
function readStream(model) {
  const view = model.get("stream");
  const Ids = model.get("id_bytes") === 2 ? Uint16Array : Uint32Array;
  const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength); // aligned
  return new Ids(bytes);
}

class Explorer extends Panel {
  constructor(model) {
    super(model, "rnn-ngram", "n-gram explorer");
    this.tokens = new Tokens(model.get("tokens"), { unit: model.get("unit"), lowercase: model.get("lowercase") });
    this.counts = new NgramCounts(readStream(model), this.tokens.tokens.length);
    this.random = randomFrom(model.get("seed"));
    this.table = new DistributionTable();
    this.shares = new Shares();
    this.keys = [1, 2, 3].map((rank) =>
      element("button", { type: "button", class: "rnn-key", onclick: () => this.press(rank - 1) }),
    );
    this.chips = element("p", { class: "rnn-chips" });
    const typing = this.text("context", "Text so far");
    typing.classList.add("rnn-typing");
    this.mount(
      typing,
      element("div", { class: "rnn-keyboard", role: "group", "aria-label": "Most probable next words" }, ...this.keys),
      this.actions(),
      this.chips,
      this.controls(),
      this.table.node,
      this.shares.node,
    );
  }

  actions() {
    const button = (label, action) => element("button", { type: "button", onclick: action }, label);
    return element(
      "div",
      { class: "rnn-actions" },
      button("Draw one", () => this.draw(1)),
      button("Draw to the end", () => this.draw(LONGEST_DRAW)),
      button("Delete one", () => this.change({ context: this.tokens.removeLast(this.get("context")) })),
      button("Clear", () => this.change({ context: "" })),
    );
  }

  controls() {
    const names = Object.fromEntries(Object.entries(SMOOTHINGS).map(([name, { label }]) => [name, label]));
    this.kField = this.number("k", "k");
    return element(
      "div",
      { class: "rnn-controls" },
      this.slider("order", (order) => `Order n = ${order}, ${ORDER_NAMES[order]}`),
      this.choice("smoothing", "Smoothing", names),
      this.kField,
      this.choice("compare", "Compare with", { "": "nothing", ...names }),
      this.presetList("Example"),
    );
  }

  smoothings() {
    return [this.get("smoothing"), this.get("compare")];
  }

  matters() {
    return { k: this.smoothings().includes("add-k"), compare: this.get("compare") !== "" };
  }

  look(context) {
    const read = this.tokens.read(context);
    const state = stateAfter(read.map(({ id }) => id), this.get("order"));
    const followers = this.counts.followers(state);
    const names = this.smoothings().filter((name, i, all) => name && all.indexOf(name) === i);
    const views = names.map((name) => ({
      smoothing: name,
      name: SMOOTHINGS[name].short,
      p: SMOOTHINGS[name].distribution(followers, {
        k: this.get("k"),
        order: this.get("order"),
        estimates: this.get("estimates"),
        counts: this.counts,
      }),
    }));
    return { read, state, followers: followers[followers.length - 1], views };
  }

  show() {
    this.kField.hidden = !this.matters().k;
    this.present = this.look(this.get("context"));
    this.showState(this.present);
    this.showKeys(this.present);
    this.table.update(this.tokens, this.present.followers.counts, this.present.views);
    this.shares.update(this.present.followers, this.present.views);
  }

  sentence() {
    return findingOf(this.tokens, this.present);
  }

  /** Which words the model still sees, and which it has forgotten. */
  showState({ read, state }) {
    const words = [this.tokens.show(BOS)];
    for (const { id, piece } of read) {
      words.push(id === UNK && piece !== "<unk>" ? `${piece} (unknown)` : this.tokens.show(id));
      if (id === EOS) words.push(this.tokens.show(BOS));
    }
    const forgotten = words.slice(0, words.length - state.length).slice(-8);
    const seen = words.slice(words.length - state.length);
    const chip = (kind) => (text) => element("span", { class: `rnn-chip rnn-${kind}` }, text);
    const group = (label, ...chips) =>
      element("span", { class: "rnn-chip-group" }, element("span", { class: "rnn-label" }, label), ...chips);
    this.chips.replaceChildren(
      ...(forgotten.length ? [group("forgotten", ...forgotten.map(chip("forgotten")))] : []),
      group(seen.length ? "the model sees" : "the model sees nothing", ...seen.map(chip("seen"))),
    );
  }

  showKeys({ views }) {
    const p = views[0].p;
    const uniform = 1 / (p.length - 1); // a word that is no likelier than any other is no suggestion
    this.suggested = best(p, 3, (id) => id !== UNK && p[id] > uniform * 1.000001);
    this.keys.forEach((key, i) => {
      const id = this.suggested[i];
      key.disabled = id === undefined;
      key.replaceChildren(
        element("span", { class: "rnn-word" }, id === undefined ? "no idea" : this.tokens.show(id)),
        element("span", { class: "rnn-p" }, id === undefined ? "" : formatProbability(p[id])),
      );
    });
  }

  press(rank) {
    this.change({ context: this.tokens.append(this.get("context"), this.suggested[rank]) });
  }

  /** Draw words from the first distribution, until the sentence ends. */
  draw(atMost) {
    let context = this.get("context");
    for (let i = 0; i < atMost; i++) {
      const p = this.look(context).views[0].p;
      const id = drawFrom(p, this.random());
      context = this.tokens.append(context, id);
      if (id === EOS) break;
    }
    this.change({ context });
  }
}

export default widget((model) => new Explorer(model));
