import { element, setText } from "./assets/dom.js";

const SHOWN_TAGS = 2;

/** What each tagger says of a word: its most probable tags, as bars with numbers, and how far the vector moved. */
export class TagBars {
  constructor(readers, labels) {
    this.labels = labels;
    this.title = element("h4", {});
    this.rows = readers.map((name) => {
      const bars = Array.from({ length: SHOWN_TAGS }, () => {
        const [tag, fill, number] = ["rnn-tag", "rnn-fill", "rnn-number"].map((kind) => element("span", { class: kind }));
        return { tag, fill, number, node: element("div", { class: "rnn-tag-bar" }, tag, element("span", { class: "rnn-whole" }, fill), number) };
      });
      const moved = element("p", { class: "rnn-note" });
      const node = element("div", { class: "rnn-tag-reader" }, element("h5", {}, name), ...bars.map((bar) => bar.node), moved);
      return { bars, moved, node };
    });
    this.node = element("div", { class: "rnn-tags" }, this.title, element("div", { class: "rnn-tag-readers" }, ...this.rows.map(({ node }) => node)));
  }

  paint(readers, word) {
    setText(this.title, `What each tagger says of ${word}`);
    readers.forEach(({ probabilities, distance }, r) => {
      const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a] || a - b);
      this.rows[r].bars.forEach(({ tag, fill, number, node }, rank) => {
        const label = order[rank];
        node.hidden = label === undefined;
        if (label === undefined) return;
        setText(tag, this.labels[label]);
        setText(number, probabilities[label].toFixed(2));
        fill.style.width = `${100 * probabilities[label]}%`;
      });
      setText(this.rows[r].moved, movedText(distance));
    });
  }
}

function movedText(distance) {
  if (distance < 0) return "In the other sentence another word stands there.";
  if (distance === 0) return "In the other sentence its vector is the same, to the last digit.";
  return `In the other sentence its vector differs by ${(100 * distance).toFixed(0)} % of its length.`;
}
