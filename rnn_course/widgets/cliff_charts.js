// The loss and the length of the step by the number of steps, both paths in one picture.

import { Axes, linearTicks } from "./assets/axes.js";

export const CLIFF_CHART_HEIGHT = 190;

/**
 * @param view { steps, step, plain, clipped, limit }: `limit` is the longest clipped step, or null
 * @param name "losses" or "lengths"
 */
export function drawCliffChart(pen, { width, colors }, view, name, title) {
  const { steps, step } = view;
  const series = [
    { path: view.clipped, color: colors.vermillion, width: 1.1, shape: "square", said: "clipped" },
    { path: view.plain, color: colors.blue, width: 2.25, shape: "round", said: "without" },
  ];
  const [min, max] = logRange(series.map(({ path }) => path[name]));
  const axes = new Axes(
    pen,
    { x: 0, y: 0, width: width - 4, height: CLIFF_CHART_HEIGHT },
    { x: { min: 0, max: 1.02 * steps, label: "steps", ticks: linearTicks(0, steps) }, y: { min, max, log: true, label: "" }, title },
    colors,
  );
  if (view.limit) axes.rule({ y: view.limit, dash: [2, 3], color: colors.muted });
  axes.rule({ x: step, dash: [], color: colors.control });
  const xs = Array.from({ length: steps + 1 }, (_, s) => s);
  cliffLegend(pen, width, series, colors);
  for (const { path, color, width: thick, shape } of series) {
    const drawn = Array.from(path[name], (value) => Math.min(1e12, Math.max(min / 10, value)));
    axes.line(xs, drawn, { color, width: thick });
    if (Number.isFinite(path[name][step])) {
      axes.dots([step], [Math.min(max, Math.max(min, path[name][step]))], { color, radius: 4.5, shape });
    }
    if (path.lostAt !== null) axes.say("Inf, NaN", path.lostAt, max, { color: colors.bad, dx: 8, dy: 10, bold: true });
  }
}

/** Which line is which, at the right of the title. */
function cliffLegend(pen, width, series, colors) {
  pen.font = `12px ${colors.font}`;
  Object.assign(pen, { textAlign: "right", textBaseline: "middle" });
  pen.setLineDash([]);
  let x = width - 4;
  for (const { color, width: thick, shape, said } of series) {
    pen.fillStyle = colors.text;
    pen.fillText(said, x, 8);
    x -= pen.measureText(said).width + 6;
    Object.assign(pen, { strokeStyle: color, fillStyle: color, lineWidth: thick });
    pen.beginPath();
    pen.moveTo(x - 20, 8);
    pen.lineTo(x, 8);
    pen.stroke();
    pen.beginPath();
    if (shape === "round") pen.arc(x - 10, 8, 4, 0, 2 * Math.PI);
    else pen.rect(x - 14, 4, 8, 8);
    pen.fill();
    x -= 32;
  }
}

/** Powers of ten around all numbers that are not 0, infinite or too far off to be of use. */
function logRange(rows) {
  let [least, most] = [Infinity, 0];
  for (const row of rows) {
    for (const value of row) {
      if (!(value > 0 && value < 1e6)) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  if (most === 0) return [1e-3, 1];
  const high = Math.ceil(Math.log10(most) + 0.05);
  return [10 ** Math.max(high - 10, Math.floor(Math.log10(least))), 10 ** high];
}
