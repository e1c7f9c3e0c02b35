import { drawArrow, drawCells, drawGuesses, drawHead, drawText, drawWeightName, WEIGHTS } from "./unrolled_draw.js";

// Heights of the rows from the top, in CSS pixels. Folded and unrolled network share them.
const ROW = { loss: 84, tallest: 40, came: 101, guess: 127, line: 17, state: 198, embedding: 272, read: 324 };
const STATE = 46;
const EMBEDDING = 38;
const NARROWEST = 60;
const OTHER = { top: 347, title: 363, guess: 388, state: 425, read: 497 };
export const FOLDED_HEIGHT = 340;
export const UNROLLED_HEIGHT = 512;

/** Strokes of one matrix: its colour, its dash, thick where the present step uses it. */
function strokeOf(name, colors, present) {
  return { color: colors[WEIGHTS[name].color], dash: WEIGHTS[name].dash, width: present ? 2.6 : 1.5 };
}

/** Room is left between two states for the arrow and its name. */
function stateSize(width) {
  return Math.min(STATE, width - 24);
}

/** One column: what is read below, the state in the middle, what is predicted above. */
class Column {
  constructor(pen, colors, reader, x, width) {
    Object.assign(this, { pen, colors, reader, x, width });
    this.size = stateSize(width);
    this.small = Math.min(EMBEDDING, width - 28);
  }

  says(text, y, options = {}) {
    const { pen, colors, x, width } = this;
    drawText(pen, text, x, y, { color: colors.text, font: colors.font, most: width - 4, ...options });
  }

  state(values, top) {
    const { pen, colors, x, size } = this;
    drawCells(pen, { x: x - size / 2, y: top + (STATE - size) / 2, size }, values, 1, colors);
  }

  embedding(values) {
    const { pen, colors, x, small, reader } = this;
    const box = { x: x - small / 2, y: ROW.embedding + (EMBEDDING - small) / 2, size: small };
    drawCells(pen, box, values, reader.largestEmbedding, colors);
  }

  guesses(list, top, line, strong) {
    const width = Math.min(this.width - 8, 92);
    drawGuesses(this.pen, { x: this.x - width / 2, y: top, width, line }, list, this.colors, { strong });
  }

  up(name, from, to, present, named) {
    const { pen, colors, x } = this;
    drawArrow(pen, [x, from], [x, to], strokeOf(name, colors, present));
    const color = present ? colors.text : colors.muted;
    if (named) drawWeightName(pen, WEIGHTS[name], x + 7, (from + to) / 2 + 1, { color, font: colors.font, bold: present });
  }
}

/** What a step of a reading shows. */
function factsOf(side, step, tokens, reader, guesses) {
  const { reading } = side;
  const token = reading.inputs[step - 1];
  const p = reading.probs.subarray((step - 1) * reader.vocab, step * reader.vocab);
  return {
    h: reading.h.subarray((step - 1) * reader.hidden, step * reader.hidden),
    e: reader.E.subarray(token * reader.embed, (token + 1) * reader.embed),
    read: shownToken(tokens, token),
    came: shownToken(tokens, reading.targets[step - 1]),
    loss: reading.losses[step - 1],
    guesses: guesses(reading, step).map((id) => ({ word: shownToken(tokens, id), p: p[id] })),
  };
}

/** Marks stand as themselves in the picture, where there is no room for "end of sentence". */
export function shownToken(tokens, id) {
  return id < 2 ? tokens.tokens[id] : tokens.show(id);
}

/** The machine as it stands: one cell with a loop. */
export function drawFolded(pen, { width, colors }, view, { tokens, reader, guesses }) {
  const { own, frozen } = view;
  const facts = factsOf(own, own.step, tokens, reader, guesses);
  const column = new Column(pen, colors, reader, Math.round(width / 2) - 8, 104);
  column.says("Folded", 12, { bold: true, size: 13 });
  column.says(`loss ${facts.loss.toFixed(2)} nats`, 46, { most: width });
  column.says(`mean so far ${view.mean.toFixed(2)}`, 66, { color: colors.muted, most: width });
  column.says(`came: ${facts.came}`, ROW.came, { bold: true, most: width });
  column.guesses(facts.guesses, ROW.guess, ROW.line, true);
  column.up("U", ROW.state - 3, ROW.guess + 2.5 * ROW.line + 3, true, true);
  column.state(facts.h, ROW.state);
  column.up("W_e", ROW.embedding - 3, ROW.state + STATE + 4, true, true);
  column.embedding(facts.e);
  column.says(facts.read, ROW.read, { bold: true, most: width });
  drawLoop(pen, colors, column, frozen);
}

