import { element, setText } from "./assets/dom.js";
import { cliffFigure } from "./cliff_finding.js";

const CLIFF_COLUMNS = { w: "w", b: "b", losses: "loss J", norms: "norm of the gradient", lengths: "next step" };

/** The numbers of one step of both paths, folded away; each cell's title holds the number in full. */
export class CliffTable {
  constructor() {
    this.caption = element("caption");
    this.rows = ["without clipping", "clipped"].map((name) => {
      const cells = Object.keys(CLIFF_COLUMNS).map(() => element("td"));
      return { row: element("tr", {}, element("th", { scope: "row" }, name), ...cells), cells };
    });
    const head = Object.values(CLIFF_COLUMNS).map((label) => element("th", { scope: "col" }, label));
    const table = element(
      "table",
      {},
      this.caption,
      element("thead", {}, element("tr", {}, element("td"), ...head)),
      element("tbody", {}, ...this.rows.map(({ row }) => row)),
    );
    const scroller = element("div", { class: "rnn-cliff-numbers", tabindex: "0", role: "region", "aria-label": "Numbers of this step" }, table);
    this.node = element("details", {}, element("summary", {}, "Numbers of this step"), scroller);
    this.node.addEventListener("toggle", () => this.fill());
  }

  update(paths, step) {
    Object.assign(this, { paths, step });
    setText(this.caption, `After ${step} ${step === 1 ? "step" : "steps"}`);
    this.fill();
  }

  fill() {
    if (!this.node.open) return;
    this.rows.forEach(({ cells }, k) => {
      Object.keys(CLIFF_COLUMNS).forEach((name, column) => {
        const value = this.paths[k][name][this.step];
        setText(cells[column], cliffFigure(value));
        cells[column].title = String(value);
      });
    });
  }
}
