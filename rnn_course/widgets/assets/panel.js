import { Canvas } from "./canvas.js";
import { element, field, Finding, keepKeys, send, setText } from "./dom.js";
import { CopyableState } from "./state.js";

/** What a setting may be, in words, from the rule that Python sends for it (settings.py). */
export function expected(rule) {
  if (rule.kind === "one of") return `one of ${rule.names.map((name) => name || "none (an empty text)").join(", ")}`;
  if (rule.kind === "text") return "a text in double quotes";
  if (rule.most === null) return `a number, at least ${rule.least}`;
  return `a ${rule.kind === "whole" ? "whole " : ""}number from ${rule.least} to ${rule.most}`;
}

/** Whether a value keeps a rule. */
export function holds(rule, value) {
  if (rule.kind === "one of") return rule.names.includes(value);
  if (rule.kind === "text") return typeof value === "string";
  const kind = rule.kind === "whole" ? Number.isInteger(value) : Number.isFinite(value);
  return kind && value >= rule.least && value <= (rule.most ?? Infinity);
}

/**
 * A widget whose picture follows from its settings, which are traits of the model: the ground of all of them.
 *
 * A subclass builds its nodes, calls `mount`, and has `show()`, which draws from `this.get(name)`, and `sentence()`,
 * the finding. Controls made here are bound: they set their setting, and follow it when Python, a preset or a pasted
 * text sets it.
 */
export class Panel {
  /** @param className its own class of style; @param label the name that a screen reader says */
  constructor(model, className, label) {
    this.model = model;
    this.rules = model.get("rules");
    this.names = Object.keys(this.rules);
    this.bound = [];
    this.canvases = [];
    this.finding = new Finding();
    this.state = new CopyableState(this.names, (settings) => this.apply(settings));
    this.root = element("section", { class: `rnn-widget ${className}`, "aria-label": label });
    keepKeys(this.root);
  }

  get(name) {
    return this.model.get(name);
  }

  /** Put the nodes on the page, above the finding and the settings as text, and draw for the first time. */
  mount(...nodes) {
    this.root.append(...nodes, ...this.finding.nodes, this.state.node);
    this.onChange = () => this.changing || this.update();
    for (const name of this.names) this.model.on(`change:${name}`, this.onChange);
    this.update();
  }

  /** Set settings, draw once, and tell the kernel. */
  change(settings) {
    this.changing = true;
    for (const [name, value] of Object.entries(settings)) this.model.set(name, value);
    this.changing = false;
    this.update();
  }

  /** Settings out of a pasted text. Returns "", or a sentence that says what is wrong with them. */
  apply(settings) {
    for (const [name, value] of Object.entries(settings)) {
      if (!holds(this.rules[name], value)) return `${name} is ${expected(this.rules[name])}.`;
    }
    this.change(settings);
    return "";
  }

  update() {
    for (const follow of this.bound) follow();
    this.show();
    const sentence = this.sentence();
    this.finding.say(sentence);
    this.state.show(Object.fromEntries(this.names.map((name) => [name, this.get(name)])), this.matters());
    send(this.model, { finding: sentence });
  }

  /** Settings that say nothing at present, as `{ k: false }`: left out of the settings as text. */
  matters() {
    return {};
  }

  /**
   * A slider for a number. @param label from the value to the label: `(lag) => `Lag ℓ = ${lag}``.
   * @param step its step; the rule's limits are its ends
   */
  slider(name, label, step = 1) {
    const { least, most } = this.rules[name];
    const input = element("input", { type: "range", min: least, max: most, step });
    const node = field("", input);
    input.addEventListener("input", () => this.change({ [name]: Number(input.value) }));
    this.bound.push(() => {
      input.value = this.get(name);
      const text = label(this.get(name));
      setText(node.firstChild, text);
      input.setAttribute("aria-valuetext", text);
    });
    return node;
  }

  /** A list to choose from. @param labels from each name to what is read, the name itself without */
  choice(name, label, labels = {}) {
    const select = element("select");
    for (const value of this.rules[name].names) select.append(element("option", { value }, labels[value] ?? value));
    select.addEventListener("change", () => this.change({ [name]: select.value }));
    this.bound.push(() => (select.value = this.get(name)));
    return field(label, select);
  }

  /** A box to tick, for a setting that is "on" or "off". */
  tick(name, label) {
    const input = element("input", { type: "checkbox" });
    input.addEventListener("change", () => this.change({ [name]: input.checked ? "on" : "off" }));
    this.bound.push(() => (input.checked = this.get(name) === "on"));
    return element("label", { class: "rnn-tick" }, input, element("span", {}, label));
  }

  /** A line of text. */
  text(name, label) {
    const input = element("input", { type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off" });
    input.addEventListener("input", () => this.change({ [name]: input.value }));
    this.bound.push(() => input.value === this.get(name) || (input.value = this.get(name)));
    return field(label, input);
  }

  /** A box for any number that the rule allows. */
  number(name, label) {
    const { least, most } = this.rules[name];
    const input = element("input", { type: "number", min: least, max: most, step: "any" });
    input.addEventListener("input", () => {
      if (input.checkValidity() && input.value !== "") this.change({ [name]: Number(input.value) });
    });
    this.bound.push(() => Number(input.value) === this.get(name) || (input.value = this.get(name)));
    return field(label, input);
  }

  /** A list of the presets, where there are too many for buttons. */
  presetList(label) {
    const presets = this.get("presets");
    const select = element("select");
    for (const name of ["", ...Object.keys(presets)]) select.append(element("option", { value: name }, name || "choose …"));
    select.addEventListener("change", () => select.value && this.change(presets[select.value]));
    return field(label, select);
  }

  /** A button for each preset; the one whose settings all hold is marked. */
  presets(label = "Try") {
    const buttons = Object.entries(this.get("presets")).map(([name, settings]) => {
      const button = element("button", { type: "button", onclick: () => this.change(settings) }, name);
      this.bound.push(() => {
        const present = Object.entries(settings).every(([setting, value]) => this.get(setting) === value);
        button.setAttribute("aria-pressed", String(present));
      });
      return button;
    });
    return element("div", { class: "rnn-presets", role: "group", "aria-label": label }, ...buttons);
  }

  /** A picture: see `Canvas`. `show` calls its `redraw`. */
  canvas(options) {
    this.canvases.push(new Canvas(options));
    return this.canvases.at(-1);
  }

  close() {
    for (const canvas of this.canvases) canvas.close();
    for (const name of this.names) this.model.off(`change:${name}`, this.onChange);
  }
}

/** The `render` of a widget: `export default widget((model) => new Powers(model));` */
export function widget(create) {
  return {
    render({ model, el }) {
      const panel = create(model);
      el.append(panel.root);
      panel.attached?.();
      return () => panel.close();
    },
  };
}
