import { element, setText } from "./assets/dom.js";

const LINE_END_SHOWN = { "\n": "⏎\n" };

/** The text: what was typed, what was drawn, and the drawn character that is looked at. */
export class Paper {
  /** @param look called with the number of the drawn character that was clicked */
  constructor(look) {
    this.typed = element("span", { class: "rnn-typed" });
    this.before = element("span");
    this.mark = element("mark");
    this.after = element("span");
    this.end = element("span", { class: "rnn-end" }, "end of text");
    this.node = element(
      "div",
      { class: "rnn-paper", role: "group", tabindex: "0", "aria-label": "The text, typed and drawn" },
      this.typed,
      this.before,
      this.mark,
      this.after,
      this.end,
    );
    this.node.addEventListener("click", (event) => {
      const at = this.clicked(event);
      if (at !== null) look(at);
    });
  }

  /** @param drawn the drawn characters; @param at which of them is marked: their number marks the place behind them */
  show(typed, drawn, at, ended) {
    this.drawn = drawn;
    setText(this.typed, typed);
    setText(this.before, drawn.slice(0, at).join(""));
    const marked = drawn[at] ?? " ";
    setText(this.mark, LINE_END_SHOWN[marked] ?? marked);
    setText(this.after, drawn.slice(at + 1).join(""));
    this.end.hidden = !ended;
  }

  /** The drawn character under the pointer, or null. */
  clicked(event) {
    const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    const node = caret ? caret.offsetNode : document.caretRangeFromPoint?.(event.clientX, event.clientY)?.startContainer;
    const offset = caret ? caret.offset : document.caretRangeFromPoint?.(event.clientX, event.clientY)?.startOffset;
    const part = node?.parentNode;
    if (part !== this.before && part !== this.after) return null;
    const inPart = [...part.textContent.slice(0, offset)].length; // characters, not UTF-16 units
    return part === this.before ? inPart : [...this.before.textContent].length + 1 + inPart;
  }
}
