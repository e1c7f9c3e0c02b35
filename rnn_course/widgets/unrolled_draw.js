import { cssColor, diverging, inkOn } from "./assets/colormap.js";

/** Each matrix has one colour and one dash, wherever it is used. */
export const WEIGHTS = {
  W_h: { letter: "W", index: "h", color: "blue", dash: [] },
  W_e: { letter: "W", index: "e", color: "vermillion", dash: [5, 3] },
  U: { letter: "U", index: "", color: "green", dash: [1.5, 3] },
};
const SHADES = 100;
const paletteCache = new Map();

/** Colours for -1 to 1 on a surface, with the ink that can be read on each. */
function paletteOn(surface) {
  if (!paletteCache.has(surface)) {
    const shades = Array.from({ length: 2 * SHADES + 1 }, (_, i) => diverging(i / SHADES - 1, surface));
    paletteCache.set(surface, shades.map((rgb) => ({ fill: cssColor(rgb), ink: inkOn(rgb) })));
  }
  return paletteCache.get(surface);
}

/** A vector as coloured cells, row by row; cells below zero carry a dash. @returns nothing; draws a square */
export function drawCells(pen, { x, y, size }, values, most, colors) {
  const palette = paletteOn(colors.surface);
  const columns = Math.ceil(Math.sqrt(values.length));
  const cell = size / columns;
  const rows = Math.ceil(values.length / columns);
  const top = y + (size - rows * cell) / 2;
  values.forEach((value, i) => {
    const share = Math.max(-1, Math.min(1, value / most));
    const shade = palette[Math.round((share + 1) * SHADES)];
    const left = x + (i % columns) * cell;
    const up = top + Math.floor(i / columns) * cell;
    pen.fillStyle = shade.fill;
    pen.fillRect(left, up, cell - 0.75, cell - 0.75);
    if (share < -0.12 && cell >= 5) {
      pen.fillStyle = shade.ink;
      pen.globalAlpha *= 0.7;
      pen.fillRect(left + cell * 0.28, up + cell / 2 - 0.9, cell * 0.36, 1.1);
      pen.globalAlpha /= 0.7;
    }
  });
  pen.lineWidth = 1;
  pen.setLineDash([]);
  pen.strokeStyle = colors.control;
  pen.strokeRect(x - 1.5, top - 1.5, columns * cell + 2.25, rows * cell + 2.25);
}

/** A line with a head at its end. */
export function drawArrow(pen, from, to, { color, width = 1.5, dash = [] }) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const head = 4 + 1.6 * width;
  Object.assign(pen, { strokeStyle: color, lineWidth: width, lineCap: "butt" });
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(to[0] - 0.7 * head * Math.cos(angle), to[1] - 0.7 * head * Math.sin(angle));
  pen.stroke();
  pen.setLineDash([]);
  drawHead(pen, to, angle, head, color);
}

export function drawHead(pen, [x, y], angle, head, color) {
  pen.fillStyle = color;
  pen.beginPath();
  pen.moveTo(x, y);
  for (const turn of [2.65, -2.65]) pen.lineTo(x + head * Math.cos(angle + turn), y + head * Math.sin(angle + turn));
  pen.closePath();
  pen.fill();
}

/** Words on the canvas, cut with an ellipsis where they are wider than `most` pixels. */
export function drawText(pen, text, x, y, { color, size = 12, bold = false, align = "center", most = Infinity, font }) {
  pen.font = `${bold ? "600 " : ""}${size}px ${font}`;
  Object.assign(pen, { fillStyle: color, textAlign: align, textBaseline: "middle" });
  let shown = text;
  while (shown.length > 1 && pen.measureText(shown).width > most) shown = `${shown.replace(/…$/, "").slice(0, -1)}…`;
  pen.fillText(shown, x, y);
}

/** W with a small h below it: the name of a weight matrix, left-aligned at x. @returns its width */
export function drawWeightName(pen, { letter, index }, x, y, { color, font, size = 12, bold = false }) {
  const weight = bold ? "600 " : "";
  Object.assign(pen, { fillStyle: color, textAlign: "left", textBaseline: "middle" });
  pen.font = `italic ${weight}${size}px ${font}`;
  pen.fillText(letter, x, y);
  const wide = pen.measureText(letter).width;
  pen.font = `italic ${weight}${size - 3}px ${font}`;
  pen.fillText(index, x + wide, y + 4);
  return wide + pen.measureText(index).width;
}

/** What a prediction favours: up to three words, each on a bar as long as its probability. */
export function drawGuesses(pen, { x, y, width, line }, guesses, colors, { strong = false } = {}) {
  guesses.forEach(({ word, p }, i) => {
    const at = y + i * line;
    pen.fillStyle = colors.line;
    pen.fillRect(x, at - line / 2 + 1, Math.max(1, p * width), line - 2);
    const color = i === 0 ? colors.text : colors.muted;
    drawText(pen, word, x + 3, at, {
      color, size: 11.5, bold: strong && i === 0, align: "left", most: width - 4, font: colors.font,
    });
  });
}
