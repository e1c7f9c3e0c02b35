// The sentence as a score: a column for each word, the memory of all units, and one unit's memory and its decay below.

import { Axes, linearTicks } from "./assets/axes.js";
import { cssColor, diverging, heatMap } from "./assets/colormap.js";

const SCORE_LEFT = 40;
const SCORE_RIGHT = 10;
const WORDS_HEIGHT = 74;
const CHART_HEIGHT = 108;
const TITLE_HEIGHT = 24;

/** The colour of a memory as a share of the largest one; small ones are lifted, so that their sign can be seen. */
export function memoryColor(share, colors) {
  return diverging(Math.sign(share) * Math.abs(share) ** 0.6, colors.surface);
}

/** Where everything stands, in CSS pixels. */
export function scoreLayout(width, steps, hidden) {
  const rowHeight = Math.max(5, Math.min(13, Math.floor(176 / hidden)));
  const map = { y: TITLE_HEIGHT + WORDS_HEIGHT + 10, height: rowHeight * hidden };
  const memory = map.y + map.height + 34;
  const retention = memory + CHART_HEIGHT + 28;
  const inner = width - SCORE_LEFT - SCORE_RIGHT;
  return {
    rowHeight,
    map: { ...map, x: SCORE_LEFT, width: inner },
    column: inner / steps,
    memory,
    retention,
    height: retention + CHART_HEIGHT + 2,
  };
}

/** Which step and unit a point of the picture belongs to, counted from 1; the unit is null outside of the map. */
export function scorePick(layout, steps, hidden, { x, y }) {
  const step = Math.min(steps, Math.max(1, Math.ceil((x - layout.map.x) / layout.column)));
  const row = Math.ceil((y - layout.map.y) / layout.rowHeight);
  return { step, unit: row >= 1 && row <= hidden ? row : null };
}

/**
 * @param view { words, step, unit, since, forced, present, free, scale, names: { memory, kept }, where };
 *   `present` and `free` are GateRuns, `forced` is whether any gate is held, `scale` the largest memory's size
 */
export function drawScore(pen, { width, colors }, view) {
  const steps = view.present.steps;
  const hidden = view.present.hidden;
  const layout = scoreLayout(width, steps, hidden);
  scoreTitle(pen, `Memory ${view.names.memory}, all units`, 0, colors);
  scoreScale(pen, width, view.scale, colors);
  drawWords(pen, layout, view, colors);
  drawMemoryMap(pen, layout, view, colors);
  const series = [
    { run: view.free, color: colors.blue, shape: "round", dash: [], name: "free gates" },
    ...(view.forced ? [{ run: view.present, color: colors.vermillion, shape: "square", dash: [6, 4], name: "forced" }] : []),
  ];
  scoreTitle(pen, `${view.names.memory} of unit ${view.unit}`, layout.memory - 22, colors);
  if (view.forced) scoreLegend(pen, width, layout.memory - 22, series, colors);
  drawMemoryChart(pen, layout, view, series, colors);
  scoreTitle(pen, `Share left of what it held before step ${view.since}`, layout.retention - 22, colors);
  drawRetentionChart(pen, layout, view, series, colors);
}

function scoreTitle(pen, text, y, colors) {
  pen.font = `600 13px ${colors.font}`;
  Object.assign(pen, { fillStyle: colors.text, textAlign: "left", textBaseline: "top" });
  pen.fillText(text, 0, y);
}

/** What the colours of the map mean. */
function scoreScale(pen, width, scale, colors) {
  const size = { x: width - SCORE_RIGHT - 96, y: 3, width: 56, height: 10 };
  for (let k = 0; k < size.width; k++) {
    pen.fillStyle = cssColor(memoryColor((2 * k) / (size.width - 1) - 1, colors));
    pen.fillRect(size.x + k, size.y, 1, size.height);
  }
  pen.font = `12px ${colors.font}`;
  Object.assign(pen, { fillStyle: colors.muted, textBaseline: "middle", textAlign: "right" });
  pen.fillText(`−${scale.toFixed(1)}`, size.x - 4, size.y + 6);
  pen.textAlign = "left";
  pen.fillText(scale.toFixed(1), size.x + size.width + 4, size.y + 6);
}

