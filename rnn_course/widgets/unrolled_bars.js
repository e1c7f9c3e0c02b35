import { drawText } from "./unrolled_draw.js";
import { shownToken } from "./unrolled_picture.js";

const WORDS_SHOWN = 6;
const BAR_HIGH = 13;
const BARS_TOP = 76;

export function barsHeight() {
  return BARS_TOP + WORDS_SHOWN * (2 * BAR_HIGH + 9) + 2;
}

/** The words that either side finds most probable, the most probable of both together first. */
export function wordsToCompare(own, other) {
  const ids = new Set([...own.best.slice(0, WORDS_SHOWN), ...(other ? other.best.slice(0, WORDS_SHOWN) : [])]);
  const both = (id) => own.p[id] + (other ? other.p[id] : 0);
  return [...ids].sort((a, b) => both(b) - both(a)).slice(0, WORDS_SHOWN);
}

/** Two distributions over the next word, side by side. */
export function drawBars(pen, { width, colors }, view, { tokens }) {
  const { own, other } = view;
  const { font } = colors;
  const words = wordsToCompare(own, other);
  const sides = [[own, colors.blue], ...(other ? [[other, colors.vermillion]] : [])];
  const most = Math.max(...sides.flatMap(([side]) => words.map((id) => side.p[id])));
  drawText(pen, "Probability of the next word", 0, 10, { color: colors.text, size: 13, bold: true, align: "left", font });
  sides.forEach(([side, color], i) => {
    drawBar(pen, 0, 26 + 20 * i, 22, color, i === 1);
    const words = side.reading.inputs.slice(1, side.step);
    const context = words.length ? `after ${tokens.quote(words)}` : "at the beginning";
    drawText(pen, context, 30, 33 + 20 * i, { color: colors.text, align: "left", most: width - 34, font });
  });
  const left = Math.min(110, width * 0.28);
  const room = width - left - 52;
  words.forEach((id, row) => {
    const y = BARS_TOP + row * (2 * BAR_HIGH + 9);
    const middle = y + (sides.length === 2 ? BAR_HIGH : BAR_HIGH / 2);
    const name = { color: colors.text, align: "right", most: left - 8, font };
    drawText(pen, shownToken(tokens, id), left - 8, middle, name);
    sides.forEach(([side, color], i) => {
      const long = Math.max(1.5, room * (side.p[id] / most));
      drawBar(pen, left, y + i * BAR_HIGH, long, color, i === 1);
      const number = { color: colors.text, size: 11.5, align: "left", font };
      drawText(pen, side.p[id].toFixed(3), left + long + 6, y + i * BAR_HIGH + BAR_HIGH / 2, number);
    });
  });
}

/** A bar of full colour, or a hatched one. */
function drawBar(pen, x, y, long, color, hatched) {
  const high = BAR_HIGH - 1.5;
  pen.setLineDash([]);
  if (!hatched) {
    pen.fillStyle = color;
    pen.fillRect(x, y, long, high);
    return;
  }
  pen.save();
  pen.strokeStyle = color;
  pen.lineWidth = 1.2;
  pen.strokeRect(x + 0.6, y + 0.6, Math.max(0.5, long - 1.2), high - 1.2);
  pen.beginPath();
  pen.rect(x, y, long, high);
  pen.clip();
  pen.beginPath();
  for (let at = x - high; at < x + long; at += 5) {
    pen.moveTo(at, y + high);
    pen.lineTo(at + high, y);
  }
  pen.stroke();
  pen.restore();
}
