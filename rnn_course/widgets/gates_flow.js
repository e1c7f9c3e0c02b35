// One step of the cell: strips of units from left to right as the equation stands, gates as doors that stand open so far.

import { cssColor } from "./assets/colormap.js";
import { gateNumber } from "./gates_finding.js";
import { memoryColor } from "./gates_score.js";

const FLOW_TOP = 64;
const FLOW_NUMBERS = 24;

/** Parts of the equation in reading order: strips, and what stands between them. `group` is what the strips do. */
export const FLOWS = {
  lstm: [
    { strip: "before", label: "c⁽ᵗ⁻¹⁾", memory: true, group: "erase" },
    { strip: "f", label: "f", gate: true, group: "erase", sign: "∗" },
    { strip: "i", label: "i", gate: true, group: "write", sign: "+" },
    { strip: "c_tilde", label: "c̃", group: "write", sign: "∗" },
    { strip: "memory", label: "c", memory: true, group: "", sign: "=" },
    { strip: "o", label: "o", gate: true, group: "read", sign: "→" },
    { strip: "squashed", label: "tanh c", group: "read", sign: "∗" },
    { strip: "h", label: "h", group: "", sign: "=" },
  ],
  gru: [
    { strip: "before", label: "h⁽ᵗ⁻¹⁾", memory: true, group: "look" },
    { strip: "r", label: "r", gate: true, group: "look", sign: "∗" },
    { strip: "before", label: "h⁽ᵗ⁻¹⁾", memory: true, group: "keep", sign: "→" },
    { strip: "kept", label: "1 − u", gate: true, group: "keep", sign: "∗" },
    { strip: "u", label: "u", gate: true, group: "renew", sign: "+" },
    { strip: "h_tilde", label: "h̃", group: "renew", sign: "∗" },
    { strip: "memory", label: "h", memory: true, group: "", sign: "=" },
  ],
};

export function flowLayout(width, kind, hidden) {
  const count = FLOWS[kind].length;
  const gap = Math.min(20, Math.max(13, width / 22));
  const strip = Math.min(34, Math.floor((width - gap * (count - 1) - 8) / count));
  const row = Math.max(6, Math.min(15, Math.floor(208 / hidden)));
  const left = Math.max(4, Math.floor((width - count * strip - (count - 1) * gap) / 2));
  return { left, gap, strip, row, height: FLOW_TOP + row * hidden + FLOW_NUMBERS + 8 };
}

export function flowPick(layout, hidden, { y }) {
  const row = Math.ceil((y - FLOW_TOP) / layout.row);
  return row >= 1 && row <= hidden ? row : null;
}

/**
 * @param view { kind, step, word, unit, scale, forced: { f: 0 or 1 } in this step, only }
 * @param strips the numbers of every unit by name of strip
 */
export function drawFlow(pen, { width, colors }, view, strips) {
  const hidden = strips.memory.length;
  const layout = flowLayout(width, view.kind, hidden);
  pen.font = `600 13px ${colors.font}`;
  Object.assign(pen, { fillStyle: colors.text, textAlign: "left", textBaseline: "top" });
  pen.fillText(`Step ${view.step}: the cell reads ${view.word}`, 0, 0);
  const unitY = FLOW_TOP + (view.unit - 1) * layout.row;
  FLOWS[view.kind].forEach((part, index) => {
    const x = layout.left + index * (layout.strip + layout.gap);
    if (part.sign) flowText(pen, part.sign, x - layout.gap / 2, unitY + layout.row / 2, { size: 15, color: colors.text, colors });
    const held = part.strip === "kept" ? view.forced.u : view.forced[part.strip];
    const isHeld = part.gate && held !== undefined;
    flowText(pen, part.label, x + layout.strip / 2, FLOW_TOP - 12, {
      bold: true,
      color: isHeld ? colors.bad : colors.text,
      colors,
      room: layout.strip + layout.gap - 4,
    });
    drawStrip(pen, { x, ...layout }, strips[part.strip], part, { ...view, isHeld }, colors);
    flowText(pen, gateNumber(strips[part.strip][view.unit - 1]), x + layout.strip / 2, FLOW_TOP + hidden * layout.row + 14, { size: 12, color: colors.text, colors });
  });
  drawGroups(pen, layout, view, colors);
  Object.assign(pen, { strokeStyle: colors.text, lineWidth: 1.5 });
  pen.setLineDash([]);
  const end = layout.left + FLOWS[view.kind].length * (layout.strip + layout.gap) - layout.gap;
  pen.strokeRect(layout.left - 3, unitY - 0.5, end - layout.left + 6, layout.row + 1);
}

/** "erase", "write", "read" above the strips that do it; "forced" under a gate that is held. */
function drawGroups(pen, layout, view, colors) {
  const parts = FLOWS[view.kind];
  for (const name of new Set(parts.map((part) => part.group))) {
    if (!name) continue;
    const places = parts.flatMap((part, index) => (part.group === name ? [index] : []));
    const from = layout.left + places[0] * (layout.strip + layout.gap);
    const to = layout.left + places.at(-1) * (layout.strip + layout.gap) + layout.strip;
    const forced = parts.some((part) => part.group === name && part.gate && forcedHere(part, view));
    flowText(pen, name, (from + to) / 2, 30, { size: 12, color: forced ? colors.bad : colors.muted, colors });
    Object.assign(pen, { strokeStyle: forced ? colors.bad : colors.control, lineWidth: 1 });
    pen.setLineDash(forced ? [3, 3] : []);
    pen.beginPath();
    pen.moveTo(from, 42.5);
    pen.lineTo(from, 38.5);
    pen.lineTo(to, 38.5);
    pen.lineTo(to, 42.5);
    pen.stroke();
  }
  pen.setLineDash([]);
}

function forcedHere(part, view) {
  return (part.strip === "kept" ? view.forced.u : view.forced[part.strip]) !== undefined;
}

function flowText(pen, text, x, y, { size = 13, bold = false, color, colors, room = Infinity }) {
  pen.font = `${bold ? "600 " : ""}${size}px ${colors.font}`;
  const width = pen.measureText(text).width;
  if (width > room) pen.font = `${Math.floor((size * room) / width)}px ${colors.font}`;
  Object.assign(pen, { fillStyle: color, textAlign: "center", textBaseline: "middle" });
  pen.fillText(text, x, y);
}

/** A value fills its cell with colour; a gate is a bar as long as it stands open. */
function drawStrip(pen, { x, strip, row }, values, part, view, colors) {
  const inset = row > 8 ? 1 : 0.5;
  for (let j = 0; j < values.length; j++) {
    const y = FLOW_TOP + j * row;
    if (part.gate) {
      const held = view.isHeld && (view.only < 0 || view.only === j);
      pen.fillStyle = colors.sunken;
      pen.fillRect(x, y + inset, strip, row - 2 * inset);
      pen.fillStyle = held ? colors.vermillion : colors.green;
      pen.fillRect(x, y + inset, strip * values[j], row - 2 * inset);
    } else {
      pen.fillStyle = cssColor(memoryColor(values[j] / (part.memory ? view.scale : 1), colors));
      pen.fillRect(x, y, strip, row);
    }
  }
  Object.assign(pen, { strokeStyle: part.gate ? colors.control : colors.line, lineWidth: 1 });
  pen.strokeRect(x + 0.5, FLOW_TOP + 0.5, strip - 1, row * values.length - 1);
}
