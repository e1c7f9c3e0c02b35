// The next character: hollow bars for what the network says, solid ones for what is drawn from.

const BAR_ROWS = 11;
const ROW_HEIGHT = 25;
const BARS_TOP = 40;
const SCALES = [0.05, 0.1, 0.25, 0.5, 1];
export const BARS_HEIGHT = BARS_TOP + (BAR_ROWS + 1) * ROW_HEIGHT + 2;

/** Rows for the most probable characters, and one for all others together. */
export function barRows({ order, logProbs }, ranked) {
  const row = (id, r) => ({ id, before: Math.exp(logProbs[id]), after: ranked[r] });
  const rows = order.slice(0, BAR_ROWS).map(row);
  const rest = { before: 0, after: 0 };
  order.slice(BAR_ROWS).forEach((id, r) => {
    const { before, after } = row(id, BAR_ROWS + r);
    rest.before += before;
    rest.after += after;
  });
  const others = order.length - 1 - rows.length; // <s> is in the order, and never drawn
  return { rows, others, rest };
}

/** A probability in the few characters of a column. */
export function shortProbability(p) {
  if (p === 0) return "–";
  if (p > 0.9995) return "1";
  return p < 0.0005 ? "<.001" : p.toFixed(3).slice(1);
}

export class NextCharacterBars {
  constructor(pen, { width, colors }) {
    Object.assign(this, { pen, width, colors });
    this.left = 78;
    this.right = width - 104;
  }

  /** @param drawn the id that was drawn here, or null; @param show from an id to a label */
  draw({ rows, others, rest }, drawn, show) {
    const most = Math.max(...rows.flatMap(({ before, after }) => [before, after]));
    this.scale = SCALES.find((scale) => most <= scale) ?? 1;
    this.header();
    rows.forEach((row, r) => this.row(r, show(row.id), row, row.id === drawn));
    if (others === 0) return;
    const among = drawn !== null && rows.every(({ id }) => id !== drawn);
    this.row(BAR_ROWS, `${others} others`, rest, among, true);
    if (among) this.tell(`▸ ${show(drawn)} was drawn`);
  }

  header() {
    const { pen, colors, left, right, width } = this;
    pen.font = `12px ${colors.font}`;
    Object.assign(pen, { fillStyle: colors.muted, textBaseline: "middle", lineWidth: 1, strokeStyle: colors.line });
    pen.setLineDash([]);
    for (const share of [0, 0.5, 1]) {
      const x = Math.round(left + share * (right - left)) + 0.5;
      pen.beginPath();
      pen.moveTo(x, BARS_TOP - 6);
      pen.lineTo(x, BARS_TOP + BAR_ROWS * ROW_HEIGHT);
      pen.stroke();
      pen.textAlign = "center";
      pen.fillText(String(share * this.scale).replace(/^0\./, "."), x, 26);
    }
    pen.textAlign = "left";
    const series = [["the network’s", colors.blue, false, left, width - 66], ["drawn from", colors.vermillion, true, left + 112, width - 18]];
    for (const [label, color, solid, x, column] of series) {
      this.bar(x, 3, 11, 11, color, solid);
      pen.fillStyle = colors.text;
      pen.fillText(label, x + 17, 9);
      this.bar(column, 20, 11, 11, color, solid);
    }
  }

  bar(x, y, width, height, color, solid) {
    const { pen } = this;
    if (solid) {
      pen.fillStyle = color;
      pen.fillRect(x, y, width, height);
    } else if (width > 1.5) {
      Object.assign(pen, { strokeStyle: color, lineWidth: 1.5 });
      pen.strokeRect(x + 0.75, y + 0.75, width - 1.5, height - 1.5);
    }
  }

  /** Words in the last row, which has no bars. */
  tell(words) {
    const { pen, colors } = this;
    pen.font = `600 12px ${colors.font}`;
    Object.assign(pen, { fillStyle: colors.text, textAlign: "left" });
    pen.fillText(words, this.left, BARS_TOP + (BAR_ROWS + 0.5) * ROW_HEIGHT);
  }

  row(r, label, { before, after }, drawn, isRest = false) {
    const { pen, colors, left, right, width } = this;
    const y = BARS_TOP + r * ROW_HEIGHT;
    const middle = y + ROW_HEIGHT / 2;
    if (drawn) {
      pen.fillStyle = colors.sunken;
      pen.fillRect(0, y, width, ROW_HEIGHT);
    }
    const cut = after === 0;
    pen.font = `${isRest ? 12 : drawn ? "700 14" : 14}px ${isRest ? colors.font : "ui-monospace, 'DejaVu Sans Mono', monospace"}`;
    Object.assign(pen, { fillStyle: cut || isRest ? colors.muted : colors.text, textAlign: "right", textBaseline: "middle" });
    pen.fillText(drawn && !isRest ? `▸ ${label}` : label, left - 10, middle);
    if (!isRest) {
      const length = (p) => Math.min(1, p / this.scale) * (right - left);
      this.bar(left, y + 4, length(before), 8, colors.blue, false);
      this.bar(left, y + 13, length(after), 8, colors.vermillion, true);
    }
    pen.font = `12px ${colors.font}`;
    pen.fillStyle = colors.muted;
    pen.fillText(shortProbability(before), width - 54, middle);
    pen.fillStyle = cut ? colors.muted : colors.text;
    pen.fillText(shortProbability(after), width - 6, middle);
  }
}