function drawLoop(pen, colors, column, frozen) {
  const right = column.x + column.size / 2 + 3;
  const left = column.x - column.size / 2 - 3;
  const middle = ROW.state + STATE / 2;
  const stroke = strokeOf("W_h", colors, true);
  if (frozen) {
    drawText(pen, "h⁰", left - 27, middle, { color: colors.text, font: colors.font });
    drawArrow(pen, [left - 17, middle], [left, middle], stroke);
    drawWeightName(pen, WEIGHTS.W_h, left - 21, middle - 14, { color: colors.text, font: colors.font, bold: true });
    return;
  }
  Object.assign(pen, { strokeStyle: stroke.color, lineWidth: stroke.width });
  pen.setLineDash([]);
  pen.beginPath();
  pen.moveTo(right, middle - 9);
  pen.bezierCurveTo(right + 34, middle - 34, right + 34, middle + 34, right + 5, middle + 11);
  pen.stroke();
  drawHead(pen, [right, middle + 8], Math.PI + 0.55, 4 + 1.6 * stroke.width, stroke.color);
  drawWeightName(pen, WEIGHTS.W_h, right + 29, middle, { color: colors.text, font: colors.font, bold: true });
}

/** Which steps are in the picture, and where: all of them, or as many as there is room for around the present one. */
export class Columns {
  constructor(width, steps, step, gutter) {
    this.left = gutter;
    const room = Math.max(1, Math.floor((width - gutter) / NARROWEST));
    this.count = Math.min(room, steps);
    this.width = Math.min(104, (width - gutter) / this.count);
    this.first = Math.max(1, Math.min(step - Math.ceil(this.count / 2), steps - this.count + 1));
    this.last = this.first + this.count - 1;
  }
  at(step) {
    return this.left + (step - this.first + 0.5) * this.width;
  }
  /** The step at a pixel, or null. */
  stepAt(x) {
    const step = this.first + Math.floor((x - this.left) / this.width);
    return step >= this.first && step <= this.last ? step : null;
  }
}

export function columnsOf(width, side) {
  return new Columns(width, side.reading.steps, side.step, width < 480 ? 46 : 78);
}

/** The same machine, drawn once for every step; below it, what it keeps of another sentence. */
export function drawUnrolled(pen, { width, colors }, view, tools) {
  const { own, other } = view;
  const columns = columnsOf(width, own);
  drawText(pen, "Unrolled", columns.left, 12, { color: colors.text, size: 13, bold: true, align: "left", font: colors.font });
  drawPresent(pen, colors, columns, own.step, 22, FOLDED_HEIGHT);
  drawGutter(pen, colors, columns.left, width < 480);
  drawLosses(pen, colors, columns, view);
  for (let step = columns.first; step <= columns.last; step++) drawStep(pen, colors, columns, view, step, tools);
  drawLinks(pen, colors, columns, own, view.frozen, ROW.state + STATE / 2);
  if (other) return drawOther(pen, { width, colors }, columnsOf(width, other), view, tools);
  const hint = "A second sentence stands here, to compare.";
  drawText(pen, hint, columns.left, OTHER.title + 20, { color: colors.muted, align: "left", font: colors.font });
}

function drawPresent(pen, colors, columns, step, top, bottom) {
  const x = columns.at(step) - columns.width / 2;
  pen.fillStyle = colors.sunken;
  pen.fillRect(x, top, columns.width, bottom - top);
  pen.fillStyle = colors.accent;
  for (const edge of [top, bottom - 3]) pen.fillRect(x, edge, columns.width, 3);
}

function drawGutter(pen, colors, left, narrow) {
  const labels = [
    [ROW.loss - 10, "loss J⁽ᵗ⁾", "J⁽ᵗ⁾"],
    [ROW.came, "came", "came"],
    [ROW.guess + ROW.line, "predicted ŷ", "ŷ"],
    [ROW.state + STATE / 2, "state h", "h"],
    [ROW.embedding + EMBEDDING / 2, "embedding e", "e"],
    [ROW.read, "reads", "reads"],
  ];
  for (const [y, long, short] of labels) {
    const shown = narrow ? short : long;
    const color = colors.muted;
    drawText(pen, shown, narrow ? 0 : left - 78, y, { color, size: 11.5, align: "left", font: colors.font });
  }
}

