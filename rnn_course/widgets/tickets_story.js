import { cssColor, inkOn, sequential } from "./assets/colormap.js";
import { element, setText } from "./assets/dom.js";
import { leftInWords, THING_AT } from "./tickets_finding.js";

const DECADES = 4; // a ten-thousandth of the gradient and less is darkest

/** The colour of what is left, as [r, g, b]: a shade for each power of ten. */
export function leftColor(share) {
  return sequential(share > 0 ? 1 + Math.log10(share) / DECADES : 0);
}

/** The shades of `leftColor`, from all to nothing, with what they mean. */
export function shadeKey() {
  const steps = [[1, "100 %"], [0.1, "10 %"], [0.01, "1 %"], [0.001, "0.1 %"], [0.0001, "0.01 % and less"]].map(([share, words]) => {
    const color = leftColor(share);
    return element("span", { style: `background: ${cssColor(color)}; color: ${inkOn(color)}` }, words);
  });
  return element("p", { class: "rnn-tickets-key" }, element("span", { class: "rnn-tickets-key-title" }, "Gradient that arrives after a word:"), ...steps);
}

/** One network: the story as it hears it, and what it says at the end. */
export class StoryCard {
  constructor(name, longest) {
    this.words = Array.from({ length: longest }, () => element("span", { class: "rnn-tickets-word" }));
    this.answer = element("b", { class: "rnn-tickets-answer" });
    this.fill = element("span", { class: "rnn-tickets-fill" });
    this.given = element("span", { class: "rnn-tickets-given" });
    this.left = element("p", { class: "rnn-note" });
    const story = element("p", { class: "rnn-tickets-story" });
    for (const word of this.words) story.append(word, " ");
    story.append(this.answer);
    this.node = element(
      "div",
      { class: "rnn-tickets-card" },
      element("h4", {}, name),
      story,
      element("div", { class: "rnn-tickets-bar" }, this.given, element("span", { class: "rnn-tickets-whole" }, this.fill, element("span", { class: "rnn-tickets-chance" }))),
      this.left,
    );
  }

  /** @param words the story; @param shares left after each; @param chance of who guesses */
  paint({ words, shares, thing, named, p, chance }) {
    this.words.forEach((node, i) => {
      node.hidden = i >= words.length;
      if (node.hidden) return;
      setText(node, i === THING_AT ? thing : words[i]);
      const color = leftColor(shares[i]);
      if (node.shown === color.join()) return;
      node.shown = color.join();
      node.style.background = cssColor(color);
      node.style.color = inkOn(color);
    });
    this.words[THING_AT].classList.add("rnn-tickets-thing");
    const right = named === thing;
    setText(this.answer, `${named} ${right ? "✓" : "✗"}`);
    this.answer.classList.toggle("rnn-tickets-wrong", !right);
    setText(this.given, `P(${thing}) = ${p.toFixed(2)}`);
    this.fill.style.width = `${100 * p}%`;
    this.node.style.setProperty("--chance", `${100 * chance}%`);
    setText(this.left, `Gradient that arrives at “${thing}”: ${leftInWords(shares[THING_AT])}`);
  }
}
