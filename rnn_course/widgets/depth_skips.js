import { readArray } from "./assets/buffers.js";
import { element, field, setText } from "./assets/dom.js";
import { Panel, widget } from "./assets/panel.js";
import { curveStyles, drawCurves } from "./curve_set.js";

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** A multiple of any size for reading: 28, 0.21, 1.2 × 10⁻¹¹. */
function times(share) {
  if (share >= 9.95) return share.toFixed(0);
  if (share >= 0.00995) return String(Number(share.toPrecision(2)));
  const [mantissa, power] = share.toExponential(1).split("e");
  return `${mantissa} × 10${[...power].map((sign) => RAISED[sign]).join("")}`;
}

class DepthAndSkips extends Panel {
  constructor(model) {
    super(model, "rnn-depth", "Depth and skips");
    for (const name of ["cell", "depths", "stacks", "biases"]) this[name] = model.get(name);
    this.sharesOf = readArray(model, "shares");
    this.layers = Array.from({ length: this.depths.at(-1) }, (_, i) => i + 1);
    this.range = this.decades();
    this.byLayer = this.canvas({
      label: "Gradient at each layer of four stacks, on a logarithmic axis",
      height: 300,
      draw: (pen, size) => this.drawByLayer(pen, size),
    });
    this.byDepth = this.canvas({
      label: "Gradient at the lowest layer against the depth of four stacks, on a logarithmic axis",
      height: 300,
      draw: (pen, size) => this.drawByDepth(pen, size),
    });
    this.mount(
      this.presets("Depths"),
      element("div", { class: "rnn-controls" },
        this.depthSlider(),
        this.slider("transform_bias", (bias) => `Highway gates’ first bias = ${bias}`.replace("-", "−")),
      ),
      element("div", { class: "rnn-charts" }, this.byLayer.node, this.byDepth.node),
    );
  }

  /** A slider from one measured depth to the next. */
  depthSlider() {
    const input = element("input", { type: "range", min: 0, max: this.depths.length - 1, step: 1 });
    const node = field("", input);
    input.addEventListener("input", () => this.change({ depth: this.depths[Number(input.value)] }));
    this.bound.push(() => {
      input.value = this.column;
      const text = `Depth = ${this.get("depth")} layers`;
      setText(node.firstChild, text);
      input.setAttribute("aria-valuetext", text);
    });
    return node;
  }

  get column() {
    return this.depths.indexOf(this.get("depth"));
  }

  /** Whole decades that hold every share that can be shown. */
  decades() {
    const shown = this.sharesOf.values.filter((share) => share > 0);
    const [least, most] = shown.reduce(([low, high], share) => [Math.min(low, share), Math.max(high, share)], [1, 1]);
    return { min: 10 ** Math.floor(Math.log10(least)), max: 10 ** Math.ceil(Math.log10(most) + 0.1), log: true };
  }

  /** Shares of one stack at one depth, lowest layer first: a view. */
  stack(kind, column) {
    const row = kind < 3 ? kind : 3 + this.biases.indexOf(this.get("transform_bias"));
    const start = (row * this.depths.length + column) * this.layers.length;
    return this.sharesOf.values.subarray(start, start + this.depths[column]);
  }

  show() {
    this.byLayer.redraw();
    this.byDepth.redraw();
  }

  drawByLayer(pen, { width, height, colors }) {
    const depth = this.get("depth");
    const styles = curveStyles(colors);
    const xs = this.layers.slice(0, depth);
    const lines = this.stacks.map((name, kind) => ({ name, ...styles[kind], xs, ys: this.stack(kind, this.column) }));
    // Read from the top layer downwards, as the gradient goes: the names stand where it arrives.
    const x = { min: depth, max: 1, ticks: this.layerTicks(depth), label: "layer, from the top one down to the lowest" };
    const down = lines.map((line) => ({ ...line, xs: [...xs].reverse(), ys: Float64Array.from(line.ys).reverse() }));
    drawCurves(pen, { x: 0, y: 0, width, height }, { title: `Gradient by layer, ${depth} layers`, x, y: { ...this.range, label: "times that at the top layer" } }, down, colors);
  }

  layerTicks(depth) {
    if (depth <= 6) return this.layers.slice(0, depth);
    const step = depth <= 12 ? 2 : depth <= 25 ? 5 : 10;
    return [1, ...this.layers.filter((layer) => layer % step === 0 && layer <= depth)];
  }

  drawByDepth(pen, { width, height, colors }) {
    const styles = curveStyles(colors);
    const lines = this.stacks.map((name, kind) => ({
      name,
      ...styles[kind],
      xs: this.depths,
      ys: this.depths.map((_, column) => this.stack(kind, column)[0]),
    }));
    const x = { min: 0, max: this.depths.at(-1), ticks: [2, 10, 20, 30, 40, 50], label: "layers of the stack" };
    const axes = drawCurves(pen, { x: 0, y: 0, width, height }, { title: "The lowest layer, by depth", x, y: { ...this.range, label: "times that at the top layer" } }, lines, colors);
    axes.rule({ x: this.get("depth"), dash: [], color: colors.control });
    for (const { ys, color } of lines) axes.dots([this.get("depth")], [ys[this.column]], { color, radius: 4 });
  }

  sentence() {
    const said = this.stacks.map((name, kind) => `${times(this.stack(kind, this.column)[0])} ${name}`).join(", ");
    const bias = String(this.get("transform_bias")).replace("-", "−");
    return (
      `New stacks of ${this.get("depth")} ${this.cell} layers: as a multiple of that at the top layer, the gradient ` +
      `at the lowest one is ${said} (gates’ first bias ${bias}).`
    );
  }
}

export default widget((model) => new DepthAndSkips(model));
