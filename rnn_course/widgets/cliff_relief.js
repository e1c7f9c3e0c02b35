// The map under the paths: the loss as colour, lit from the upper left, with contours. Drawn once for each size and theme.

import { sequential } from "./assets/colormap.js";

const CONTOURS = {
  sigmoid: [0.003, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45],
  linear: [-1, 0, 1, 2, 3, 4],
};
const RELIEF_SCALE = { sigmoid: [0, 0.5], linear: [-2, 4] };

/** The colour of a loss, as on the map. */
export function lossColor(network, J) {
  const [least, most] = RELIEF_SCALE[network];
  return sequential(((network === "linear" ? Math.log10(Math.max(J, 1e-12)) : J) - least) / (most - least));
}

export class Relief {
  /** @param surfaces { sigmoid: { values, shape: [b, w] }, linear } */
  constructor(surfaces) {
    this.surfaces = surfaces;
    this.kept = new Map();
  }

  /** A picture of the surface for a box of this size in CSS pixels. */
  picture(network, width, height, ratio) {
    const key = `${network}|${width}|${height}|${ratio}`;
    if (!this.kept.has(key)) {
      if (this.kept.size > 6) this.kept.clear();
      this.kept.set(key, this.paint(network, width, height, ratio));
    }
    return this.kept.get(key);
  }

  paint(network, width, height, ratio) {
    const picture = new OffscreenCanvas(Math.round(width * ratio), Math.round(height * ratio));
    const pen = picture.getContext("2d");
    pen.scale(ratio, ratio);
    const { values, shape } = this.surfaces[network];
    pen.imageSmoothingQuality = "high";
    pen.drawImage(shadedTile(values, shape, RELIEF_SCALE[network]), 0, 0, width, height);
    Object.assign(pen, { lineWidth: 0.8, strokeStyle: "rgba(255, 255, 255, 0.55)" });
    for (const level of CONTOURS[network]) contour(pen, values, shape, level, width, height);
    return picture;
  }
}

/** One pixel for each point of the grid, the first row of it at the bottom. */
function shadedTile(values, [rows, columns], [least, most]) {
  const tile = new OffscreenCanvas(columns, rows);
  const pixels = new ImageData(columns, rows);
  const height = (i, j) => {
    const value = values[Math.min(rows - 1, Math.max(0, i)) * columns + Math.min(columns - 1, Math.max(0, j))];
    return Math.min(1, Math.max(0, (value - least) / (most - least)));
  };
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const slope = (height(i, j + 1) - height(i, j - 1) - (height(i + 1, j) - height(i - 1, j))) * 6;
      const light = 1 + 0.45 * (slope / Math.sqrt(1 + slope * slope));
      const color = sequential(height(i, j)).map((part) => Math.min(255, part * light));
      pixels.data.set([...color, 255], 4 * ((rows - 1 - i) * columns + j));
    }
  }
  tile.getContext("2d").putImageData(pixels, 0, 0);
  return tile;
}

/** Marching squares: in each square of the grid, the level's line as straight pieces. */
function contour(pen, values, [rows, columns], level, width, height) {
  const x = (j) => (j / (columns - 1)) * width;
  const y = (i) => (1 - i / (rows - 1)) * height;
  pen.beginPath();
  for (let i = 0; i + 1 < rows; i++) {
    for (let j = 0; j + 1 < columns; j++) {
      const corners = [values[i * columns + j], values[i * columns + j + 1], values[(i + 1) * columns + j + 1], values[(i + 1) * columns + j]];
      const above = corners.filter((value) => value > level).length;
      if (above === 0 || above === 4) continue;
      const places = [[i, j], [i, j + 1], [i + 1, j + 1], [i + 1, j]];
      let down = false;
      for (let k = 0; k < 4; k++) {
        const [from, to] = [corners[k], corners[(k + 1) % 4]];
        if (from > level === to > level) continue;
        const share = (level - from) / (to - from);
        const [[fromI, fromJ], [toI, toJ]] = [places[k], places[(k + 1) % 4]];
        const at = [x(fromJ + share * (toJ - fromJ)), y(fromI + share * (toI - fromI))];
        if (down) pen.lineTo(...at);
        else pen.moveTo(...at);
        down = !down;
      }
    }
  }
  pen.stroke();
}
