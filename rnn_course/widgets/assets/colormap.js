// Colours for numbers: cividis for sizes (Nuñez, Anderton & Renslow 2018), blue to vermillion through the surface for signs.

const CIVIDIS = [
  [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115],
  [138, 134, 120], [165, 156, 116], [195, 179, 105], [225, 204, 85], [254, 232, 56],
];
const NEGATIVE = [0, 114, 178];
const POSITIVE = [213, 94, 0];

function mixColors(a, b, share) {
  return a.map((value, i) => Math.round(value + share * (b[i] - value)));
}

/** A share of 0 to 1 -> [r, g, b], dark to light. */
export function sequential(share) {
  const at = Math.min(1, Math.max(0, share)) * (CIVIDIS.length - 1);
  const low = Math.min(CIVIDIS.length - 2, Math.floor(at));
  return mixColors(CIVIDIS[low], CIVIDIS[low + 1], at - low);
}

/** "#16191d" or "rgb(…)" -> [r, g, b] */
export function rgbOf(color) {
  if (color.startsWith("#")) return [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
  return color.match(/\d+/g).slice(0, 3).map(Number);
}

/** -1 to 1 -> [r, g, b]: blue below 0, the widget's surface at 0, vermillion above. */
export function diverging(value, surface) {
  const share = Math.min(1, Math.abs(value));
  return mixColors(rgbOf(surface), value < 0 ? NEGATIVE : POSITIVE, share);
}

export function cssColor([r, g, b]) {
  return `rgb(${r}, ${g}, ${b})`;
}

/** Black or white, whichever can be read on the colour (WCAG 2.2's relative luminance). */
export function inkOn(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff";
}

/** A matrix as coloured squares. @param colorOf from a value to [r, g, b] */
export function heatMap(pen, { x, y, width, height }, values, rows, columns, colorOf) {
  const pixels = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) pixels.data.set([...colorOf(values[i]), 255], 4 * i);
  const tile = new OffscreenCanvas(columns, rows);
  tile.getContext("2d").putImageData(pixels, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(tile, x, y, width, height);
}
