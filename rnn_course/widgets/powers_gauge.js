import { written } from "./powers_finding.js";
import { drawMaths, mathsWidth } from "./powers_maths.js";

const LEAST = 0.1;
const MOST = 10;
const GAUGE_TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10];

/**
 * What one step multiplies by, on average over the lag: it begins at ||W||, and ends at rho.
 *
 * @param marks `{ logRho, logMost, logNow, mostName }`; logNow is null at lag 0
 */
export function drawPowersGauge(pen, { width, colors }, { logRho, logMost, logNow, mostName }) {
  const [left, right, line] = [14, width - 14, 30];
  const at = (log) => {
    const share = (log / Math.LN10 - Math.log10(LEAST)) / Math.log10(MOST / LEAST);
    return left + Math.min(1, Math.max(0, share)) * (right - left);
  };
  const text = (words, x, y, { color = colors.muted, align = "center", weight = 400 } = {}) => {
    const whole = mathsWidth(pen, words, colors.font, { weight });
    const before = { left: 0, center: whole / 2, right: whole }[align];
    const inside = Math.min(width - whole + before, Math.max(before, x));
    drawMaths(pen, words, inside, y, { font: colors.font, color, weight, align });
  };
  pen.fillStyle = colors.sunken;
  pen.fillRect(left, line - 5, right - left, 10);
  pen.fillStyle = colors.line;
  pen.fillRect(at(Math.min(logRho, logMost)), line - 5, Math.abs(at(logMost) - at(logRho)), 10);
  Object.assign(pen, { strokeStyle: colors.text, lineWidth: 1.5 });
  pen.setLineDash([]);
  pen.beginPath();
  pen.moveTo(at(0), line - 10);
  pen.lineTo(at(0), line + 10);
  pen.stroke();
  for (const tick of GAUGE_TICKS) {
    const one = tick === 1;
    text(String(tick), at(Math.log(tick)), line + 38, { color: one ? colors.text : colors.muted, weight: one ? 700 : 400 });
  }
  marker(pen, "diamond", at(logRho), line, colors.green, colors);
  marker(pen, "square", at(logMost), line, colors.vermillion, colors);
  if (Math.abs(at(logMost) - at(logRho)) < 3) {
    text(`ρ = ${mostName} = ${written(logRho)}`, at(logRho), line + 19, { color: colors.text, weight: 600 });
  } else {
    const turned = logMost < logRho;
    const [rhoSide, mostSide] = turned ? ["left", "right"] : ["right", "left"];
    text(`ρ = ${written(logRho)}`, at(logRho) + (turned ? -6 : 6), line + 19, { color: colors.green, align: rhoSide, weight: 600 });
    text(`${mostName} = ${written(logMost)}`, at(logMost) + (turned ? 6 : -6), line + 19, { color: colors.vermillion, align: mostSide, weight: 600 });
  }
  if (logNow !== null) {
    marker(pen, "pointer", at(logNow), line - 11, colors.blue, colors);
    text(`${written(logNow)} a step`, at(logNow), 7, { color: colors.blue, weight: 700 });
  }
}

/** A mark that is told apart by its shape as well as by its colour. */
export function marker(pen, shape, x, y, color, colors, size = 6) {
  pen.setLineDash([]);
  Object.assign(pen, { fillStyle: color, strokeStyle: colors.surface, lineWidth: 1.5 });
  pen.beginPath();
  if (shape === "circle") pen.arc(x, y, size, 0, 2 * Math.PI);
  else if (shape === "square") pen.rect(x - 0.85 * size, y - 0.85 * size, 1.7 * size, 1.7 * size);
  else if (shape === "diamond") polygon(pen, [[x, y - 1.2 * size], [x + 1.2 * size, y], [x, y + 1.2 * size], [x - 1.2 * size, y]]);
  else if (shape === "pointer") polygon(pen, [[x, y + 1.1 * size], [x + size, y - 0.7 * size], [x - size, y - 0.7 * size]]);
  else polygon(pen, [[x, y - 1.2 * size], [x + 1.1 * size, y + 0.8 * size], [x - 1.1 * size, y + 0.8 * size]]);
  pen.fill();
  pen.stroke();
}

function polygon(pen, points) {
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}
