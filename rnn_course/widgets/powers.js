import { element, setText } from "./assets/dom.js";
import { Panel, widget } from "./assets/panel.js";
import { describePowersBars, drawPowersBars } from "./powers_bars.js";
import { drawPowersCurve } from "./powers_curve.js";
import { agree, powersFinding, written } from "./powers_finding.js";
import { drawPowersGauge } from "./powers_gauge.js";
import { heatHeight, PowersHeat } from "./powers_heat.js";
import { mathsNodes } from "./powers_maths.js";
import { LONGEST_LAG, PowersNumbers, readKinds } from "./powers_numbers.js";
import { countFates, drawPowersPlane } from "./powers_plane.js";

const KIND_NAMES = {
  Gaussian: "Gaussian: random entries",
  orthogonal: "orthogonal: a rotation",
  symmetric: "symmetric",
  "non-normal": "non-normal: skew axes",
  nilpotent: "nilpotent: a shift",
  "trained Elman": "trained Elman network",
  yours: "your matrix",
};
const DASHES = { rho: [7, 4], most: [9, 3, 2, 3], without: [2, 3] };

/** W_h^l under the hand. */
class Powers extends Panel {
  constructor(model) {
    super(model, "rnn-powers", "Powers of a recurrent matrix");
    this.numbers = new PowersNumbers(readKinds(model));
    this.heat = new PowersHeat();
    this.lines = { rho: new Float64Array(LONGEST_LAG + 1), most: new Float64Array(LONGEST_LAG + 1) };
    this.inputSize = this.slider("input_size", (size) => this.inputName(size), 0.1);
    this.curve = this.canvas({
      label: "Norm by lag",
      height: (width) => (width < 460 ? 270 : 310),
      className: "rnn-powers-drag",
      draw: (pen, size) => (this.axes = drawPowersCurve(pen, size, this.curveState(size.colors))),
    });
    this.gauge = this.canvas({
      label: "Factor of one step, on average",
      height: 78,
      draw: (pen, size) => drawPowersGauge(pen, size, this.gaugeState()),
    });
    this.maps = this.canvas({
      label: "W_h and its power as coloured squares",
      height: heatHeight,
      draw: (pen, size) => this.heat.draw(pen, size, this.numbers, this.get("own_scale") === "on"),
    });
    this.plane = this.canvas({
      label: "Eigenvalues in the complex plane",
      height: (width) => Math.min(width, 290) + 20,
      className: "rnn-powers-drag",
      draw: (pen, size) => (this.radiusAt = drawPowersPlane(pen, size, this.numbers)),
    });
    this.bars = this.canvas({
      label: "Parts by eigenvector",
      height: (width) => (width < 460 ? 250 : 268),
      draw: (pen, size) => drawPowersBars(pen, size, this.numbers),
    });
    this.legend = this.legendOf(["norm", "most", "rho", "without"]);
    this.mount(...this.layout());
    this.followPointer(this.curve, (point) => ({ lag: this.within("lag", Math.round(this.axes.x.value(point.x))) }));
    this.followPointer(this.plane, (point) => ({ radius: this.within("radius", Math.round(100 * this.radiusAt(point)) / 100) }));
  }

  layout() {
    const controls = element(
      "div",
      { class: "rnn-controls rnn-powers-controls" },
      this.choice("kind", "Matrix", KIND_NAMES),
      this.choice("nonlinearity", "Nonlinearity", { linear: "none: linear" }),
      this.inputSize,
      this.slider("radius", (radius) => this.radiusName(radius), 0.01),
      this.slider("lag", (lag) => `Lag ℓ = ${lag}`),
    );
    const left = element("div", {}, this.legend.node, this.curve.node, this.gaugeTitle(), this.gauge.node);
    const ownScale = this.tick("own_scale", "");
    ownScale.lastChild.append(...mathsNodes("W_h^ℓ in colours of its own"));
    this.right = element("div", { class: "rnn-powers-right" }, this.maps.node, ownScale);
    const columns = element("div", { class: "rnn-powers-columns" }, left, this.right, this.bars.node, this.plane.node);
    return [this.presets("What to see"), controls, columns];
  }

  mount(...nodes) {
    super.mount(...nodes);
    this.right.before(...this.finding.nodes); // the sentence stands by the curve that it speaks of
  }

  gaugeTitle() {
    return element("p", { class: "rnn-label rnn-powers-gauge" }, "Factor of one step, averaged over ℓ steps: below 1 it shrinks, above 1 it grows");
  }

  radiusName(radius) {
    const { natural, hasRadius, name } = this.numbers.kind ?? this.numbers.kinds[this.get("kind")];
    const own = natural === null ? "" : ` (${name === "yours" ? "yours" : "as trained"}: ${natural.toFixed(2)})`;
    return hasRadius ? `Spectral radius ρ = ${radius.toFixed(2)}${own}` : `Largest singular value = ${radius.toFixed(2)}${own}; ρ is 0`;
  }