function drawLosses(pen, colors, columns, view) {
  const { own, largestLoss } = view;
  const shade = Math.min(30, columns.width - 22);
  for (let step = columns.first; step <= Math.min(own.step, columns.last); step++) {
    const loss = own.reading.losses[step - 1];
    const tall = Math.max(1.5, ROW.tallest * (loss / largestLoss));
    pen.fillStyle = colors.control;
    pen.fillRect(columns.at(step) - shade / 2, ROW.loss - tall, shade, tall);
    const color = step === own.step ? colors.text : colors.muted;
    const bold = step === own.step;
    drawText(pen, loss.toFixed(2), columns.at(step), ROW.loss - tall - 8, { color, bold, size: 11.5, font: colors.font });
  }
  pen.lineWidth = 1;
  pen.strokeStyle = colors.line;
  pen.setLineDash([]);
  pen.beginPath();
  pen.moveTo(columns.left, ROW.loss + 0.5);
  pen.lineTo(columns.at(columns.last) + columns.width / 2, ROW.loss + 0.5);
  pen.stroke();
}

function drawStep(pen, colors, columns, view, step, { tokens, reader, guesses }) {
  const { own } = view;
  const present = step === own.step;
  const facts = factsOf(own, step, tokens, reader, guesses);
  const column = new Column(pen, colors, reader, columns.at(step), columns.width);
  const read = { bold: present, color: step > own.step ? colors.muted : colors.text };
  column.says(facts.read, ROW.read, read);
  if (step > own.step) return;
  const named = columns.width >= 56;
  column.embedding(facts.e);
  column.up("W_e", ROW.embedding - 3, ROW.state + STATE + 4, present, named);
  column.state(facts.h, ROW.state);
  column.up("U", ROW.state - 3, ROW.guess + 2.5 * ROW.line + 3, present, named);
  column.guesses(facts.guesses, ROW.guess, ROW.line, present);
  column.says(facts.came, ROW.came, { bold: present, size: 11.5 });
}

/** The arrows from state to state; or, where the state is held, from h^(0) to each. */
function drawLinks(pen, colors, columns, side, frozen, y) {
  const half = stateSize(columns.width) / 2 + 3;
  if (columns.first > 1) drawText(pen, "…", columns.left - 9, y - 2, { color: colors.muted, size: 14, font: colors.font });
  for (let step = columns.first; step <= Math.min(side.step, columns.last); step++) {
    const to = columns.at(step) - half;
    const begin = step === 1 || frozen;
    const room = columns.width - 2 * half;
    const from = begin ? to - Math.min(14, 0.7 * room) : Math.max(columns.left - 2, columns.at(step - 1) + half);
    drawArrow(pen, [from, y], [to, y], strokeOf("W_h", colors, step === side.step));
    const color = step === side.step ? colors.text : colors.muted;
    if (begin) {
      drawText(pen, "h⁰", to - Math.max(8, room / 2), y - 12, { color, size: 11.5, font: colors.font });
      pen.fillStyle = colors.blue;
      pen.fillRect(from - 2, y - 5, 2, 10); // a bar: nothing comes from the state before
    } else if (room > 17) {
      const bold = step === side.step;
      const size = room < 24 ? 10 : 12;
      drawWeightName(pen, WEIGHTS.W_h, (from + to) / 2 - 0.75 * size, y - 12, { color, bold, size, font: colors.font });
    }
  }
}

function drawOther(pen, { width, colors }, columns, view, { tokens, reader, guesses }) {
  const { other, frozen } = view;
  pen.strokeStyle = colors.line;
  pen.lineWidth = 1;
  pen.setLineDash([]);
  pen.beginPath();
  pen.moveTo(0, OTHER.top + 0.5);
  pen.lineTo(width, OTHER.top + 0.5);
  pen.stroke();
  const title = { color: colors.text, size: 13, bold: true, align: "left", font: colors.font };
  drawText(pen, "The other sentence", columns.left, OTHER.title, title);
  drawPresent(pen, colors, columns, other.step, OTHER.title + 12, UNROLLED_HEIGHT);
  for (let step = columns.first; step <= columns.last; step++) {
    const column = new Column(pen, colors, reader, columns.at(step), columns.width);
    const facts = factsOf(other, step, tokens, reader, guesses);
    const present = step === other.step;
    column.says(facts.read, OTHER.read, { bold: present, color: step > other.step ? colors.muted : colors.text });
    if (step > other.step) continue;
    column.state(facts.h, OTHER.state);
    column.guesses(facts.guesses.slice(0, 1), OTHER.guess, ROW.line, present);
    column.up("U", OTHER.state - 3, OTHER.guess + ROW.line / 2 + 3, present, false);
    column.up("W_e", OTHER.read - 9, OTHER.state + STATE + 4, present, false);
  }
  drawLinks(pen, colors, columns, other, frozen, OTHER.state + STATE / 2);
}
