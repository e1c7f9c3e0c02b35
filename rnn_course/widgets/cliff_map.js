// A path of descent on its map, and below it the cut through the surface at the b of the present point.

import { formatTick, linearTicks } from "./assets/axes.js";
import { cssColor } from "./assets/colormap.js";
import { cliffFigure } from "./cliff_finding.js";
import { cliffLoss } from "./cliff_network.js";
import { lossColor } from "./cliff_relief.js";

const MAP_LEFT = 50;
const MAP_RIGHT = 12;
const MAP_TOP = 44;
const CUT_GAP = 34;
const CUT_HEIGHT = 92;
const CUT_BOTTOM = 30;
const FAR = 1e5; // pixels: what lies further off is drawn here

export function mapBox(width) {
  const inner = width - MAP_LEFT - MAP_RIGHT;
  return { x: MAP_LEFT, y: MAP_TOP, width: inner, height: Math.round(Math.min(300, 0.74 * inner)) };
}

export function mapHeight(width) {
  return MAP_TOP + mapBox(width).height + CUT_GAP + CUT_HEIGHT + CUT_BOTTOM;
}

/** w and b at a place of the picture. */
export function placeOn(box, window, { x, y }) {
  const share = (value, from, length) => Math.min(1, Math.max(0, (value - from) / length));
  const [w0, w1] = window.w;
  const [b0, b1] = window.b;
  return { w: w0 + share(x, box.x, box.width) * (w1 - w0), b: b1 - share(y, box.y, box.height) * (b1 - b0) };
}

/**
 * @param view { title, task, network, window: { w: [from, to], b }, path, step, color, shape, dash, maxNorm }
 * @param relief a Relief
 */
export function drawCliffMap(pen, { width, colors }, view, relief) {
  const box = mapBox(width);
  const ratio = window.devicePixelRatio || 1;
  const [w0, w1] = view.window.w;
  const [b0, b1] = view.window.b;
  const limit = (value) => Math.max(-FAR, Math.min(FAR, value));
  const x = (w) => box.x + limit(((w - w0) / (w1 - w0)) * box.width);
  const y = (b) => box.y + limit(((b1 - b) / (b1 - b0)) * box.height);
  pen.font = `600 14px ${colors.font}`;
  Object.assign(pen, { fillStyle: colors.text, textAlign: "left", textBaseline: "top" });
  pen.fillText(view.title, 0, 0);
  pen.drawImage(relief.picture(view.network, box.width, box.height, ratio), box.x, box.y, box.width, box.height);
  frameMap(pen, box, view, { x, y }, colors);
  pen.save();
  pen.beginPath();
  pen.rect(box.x, box.y, box.width, box.height);
  pen.clip();
  drawPath(pen, view, { x, y }, colors);
  pen.restore();
  drawCut(pen, box, view, x, colors);
}

function frameMap(pen, box, view, { x, y }, colors) {
  pen.font = `12px ${colors.font}`;
  Object.assign(pen, { fillStyle: colors.muted, strokeStyle: colors.control, lineWidth: 1, textAlign: "right", textBaseline: "middle" });
  pen.setLineDash([]);
  for (const tick of linearTicks(...view.window.b, 4)) pen.fillText(formatTick(tick), box.x - 6, y(tick));
  pen.textAlign = "left";
  pen.fillText("b", box.x - 12, box.y - 14);
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const tick of linearTicks(...view.window.w, 5)) pen.fillText(formatTick(tick), x(tick), box.y + box.height + 6);
  pen.textAlign = "right";
  pen.fillText("w", box.x + box.width, box.y + box.height + 22);
  pen.textAlign = "left";
  pen.fillText("drag the start", box.x, box.y + box.height + 22);
  pen.strokeRect(box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
}

/** A line with a border, so that it shows on any colour of the map. */
function bordered(pen, draw, color, width, dash = []) {
  Object.assign(pen, { lineJoin: "bevel", lineCap: "butt" }); // hundreds of corners: round ones take too long
  for (const [style, thick, dashes] of [["#ffffff", width + 1.75, []], [color, width, dash]]) {
    Object.assign(pen, { strokeStyle: style, lineWidth: thick });
    pen.setLineDash(dashes);
    pen.beginPath();
    draw();
    pen.stroke();
  }
  pen.setLineDash([]);
}

const PATH_COLOR = "#b23a00"; // on any colour of the map, within a white border

