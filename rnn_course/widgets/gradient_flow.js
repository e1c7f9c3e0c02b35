import { readArray } from "./assets/buffers.js";
import { element, setText } from "./assets/dom.js";
import { Panel, widget } from "./assets/panel.js";
import { curveStyles, drawCurves } from "./curve_set.js";
import { flowFinding } from "./gradient_flow_finding.js";
import { shownWord, TokenStrip } from "./token_strip.js";

const NEW_CELLS = ["Elman", "LSTM", "GRU"];
const LEFT_OVER = { min: 1e-4, max: 10, log: true, ticks: [1e-4, 1e-3, 1e-2, 0.1, 1, 10], format: (share) => `${Number((100 * share).toPrecision(2))} %` };

class GradientFlow extends Panel {
  constructor(model) {
    super(model, "rnn-flow", "Gradient flow");
    for (const name of ["read", "predicted", "networks", "stages"]) this[name] = model.get(name);
    this.T = this.read.length;
    for (const name of ["states", "vectors", "probabilities", "new"]) this[`${name}Of`] = readArray(model, name);
    this.lags = Array.from({ length: this.newOf.shape[2] }, (_, i) => i + 1);
    this.trained = this.stages.length - 1;
    this.strip = new TokenStrip({
      words: this.read.map((word) => (word === "<s>" ? "start" : word)),
      rows: this.stages.flatMap((stage) => this.networks.map((name) => ({ name, group: stage }))),
      label: "How much of the gradient is left at each word, in percent",
      end: "P(next)",
      pick: (word) => word !== this.get("word") && this.change({ word }),
    });
    this.caption = element("p", { class: "rnn-flow-caption" });
    this.newChart = this.canvas({
      label: "Gradient that is left in new networks, by lag, on a logarithmic axis",
      height: 235,
      draw: (pen, size) => this.drawNew(pen, size),
    });
    this.ownChart = this.canvas({
      label: "Gradient that is left in the networks above, by lag, on a logarithmic axis",
      height: 235,
      draw: (pen, size) => this.drawOwn(pen, size),
    });
    this.mount(
      element("div", { class: "rnn-controls rnn-flow-word" },
        this.slider("word", (t) => `Loss at ${shownWord(this.predicted[t])}, after ${t} ${t === 1 ? "word" : "words"}`),
        this.choice("at", "Gradient at", { state: "the state after each word", word: "each word’s vector" }),
      ),
      this.caption,
      this.strip.node,
      element("hr", {}),
      element("p", { class: "rnn-flow-caption" }, "First weights of new networks, which read any text:"),
      this.presets("First weights of new networks"),
      element("div", { class: "rnn-controls" },
        this.choice("bias", "Gates’ bias: forget b, update −b", { 0: "b = 0", 1: "b = 1, usual", 2: "b = 2", 3: "b = 3", "chrono 100": "spread, up to 100 steps" }),
        this.choice("elman", "Elman’s W_h"),
        this.choice("layer", "Layer", { only: "the only one", top: "top of three", middle: "middle of three", lowest: "lowest of three" }),
      ),
      element("div", { class: "rnn-charts" }, this.newChart.node, this.ownChart.node),
    );
  }

  /** Row `t` of one network's triangle: a view, nothing is copied. */
  row({ values }, stage, network, t) {
    const start = ((stage * this.networks.length + network) * this.T + t) * this.T;
    return values.subarray(start, start + this.T);
  }

  probability(stage, network, t) {
    return this.probabilitiesOf.values[(stage * this.networks.length + network) * this.T + t];
  }

  /** `{ name, ys }` of each new network, for the chosen first weights and layer. */
  newCurves() {
    const bias = this.rules.bias.names.indexOf(this.get("bias"));
    const layer = this.rules.layer.names.indexOf(this.get("layer"));
    const biases = this.rules.bias.names.length;
    const starts = [this.rules.elman.names.indexOf(this.get("elman")), 2 + bias, 2 + biases + bias];
    const [, layers, lags] = this.newOf.shape;
    return NEW_CELLS.map((name, i) => {
      const start = (starts[i] * layers + layer) * lags;
      return { name, ys: this.newOf.values.subarray(start, start + lags) };
    });
  }

  /** The gradient at the states, from the chosen word back: lag 0 is the loss itself. */
  ownCurve(stage, network) {
    const t = this.get("word");
    return this.row(this.statesOf, stage, network, t).slice(0, t + 1).reverse();
  }

  show() {
    const t = this.get("word");
    const shares = this.get("at") === "state" ? this.statesOf : this.vectorsOf;
    const count = this.networks.length;
    const rows = this.stages.flatMap((_, stage) => this.networks.map((_, network) => this.row(shares, stage, network, t)));
    this.strip.paint({
      share: (i, s) => (s > t ? null : rows[i][s]),
      chosen: t,
      target: t + 1,
      ends: rows.map((_, i) => this.probability(Math.floor(i / count), i % count, t).toFixed(2)),
    });
    const where = this.get("at") === "state" ? "the state after each word, in % of that at the loss" : "each word’s vector, in % of that at all words";
    setText(this.caption, `Gradient of the loss at ${shownWord(this.predicted[t])}: at ${where}`);
    this.newChart.redraw();
    this.ownChart.redraw();
  }

  drawNew(pen, { width, height, colors }) {
    const styles = curveStyles(colors);
    const curves = this.newCurves().map((curve, i) => ({ ...curve, ...styles[i], xs: this.lags }));
    const axes = drawCurves(
      pen,
      { x: 0, y: 0, width, height },
      { title: "New networks", x: { min: 0, max: this.lags.length, ticks: [0, 20, 40, 60, 80, 100, 120], label: "steps back (lag ℓ)" }, y: { ...LEFT_OVER, label: "gradient left" } },
      curves,
      colors,
    );
    axes.rule({ y: 0.01 });
  }

  drawOwn(pen, { width, height, colors }) {
    const styles = curveStyles(colors);
    const t = this.get("word");
    const xs = Array.from({ length: t + 1 }, (_, i) => i);
    const curves = [];
    for (let stage = 0; stage <= this.trained; stage++) {
      this.networks.forEach((name, i) => {
        const last = stage === this.trained;
        curves.push({ ...styles[i], name: last ? name : "", width: last ? 2.5 : 1, xs, ys: this.ownCurve(stage, i) });
      });
    }
    const title = `${this.trained ? "After training" : "These networks"}, from ${shownWord(this.predicted[t])}`;
    const axes = drawCurves(
      pen,
      { x: 0, y: 0, width, height },
      { title, x: { min: 0, max: Math.max(2, this.T - 1), label: "steps back (lag ℓ)" }, y: { ...LEFT_OVER, label: this.trained ? "gradient left (thin: before training)" : "gradient left" } },
      curves,
      colors,
    );
    axes.rule({ y: 0.01 });
  }

  sentence() {
    const t = this.get("word");
    return flowFinding({
      curves: this.newCurves(),
      layer: this.get("layer"),
      at: this.get("at"),
      read: this.read,
      predicted: this.predicted,
      t,
      networks: this.networks.map((name, i) => ({
        name,
        states: this.row(this.statesOf, this.trained, i, t).subarray(0, t),
        vectors: this.row(this.vectorsOf, this.trained, i, t).subarray(0, t),
      })),
      trained: this.trained > 0,
    });
  }
}

export default widget((model) => new GradientFlow(model));
