import { readArray } from "./assets/buffers.js";
import { element, field, setText } from "./assets/dom.js";
import { Panel, widget } from "./assets/panel.js";
import { CLIFF_CHART_HEIGHT, drawCliffChart } from "./cliff_charts.js";
import { cliffFigure, cliffFinding } from "./cliff_finding.js";
import { drawCliffMap, mapBox, mapHeight, placeOn } from "./cliff_map.js";
import { CliffPath } from "./cliff_path.js";
import { Relief } from "./cliff_relief.js";
import { CliffTable } from "./cliff_table.js";

const STEPS_A_SECOND = 60;

class Cliff extends Panel {
  constructor(model) {
    super(model, "rnn-cliff", "Clipping cliff");
    this.steps = model.get("steps");
    this.windows = model.get("windows");
    this.task = model.get("task");
    this.relief = new Relief({ sigmoid: readArray(model, "sigmoid"), linear: readArray(model, "linear") });
    this.plain = new CliffPath(this.steps);
    this.clipped = new CliffPath(this.steps);
    this.table = new CliffTable();
    this.build();
  }

  build() {
    this.maps = ["plain", "clipped"].map((name) => this.map(name));
    const chart = (name, title) =>
      this.canvas({
        label: `${title}, by the number of steps, without clipping and clipped`,
        height: CLIFF_CHART_HEIGHT,
        draw: (pen, place) => drawCliffChart(pen, place, this.chartView(name), name, title),
      });
    this.charts = [chart("losses", "Loss J"), chart("lengths", "Step length")];
    this.ends = ["w", "b"].map((name) => this.slider(name, (value) => `Start ${name} = ${cliffFigure(value)}`, 0.001));
    this.player = element("button", { type: "button", onclick: () => this.play() }, "Play");
    const button = (label, action) => element("button", { type: "button", onclick: action }, label);
    const networks = this.choice("network", "Network", { sigmoid: "sigmoid unit", linear: "linear unit" });
    networks.querySelector("select").addEventListener("change", () => this.moveInside());
    this.mount(
      this.presets(),
      element(
        "div",
        { class: "rnn-controls" },
        networks,
        ...this.ends,
        this.choice("clip", "Clip by the"),
        this.powerSlider("max_norm", "Largest norm"),
        this.powerSlider("learning_rate", "Learning rate"),
      ),
      element("div", { class: "rnn-charts rnn-cliff-maps" }, ...this.maps.map(({ node }) => node)),
      element(
        "div",
        { class: "rnn-cliff-time" },
        this.slider("step", (value) => `Step ${value} of ${this.steps}`),
        element(
          "div",
          { class: "rnn-cliff-buttons", role: "group", "aria-label": "Walk" },
          button("To the start", () => this.go(0)),
          button("One step", () => this.go(Math.min(this.steps, this.get("step") + 1))),
          this.player,
        ),
      ),
      element("div", { class: "rnn-charts" }, ...this.charts.map(({ node }) => node)),
      this.table.node,
    );
  }

  /** One of the two maps; a start can be put and dragged on it. */
  map(name) {
    const map = this.canvas({
      label: `Map of the loss with the path ${name === "plain" ? "without" : "with"} clipping, and a cut through it`,
      height: mapHeight,
      draw: (pen, place) => drawCliffMap(pen, place, this.mapView(name), this.relief),
    });
    const { canvas } = map;
    const move = (event) => {
      const { w, b } = placeOn(mapBox(map.width), this.window(), map.at(event));
      this.change({ w: Number(w.toFixed(3)), b: Number(b.toFixed(3)) });
    };
    canvas.addEventListener("pointerdown", (event) => {
      const { y, height } = mapBox(map.width);
      const at = map.at(event).y;
      if (at < y || at > y + height) return;
      canvas.setPointerCapture(event.pointerId);
      move(event);
    });
    canvas.addEventListener("pointermove", (event) => canvas.hasPointerCapture(event.pointerId) && move(event));
    return map;
  }

  window() {
    return this.windows[this.get("network")];
  }

