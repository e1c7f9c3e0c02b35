import { element, formatCount, formatProbability, plural, setText } from "./assets/dom.js";
import { UNK } from "./ngram_counts.js";

const ROWS = 8;

/** A bar with its number. Solid: the word was seen after this context. Hatched: it owes all to smoothing. */
class Bar {
  constructor(series) {
    this.fill = element("span", { class: "rnn-fill" });
    this.number = element("span", { class: "rnn-number" });
    this.cell = element(
      "td",
      { class: `rnn-series-${series}` },
      element("span", { class: "rnn-bar", "aria-hidden": "true" }, this.fill),
      this.number,
    );
  }
  show(p, scale, seen) {
    this.fill.style.width = p > 0 ? `max(2px, ${(100 * p) / scale}%)` : "0";
    this.fill.classList.toggle("rnn-hatched", !seen);
    setText(this.number, formatProbability(p));
    this.number.title = String(p);
  }
}

class Row {
  constructor(series, className = "") {
    this.word = element("th", { scope: "row" });
    this.count = element("td", { class: "rnn-count" });
    this.bars = series.map((_, i) => new Bar(i + 1));
    this.node = element("tr", { class: className }, this.word, this.count, ...this.bars.map((bar) => bar.cell));
  }
}

/** The most probable next words, and beneath them what is left: other words seen here, words never seen here. */
export class DistributionTable {
  constructor() {
    this.node = element("table", { class: "rnn-table" });
    this.series = null;
  }

  build(series) {
    const sameColumns = this.series?.join() === series.join();
    if (sameColumns) return;
    this.series = series;
    const headings = series.map((name) => element("th", { scope: "col" }, `P, ${name}`));
    this.rows = Array.from({ length: ROWS }, () => new Row(series));
    this.others = new Row(series, "rnn-rest");
    this.never = new Row(series, "rnn-rest");
    this.node.replaceChildren(
      element("caption", { class: "rnn-unseen-by-eye" }, "The most probable next words"),
      element(
        "thead",
        {},
        element("tr", {}, element("th", { scope: "col" }, "next word"), element("th", { scope: "col", class: "rnn-count" }, "count"), ...headings),
      ),
      element("tbody", {}, ...this.rows.map((row) => row.node), this.others.node, this.never.node),
    );
    this.node.classList.toggle("rnn-two", series.length === 2);
  }

  /**
   * @param tokens a Tokens
   * @param counts followers of the context, by token id
   * @param views [{ name, p }], p an array of probabilities
   */
  update(tokens, counts, views) {
    this.build(views.map(({ name }) => name));
    const shown = mostProbable(views, counts);
    const scale = Math.max(...views.flatMap(({ p }) => shown.map((id) => p[id])));
    this.rows.forEach((row, i) => {
      const id = shown[i];
      row.node.hidden = id === undefined;
      if (id === undefined) return;
      setText(row.word, tokens.show(id));
      row.word.classList.toggle("rnn-special", id <= UNK);
      setText(row.count, formatCount(counts[id]));
      row.bars.forEach((bar, s) => bar.show(views[s].p[id], scale, counts[id] > 0));
    });
    this.rest(counts, views, new Set(shown));
  }

  rest(counts, views, shown) {
    const others = { words: 0, count: 0, mass: views.map(() => 0) };
    const never = { words: 0, count: 0, mass: views.map(() => 0) };
    for (let id = 1; id < counts.length; id++) {
      if (shown.has(id)) continue;
      const group = counts[id] > 0 ? others : never;
      group.words += 1;
      group.count += counts[id];
      views.forEach(({ p }, s) => (group.mass[s] += p[id]));
    }
    for (const [row, group, names] of [
      [this.others, others, ["other word seen here", "other words seen here"]],
      [this.never, never, ["word never seen here", "words never seen here"]],
    ]) {
      row.node.hidden = group.words === 0;
      setText(row.word, plural(group.words, ...names));
      setText(row.count, formatCount(group.count));
      row.bars.forEach((bar, s) => {
        setText(bar.number, formatProbability(group.mass[s]));
        bar.number.title = String(group.mass[s]);
      });
    }
  }
}

/** Ids of the rows: the best of each view by turns, so that neither of two smoothings is hidden by the other. */
function mostProbable(views, counts) {
  const ranked = views.map(({ p }) => best(p, ROWS));
  const ids = new Set();
  for (let i = 0; i < ROWS; i++) for (const list of ranked) if (i < list.length && ids.size < ROWS) ids.add(list[i]);
  const first = views[0].p;
  return [...ids].sort((a, b) => first[b] - first[a] || counts[b] - counts[a] || a - b);
}

/** Ids of the `size` largest probabilities above 0, the largest first; equal ones in the order of their ids. */
export function best(p, size, allowed = () => true) {
  const ids = [];
  for (let id = 0; id < p.length; id++) {
    if (p[id] === 0 || (ids.length === size && p[id] <= p[ids[size - 1]]) || !allowed(id)) continue;
    let place = ids.length;
    while (place > 0 && p[ids[place - 1]] < p[id]) place -= 1;
    ids.splice(place, 0, id);
    if (ids.length > size) ids.pop();
  }
  return ids;
}
