import { Axes } from "./assets/axes.js";

/** How the curves of a chart look: no two alike in colour, nor in dash. */
export function curveStyles(colors) {
  return [
    { color: colors.blue, dash: [] },
    { color: colors.vermillion, dash: [9, 4] },
    { color: colors.green, dash: [3, 3] },
    { color: colors.text, dash: [10, 3, 2, 3] },
  ];
}

const LABEL_HEIGHT = 15;

/**
 * Curves with their names where they end: at the right edge, or at the floor of the chart where they fall through it.
 *
 * @param curves `{ name, xs, ys, color, dash, width }`; a curve without a name gets no label
 * @returns the axes, to draw more into
 */
export function drawCurves(pen, box, { x, y, title }, curves, colors) {
  pen.font = `600 12px ${colors.font}`;
  const named = curves.filter(({ name }) => name);
  const room = Math.max(0, ...named.map(({ name }) => pen.measureText(name).width));
  const axes = new Axes(pen, { ...box, width: box.width - room - 2 }, { x, y, title }, colors);
  for (const curve of curves) axes.line(curve.xs, curve.ys, curve);
  const ends = named.map((curve) => endOf(axes, curve));
  nameAtTheEdge(axes, ends.filter(({ falls }) => !falls));
  nameAtTheFloor(axes, ends.filter(({ falls }) => falls));
  return axes;
}

/** Where a curve leaves the box, in pixels. */
function endOf(axes, curve) {
  const { xs, ys } = curve;
  const below = ys.findIndex((value) => value < axes.y.min);
  if (below < 1) {
    const at = Math.min(axes.y.max, ys[ys.length - 1]);
    return below === 0
      ? { curve, falls: true, x: axes.x.at(xs[0]) }
      : { curve, falls: false, x: axes.x.at(xs[xs.length - 1]), y: axes.y.at(at) };
  }
  const [high, low] = [Math.log(ys[below - 1]), Math.log(Math.max(ys[below], 1e-300))];
  const share = (high - Math.log(axes.y.min)) / (high - low);
  return { curve, falls: true, x: axes.x.at(xs[below - 1] + share * (xs[below] - xs[below - 1])) };
}

function nameAtTheEdge(axes, ends) {
  const { box, pen, colors } = axes;
  ends.sort((a, b) => a.y - b.y);
  const places = ends.map(({ y }) => y);
  for (let i = 1; i < places.length; i++) places[i] = Math.max(places[i], places[i - 1] + LABEL_HEIGHT);
  const over = places.length ? places[places.length - 1] - (box.y + box.height - 6) : 0;
  for (let i = places.length - 1, limit = Infinity; over > 0 && i >= 0; i--) {
    places[i] = Math.min(places[i], box.y + box.height - 6, limit);
    limit = places[i] - LABEL_HEIGHT;
  }
  ends.forEach(({ curve, x, y }, i) => {
    pen.setLineDash([]);
    Object.assign(pen, { strokeStyle: colors.control, lineWidth: 1 });
    if (Math.abs(places[i] - y) > 3) axes.stroke([x + 2, y], [x + 9, places[i]]);
    label(pen, colors, curve.name, x + 11, places[i]);
  });
}

function nameAtTheFloor(axes, ends) {
  const { box, pen, colors } = axes;
  ends.sort((a, b) => a.x - b.x);
  const taken = [];
  for (const { curve, x } of ends) {
    const left = Math.min(x + 5, box.x + box.width - pen.measureText(curve.name).width);
    const right = left + pen.measureText(curve.name).width + 6;
    let row = 0;
    while (taken.some((other) => other.row === row && left < other.right && right > other.left)) row++;
    taken.push({ row, left, right });
    label(pen, colors, curve.name, left, box.y + box.height - 9 - row * LABEL_HEIGHT);
  }
}

function label(pen, colors, name, x, y) {
  pen.font = `600 12px ${colors.font}`;
  Object.assign(pen, { textAlign: "left", textBaseline: "middle", lineJoin: "round", lineWidth: 4, strokeStyle: colors.surface });
  pen.setLineDash([]);
  pen.strokeText(name, x, y);
  pen.fillStyle = colors.text;
  pen.fillText(name, x, y);
}
