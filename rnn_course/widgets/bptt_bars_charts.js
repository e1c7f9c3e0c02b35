import { Axes, linearTicks } from "./assets/axes.js";

const LABEL_FONT = 11;
const ROW = 25; // pixels of the row of tokens under the bars

/** A pattern of slanted lines in one colour: what is cut, told apart without colour. */
function hatch(pen, color) {
  const tile = new OffscreenCanvas(6, 6);
  const brush = tile.getContext("2d");
  Object.assign(brush, { strokeStyle: color, lineWidth: 1.4 });
  brush.beginPath();
  for (const shift of [-6, 0, 6]) {
    brush.moveTo(shift, 6);
    brush.lineTo(shift + 6, 0);
  }
  brush.stroke();
  return pen.createPattern(tile, "repeat");
}

function longestToken(tokens) {
  return Math.max(...tokens.map((token) => [...token].length));
}

/** How much room the tokens take under the axis: a line for characters, more where words stand upright. */
function tokenRoom(pen, tokens, font) {
  if (longestToken(tokens) === 1) return ROW;
  pen.font = `${LABEL_FONT}px ${font}`;
  return 20 + Math.min(74, Math.max(...tokens.map((token) => pen.measureText(token).width)));
}

/** Which steps get a number: the first, and multiples of a round number. */
function stepTicks(steps) {
  const ticks = linearTicks(0, steps, 6).filter((tick) => tick >= 1 && Number.isInteger(tick));
  return ticks[0] === 1 ? ticks : [1, ...ticks];
}

/** The bars: kept in blue, cut hatched, and what the loss cannot see left empty. Returns the axes. */
export function drawBars(pen, { width, height, colors }, look) {
  const { steps, full, kept, tokens, one, t, first, last } = look;
  const room = tokenRoom(pen, tokens, colors.font);
  let top = 0;
  for (let s = 0; s < steps; s++) top = Math.max(top, full[s], kept[s]);
  const axes = new Axes(
    pen,
    { x: 0, y: 0, width, height: height - room - 18 },
    {
      x: { min: 0.5, max: steps + 0.5, ticks: stepTicks(steps) },
      y: { min: 0, max: (top || 1) * 1.18, label: one ? "norm of step s’s part" : "norm of step s’s part (hatched, or a line: uncut)" },
      title: one ? `What each step adds to ∂J⁽ᵗ⁾/∂W, t = ${t}` : "What each step adds to ∂J/∂W",
    },
    colors,
  );
  const { box } = axes;
  const pitch = box.width / steps;
  const bar = Math.max(2, pitch - Math.max(1, 0.22 * pitch));
  const bottom = box.y + box.height;
  if (last < steps) {
    pen.fillStyle = colors.sunken;
    pen.fillRect(axes.x.at(last + 0.5), box.y, box.x + box.width - axes.x.at(last + 0.5), box.height);
  }
  const pattern = hatch(pen, colors.vermillion);
  for (let s = 1; s <= last; s++) {
    const x = axes.x.at(s) - bar / 2;
    const [whole, left] = [axes.y.at(full[s - 1]), axes.y.at(kept[s - 1])];
    if (kept[s - 1] > 0) {
      pen.fillStyle = colors.blue;
      pen.fillRect(x, left, bar, bottom - left);
    }
    const difference = kept[s - 1] - full[s - 1];
    if (kept[s - 1] === 0 || difference < -0.01 * top) {
      pen.fillStyle = pattern;
      pen.fillRect(x, whole, bar, left - whole);
      Object.assign(pen, { strokeStyle: colors.vermillion, lineWidth: 1 });
      pen.strokeRect(x + 0.5, whole + 0.5, bar - 1, Math.max(0, left - whole - 0.5));
    } else if (difference > 0.01 * top) {
      pen.fillStyle = colors.text; // the norm of a sum can be smaller than that of its parts
      pen.fillRect(x - 1, whole - 1, bar + 2, 2);
    }
  }
  if (one && first > 1) axes.rule({ x: first - 0.5, color: colors.text, dash: [5, 4], width: 1.5 });
  if (one) sayKeptAndCut(pen, axes, look, colors);
  drawTokens(pen, axes, look, colors, bottom + 22, room);
  pen.font = `12px ${colors.font}`;
  Object.assign(pen, { fillStyle: colors.muted, textAlign: "center", textBaseline: "bottom" });
  pen.fillText("step s, and what is read there", box.x + box.width / 2, height - 1);
  return axes;
}

/** "cut" and "kept" beside the dashed line, where there is room for them. */
function sayKeptAndCut(pen, axes, { first, last, full }, colors) {
  const y = axes.box.y + 8;
  pen.font = `600 12px ${colors.font}`;
  pen.textBaseline = "middle";
  const edge = axes.x.at(first - 0.5);
  if (first > 1 && edge - axes.box.x > 34) {
    Object.assign(pen, { fillStyle: colors.bad, textAlign: "right" });
    pen.fillText("cut", edge - 6, y);
  }
  const kept = axes.x.at(last + 0.5) - edge;
  const highest = Math.max(...full.slice(first - 1, last));
  if (kept > 40 || axes.box.x + axes.box.width - edge > 40) {
    Object.assign(pen, { fillStyle: colors.blue, textAlign: "left" });
    if (axes.y.at(highest) > y + 6 || first === 1) pen.fillText("kept", edge + 6, y);
  }
}

