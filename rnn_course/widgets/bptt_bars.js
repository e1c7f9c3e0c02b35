import { element } from "./assets/dom.js";
import { Panel, widget } from "./assets/panel.js";
import { drawBars, drawQuality } from "./bptt_bars_charts.js";
import { BarData } from "./bptt_bars_data.js";
import { truncationFinding } from "./bptt_bars_finding.js";

const GROUP_LABELS = { recurrent: "recurrent: W_h", input: "input: W_e", bias: "bias: b_1" };
const LOSS_LABELS = { one: "one: the loss of step t", all: "all: the mean of all losses" };

class BpttBars extends Panel {
  constructor(model) {
    super(model, "rnn-bptt", "Contributions to a gradient, step by step");
    this.data = new BarData(model);
    this.t = this.slider("t", (t) => `Loss at step t = ${t}`);
    this.k = this.slider("k", (k) => `Look back k = ${k} ${k === 1 ? "step" : "steps"}`);
    this.bars = this.canvas({
      label: "Bar chart: the norm of each time step’s part of the gradient, kept or cut",
      height: () => 300,
      className: "rnn-bptt-bars",
      draw: (pen, area) => (this.barAxes = drawBars(pen, area, this.look)),
    });
    this.quality = this.canvas({
      label: "Line chart: cosine and length of the truncated gradient against k",
      height: () => 300,
      className: "rnn-bptt-quality",
      draw: (pen, area) => (this.qualityAxes = drawQuality(pen, area, this.look)),
    });
    this.look = this.lookup();
    this.follow(this.bars, (x) => this.cutAt(this.barAxes.x.value(x)));
    this.follow(this.quality, (x) => this.lookBack(this.qualityAxes.x.value(x)));
    this.mount(
      ...(Object.keys(this.get("presets")).length ? [this.presets("Try")] : []),
      element(
        "div",
        { class: "rnn-controls" },
        this.choice("network", "Network"),
        this.choice("weights", "Weights", GROUP_LABELS),
        this.choice("losses", "Losses", LOSS_LABELS),
      ),
      element("div", { class: "rnn-controls" }, this.t, this.k),
      element("div", { class: "rnn-charts" }, this.bars.node, this.quality.node),
    );
  }

  /** A pointer that is pressed on a picture moves k with it, as the slider does. */
  follow(picture, act) {
    const node = picture.canvas;
    node.addEventListener("pointerdown", (event) => {
      node.setPointerCapture(event.pointerId);
      act(picture.at(event).x);
    });
    node.addEventListener("pointermove", (event) => {
      if (node.hasPointerCapture(event.pointerId)) act(picture.at(event).x);
    });
  }

  /** Put the cut before the step that is pointed at. */
  cutAt(step) {
    this.lookBack((this.look.one ? this.look.last : this.look.steps) + 1 - step);
  }

  lookBack(k) {
    const whole = Math.min(this.look.steps, Math.max(1, Math.round(k)));
    if (whole !== this.get("k")) this.change({ k: whole });
  }

  lookup() {
    return this.data.look(Object.fromEntries(this.names.map((name) => [name, this.get(name)])));
  }

  matters() {
    return { t: this.get("losses") === "one" };
  }

  show() {
    this.look = this.lookup();
    this.t.classList.toggle("rnn-bptt-idle", !this.look.one);
    this.t.querySelector("input").disabled = !this.look.one;
    this.bars.redraw();
    this.quality.redraw();
  }

  sentence() {
    return truncationFinding(this.look);
  }
}

export default widget((model) => new BpttBars(model));
