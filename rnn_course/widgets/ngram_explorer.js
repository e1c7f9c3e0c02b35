import { element, field, Finding, formatProbability, keepKeys, randomFrom, send, setText } from "./assets/dom.js";
import { CopyableState } from "./assets/state.js";
import { BOS, EOS, NgramCounts, stateAfter, UNK } from "./ngram_counts.js";
import { findingOf } from "./ngram_finding.js";
import { Shares } from "./ngram_shares.js";
import { drawFrom, SMOOTHINGS } from "./ngram_smoothing.js";
import { best, DistributionTable } from "./ngram_table.js";
import { Tokens } from "./ngram_text.js";

const ORDER_NAMES = ["", "unigram", "bigram", "trigram", "4-gram", "5-gram"];
const SETTINGS = ["context", "order", "smoothing", "k", "compare"];
const LONGEST_DRAW = 40;

/** Ids as they came from Python: two bytes each where the vocabulary allows, else four. */
function readStream(model) {
  const view = model.get("stream");
  const Ids = model.get("id_bytes") === 2 ? Uint16Array : Uint32Array;
  const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength); // aligned
  return new Ids(bytes);
}

function options(select, names) {
  for (const [value, label] of names) select.append(element("option", { value }, label));
  return select;
}

class Explorer {
  constructor(model) {
    this.model = model;
    this.tokens = new Tokens(model.get("tokens"), { unit: model.get("unit"), lowercase: model.get("lowercase") });
    this.counts = new NgramCounts(readStream(model), this.tokens.tokens.length);
    this.random = randomFrom(model.get("seed"));
    this.finding = new Finding();
    this.table = new DistributionTable();
    this.shares = new Shares();
    this.build();
    this.listen();
    this.update();
  }

  get(name) {
    return this.model.get(name);
  }

  build() {
    const smoothings = Object.entries(SMOOTHINGS).map(([name, { label }]) => [name, label]);
    this.context = element("input", { type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off" });
    this.keys = [1, 2, 3].map((rank) =>
      element("button", { type: "button", class: "rnn-key", onclick: () => this.press(rank - 1) }),
    );
    this.order = element("input", { type: "range", min: "1", max: String(this.get("max_order")), step: "1" });
    this.orderField = field("Order", this.order);
    this.smoothing = options(element("select"), smoothings);
    this.k = element("input", { type: "number", min: "0", max: "100", step: "any" });
    this.kField = field("k", this.k);
    this.compare = options(element("select"), [["", "nothing"], ...smoothings]);
    this.preset = options(element("select"), [["", "choose …"], ...Object.keys(this.get("presets")).map((n) => [n, n])]);
    this.state = new CopyableState(SETTINGS, (settings) => this.apply(settings));
    this.chips = element("p", { class: "rnn-chips" });

    const button = (label, action) => element("button", { type: "button", onclick: action }, label);
    this.root = element(
      "section",
      { class: "rnn-widget rnn-ngram", "aria-label": "n-gram explorer" },
      field("Text so far", this.context, { class: "rnn-field rnn-typing" }),
      element("div", { class: "rnn-keyboard", role: "group", "aria-label": "Most probable next words" }, ...this.keys),
      element(
        "div",
        { class: "rnn-actions" },
        button("Draw one", () => this.draw(1)),
        button("Draw to the end", () => this.draw(LONGEST_DRAW)),
        button("Delete one", () => this.change({ context: this.tokens.removeLast(this.get("context")) })),
        button("Clear", () => this.change({ context: "" })),
      ),
      this.chips,
      element(
        "div",
        { class: "rnn-controls" },
        this.orderField,
        field("Smoothing", this.smoothing),
        this.kField,
        field("Compare with", this.compare),
        field("Example", this.preset),
      ),
      this.table.node,
      this.shares.node,
      ...this.finding.nodes,
      this.state.node,
    );
    keepKeys(this.root);
  }

  listen() {
    this.context.addEventListener("input", () => this.change({ context: this.context.value }));
    this.order.addEventListener("input", () => this.change({ order: Number(this.order.value) }));
    this.smoothing.addEventListener("change", () => this.change({ smoothing: this.smoothing.value }));
    this.compare.addEventListener("change", () => this.change({ compare: this.compare.value }));
    this.k.addEventListener("input", () => {
      if (this.k.checkValidity() && this.k.value !== "") this.change({ k: Number(this.k.value) });
    });
    this.preset.addEventListener("change", () => {
      const settings = this.get("presets")[this.preset.value];
      if (settings) this.change(settings);
    });
    this.onChange = () => this.changing || this.update();
    for (const name of SETTINGS) this.model.on(`change:${name}`, this.onChange);
  }

  /** Set traits, draw once, and tell the kernel. */
  change(settings) {
    this.changing = true;
    for (const [name, value] of Object.entries(settings)) this.model.set(name, value);
    this.changing = false;
    this.update();
  }

  /** Settings out of a pasted text. Returns "", or a sentence that says what is wrong with them. */
  apply(settings) {
    const maxOrder = this.get("max_order");
    const smoothing = (name) => Object.hasOwn(SMOOTHINGS, name);
    const checks = {
      context: [(value) => typeof value === "string", "a text in double quotes"],
      order: [(n) => Number.isInteger(n) && n >= 1 && n <= maxOrder, `a whole number from 1 to ${maxOrder}`],
      smoothing: [smoothing, `one of ${Object.keys(SMOOTHINGS).join(", ")}`],
      compare: [(name) => name === "" || smoothing(name), `one of ${Object.keys(SMOOTHINGS).join(", ")}`],
      k: [(k) => typeof k === "number" && k >= 0, "a number, at least 0"],
    };
    for (const [name, value] of Object.entries(settings)) {
      const [holds, expected] = checks[name];
      if (!holds(value)) return `${name} is ${expected}.`;
    }
    this.change(settings);
    return "";
  }

  look(context) {
    const read = this.tokens.read(context);
    const state = stateAfter(read.map(({ id }) => id), this.get("order"));
    const followers = this.counts.followers(state);
    const names = [this.get("smoothing"), this.get("compare")].filter((name, i, all) => name && all.indexOf(name) === i);
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

  update() {
    const look = this.look(this.get("context"));
    this.showControls();
    this.showState(look);
    this.showKeys(look);
    this.table.update(this.tokens, look.followers.counts, look.views);
    this.shares.update(look.followers, look.views);
    const sentence = findingOf(this.tokens, look);
    this.finding.say(sentence);
    this.state.show(Object.fromEntries(SETTINGS.map((name) => [name, this.get(name)])), {
      k: [this.get("smoothing"), this.get("compare")].includes("add-k"),
      compare: this.get("compare") !== "",
    });
    send(this.model, { finding: sentence });
  }

  showControls() {
    if (this.context.value !== this.get("context")) this.context.value = this.get("context");
    const order = this.get("order");
    this.order.value = order;
    setText(this.orderField.firstChild, `Order n = ${order}, ${ORDER_NAMES[order]}`);
    this.smoothing.value = this.get("smoothing");
    this.compare.value = this.get("compare");
    if (Number(this.k.value) !== this.get("k")) this.k.value = this.get("k");
    this.kField.hidden = ![this.get("smoothing"), this.get("compare")].includes("add-k");
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

  close() {
    for (const name of SETTINGS) this.model.off(`change:${name}`, this.onChange);
  }
}

function render({ model, el }) {
  const explorer = new Explorer(model);
  el.append(explorer.root);
  return () => explorer.close();
}

export default { render };