  inputName(size) {
    return this.get("nonlinearity") === "linear" ? "Size of the inputs (with tanh, sigmoid)" : `Size of the inputs = ${size.toFixed(1)}`;
  }

  within(name, value) {
    const { least, most } = this.rules[name];
    return Math.min(most, Math.max(least, value));
  }

  /** Dragging in a picture sets what it shows; the slider of the same name does so by keyboard. */
  followPointer(picture, settingsAt) {
    const { canvas } = picture;
    const follow = (event) => {
      const settings = settingsAt(picture.at(event));
      if (Object.entries(settings).some(([name, value]) => value !== this.get(name))) this.change(settings);
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      follow(event);
    });
    canvas.addEventListener("pointermove", (event) => event.buttons && follow(event));
  }

  legendOf(names) {
    const rows = Object.fromEntries(
      names.map((name) => {
        const [label, value] = [element("span", { class: "rnn-powers-name" }), element("span", { class: "rnn-powers-value" })];
        const sample = element("span", { class: `rnn-powers-sample rnn-powers-${name}`, "aria-hidden": "true" });
        return [name, { label, value, node: element("li", { "data-line": name }, sample, label, value) }];
      }),
    );
    return { rows, node: element("ul", { class: "rnn-powers-legend" }, ...Object.values(rows).map(({ node }) => node)) };
  }

  update() {
    this.numbers.set(Object.fromEntries(this.names.map((name) => [name, this.get(name)])));
    super.update();
  }

  show() {
    const { linear, lag, kind } = this.numbers;
    this.inputSize.lastChild.disabled = linear;
    for (let l = 0; l <= LONGEST_LAG; l++) {
      this.lines.rho[l] = l ? l * this.numbers.logRho : 0;
      this.lines.most[l] = l * this.numbers.logFactor;
    }
    this.legendRow("norm", linear ? "‖W_h^ℓ‖" : "Jacobians", this.numbers.logProducts[lag]);
    this.legendRow("without", linear ? "" : "‖W_h^ℓ‖", this.numbers.logNorms[lag]);
    this.legendRow("rho", "eigenvalues: ρ^ℓ", this.lines.rho[lag]);
    this.legendRow("most", linear ? "singular values: ‖W_h‖^ℓ" : "bound: (γ‖W_h‖)^ℓ", this.lines.most[lag]);
    for (const canvas of this.canvases) canvas.redraw();
    this.curve.describe(`Norm by lag on a logarithmic axis, with the powers of the spectral radius and of the largest singular value`);
    const { grow, keep, shrink } = countFates(this.numbers);
    this.plane.describe(`Eigenvalues of ${KIND_NAMES[kind.name]} in the complex plane: ${grow} outside of the unit circle, ${keep} on it, ${shrink} inside`);
    this.bars.describe(describePowersBars(this.numbers));
  }

  legendRow(name, label, logValue) {
    const row = this.legend.rows[name];
    row.node.hidden = !label;
    if (row.written !== label) row.label.replaceChildren(...mathsNodes(label));
    row.written = label;
    setText(row.value, written(logValue));
    row.value.dataset.log = logValue; // in full, for tests
  }

  curveState(colors) {
    const { numbers, lines } = this;
    const same = numbers.linear && agree(numbers);
    const norm = numbers.linear ? "‖W_h^ℓ‖" : "with its slopes";
    return {
      lag: numbers.lag,
      logNorm: numbers.logProducts[numbers.lag],
      lines: [
        { label: same ? "" : numbers.linear ? "‖W_h‖^ℓ" : "(γ‖W_h‖)^ℓ", logs: lines.most, color: colors.vermillion, dash: DASHES.most, width: 2 },
        { label: same || numbers.logRho === -Infinity ? "" : "ρ^ℓ", logs: lines.rho, color: colors.green, dash: DASHES.rho, width: 2 },
        ...(numbers.linear ? [] : [{ label: "‖W_h^ℓ‖", logs: numbers.logNorms, color: colors.muted, dash: DASHES.without, width: 2 }]),
        { label: same ? "‖W_h^ℓ‖ = ρ^ℓ = ‖W_h‖^ℓ" : norm, logs: numbers.logProducts, color: colors.blue, dash: [], width: same ? 3.5 : 3 },
      ],
    };
  }

  gaugeState() {
    const { logRho, logFactor, lag, logProducts, linear } = this.numbers;
    return { logRho, logMost: logFactor, logNow: lag ? logProducts[lag] / lag : null, mostName: linear ? "‖W_h‖" : "γ‖W_h‖" };
  }

  sentence() {
    return powersFinding(this.numbers);
  }

  matters() {
    return { input_size: !this.numbers.linear };
  }
}

export default widget((model) => new Powers(model));
