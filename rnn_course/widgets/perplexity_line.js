import { formatTick } from "./assets/axes.js";
import { formatPerplexity } from "./perplexity_misread.js";

const LETTER_SIZE = 18;
const LETTER_GAP = LETTER_SIZE + 3;
const SCALE_AT = 52;
export const LINE_HEIGHT = SCALE_AT + 50;

/** 1, 2, 5, 10, 20 … up to the first that is not below `most`. */
export function perplexityTicks(most) {
  const ticks = [];
  for (let power = 1; ticks.length === 0 || ticks.at(-1) < most; power *= 10) {
    for (const unit of [1, 2, 5]) if (ticks.length === 0 || ticks.at(-1) < most) ticks.push(unit * power);
  }
  return ticks;
}

/**
 * The perplexities on one line, from 1 on, on a logarithmic scale: the right one and the one as it is read above the
 * line, what each mistake makes alone below it, by letter.
 *
 * @param right,read numbers @param alone `[{ letter, value, on }]`
 */
export function drawPerplexityLine(pen, { width, colors }, { right, read, alone }) {
  const finite = [right, read, ...alone.map(({ value }) => value)].filter(Number.isFinite);
  const ticks = perplexityTicks(Math.max(2, ...finite));
  const [left, end] = [14, width - 34];
  const most = Math.log(ticks.at(-1));
  const at = (value) => (value === Infinity ? width - 12 : left + (Math.log(value) / most) * (end - left));
  const drawn = alone.filter(({ value }) => !Number.isNaN(value)).map((mark) => ({ ...mark, x: at(mark.value) }));
  pen.font = `12px ${colors.font}`;
  pen.lineWidth = 1;
  pen.strokeStyle = colors.control;
  strokeLine(pen, left, SCALE_AT, end, SCALE_AT);
  drawLetters(pen, drawn, width, colors);
  drawScale(pen, ticks, at, colors);
  if ([right, read, ...alone.map(({ value }) => value)].includes(Infinity)) pen.fillText("∞", at(Infinity), SCALE_AT + 7);
  drawReadings(pen, at, { right, read }, width, colors);
}

function drawScale(pen, ticks, at, colors) {
  Object.assign(pen, { font: `12px ${colors.font}`, textAlign: "center", textBaseline: "top" });
  let free = -Infinity;
  for (const tick of ticks) {
    const [x, label] = [at(tick), formatTick(tick)];
    const half = pen.measureText(label).width / 2;
    pen.strokeStyle = colors.control;
    strokeLine(pen, x, SCALE_AT - 4, x, SCALE_AT + 4);
    if (x - half < free) continue;
    pen.fillStyle = colors.surface; // the letters' lines pass behind
    pen.fillRect(x - half - 2, SCALE_AT + 6, 2 * half + 4, 14);
    pen.fillStyle = colors.muted;
    pen.fillText(label, x, SCALE_AT + 7);
    free = x + half + 8;
  }
}

function strokeLine(pen, x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, Math.round(y1) + 0.5);
  pen.lineTo(x2, Math.round(y2) + 0.5);
  pen.stroke();
}

/** Rising numbers at least `gap` apart, as near as can be to `wanted`: neighbours that touch share one block. */
function apart(wanted, gap) {
  const blocks = [];
  for (const x of wanted) {
    blocks.push([x]);
    while (blocks.length > 1 && blockEdge(blocks.at(-1), gap, -1) < blockEdge(blocks.at(-2), gap, 1) + gap) {
      const last = blocks.pop();
      blocks.at(-1).push(...last);
    }
  }
  return blocks.flatMap((block) => block.map((_, i) => blockEdge(block, gap, -1) + i * gap));
}

function blockEdge(block, gap, side) {
  return block.reduce((a, b) => a + b, 0) / block.length + (side * gap * (block.length - 1)) / 2;
}

/** A letter for each mistake, under its place on the scale. */
function drawLetters(pen, marks, width, colors) {
  const sorted = [...marks].sort((a, b) => a.x - b.x);
  const spread = apart(sorted.map(({ x }) => x), LETTER_GAP);
  const over = Math.max(0, (spread.at(-1) ?? 0) - (width - LETTER_SIZE / 2 - 1));
  const under = Math.max(0, LETTER_SIZE / 2 + 1 - (spread[0] ?? 0));
  const middle = SCALE_AT + 39;
  sorted.forEach(({ letter, x, on }, i) => {
    const place = spread[i] - over + under;
    pen.strokeStyle = on ? colors.accent : colors.control;
    pen.beginPath();
    pen.moveTo(x, SCALE_AT + 1);
    pen.lineTo(x, SCALE_AT + 8);
    pen.lineTo(place, middle - LETTER_SIZE / 2);
    pen.stroke();
    pen.beginPath();
    pen.arc(place, middle, LETTER_SIZE / 2, 0, 2 * Math.PI);
    pen.fillStyle = on ? colors.accent : colors.sunken;
    pen.fill();
    pen.stroke();
    pen.fillStyle = on ? colors.surface : colors.text;
    Object.assign(pen, { font: `600 11px ${colors.font}`, textAlign: "center", textBaseline: "middle" });
    pen.fillText(letter, place, middle + 0.5);
  });
}

/** The right number and the one that is read, above the scale, their labels moved apart. */
function drawReadings(pen, at, { right, read }, width, colors) {
  const same = Number.isNaN(read) || Math.abs(read / right - 1) < 1e-12 || right === read;
  const marks = [{ value: right, name: "right", color: colors.blue, shape: "round" }];
  if (!same) marks.push({ value: read, name: "as read", color: colors.vermillion, shape: "square" });
  pen.font = `600 13px ${colors.font}`;
  const labels = marks.map((mark) => {
    const text = `${mark.name} ${formatPerplexity(mark.value)}`;
    const wide = pen.measureText(text).width;
    const x = at(mark.value);
    return { ...mark, text, wide, x, start: Math.min(width - wide - 2, Math.max(2, x - wide / 2)) };
  });
  if (labels.length === 2) {
    const [low, high] = labels[0].x <= labels[1].x ? labels : [labels[1], labels[0]];
    const overlap = low.start + low.wide + 10 - high.start;
    if (overlap > 0) {
      low.start = Math.max(2, low.start - overlap / 2);
      high.start = Math.min(width - high.wide - 2, Math.max(high.start + overlap / 2, low.start + low.wide + 10));
      low.start = Math.min(low.start, high.start - low.wide - 10);
    }
  }
  for (const { text, x, start, wide, color, shape } of labels) {
    pen.fillStyle = color;
    pen.strokeStyle = color;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(start + wide / 2, 22);
    pen.lineTo(x, SCALE_AT - 6);
    pen.stroke();
    pen.beginPath();
    if (shape === "round") pen.arc(x, SCALE_AT, 6.5, 0, 2 * Math.PI);
    else pen.rect(x - 6, SCALE_AT - 6, 12, 12);
    pen.fill();
    Object.assign(pen, { fillStyle: colors.text, textAlign: "left", textBaseline: "top" });
    pen.fillText(text, start, 4);
  }
}