  /** A slider whose positions are powers of ten, for a number above 0. */
  powerSlider(name, label) {
    const { least, most } = this.rules[name];
    const input = element("input", { type: "range", min: Math.log10(least), max: Math.log10(most), step: "any" });
    const node = field("", input);
    const toValue = (power) => Math.min(most, Math.max(least, Number((10 ** power).toPrecision(2))));
    input.addEventListener("input", () => this.change({ [name]: toValue(Number(input.value)) }));
    input.addEventListener("keydown", (event) => {
      const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!direction) return;
      event.preventDefault();
      this.change({ [name]: toValue(Math.log10(this.get(name)) + 0.05 * direction) });
    });
    this.bound.push(() => {
      input.value = Math.log10(this.get(name));
      const text = `${label} ${cliffFigure(this.get(name))}`;
      setText(node.firstChild, text);
      input.setAttribute("aria-valuetext", text);
    });
    return node;
  }

  /** When another network is chosen: a start on its map. */
  moveInside() {
    const { w, b } = this.window();
    const isOn = this.get("w") >= w[0] && this.get("w") <= w[1] && this.get("b") >= b[0] && this.get("b") <= b[1];
    if (isOn) return;
    const preset = Object.values(this.get("presets")).find(({ network }) => network === this.get("network"));
    const middle = ([from, to]) => Number(((from + to) / 2).toFixed(3));
    this.change(preset ?? { w: middle(w), b: middle(b) });
  }

  go(step) {
    this.pause();
    this.change({ step });
  }

  pause() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    setText(this.player, "Play");
  }

  /** Walk on from here, from the start if this is the end; at once to the end for who wants no motion. */
  play() {
    if (this.frame) return this.pause();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.go(this.steps);
    const first = this.get("step") < this.steps ? this.get("step") : 0;
    const begin = performance.now();
    setText(this.player, "Pause");
    const next = (now) => {
      const step = Math.min(this.steps, first + Math.floor(((now - begin) * STEPS_A_SECOND) / 1000));
      if (step !== this.get("step")) this.change({ step });
      if (step >= this.steps) return this.pause();
      this.frame = requestAnimationFrame(next);
    };
    this.frame = requestAnimationFrame(next);
    return undefined;
  }

  update() {
    const start = ["network", "w", "b", "learning_rate", "max_norm", "clip"].map((name) => this.get(name));
    if (String(start) !== this.walked) {
      const [network, w, b, learningRate, maxNorm, clip] = start;
      const { task } = this;
      this.plain.walk({ task, network, w, b, learningRate, maxNorm }, "none");
      this.clipped.walk({ task, network, w, b, learningRate, maxNorm }, clip);
      this.walked = String(start);
    }
    super.update();
  }

  mapView(name) {
    const clip = `Clipped by the ${this.get("clip")} at ${cliffFigure(this.get("max_norm"))}`;
    return {
      title: name === "plain" ? "Without clipping" : clip,
      task: this.task,
      network: this.get("network"),
      window: this.window(),
      path: this[name],
      step: this.get("step"),
    };
  }

  chartView(name) {
    const limit = name === "lengths" && this.get("clip") === "norm" ? this.get("learning_rate") * this.get("max_norm") : null;
    return { steps: this.steps, step: this.get("step"), plain: this.plain, clipped: this.clipped, limit };
  }

  show() {
    const { w, b } = this.window();
    this.ends.forEach((node, k) => {
      const input = node.querySelector("input");
      const [least, most] = [w, b][k];
      if (Number(input.min) !== least || Number(input.max) !== most) Object.assign(input, { min: least, max: most });
      input.value = this.get(["w", "b"][k]);
    });
    for (const picture of [...this.maps, ...this.charts]) picture.redraw();
    this.table.update([this.plain, this.clipped], this.get("step"));
  }

  sentence() {
    return cliffFinding(this.plain, this.clipped, this.get("clip"), this.get("max_norm"), this.get("step"));
  }

  close() {
    cancelAnimationFrame(this.frame);
    super.close();
  }
}

export default widget((model) => new Cliff(model));