function scoreLegend(pen, width, y, series, colors) {
  pen.font = `12px ${colors.font}`;
  let x = width - SCORE_RIGHT;
  for (const { name, color, shape, dash } of [...series].reverse()) {
    Object.assign(pen, { fillStyle: colors.text, textAlign: "right", textBaseline: "top" });
    pen.fillText(name, x, y);
    x -= pen.measureText(name).width + 6;
    Object.assign(pen, { strokeStyle: color, fillStyle: color, lineWidth: 2 });
    pen.setLineDash(dash);
    pen.beginPath();
    pen.moveTo(x - 26, y + 7);
    pen.lineTo(x, y + 7);
    pen.stroke();
    pen.beginPath();
    if (shape === "round") pen.arc(x - 13, y + 7, 3.5, 0, 2 * Math.PI);
    else pen.rect(x - 16.5, y + 3.5, 7, 7);
    pen.fill();
    x -= 40;
  }
  pen.setLineDash([]);
}

/** The words above their columns, upright where they do not fit side by side. */
function drawWords(pen, layout, view, colors) {
  const { words, step } = view;
  pen.font = `13px ${colors.font}`;
  const level = words.every((word) => pen.measureText(word).width <= layout.column - 8);
  const bottom = layout.map.y - 12;
  words.forEach((word, index) => {
    const x = layout.map.x + (index + 0.5) * layout.column;
    const chosen = index + 1 === step;
    pen.font = `${chosen ? "600 " : ""}${layout.column < 15 ? 11 : 13}px ${colors.font}`;
    pen.fillStyle = chosen ? colors.text : colors.muted;
    const shown = level ? word : shorten(pen, word, WORDS_HEIGHT - 8);
    pen.save();
    pen.translate(x, bottom);
    if (!level) pen.rotate(-Math.PI / 2);
    Object.assign(pen, { textAlign: level ? "center" : "left", textBaseline: level ? "bottom" : "middle" });
    pen.fillText(shown, 0, 0);
    pen.restore();
  });
  if (!view.forced) return;
  const from = layout.map.x + (view.since - 1) * layout.column;
  pen.save(); // a hatched bar over the steps whose gates are forced
  pen.beginPath();
  pen.rect(from, layout.map.y - 8, layout.map.x + layout.map.width - from, 6);
  pen.clip();
  Object.assign(pen, { strokeStyle: colors.vermillion, lineWidth: 2 });
  for (let x = from - 8; x < scoreEnd(layout); x += 5) {
    pen.beginPath();
    pen.moveTo(x, layout.map.y - 1);
    pen.lineTo(x + 8, layout.map.y - 9);
    pen.stroke();
  }
  pen.restore();
}

function scoreEnd(layout) {
  return layout.map.x + layout.map.width;
}

function shorten(pen, word, room) {
  if (pen.measureText(word).width <= room) return word;
  let kept = word;
  while (kept && pen.measureText(`${kept}…`).width > room) kept = kept.slice(0, -1);
  return `${kept}…`;
}

function drawMemoryMap(pen, { map, rowHeight, column }, view, colors) {
  const { present, scale } = view;
  const { hidden, steps } = present;
  const values = new Float64Array(hidden * steps);
  for (let j = 0; j < hidden; j++) for (let t = 0; t < steps; t++) values[j * steps + t] = present.memory[(t + 1) * hidden + j] / scale;
  heatMap(pen, map, values, hidden, steps, (value) => memoryColor(value, colors));
  Object.assign(pen, { strokeStyle: colors.line, lineWidth: 1 });
  pen.strokeRect(map.x + 0.5, map.y + 0.5, map.width - 1, map.height - 1);
  pen.font = `12px ${colors.font}`;
  Object.assign(pen, { fillStyle: colors.muted, textAlign: "right", textBaseline: "middle" });
  const y = map.y + (view.unit - 0.5) * rowHeight;
  for (const row of [1, hidden]) {
    const at = map.y + (row - 0.5) * rowHeight;
    if (Math.abs(at - y) > 13) pen.fillText(row, map.x - 7, at);
  }
  pen.font = `600 12px ${colors.font}`;
  pen.fillStyle = colors.text;
  pen.fillText(`${view.unit} ▸`, map.x - 3, y);
  Object.assign(pen, { strokeStyle: colors.text, lineWidth: 1.5 });
  pen.strokeRect(map.x, map.y + (view.unit - 1) * rowHeight, map.width, rowHeight);
  pen.strokeRect(map.x + (view.step - 1) * column, map.y, column, map.height);
}

