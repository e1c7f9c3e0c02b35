import { element, formatCount, formatProbability, setText } from "./assets/dom.js";

/** One bar from 0 to 1 in two parts: seen after this context (solid) and never seen (hatched). */
class Share {
  constructor(label, series) {
    this.label = element("span", { class: "rnn-label" }, label);
    this.fill = element("span", { class: "rnn-fill" });
    this.text = element("span", { class: "rnn-share-text" });
    this.node = element(
      "div",
      { class: `rnn-share rnn-series-${series}` },
      this.label,
      element("span", { class: "rnn-whole rnn-hatched", "aria-hidden": "true" }, this.fill),
      this.text,
    );
  }
  show(share, text) {
    this.fill.style.width = `${100 * share}%`;
    setText(this.text, text);
  }
}

/** What was never seen: which share of the words, and how much of the probability it is given. */
export class Shares {
  constructor() {
    this.node = element("div", { class: "rnn-shares" });
    this.series = null;
  }

  /** @param views [{ name, p }] */
  update(followers, views) {
    const names = views.map(({ name }) => name);
    if (this.series?.join() !== names.join()) {
      this.series = names;
      this.words = new Share("words of the vocabulary", 0);
      this.masses = names.map((name, i) => new Share(`probability, ${name}`, i + 1));
      this.node.replaceChildren(this.words.node, ...this.masses.map((mass) => mass.node));
    }
    const predicted = followers.counts.length - 1;
    this.words.show(
      followers.types / predicted,
      `${formatCount(followers.types)} seen here, ${formatCount(predicted - followers.types)} never`,
    );
    views.forEach(({ p }, i) => {
      const never = neverSeen(p, followers.counts).mass;
      this.masses[i].show(1 - never, `${formatProbability(never)} for words never seen here`);
    });
  }
}

/** The words that never followed: their joint probability, and how many of them have none. */
export function neverSeen(p, counts) {
  let mass = 0;
  let impossible = 0;
  for (let id = 1; id < counts.length; id++) {
    if (counts[id] === 0) mass += p[id];
    if (p[id] === 0) impossible += 1;
  }
  return { mass, impossible };
}
