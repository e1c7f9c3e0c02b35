import { Axes } from "./assets/axes.js";
import { written } from "./powers_finding.js";
import { drawMaths, mathsWidth } from "./powers_maths.js";
import { LONGEST_LAG } from "./powers_numbers.js";

const LAGS = Float64Array.from({ length: LONGEST_LAG + 1 }, (_, lag) => lag);
const LOWEST = 1e-4;
const HIGHEST = 1e4;
const Y_TICKS = [1e-4, 1e-2, 1, 1e2, 1e4];
const Y_NAMES = ["10⁻⁴", "0.01", "1", "100", "10⁴"];
const LABEL_LAGS = [58, 52, 46, 40, 34, 28, 22, 17, 13, 10, 7, 5, 3, 2, 1];

/**
 * Norms by lag on a logarithmic axis.
 *
 * @param lines `{ label, logs, color, dash, width }`, the most important one last
 * @returns the axes, to find a lag under the pointer
 */
export function drawPowersCurve(pen, { width, height, colors }, { lines, lag, logNorm }) {
  const axes = new Axes(
    pen,
    { x: 0, y: 0, width, height },
    {
      x: { min: 0, max: LONGEST_LAG, ticks: [0, 10, 20, 30, 40, 50, 60], format: String, label: "lag ℓ: steps back from the loss" },
      y: { min: LOWEST, max: HIGHEST, log: true, ticks: Y_TICKS, format: (tick) => Y_NAMES[Y_TICKS.indexOf(tick)], label: "norm (log axis)" },
    },
    colors,
  );
  const named = zones(axes, lag > 25);
  for (const { logs, color, dash, width: lineWidth } of lines) {
    axes.line(LAGS, logs.map(Math.exp), { color, dash, width: lineWidth });
  }
  axes.rule({ x: lag, color: colors.muted, dash: [2, 3] });
  mark(axes, lag, logNorm, lines.at(-1).color);
  labels(axes, lines, lag, logNorm, named);
  return axes;
}

/** Where a gradient has vanished, and where it has exploded. Returns the places of their names. */
function zones(axes, atLeft) {
  const { pen, box, colors } = axes;
  pen.save();
  pen.fillStyle = colors.sunken;
  const [top, bottom] = [axes.y.at(100), axes.y.at(0.01)];
  pen.fillRect(box.x, box.y, box.width, top - box.y);
  pen.fillRect(box.x, bottom, box.width, box.y + box.height - bottom);
  pen.fillStyle = colors.muted;
  const x = atLeft ? box.x + 8 : box.x + box.width - 8;
  Object.assign(pen, { textAlign: atLeft ? "left" : "right", textBaseline: "middle" });
  pen.fillText("exploded", x, box.y + 12);
  pen.fillText("vanished", x, box.y + box.height - 12);
  pen.strokeStyle = colors.line;
  pen.lineWidth = 1;
  for (const tick of Y_TICKS) axes.stroke([box.x, axes.y.at(tick)], [box.x + box.width, axes.y.at(tick)]);
  pen.restore();
  return [box.y + 3, box.y + box.height - 21].map((y) => ({ x: atLeft ? box.x : x - 60, y, width: 68, height: 18 }));
}

/** The present lag's dot with its number, or an arrow where the norm lies outside. */
function mark(axes, lag, logNorm, color) {
  const { pen, box, colors } = axes;
  const value = Math.exp(logNorm);
  const x = axes.x.at(lag);
  const y = Math.min(box.y + box.height - 7, Math.max(box.y + 7, axes.y.at(Math.max(value, 1e-300))));
  const outside = value > HIGHEST ? -1 : value < LOWEST ? 1 : 0;
  pen.fillStyle = color;
  pen.strokeStyle = colors.surface;
  pen.lineWidth = 2;
  pen.beginPath();
  if (outside) {
    pen.moveTo(x, y + 7 * outside);
    pen.lineTo(x - 6, y - 5 * outside);
    pen.lineTo(x + 6, y - 5 * outside);
    pen.closePath();
  } else pen.arc(x, y, 6, 0, 2 * Math.PI);
  pen.stroke();
  pen.fill();
}

function labels(axes, lines, lag, logNorm, named) {
  const { pen, box, colors } = axes;
  pen.font = `700 14px ${colors.font}`;
  const taken = [markBox(axes, lag, logNorm), ...named];
  const paths = lines.map(({ logs }) => Array.from(logs, (log, l) => [axes.x.at(l), axes.y.at(Math.max(Math.exp(log), 1e-300))]));
  const placed = [{ text: written(logNorm), color: lines.at(-1).color, big: true, ...taken[0] }];
  lines.forEach(({ label, color, logs }, i) => {
    if (!label) return;
    const width = mathsWidth(pen, label, colors.font, { size: 13, weight: 600 }) + 8;
    let best = null;
    for (const l of LABEL_LAGS) {
      const [x, y] = paths[i][l];
      if (logs[l] === -Infinity || y < box.y || y > box.y + box.height) continue;
      for (const dy of [-13, 13, -26, 26]) {
        const rect = { x: Math.min(x - width / 2, box.x + box.width - width), y: y + dy - 8, width, height: 16 };
        if (rect.x < box.x + 2 || rect.y < box.y + 1 || rect.y + 16 > box.y + box.height - 1) continue;
        const cost = crowding(rect, taken, paths) + Math.abs(dy) / 10;
        if (!best || cost < best.cost - 1e-9) best = { ...rect, cost };
      }
    }
    if (!best || best.cost >= 1000) return; // the legend names it all the same
    taken.push(best);
    placed.push({ text: label, color, ...best });
  });
  for (const label of placed) write(pen, label, colors);
}

/** Where the present value is written: beside its dot, on the side with more room. */
function markBox(axes, lag, logNorm) {
  const { pen, box } = axes;
  const width = pen.measureText(written(logNorm)).width + 14;
  const right = lag < 45;
  const x = axes.x.at(lag) + (right ? 9 : -9 - width);
  const y = axes.y.at(Math.max(Math.exp(logNorm), 1e-300)) - 22;
  return { x, y: Math.min(box.y + box.height - 20, Math.max(box.y + 2, y)), width, height: 18 };
}

function crowding(rect, taken, paths) {
  let cost = 0;
  for (const other of taken) {
    const apart =
      rect.x > other.x + other.width || other.x > rect.x + rect.width || rect.y > other.y + other.height || other.y > rect.y + rect.height;
    if (!apart) cost += 1000;
  }
  for (const path of paths) {
    for (let k = 0; k + 1 < path.length; k++) {
      for (const share of [0, 0.5]) {
        const x = path[k][0] + share * (path[k + 1][0] - path[k][0]);
        const y = path[k][1] + share * (path[k + 1][1] - path[k][1]);
        if (x > rect.x && x < rect.x + rect.width && y > rect.y && y < rect.y + rect.height) cost += 10;
      }
    }
  }
  return cost;
}

function write(pen, { text, color, x, y, width, height, big }, { font, surface }) {
  const look = big ? { size: 14, weight: 700 } : { size: 13, weight: 600 };
  drawMaths(pen, text, x + width / 2, y + height / 2, { font, color, align: "center", halo: surface, ...look });
}
