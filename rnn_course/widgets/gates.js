import { readArray } from "./assets/buffers.js";
import { element } from "./assets/dom.js";
import { Panel, widget } from "./assets/panel.js";
import { GATES_OF, GatedCell, watchedShares } from "./gates_cell.js";
import { forcedFinding, retentionFinding, stepFinding, watchFinding } from "./gates_finding.js";
import { drawFlow, flowLayout, flowPick } from "./gates_flow.js";
import { drawHalfLives, HALF_LIFE_HEIGHT, HalfLives } from "./gates_half_life.js";
import { drawScore, scoreLayout, scorePick } from "./gates_score.js";
import { GateTable } from "./gates_table.js";
import { EOS, UNK } from "./ngram_counts.js";
import { Tokens } from "./ngram_text.js";

const LONGEST = 25; // the start of the sentence and 24 words
const FORCED = { open: 1, shut: 0 };
const GATE_CHOICES = {
  f: ["Forget gate f", { free: "free", open: "1: keep", shut: "0: erase" }],
  i: ["Input gate i", { free: "free", open: "1: write", shut: "0: ignore" }],
  o: ["Output gate o", { free: "free", open: "1: show", shut: "0: hide" }],
  u: ["Update gate u", { free: "free", open: "1: renew", shut: "0: keep" }],
  r: ["Reset gate r", { free: "free", open: "1: see past", shut: "0: hide past" }],
};

/** A number with its sign: +1.5, −0.5, 0. */
function signed(value) {
  return value === 0 ? "0" : `${value > 0 ? "+" : "−"} ${Math.abs(value).toFixed(1)}`;
}

class Gates extends Panel {
  constructor(model) {
    super(model, "rnn-gates", "Gate explorer");
    this.kind = model.get("kind");
    const values = (name) => readArray(model, name).values;
    this.cell = new GatedCell(this.kind, values("weights"), values("E"), values("start"), LONGEST);
    this.hidden = this.cell.hidden;
    this.free = this.cell.newRun();
    this.present = this.cell.newRun();
    this.halfLives = new HalfLives(this.cell);
    this.groups = model.get("groups");
    const arrays = model.get("arrays");
    this.readout = arrays.b_2 && { b2: values("b_2"), U: arrays.U ? values("U") : this.cell.E };
    this.typed = "sentence" in this.rules;
    const ofText = { unit: model.get("unit_of_text"), lowercase: model.get("lowercase") };
    this.tokens = new Tokens(model.get("tokens"), ofText);
    this.table = new GateTable(this.kind, this.hidden);
    this.strips = Object.fromEntries(
      ["before", "memory", "h", "squashed", "kept", "f", "i", "o", "c_tilde", "u", "r", "h_tilde"].map((name) => [
        name,
        new Float64Array(this.hidden),
      ]),
    );
    this.build();
  }

  build() {
    const memory = this.kind === "lstm" ? "c" : "h";
    this.score = this.canvas({
      label: `Memory ${memory} of every unit after each word; below, one unit's memory and what is left of it`,
      height: (width) => scoreLayout(width, 1, this.hidden).height,
      draw: (pen, place) => drawScore(pen, place, this.view()),
    });
    this.flow = this.canvas({
      label: "The gates at this step, from the old memory to the new one",
      height: (width) => flowLayout(width, this.kind, this.hidden).height,
      draw: (pen, place) => drawFlow(pen, place, this.flowView(), this.strips),
    });
    this.curve = this.canvas({
      label: `Half-life of the unit's memory by what is added to the bias of the ${this.kind === "lstm" ? "forget" : "update"} gate`,
      height: HALF_LIFE_HEIGHT,
      draw: (pen, place) => drawHalfLives(pen, place, this.halfLives.biases, this.curveOf, this.curveView()),
    });
    this.follow(this.score, (at) => {
      const { step, unit } = scorePick(scoreLayout(this.score.width, this.steps, this.hidden), this.steps, this.hidden, at);
      return { step, ...(unit ? { unit } : {}) };
    });
    this.follow(this.flow, (at) => {
      const unit = flowPick(flowLayout(this.flow.width, this.kind, this.hidden), this.hidden, at);
      return unit ? { unit } : {};
    });
    const gate = (name) => this.choice(name, ...GATE_CHOICES[name]);
    const bias = this.kind === "lstm" ? "b_f" : "b_u";
    this.steppers = ["step", "from_step"].map((name) =>
      this.slider(name, (value) => {
        const step = Math.min(value, this.steps);
        return name === "step" ? `Step ${step} of ${this.steps}` : `From step ${step} on`;
      }),
    );
    const [step, since] = this.steppers;
    this.mount(
      ...[this.presets("Gates")],
      ...(this.typed ? [this.text("sentence", "Sentence")] : []),
      element("div", { class: "rnn-controls rnn-gates-look" }, step, this.slider("unit", (unit) => `Unit ${unit} of ${this.hidden}`), this.slider("bias", (value) => `Added to ${bias}: ${signed(value)}`, 0.1)),
      element("div", { class: "rnn-controls rnn-gates-hold" }, ...GATES_OF[this.kind].map(gate), this.choice("where", "Forced in"), since),
      element("div", { class: "rnn-gates-pictures" }, this.score.node, element("div", {}, this.flow.node, this.curve.node)),
      this.table.node,
    );
  }

