import { diverging, rgbOf } from "./assets/colormap.js";
import { written } from "./powers_finding.js";
import { drawMaths } from "./powers_maths.js";

const STEPS = 127; // colours on either side of 0
const SCALE_WIDTH = 66;
const palettes = new Map();

/** The diverging colours of a surface, looked up instead of mixed for every square. */
function paletteOf(surface) {
  if (!palettes.has(surface)) {
    const plain = `rgb(${rgbOf(surface).join(", ")})`;
    const colors = Array.from({ length: 2 * STEPS + 1 }, (_, i) => diverging(i / STEPS - 1, plain));
    palettes.set(surface, new Uint8ClampedArray(colors.flatMap((rgb) => [...rgb, 255])));
  }
  return palettes.get(surface);
}

/** Draws matrices as coloured squares; keeps the pixels of each size to use them again. */
export class PowersHeat {
  constructor() {
    this.tiles = new Map();
  }

  tile(n) {
    if (!this.tiles.has(n)) {
      const canvas = new OffscreenCanvas(n, n);
      const pen = canvas.getContext("2d");
      this.tiles.set(n, { canvas, pen, pixels: pen.createImageData(n, n) });
    }
    return this.tiles.get(n);
  }

  /** @param factor what each entry is multiplied by to lie between -1 and 1; beyond, the colour is full */
  map(pen, x, y, size, entries, n, factor, palette) {
    const { canvas, pen: tilePen, pixels } = this.tile(n);
    for (let i = 0; i < n * n; i++) {
      const share = Math.max(-1, Math.min(1, factor * entries[i]));
      const from = 4 * (Math.round(share * STEPS) + STEPS);
      for (let c = 0; c < 4; c++) pixels.data[4 * i + c] = palette[from + c];
    }
    tilePen.putImageData(pixels, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(canvas, x, y, size, size);
  }

  /** W_h and what became of it, side by side or one above the other; each with its colours and what they mean. */
  draw(pen, { width, colors }, numbers, ownScale) {
    const { n, kind, radius } = numbers;
    const { entries, logScale } = numbers.matrix;
    const palette = paletteOf(colors.surface);
    const largest = radius * largestOf(kind.W);
    const inPower = largestOf(entries);
    const own = inPower ? Math.log(inPower) + logScale : Math.log(largest);
    const logTop = ownScale ? own : Math.log(largest);
    const factor = Math.exp(Math.min(700, Math.max(-700, logScale - logTop)));
    const name = numbers.linear ? `W_h^ℓ, ℓ = ${numbers.lag}` : `Jacobians’ product, ℓ = ${numbers.lag}`;
    const half = (width - 16) / 2;
    const stacked = stackedHeat(width);
    const size = stacked ? width - SCALE_WIDTH : half;
    const paint = { colors, palette, size, stacked };
    this.one(pen, 0, 0, "W_h", paint, [kind.W, n, radius / largest, Math.log(largest)]);
    const [x, y] = stacked ? [0, size + 38] : [half + 16, 0];
    this.one(pen, x, y, name, paint, [entries, n, factor, logTop]);
  }

  one(pen, x, y, title, { colors, palette, size, stacked }, [entries, n, factor, logTop]) {
    drawMaths(pen, title, x, y + 8, { font: colors.font, color: colors.text, size: 13, weight: 600 });
    const top = y + 22;
    this.map(pen, x, top, size, entries, n, factor, palette);
    pen.setLineDash([]);
    Object.assign(pen, { strokeStyle: colors.line, lineWidth: 1 });
    pen.strokeRect(x + 0.5, top + 0.5, size - 1, size - 1);
    const words = written(logTop);
    pen.font = `12px ${colors.font}`;
    if (stacked) uprightScale(pen, x + size + 8, top, Math.min(size, 120), words, colors, palette);
    else levelScale(pen, x, top + size + 8, size, words, colors, palette);
  }
}

/** What the height of the picture is for its width: maps one above the other in a narrow column, else side by side. */
export function heatHeight(width) {
  return stackedHeat(width) ? 2 * (width - SCALE_WIDTH) + 62 : Math.round((width - 16) / 2) + 56;
}

function stackedHeat(width) {
  return width < 270;
}

function uprightScale(pen, x, y, height, words, colors, palette) {
  for (let k = 0; k < height; k++) {
    pen.fillStyle = paletteColor(palette, 1 - k / (height - 1));
    pen.fillRect(x, y + k, 9, 1.2);
  }
  pen.strokeRect(x + 0.5, y + 0.5, 8, height - 1);
  Object.assign(pen, { fillStyle: colors.muted, textAlign: "left", textBaseline: "middle" });
  pen.fillText(words, x + 13, y + 6);
  pen.fillText("0", x + 13, y + height / 2);
  pen.fillText(`−${words}`, x + 13, y + height - 6);
}

function levelScale(pen, x, y, width, words, colors, palette) {
  for (let k = 0; k < width; k++) {
    pen.fillStyle = paletteColor(palette, k / (width - 1));
    pen.fillRect(x + k, y, 1.2, 9);
  }
  pen.strokeRect(x + 0.5, y + 0.5, width - 1, 8);
  Object.assign(pen, { fillStyle: colors.muted, textBaseline: "top" });
  for (const [align, text, at] of [["left", `−${words}`, 0], ["center", "0", 0.5], ["right", words, 1]]) {
    pen.textAlign = align;
    pen.fillText(text, x + at * width, y + 13);
  }
}

function paletteColor(palette, share) {
  const from = 4 * Math.round(share * 2 * STEPS);
  return `rgb(${palette[from]}, ${palette[from + 1]}, ${palette[from + 2]})`;
}

function largestOf(values) {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}
