import { element, setText } from "./dom.js";

/** Settings as Python arguments, `order=3, context="opened their"`: to copy, to keep, and to paste again. */
export function writeState(settings) {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ");
}

/** The inverse of `writeState`. Throws an Error that says what is wrong. */
export function readState(text, names) {
  const settings = {};
  const pair = /\s*(\w+)\s*=\s*("(?:[^"\\]|\\.)*"|-?[\d.][\w.+-]*)\s*(?:,|$)/y;
  while (pair.lastIndex < text.trimEnd().length) {
    const start = pair.lastIndex;
    const match = pair.exec(text);
    if (!match) throw new Error(`“${text.slice(start).trim()}” is not of the form name=number or name="text".`);
    if (!names.includes(match[1])) throw new Error(`${match[1]} is not one of ${names.join(", ")}.`);
    try {
      settings[match[1]] = JSON.parse(match[2]);
    } catch {
      throw new Error(`${match[1]}=${match[2]} is neither a number nor a text in double quotes.`);
    }
  }
  return settings;
}

/** The widget's settings in a text field, with buttons to copy them and to set them again. */
export class CopyableState {
  /**
   * @param names the settings that may be set
   * @param apply takes settings, returns "" or a sentence that says why not
   */
  constructor(names, apply) {
    this.input = element("input", { type: "text", spellcheck: "false", "aria-label": "Settings as text" });
    this.note = element("p", { class: "rnn-note", role: "status" });
    const copy = element("button", { type: "button", onclick: () => this.copy() }, "Copy");
    const set = element("button", { type: "button", onclick: () => this.set(names, apply) }, "Set");
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.set(names, apply);
    });
    this.node = element(
      "details",
      {},
      element("summary", {}, "Settings as text"),
      element("div", { class: "rnn-copy" }, this.input, copy, set),
      this.note,
    );
  }

  /** @param settings all of them; @param matters settings that are left out where this says false */
  show(settings, matters = {}) {
    const kept = Object.entries(settings).filter(([name]) => matters[name] !== false);
    const text = writeState(Object.fromEntries(kept));
    if (this.input.value !== text) this.input.value = text;
    setText(this.note, "");
  }

  async copy() {
    this.input.select();
    try {
      await navigator.clipboard.writeText(this.input.value);
      setText(this.note, "Copied.");
    } catch {
      setText(this.note, "The browser does not allow copying: press Ctrl+C, the text is selected.");
    }
  }

  set(names, apply) {
    let problem;
    try {
      problem = apply(readState(this.input.value, names));
    } catch (error) {
      problem = error.message;
    }
    setText(this.note, problem || "Set.");
  }
}