/** The tokens under their steps, upright where they are words; as many as there is room for. */
function drawTokens(pen, axes, { tokens, steps, last, one, t }, colors, y, room) {
  const pitch = axes.box.width / steps;
  const upright = longestToken(tokens) > 1;
  const every = Math.max(1, Math.ceil((upright ? LABEL_FONT + 1 : 6) / pitch));
  const size = upright ? LABEL_FONT : Math.min(13, Math.max(9, 1.25 * pitch));
  for (let s = 1; s <= steps; s++) {
    const loss = one && s === t;
    if ((s - 1) % every && !loss) continue;
    pen.fillStyle = s <= last ? colors.text : colors.muted;
    pen.font = `${loss ? "700 " : ""}${size}px ${colors.font}`;
    const x = axes.x.at(s);
    if (upright) {
      pen.save();
      pen.translate(x, y);
      pen.rotate(-Math.PI / 2);
      Object.assign(pen, { textAlign: "right", textBaseline: "middle" });
      pen.fillText(shortened(pen, tokens[s - 1], room - 18), 0, 0);
      pen.restore();
    } else {
      Object.assign(pen, { textAlign: "center", textBaseline: "top" });
      pen.fillText(tokens[s - 1], x, y);
    }
  }
  if (one) {
    const x = axes.x.at(t); // an arrow to the token whose loss it is
    pen.font = `700 ${size}px ${colors.font}`;
    const top = y + (upright ? Math.min(room - 18, pen.measureText(tokens[t - 1]).width) + 5 : 15);
    pen.fillStyle = colors.text;
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x - 5, top + 7);
    pen.lineTo(x + 5, top + 7);
    pen.fill();
  }
}

function shortened(pen, token, room) {
  if (pen.measureText(token).width <= room) return token;
  let letters = [...token];
  while (letters.length > 1 && pen.measureText(`${letters.join("")}…`).width > room) letters = letters.slice(0, -1);
  return `${letters.join("")}…`;
}

/** Cosine and length of what is left, against k. Returns the axes. */
export function drawQuality(pen, { width, height, colors }, look) {
  const { one, t, k, steps, cosines, lengths, norm } = look;
  const most = one ? t : steps;
  const ks = Array.from({ length: most }, (_, i) => i + 1);
  const [cosine, length] = [cosines.slice(0, most), lengths.slice(0, most)];
  const low = Math.min(0, ...cosine);
  const high = Math.max(1, ...length);
  const axes = new Axes(
    pen,
    { x: 0, y: 0, width, height },
    {
      x: { min: 0.5, max: Math.max(2, steps) + 0.5, ticks: stepTicks(steps), label: "k, how many steps each loss looks back" },
      y: { min: low < -0.01 ? 1.1 * low : 0, max: 1.12 * high, label: "against the full gradient" },
      title: "What is left of it",
    },
    colors,
  );
  axes.rule({ y: 1, color: colors.muted, dash: [2, 3] });
  axes.rule({ x: Math.min(k, steps), color: colors.text, dash: [5, 4], width: 1.5 });
  if (norm > 0) {
    axes.line(ks, length, { color: colors.vermillion, width: 2, dash: [7, 4] });
    axes.line(ks, cosine, { color: colors.blue, width: 2.5 });
    const at = Math.min(k, most);
    axes.dots([at], [length[at - 1]], { color: colors.vermillion, radius: 4.5, shape: "square" });
    axes.dots([at], [cosine[at - 1]], { color: colors.blue, radius: 5 });
  }
  legend(pen, axes, colors);
  return axes;
}

/** Which line is which, in the corner that the lines leave free. */
function legend(pen, { box }, colors) {
  const [x, y] = [box.x + box.width - 104, box.y + box.height - 40];
  pen.fillStyle = colors.surface;
  pen.globalAlpha = 0.85;
  pen.fillRect(x - 6, y - 12, 90, 44);
  pen.globalAlpha = 1;
  const rows = [["cosine", colors.blue, [], 2.5], ["length", colors.vermillion, [7, 4], 2]];
  rows.forEach(([name, color, dash, line], i) => {
    Object.assign(pen, { strokeStyle: color, lineWidth: line });
    pen.setLineDash(dash);
    pen.beginPath();
    pen.moveTo(x, y + 20 * i);
    pen.lineTo(x + 28, y + 20 * i);
    pen.stroke();
    pen.setLineDash([]);
    pen.font = `12px ${colors.font}`;
    Object.assign(pen, { fillStyle: colors.text, textAlign: "left", textBaseline: "middle" });
    pen.fillText(name, x + 36, y + 20 * i);
  });
}