/** Axes whose columns stand under the words. */
function columnAxes(pen, layout, top, steps, y, colors) {
  pen.font = `12px ${colors.font}`;
  const ticks = linearTicks(y.min, y.max, 3);
  const format = (value) => String(Number(value.toPrecision(3))).replace("-", "−");
  const room = 8 + Math.max(...ticks.map((tick) => pen.measureText(format(tick)).width));
  const every = Math.max(1, Math.ceil(20 / layout.column));
  const numbers = Array.from({ length: steps }, (_, t) => t + 1).filter((t) => (t - 1) % every === 0);
  const box = { x: SCORE_LEFT - room, y: top - 8, width: room + layout.map.width + 10, height: CHART_HEIGHT + 8 };
  return new Axes(pen, box, { x: { min: 0.5, max: steps + 0.5, ticks: numbers, label: "" }, y: { ...y, ticks, format, label: "" } }, colors);
}

/** A band behind the present step, on which the axes are drawn. */
function stepBand(pen, layout, top, step, colors) {
  pen.fillStyle = colors.sunken;
  pen.fillRect(layout.map.x + (step - 1) * layout.column, top, layout.column, CHART_HEIGHT - 22);
}

function drawMemoryChart(pen, layout, view, series, colors) {
  const { steps, hidden } = view.present;
  stepBand(pen, layout, layout.memory, view.step, colors);
  const values = series.map(({ run }) => Array.from({ length: steps }, (_, t) => run.memory[(t + 1) * hidden + view.unit - 1]));
  const all = values.flat();
  let [least, most] = [Math.min(0, ...all), Math.max(0, ...all)];
  if (most - least < 0.2) [least, most] = [least - 0.1, most + 0.1];
  const margin = 0.08 * (most - least);
  const axes = columnAxes(pen, layout, layout.memory, steps, { min: least - margin, max: most + margin }, colors);
  axes.rule({ y: 0, dash: [], color: colors.control });
  const xs = values[0].map((_, t) => t + 1);
  series.forEach(({ color, shape, dash }, index) => {
    axes.line(xs, values[index], { color, dash });
    axes.dots(xs, values[index], { color, shape, radius: steps > 16 ? 2.5 : 3.5 });
  });
}

/** The product of f, in a GRU of 1 - u, from step `since` on. */
function drawRetentionChart(pen, layout, view, series, colors) {
  const { steps, hidden } = view.present;
  stepBand(pen, layout, layout.retention, view.step, colors);
  const axes = columnAxes(pen, layout, layout.retention, steps, { min: 0, max: 1.08 }, colors);
  axes.rule({ y: 0.5, dash: [4, 4] });
  axes.say("half", 0.5, 0.5, { color: colors.muted, dx: 4, dy: -8 });
  for (const { run, color, shape, dash } of series) {
    const [xs, ys] = [[], []];
    let share = 1;
    for (let t = view.since - 1; t < steps; t++) {
      share *= run.kept[t * hidden + view.unit - 1];
      xs.push(t + 1);
      ys.push(share);
    }
    const [fromX, fromY] = view.since > 1 ? [[view.since - 1], [1]] : [[], []];
    axes.line([...fromX, ...xs], [...fromY, ...ys], { color, dash });
    axes.dots([...fromX, ...xs], [...fromY, ...ys], { color, shape, radius: steps > 16 ? 2.5 : 3.5 });
  }
}
