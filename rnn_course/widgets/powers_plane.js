import { marker } from "./powers_gauge.js";
import { drawMaths } from "./powers_maths.js";

const NEAR_ONE = 5e-4;
export const FATES = {
  grow: { shape: "triangle", color: "vermillion" },
  keep: { shape: "square", color: "green" },
  shrink: { shape: "circle", color: "blue" },
};

/** What becomes of the part of an eigenvector whose eigenvalue has this absolute value. */
export function fateOf(size) {
  return size > 1 + NEAR_ONE ? "grow" : size < 1 - NEAR_ONE ? "shrink" : "keep";
}

/** How many eigenvalues there are of each fate. */
export function countFates({ kind, radius }) {
  const counts = { grow: 0, keep: 0, shrink: 0 };
  for (let i = 0; i < kind.size; i++) {
    counts[fateOf(radius * Math.hypot(kind.eigenvalues[2 * i], kind.eigenvalues[2 * i + 1]))]++;
  }
  return counts;
}

/**
 * Eigenvalues against the unit circle, and the powers of the largest one on their way in or out.
 *
 * @returns from a point of the picture to its distance from 0 in the complex plane
 */
export function drawPowersPlane(pen, { width, height, colors }, numbers) {
  const { kind, radius, lag } = numbers;
  const counts = countFates(numbers);
  const top = 24;
  const bottom = 22;
  const half = Math.min(width, height - top - bottom) / 2;
  const limit = Math.max(1.3, 1.08 * radius);
  const scale = (half - 4) / limit;
  const [x0, y0] = [width / 2, top + half];
  const circle = (size, color, lineWidth, dash) => {
    Object.assign(pen, { strokeStyle: color, lineWidth });
    pen.setLineDash(dash);
    pen.beginPath();
    pen.arc(x0, y0, size * scale, 0, 2 * Math.PI);
    pen.stroke();
  };
  const label = (words, x, y, { color = colors.muted, weight = 400, align = "left" } = {}) => {
    pen.font = `${weight} 12px ${colors.font}`;
    Object.assign(pen, { fillStyle: color, textAlign: align, textBaseline: "middle" });
    pen.fillText(words, x, y);
  };
  drawMaths(pen, "Eigenvalues λ of W_h", 0, 8, { font: colors.font, color: colors.text, size: 13, weight: 600 });

  pen.strokeStyle = colors.line;
  pen.lineWidth = 1;
  pen.setLineDash([]);
  pen.beginPath();
  for (const [dx, dy] of [[half, 0], [0, half]]) {
    pen.moveTo(x0 - dx, y0 - dy);
    pen.lineTo(x0 + dx, y0 + dy);
  }
  pen.stroke();
  pen.fillStyle = colors.sunken;
  pen.beginPath();
  pen.arc(x0, y0, scale, 0, 2 * Math.PI);
  pen.fill();
  circle(1, colors.control, 1.5, []);
  if (kind.hasRadius) circle(radius, colors.green, 1.5, [5, 4]);
  label("1", x0 + scale + 4, y0 - 9);
  label("|λ| = 1", x0 - 0.72 * scale - 4, y0 - 0.72 * scale - 8, { align: "right" });

  if (kind.hasRadius && numbers.linear) trail(pen, colors, kind.eigenvalues, radius, lag, scale, x0, y0, half);
  for (let i = kind.size - 1; i >= 0; i--) {
    const [re, im] = [radius * kind.eigenvalues[2 * i], radius * kind.eigenvalues[2 * i + 1]];
    const { shape, color } = FATES[fateOf(Math.hypot(re, im))];
    marker(pen, shape, x0 + scale * re, y0 - scale * im, colors[color], colors, 4.2);
  }
  let x = 6;
  for (const fate of ["shrink", "keep", "grow"]) {
    if (!counts[fate]) continue;
    marker(pen, FATES[fate].shape, x, height - 9, colors[FATES[fate].color], colors, 4.5);
    const words = `${counts[fate]} ${fate}${counts[fate] === 1 ? "s" : ""}`;
    label(words, x + 9, height - 9, { color: colors.text });
    x += 30 + pen.measureText(words).width;
  }
  return ({ x: px, y: py }) => Math.hypot(px - x0, py - y0) / scale;
}

/** lambda, lambda^2, .. lambda^l of the first eigenvalue: it spirals in, or out. */
function trail(pen, colors, eigenvalues, radius, lag, scale, x0, y0, half) {
  pen.save();
  pen.beginPath();
  pen.rect(x0 - half, y0 - half, 2 * half, 2 * half);
  pen.clip();
  const [re, im] = [radius * eigenvalues[0], radius * eigenvalues[1]];
  Object.assign(pen, { strokeStyle: colors.control, fillStyle: colors.muted, lineWidth: 1 });
  pen.setLineDash([]);
  let [a, b] = [re, im];
  const points = [[a, b]];
  for (let l = 2; l <= lag && scale * Math.hypot(a, b) < 1.2 * half; l++) {
    [a, b] = [a * re - b * im, a * im + b * re];
    points.push([a, b]);
  }
  pen.beginPath();
  for (const [u, w] of points) pen.lineTo(x0 + scale * u, y0 - scale * w);
  pen.stroke();
  for (const [u, w] of points.slice(1)) {
    pen.beginPath();
    pen.arc(x0 + scale * u, y0 - scale * w, 1.8, 0, 2 * Math.PI);
    pen.fill();
  }
  pen.restore();
}