  /** Let a pointer that is held down on a picture choose what lies under it. */
  follow(picture, choose) {
    const { canvas } = picture;
    const move = (event) => {
      const chosen = choose(picture.at(event));
      if (Object.entries(chosen).some(([name, value]) => this.get(name) !== value)) this.change(chosen);
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      move(event);
    });
    canvas.addEventListener("pointermove", (event) => canvas.hasPointerCapture(event.pointerId) && move(event));
  }

  update() {
    this.compute();
    super.update();
  }

  /** What is read: ids, and their words. */
  read() {
    if (!this.typed) {
      const { tokens } = this.tokens;
      return { ids: tokens.map((_, k) => k), words: tokens, cut: false };
    }
    const kept = this.tokens.read(this.get("sentence")).filter(({ id }) => id > EOS);
    const shown = kept.slice(0, LONGEST - 1);
    return {
      ids: [0, ...shown.map(({ id }) => id)],
      words: ["<s>", ...shown.map(({ id, piece }) => (id === UNK && piece !== "<unk>" ? `${piece}?` : this.tokens.show(id)))],
      cut: kept.length > shown.length,
    };
  }

  compute() {
    const text = this.typed ? this.get("sentence") : "";
    if (text !== this.lastText) {
      Object.assign(this, this.read());
      this.steps = this.ids.length;
      this.halfLives.read(this.ids);
      this.lastText = text;
    }
    this.step = Math.min(this.get("step"), this.steps);
    this.since = Math.min(this.get("from_step"), this.steps);
    this.unit = this.get("unit");
    this.only = this.get("where") === "this unit" ? this.unit - 1 : -1;
    const bias = this.get("bias");
    this.forced = {};
    for (const gate of GATES_OF[this.kind]) if (this.get(gate) !== "free") this.forced[gate] = FORCED[this.get(gate)];
    this.anyForced = Object.keys(this.forced).length > 0;
    this.cell.run(this.ids, this.free, { bias });
    this.cell.run(this.ids, this.present, { bias, forced: this.forced, since: this.since, only: this.only });
    this.scale = 1;
    for (const run of [this.free, this.present]) {
      const end = (this.steps + 1) * this.hidden;
      for (let k = 0; k < end; k++) this.scale = Math.max(this.scale, Math.abs(run.memory[k]));
    }
    this.fillStrips();
    this.curveOf = this.halfLives.of(this.unit - 1, this.since);
  }

  /** The numbers of the present step for all units. */
  fillStrips() {
    const { hidden, strips, step, present } = this;
    const [before, after] = [(step - 1) * hidden, step * hidden];
    strips.before.set(present.memory.subarray(before, after));
    strips.memory.set(present.memory.subarray(after, after + hidden));
    strips.h.set(present.output.subarray(after, after + hidden));
    strips.kept.set(present.kept.subarray(before, after));
    for (const [name, values] of Object.entries(present.gates)) strips[name].set(values.subarray(before, after));
    for (let j = 0; j < hidden; j++) strips.squashed[j] = Math.tanh(strips.memory[j]);
  }

  view() {
    const names = this.kind === "lstm" ? { memory: "c", kept: "f" } : { memory: "h", kept: "1 − u" };
    const { words, step, unit, since, anyForced: forced, present, free, scale } = this;
    return { words, step, unit, since, forced, present, free, scale, names };
  }

  flowView() {
    const forced = this.step >= this.since ? this.forced : {};
    const { kind, step, unit, scale, only } = this;
    return { kind, step, word: this.word(), unit, scale, forced, only };
  }

  curveView() {
    const { halfLife } = this.free.retention(this.unit - 1, this.since);
    return { bias: this.get("bias"), halfLife, gate: this.kind === "lstm" ? "f" : "u", unit: this.unit };
  }

  word() {
    return this.typed && this.step === 1 ? "the start of the sentence" : `“${this.words[this.step - 1]}”`;
  }

  show() {
    for (const node of this.steppers) {
      const input = node.querySelector("input");
      if (input.max !== String(this.steps)) input.max = this.steps;
    }
    this.steppers[0].querySelector("input").value = this.step;
    this.steppers[1].querySelector("input").value = this.since;
    this.score.redraw();
    this.flow.redraw();
    this.curve.redraw();
    this.table.update(this.strips, this.unit, `Step ${this.step}, ${this.word()}`);
  }

  /** The chances of the watched groups after the present step. */
  watched(run) {
    if (!this.readout) return {};
    const h = run.output.subarray(this.step * this.hidden, (this.step + 1) * this.hidden);
    return watchedShares(h, this.readout.U, this.readout.b2, this.groups);
  }

  sentence() {
    const { kind, step, unit, since, hidden, steps } = this;
    const cell = Object.fromEntries(Object.entries(this.strips).map(([name, values]) => [name, values[unit - 1]]));
    const end = steps * hidden + unit - 1;
    const said = [
      stepFinding({ kind, step, unit, word: this.word() }, cell),
      retentionFinding(kind, this.present.retention(unit - 1, since), since),
      forcedFinding({ kind, unit, since, where: this.get("where") }, this.forced, this.present.memory[end], this.free.memory[end]),
      watchFinding(this.watched(this.present), this.watched(this.free), this.word(), this.anyForced),
      this.cut ? `Only the first ${LONGEST - 1} words are read.` : "",
    ];
    return said.filter((part) => part).join(" ");
  }
}

export default widget((model) => new Gates(model));
