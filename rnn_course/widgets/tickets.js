import { readArray } from "./assets/buffers.js";
import { element } from "./assets/dom.js";
import { Panel, widget } from "./assets/panel.js";
import { curveStyles, drawCurves } from "./curve_set.js";
import { mostProbable, THING_AT, ticketsFinding } from "./tickets_finding.js";
import { shadeKey, StoryCard } from "./tickets_story.js";

const LEAST_SHOWN = 1e-6;

class TicketsAndLag extends Panel {
  constructor(model) {
    super(model, "rnn-tickets", "Tickets and the lag");
    for (const name of ["readers", "stories", "lags", "questions"]) this[name] = model.get(name);
    for (const name of ["probabilities", "shares", "accuracy"]) this[`${name}Of`] = readArray(model, name);
    this.things = this.rules.thing.names;
    this.cards = this.readers.map((name) => new StoryCard(name, this.stories.at(-1).length));
    this.rightOnes = this.canvas({
      label: "Share of right answers in new stories by lag",
      height: 230,
      draw: (pen, size) => this.drawAccuracy(pen, size),
    });
    this.gradient = this.canvas({
      label: "Share of the gradient that arrives at the thing by lag, on a logarithmic axis",
      height: 230,
      draw: (pen, size) => this.drawGradient(pen, size),
    });
    const weights = this.choice("weights", "Networks");
    weights.hidden = this.rules.weights.names.length === 1;
    this.mount(
      this.presets("Stories"),
      element("div", { class: "rnn-controls rnn-tickets-controls" },
        this.slider("events", (events) => `Lag ℓ = ${this.lags[events]} steps, with ${events} ${events === 1 ? "event" : "events"} in between`),
        this.choice("thing", "She wants to print her"),
        weights,
      ),
      shadeKey(),
      element("div", { class: "rnn-tickets-cards" }, ...this.cards.map(({ node }) => node)),
      element("div", { class: "rnn-charts" }, this.rightOnes.node, this.gradient.node),
    );
  }

  get time() {
    return this.rules.weights.names.indexOf(this.get("weights"));
  }

  /** What is known of each network's answer to the story with so many events. */
  look(events) {
    const [count, told] = [this.lags.length, this.things.indexOf(this.get("thing"))];
    const n = this.things.length;
    const T = this.stories.at(-1).length;
    return this.readers.map((name, r) => {
      const place = (this.time * this.readers.length + r) * count + events;
      const probabilities = this.probabilitiesOf.values.subarray((place * n + told) * n, (place * n + told + 1) * n);
      const shares = this.sharesOf.values.subarray((place * n + told) * T, (place * n + told + 1) * T);
      return {
        name,
        shares,
        named: this.things[mostProbable(probabilities)],
        p: probabilities[told],
        left: shares[THING_AT],
        right: this.accuracyOf.values[place],
      };
    });
  }

  show() {
    const [events, thing] = [this.get("events"), this.get("thing")];
    const words = this.stories[events];
    this.byLag = this.lags.map((_, k) => this.look(k));
    this.byLag[events].forEach((reader, r) => this.cards[r].paint({ words, thing, chance: 1 / this.things.length, ...reader }));
    this.rightOnes.redraw();
    this.gradient.redraw();
  }

  curves(value, colors) {
    const styles = curveStyles(colors);
    return this.readers.map((name, r) => ({ name, ...styles[r], xs: this.lags, ys: this.byLag.map((readers) => value(readers[r])) }));
  }

  lagAxis() {
    return { min: 0, max: this.lags.at(-1), ticks: [0, 10, 20, 30], label: "lag, steps" };
  }

  /** The present lag: a line, and a dot on each curve. */
  markLag(axes, curves) {
    const events = this.get("events");
    axes.rule({ x: this.lags[events], dash: [], color: axes.colors.control });
    for (const { ys, color } of curves) axes.dots([this.lags[events]], [ys[events]], { color, radius: 4 });
  }

  drawAccuracy(pen, { width, height, colors }) {
    const curves = this.curves(({ right }) => right, colors);
    const y = { min: 0, max: 1, ticks: [0, 0.25, 0.5, 0.75, 1], format: (tick) => `${100 * tick} %`, label: `right, of ${this.questions} new stories` };
    const axes = drawCurves(pen, { x: 0, y: 0, width, height }, { title: "Who names the thing?", x: this.lagAxis(), y }, curves, colors);
    axes.rule({ y: 1 / this.things.length, dash: [2, 4] });
    axes.say("guessing", 0, 1 / this.things.length, { color: colors.muted, dx: 4, dy: -9 });
    this.markLag(axes, curves);
  }

  drawGradient(pen, { width, height, colors }) {
    const curves = this.curves(({ left }) => left, colors);
    const y = { min: LEAST_SHOWN, max: 10, log: true, ticks: [1e-6, 1e-4, 0.01, 1], label: "share that arrives, log axis" };
    const axes = drawCurves(pen, { x: 0, y: 0, width, height }, { title: `Gradient that arrives at “${this.get("thing")}”`, x: this.lagAxis(), y }, curves, colors);
    this.markLag(axes, curves);
  }

  sentence() {
    const [events, thing] = [this.get("events"), this.get("thing")];
    return ticketsFinding({ lag: this.lags[events], thing, weights: this.get("weights"), readers: this.byLag[events] });
  }
}

export default widget((model) => new TicketsAndLag(model));
