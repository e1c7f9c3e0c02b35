import { cssColor, inkOn, sequential } from "./assets/colormap.js";
import { element, setText } from "./assets/dom.js";

/** 0.534 -> "53 %" on one line, small shares with one digit behind the point. */
export function percent(share, unit = "\u00a0%") {
  const value = 100 * share;
  if (value >= 9.95 || value === 0) return `${value.toFixed(0)}${unit}`;
  return value >= 0.05 ? `${value.toFixed(1)}${unit}` : `<0.1${unit}`;
}

/** A word in quotation marks, a boundary in words. */
export function shownWord(word) {
  return { "<s>": "the start", "</s>": "the end" }[word] ?? `“${word}”`;
}

/** The colour of a share, as [r, g, b]: small shares are told apart as well. */
export function shareColor(share) {
  return sequential(Math.sqrt(Math.min(1, share)));
}

let mouseAt = "";

/** Whether the mouse itself has moved, and not the words under it. */
function hasMoved(event) {
  const at = `${event.screenX},${event.screenY}`;
  const moved = event.pointerType === "mouse" && at !== mouseAt;
  mouseAt = at;
  return moved;
}

const LEAST_WIDTH = 48;
const BESIDE_WORDS = 130;

/**
 * A sentence with a shaded number at each word, in one or more rows: words side by side where there is room, else
 * one below another. A word is chosen by pointing at it; the widget has a slider that does the same by keys.
 */
export class TokenStrip {
  /**
   * @param words what stands above the numbers
   * @param rows `{ name, group }`: a group's name stands once, before its first row
   * @param end the title of a last column of texts, if there is to be one
   * @param pick called with the index of the word that was pointed at
   */
  constructor({ words, rows, label, end = "", pick }) {
    this.rows = rows;
    this.breaks = rows.map((row, i) => i > 0 && row.group !== rows[i - 1].group);
    this.words = words.map((word, s) => this.word(word, () => pick(s)));
    const names = rows.map((row, i) => this.cell("columnheader", i, "rnn-strip-name", ...this.name(row, i)));
    const corner = element("span", { role: "columnheader", class: "rnn-strip-corner" }, element("span", { class: "rnn-unseen-by-eye" }, "word"));
    this.ends = end ? rows.map((_, i) => this.cell("cell", i, "rnn-strip-end")) : [];
    this.endTitle = element("span", { role: "rowheader", class: "rnn-strip-end" }, end);
    const line = (...cells) => element("div", { role: "row", class: "rnn-strip-row" }, ...cells);
    this.node = element(
      "div",
      {
        role: "table",
        "aria-label": label,
        class: "rnn-strip",
        style: `--rows: ${rows.length}; --words: ${words.length}`,
      },
      line(corner, ...names),
      ...this.words.map(({ head, cells }) => line(head, ...cells)),
      ...(end ? [line(this.endTitle, ...this.ends)] : []),
    );
    // Side by side, a word of eight letters has to fit above its number.
    new ResizeObserver(([{ contentRect }]) => {
      const each = (contentRect.width - (end ? BESIDE_WORDS + 64 : BESIDE_WORDS)) / words.length;
      const tall = each < LEAST_WIDTH;
      if (tall !== this.node.classList.contains("rnn-strip-tall")) {
        requestAnimationFrame(() => this.node.classList.toggle("rnn-strip-tall", tall));
      }
    }).observe(this.node);
  }

  word(word, pick) {
    const button = element("button", { type: "button", tabindex: "-1", onclick: pick }, word);
    const head = element("span", { role: "rowheader", class: "rnn-strip-word" }, button);
    const cells = this.rows.map((_, i) => this.cell("cell", i, "rnn-strip-cell"));
    for (const node of [head, ...cells]) {
      node.addEventListener("pointermove", (event) => hasMoved(event) && pick());
      node.addEventListener("click", pick);
    }
    return { head, button, cells };
  }

  cell(role, i, kind, ...children) {
    return element("span", { role, class: this.breaks[i] ? `${kind} rnn-strip-break` : kind }, ...children);
  }

  name({ name, group = "" }, i) {
    if (this.rows.every((row) => !row.group)) return [element("span", {}, name)];
    const first = i === 0 || this.breaks[i];
    return [element("span", { class: "rnn-strip-group" }, first ? group : ""), element("span", {}, name)];
  }

  /**
   * @param share `(row, word)` -> a share of 0 to 1, or null where there is nothing to say
   * @param chosen index of the word that is looked from; @param target of one that is looked at, if there is one
   * @param ends texts of the last column
   */
  paint({ share, chosen, target = -1, ends = [], format = (value) => percent(value, "") }) {
    this.words.forEach(({ head, button, cells }, s) => {
      head.classList.toggle("rnn-strip-chosen", s === chosen);
      head.classList.toggle("rnn-strip-target", s === target);
      button.setAttribute("aria-pressed", String(s === chosen));
      cells.forEach((cell, i) => paintCell(cell, share(i, s), format));
    });
    this.ends.forEach((cell, i) => setText(cell, ends[i]));
  }
}

function paintCell(cell, value, format) {
  if (cell.shown === value) return;
  cell.shown = value;
  const color = value === null ? null : shareColor(value);
  cell.style.background = color ? cssColor(color) : "";
  cell.style.color = color ? inkOn(color) : "";
  cell.classList.toggle("rnn-strip-empty", value === null);
  setText(cell, value === null ? "" : format(value));
}
