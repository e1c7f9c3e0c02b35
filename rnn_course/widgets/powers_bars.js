import { Axes } from "./assets/axes.js";
import { raised, written } from "./powers_finding.js";
import { marker } from "./powers_gauge.js";
import { drawMaths } from "./powers_maths.js";
import { GAMMA } from "./powers_numbers.js";
import { FATES, fateOf } from "./powers_plane.js";
import { lengthOf } from "./powers_algebra.js";

const DECADES = 5;

/**
 * Below a linear network, what W^l v is the sum of: c_i lambda_i^l, a bar for each eigenvector. Where there is no basis,
 * the entries of W^l v themselves; with a nonlinearity, the slopes that the matrix is multiplied by.
 */
export function drawPowersBars(pen, size, numbers) {
  if (!numbers.linear) drawSlopes(pen, size, numbers);
  else if (numbers.kind.hasBasis) drawParts(pen, size, numbers);
  else drawEntries(pen, size, numbers);
}

/** What the picture shows, for who cannot see it. */
export function describePowersBars(numbers) {
  if (!numbers.linear) return "Bars: the slope of each unit at the step that this lag has added";
  if (numbers.kind.hasBasis) return "Bars on a logarithmic axis: the size of each eigenvector's part in W_h to the power of the lag, times a vector v";
  return "Bars on a logarithmic axis: the entries of W_h to the power of the lag, times a vector v";
}

function drawParts(pen, { width, height, colors }, numbers) {
  const logs = numbers.logParts;
  const { entries, logScale } = numbers.applied;
  const sum = logScale + Math.log(lengthOf(entries));
  const title = "Parts of W_h^ℓ v by eigenvector: |c_i λ_i^ℓ|";
  const axes = logBars(pen, { width, height, colors }, logs, title, "eigenvector i, largest |λ| first", Math.max(sum, ...logs));
  const { eigenvalues } = numbers.kind;
  eachBar(axes, logs, (i) => FATES[fateOf(numbers.radius * Math.hypot(eigenvalues[2 * i], eigenvalues[2 * i + 1]))]);
  const y = Math.exp(sum);
  if (y >= axes.y.min) {
    axes.rule({ y, color: colors.text, dash: [6, 4], width: 1.5 });
    onLine(axes, `their sum is ${written(sum)} long`, y);
  }
}

function drawEntries(pen, { width, height, colors }, numbers) {
  const { entries, logScale } = numbers.applied;
  const logs = Float64Array.from(entries, (entry) => logScale + Math.log(Math.abs(entry)));
  const title = "No basis of eigenvectors: entries of W_h^ℓ v";
  const largest = Math.max(...logs);
  const axes = logBars(pen, { width, height, colors }, logs, title, "unit", largest === -Infinity ? 0 : largest);
  if (largest === -Infinity) axes.say("nothing is left", numbers.n / 2 + 0.5, 10 ** -2.5, { align: "center", dx: 0 });
  else eachBar(axes, logs, () => FATES.shrink);
}

function logBars(pen, { width, height, colors }, logs, title, xLabel, largest) {
  const high = Math.ceil(largest / Math.LN10 + 1e-9);
  const powers = Array.from({ length: DECADES + 1 }, (_, i) => high - DECADES + i);
  const ticks = powers.map((power) => 10 ** power);
  drawMaths(pen, title, 0, 8, { font: colors.font, color: colors.text, size: 13, weight: 600 });
  return new Axes(
    pen,
    { x: 0, y: 20, width, height: height - 20 },
    {
      x: unitsAxis(logs.length, xLabel),
      y: { min: ticks[0], max: ticks.at(-1), log: true, ticks, format: (tick) => `10${raised(powers[ticks.indexOf(tick)])}` },
    },
    colors,
  );
}

function unitsAxis(n, label) {
  const step = n > 30 ? 10 : n > 12 ? 5 : 1;
  const ticks = [1];
  for (let i = step === 1 ? 2 : step; i <= n; i += step) ticks.push(i);
  return { min: 0.4, max: n + 0.6, ticks, format: String, label };
}

function eachBar(axes, logs, fate) {
  const { pen, colors, box } = axes;
  const half = Math.min(28, (0.36 * box.width) / logs.length);
  const floor = box.y + box.height;
  for (let i = 0; i < logs.length; i++) {
    const value = Math.exp(logs[i]);
    if (!(value >= axes.y.min)) continue;
    const { color, shape } = fate(i);
    const [x, y] = [axes.x.at(i + 1), axes.y.at(value)];
    pen.fillStyle = colors[color];
    pen.fillRect(x - half, y, 2 * half, floor - y);
    if (half > 2.5) marker(pen, shape, x, y, colors[color], colors, Math.min(5, half));
  }
}

function drawSlopes(pen, { width, height, colors }, numbers) {
  const { slopes, nonlinearity, lag, n } = numbers;
  const gamma = GAMMA[nonlinearity];
  const when = lag <= 1 ? "at the last step" : `${lag - 1} before the last step`;
  const title = `Slopes ${nonlinearity === "tanh" ? "tanh′" : "σ′"}(z), ${when}`;
  drawMaths(pen, title, 0, 8, { font: colors.font, color: colors.text, size: 13, weight: 600 });
  const axes = new Axes(
    pen,
    { x: 0, y: 20, width, height: height - 20 },
    {
      x: unitsAxis(n, "unit"),
      y: { min: 0, max: 1.12 * gamma, ticks: [0, gamma / 2, gamma], format: String },
    },
    colors,
  );
  const half = Math.min(28, (0.36 * axes.box.width) / n);
  const floor = axes.box.y + axes.box.height;
  pen.fillStyle = colors.blue;
  let mean = 0;
  for (let i = 0; i < n; i++) {
    const y = axes.y.at(slopes[i]);
    pen.fillRect(axes.x.at(i + 1) - half, y, 2 * half, floor - y);
    mean += slopes[i] / n;
  }
  axes.rule({ y: gamma, color: colors.vermillion, dash: [8, 3, 2, 3], width: 1.5 });
  axes.say(`γ = ${gamma}`, n + 0.5, gamma, { color: colors.vermillion, align: "right", dx: 0, dy: -8, bold: true });
  axes.rule({ y: mean, color: colors.text, dash: [6, 4], width: 1.5 });
  onLine(axes, `mean ${mean.toFixed(2)}`, mean);
}

/** Words at the right end of a level line, above it where there is room. */
function onLine(axes, words, y) {
  const { pen, colors, box } = axes;
  const at = axes.y.at(y);
  drawMaths(pen, words, box.x + box.width - 4, at - box.y < 18 ? at + 11 : at - 10, {
    font: colors.font, color: colors.text, weight: 600, align: "right", halo: colors.surface,
  });
}
