import { element, setText } from "./assets/dom.js";
import { gateNumber } from "./gates_finding.js";

const GATE_COLUMNS = {
  lstm: { before: "c⁽ᵗ⁻¹⁾", f: "f", i: "i", c_tilde: "c̃", memory: "c", o: "o", h: "h" },
  gru: { before: "h⁽ᵗ⁻¹⁾", u: "u", r: "r", h_tilde: "h̃", memory: "h" },
};

/** The numbers of one step for every unit, folded away; each cell's title holds the number in full. */
export class GateTable {
  constructor(kind, hidden) {
    this.columns = GATE_COLUMNS[kind];
    const head = Object.values(this.columns).map((label) => element("th", { scope: "col" }, label));
    this.caption = element("caption");
    this.rows = Array.from({ length: hidden }, (_, j) => {
      const cells = Object.keys(this.columns).map(() => element("td"));
      const row = element("tr", {}, element("th", { scope: "row" }, String(j + 1)), ...cells);
      return { row, cells };
    });
    const table = element(
      "table",
      {},
      this.caption,
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "unit"), ...head)),
      element("tbody", {}, ...this.rows.map(({ row }) => row)),
    );
    const scroller = element("div", { class: "rnn-gates-numbers", tabindex: "0", role: "region", "aria-label": "Numbers of this step" }, table);
    this.node = element("details", {}, element("summary", {}, "Numbers of this step"), scroller);
    this.node.addEventListener("toggle", () => this.fill());
  }

  /** @param strips numbers of every unit by column @param unit the chosen one, counted from 1 */
  update(strips, unit, caption) {
    Object.assign(this, { strips, unit });
    setText(this.caption, caption);
    this.fill();
  }

  fill() {
    if (!this.node.open) return;
    this.rows.forEach(({ row, cells }, j) => {
      row.classList.toggle("rnn-chosen", j + 1 === this.unit);
      Object.keys(this.columns).forEach((name, k) => {
        const value = this.strips[name][j];
        setText(cells[k], gateNumber(value));
        cells[k].title = String(value);
      });
    });
  }
}