function drawPath(pen, view, { x, y }, colors) {
  const { path, step } = view;
  const isThere = (s) => Number.isFinite(path.w[s]) && Number.isFinite(path.b[s]);
  let last = 0;
  while (last < step && isThere(last + 1)) last++;
  bordered(pen, () => {
    pen.moveTo(x(path.w[0]), y(path.b[0]));
    for (let s = 1; s <= last; s++) pen.lineTo(x(path.w[s]), y(path.b[s]));
  }, PATH_COLOR, last > 60 ? 1.1 : 1.75);
  pen.fillStyle = PATH_COLOR;
  const half = last > 60 ? 1.25 : 2;
  pen.beginPath();
  for (let s = 1; s <= last; s++) pen.rect(x(path.w[s]) - half, y(path.b[s]) - half, 2 * half, 2 * half);
  pen.fill();
  marker(pen, x(path.w[0]), y(path.b[0]), 7, "#ffffff", PATH_COLOR); // the start: a ring
  if (last > 0) marker(pen, x(path.w[last]), y(path.b[last]), 5, PATH_COLOR, "#ffffff");
  tag(pen, "start", x(path.w[0]), y(path.b[0]) - 18, colors);
}

function marker(pen, x, y, radius, fill, line) {
  Object.assign(pen, { fillStyle: fill, strokeStyle: line, lineWidth: 2.5 });
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
  pen.stroke();
}

/** Words on a plate of their own. */
function tag(pen, text, x, y, colors) {
  pen.font = `600 12px ${colors.font}`;
  const half = pen.measureText(text).width / 2 + 6;
  pen.fillStyle = colors.surface;
  pen.beginPath();
  pen.roundRect(x - half, y - 9, 2 * half, 18, 5);
  pen.fill();
  Object.assign(pen, { fillStyle: colors.text, textAlign: "center", textBaseline: "middle" });
  pen.fillText(text, x, y);
}

/** J along w at one b: where the wall is, it is upright. */
function drawCut(pen, box, view, x, colors) {
  const { task, path, network } = view;
  const log = network === "linear";
  const [w0, w1] = view.window.w;
  const [b0, b1] = view.window.b;
  const isOn = (s) => path.w[s] >= w0 && path.w[s] <= w1 && path.b[s] >= b0 && path.b[s] <= b1;
  let at = view.step;
  while (at > 0 && !isOn(at)) at--;
  const top = box.y + box.height + CUT_GAP + 14;
  const bottom = top + CUT_HEIGHT - 14;
  const most = 1.06 * Math.max(task.target, 1 - task.target) ** 2; // a sigmoid's state is between 0 and 1
  const share = (J) => (log ? (Math.log10(Math.max(J, 1e-3)) + 3) / 7 : J / most);
  const loss = (part) => (log ? 10 ** (7 * part - 3) : most * part);
  const y = (J) => bottom - Math.min(1.05, share(J)) * (bottom - top);
  const colours = pen.createLinearGradient(0, bottom, 0, top); // the axis is the legend of the map's colours as well
  for (let part = 0; part <= 1; part += 1 / 16) colours.addColorStop(part, cssColor(lossColor(network, loss(part))));
  pen.fillStyle = colours;
  pen.fillRect(box.x - 9, top, 6, bottom - top);
  pen.font = `12px ${colors.font}`;
  Object.assign(pen, { strokeStyle: colors.line, lineWidth: 1, fillStyle: colors.muted, textAlign: "right", textBaseline: "middle" });
  for (const tick of log ? [1e-3, 1, 1e3] : [0, 0.25, 0.5]) {
    const level = Math.round(y(tick)) + 0.5;
    pen.beginPath();
    pen.moveTo(box.x, level);
    pen.lineTo(box.x + box.width, level);
    pen.stroke();
    pen.fillText(formatTick(tick), box.x - 13, level);
  }
  Object.assign(pen, { strokeStyle: colors.text, lineWidth: 1.75, lineJoin: "round" });
  pen.beginPath();
  const count = Math.round(box.width / 2);
  for (let k = 0; k <= count; k++) {
    const part = k / count;
    pen.lineTo(box.x + part * box.width, y(cliffLoss(task, network, w0 + part * (w1 - w0), path.b[at])));
  }
  pen.stroke();
  if (isOn(at)) marker(pen, x(path.w[at]), y(path.losses[at]), 5, PATH_COLOR, "#ffffff");
  Object.assign(pen, { fillStyle: colors.muted, textAlign: "left", textBaseline: "top" });
  pen.font = `12px ${colors.font}`;
  pen.fillText(`Loss J along w, at b = ${cliffFigure(path.b[at])}`, box.x, bottom + 10);
  Object.assign(pen, { fillStyle: colors.bad, textAlign: "right" });
  pen.font = `600 12px ${colors.font}`;
  if (at !== view.step) pen.fillText(offMap(path, view.step), box.x + box.width, 24);
}

/** Where a point is that the map does not show. */
function offMap(path, step) {
  if (!Number.isFinite(path.w[step])) return "off the map: Inf or NaN";
  return `off the map: (${cliffFigure(path.w[step])}, ${cliffFigure(path.b[step])})`;
}
