// Axes on a canvas: scales, ticks, grid, lines. What matplotlib does for figures, quick enough to follow the hand.

const TICK_SIZE = 12;

/** Round numbers from `least` to `most`, about `count` of them. */
export function linearTicks(least, most, count = 5) {
  const rough = (most - least) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((unit) => unit * power >= rough) * power;
  const ticks = [];
  for (let i = Math.ceil(least / step - 1e-9); i * step <= most + 1e-9 * step; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** Powers of ten from `least` to `most`, at most `count` of them. */
export function logTicks(least, most, count = 6) {
  const low = Math.ceil(Math.log10(least) - 1e-9);
  const high = Math.floor(Math.log10(most) + 1e-9);
  const step = Math.max(1, Math.ceil((high - low + 1) / count));
  const ticks = [];
  for (let power = Math.ceil(low / step) * step; power <= high; power += step) ticks.push(10 ** power);
  return ticks;
}

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** 0.01 -> 0.01, 1e-7 -> 10⁻⁷: how a tick is written. */
export function formatTick(value) {
  const power = Math.log10(Math.abs(value));
  if (value !== 0 && (power < -2.5 || power > 4.5) && Math.abs(power - Math.round(power)) < 1e-9) {
    return `10${[...String(Math.round(power))].map((digit) => SUPERSCRIPTS[digit]).join("")}`;
  }
  return Number(value.toPrecision(6)).toLocaleString("en-US", { maximumFractionDigits: 6 }).replace("-", "−");
}

class Scale {
  constructor({ min, max, log = false, ticks, format = formatTick, label = "" }, from, to) {
    Object.assign(this, { min, max, log, format, label, from, to });
    this.forward = log ? Math.log10 : (value) => value;
    this.ticks = ticks ?? (log ? logTicks(min, max) : linearTicks(min, max));
  }
  /** The pixel of a value; outside of the scale, outside of the box. */
  at(value) {
    const [low, high] = [this.forward(this.min), this.forward(this.max)];
    const inside = this.log && value <= 0 ? low - 10 * (high - low) : this.forward(value);
    return this.from + ((inside - low) / (high - low)) * (this.to - this.from);
  }
  /** The value at a pixel. */
  value(pixel) {
    const [low, high] = [this.forward(this.min), this.forward(this.max)];
    const inside = low + ((pixel - this.from) / (this.to - this.from)) * (high - low);
    return this.log ? 10 ** inside : inside;
  }
}

/**
 * A pair of axes.
 *
 * @param box `{ x, y, width, height }` of everything, labels included, in CSS pixels
 * @param x,y `{ min, max, log, ticks, format, label }`; a `y.label` stands on top, level, where it can be read
 */
export class Axes {
  constructor(pen, box, { x, y, title = "" }, colors) {
    Object.assign(this, { pen, colors });
    pen.font = `${TICK_SIZE}px ${colors.font}`;
    const probe = new Scale(y, 1, 0);
    const left = 8 + Math.max(...probe.ticks.map((tick) => pen.measureText(probe.format(tick)).width));
    const top = (title ? 20 : 0) + (y.label ? 20 : 8);
    const bottom = x.label ? 38 : 22;
    this.box = { x: box.x + left, y: box.y + top, width: box.width - left - 10, height: box.height - top - bottom };
    this.x = new Scale(x, this.box.x, this.box.x + this.box.width);
    this.y = new Scale(y, this.box.y + this.box.height, this.box.y);
    this.frame(box, title);
  }

  frame(box, title) {
    const { pen, colors, box: inner } = this;
    pen.lineWidth = 1;
    pen.setLineDash([]);
    pen.strokeStyle = colors.line;
    pen.fillStyle = colors.muted;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    for (const tick of this.y.ticks) {
      const y = Math.round(this.y.at(tick)) + 0.5;
      this.stroke([inner.x, y], [inner.x + inner.width, y]);
      pen.fillText(this.y.format(tick), inner.x - 6, y);
    }
    pen.textAlign = "center";
    pen.textBaseline = "top";
    for (const tick of this.x.ticks) pen.fillText(this.x.format(tick), this.x.at(tick), inner.y + inner.height + 6);
    pen.fillText(this.x.label, inner.x + inner.width / 2, inner.y + inner.height + 23);
    pen.textAlign = "left";
    pen.fillText(this.y.label, box.x, inner.y - 20);
    if (title) {
      pen.font = `600 13px ${colors.font}`;
      pen.fillStyle = colors.text;
      pen.fillText(title, box.x, box.y);
      pen.font = `${TICK_SIZE}px ${colors.font}`;
    }
    pen.strokeStyle = colors.control;
    this.stroke([inner.x, inner.y + inner.height + 0.5], [inner.x + inner.width, inner.y + inner.height + 0.5]);
  }

  stroke(...points) {
    this.pen.beginPath();
    points.forEach(([x, y], i) => (i ? this.pen.lineTo(x, y) : this.pen.moveTo(x, y)));
    this.pen.stroke();
  }

  /** Draw inside the box only. */
  inside(draw) {
    const { pen, box } = this;
    pen.save();
    pen.beginPath();
    pen.rect(box.x - 1, box.y - 1, box.width + 2, box.height + 2);
    pen.clip();
    draw();
    pen.restore();
  }

  /** A line through the points; one that is not finite interrupts it. */
  line(xs, ys, { color, width = 2, dash = [] }) {
    this.inside(() => {
      const { pen } = this;
      Object.assign(pen, { strokeStyle: color, lineWidth: width, lineJoin: "round" });
      pen.setLineDash(dash);
      pen.beginPath();
      let down = false;
      for (let i = 0; i < xs.length; i++) {
        if (!Number.isFinite(ys[i])) down = false;
        else if (down) pen.lineTo(this.x.at(xs[i]), this.y.at(ys[i]));
        else {
          pen.moveTo(this.x.at(xs[i]), this.y.at(ys[i]));
          down = true;
        }
      }
      pen.stroke();
    });
  }

  /** Dots, round or, for a second series, square. */
  dots(xs, ys, { color, radius = 3.5, shape = "round" }) {
    this.inside(() => {
      const { pen } = this;
      pen.fillStyle = color;
      for (let i = 0; i < xs.length; i++) {
        if (!Number.isFinite(ys[i])) continue;
        const [x, y] = [this.x.at(xs[i]), this.y.at(ys[i])];
        pen.beginPath();
        if (shape === "round") pen.arc(x, y, radius, 0, 2 * Math.PI);
        else pen.rect(x - radius, y - radius, 2 * radius, 2 * radius);
        pen.fill();
      }
    });
  }

  /** Words at a point of the data, moved by (dx, dy) pixels. */
  say(text, x, y, { color = this.colors.text, dx = 6, dy = 0, align = "left", bold = false } = {}) {
    const { pen, colors } = this;
    pen.font = `${bold ? "600 " : ""}${TICK_SIZE}px ${colors.font}`;
    Object.assign(pen, { fillStyle: color, textAlign: align, textBaseline: "middle" });
    pen.fillText(text, this.x.at(x) + dx, this.y.at(y) + dy);
  }

  /** A line right across at one value of x or of y. */
  rule({ x, y, color = this.colors.muted, dash = [4, 4], width = 1 }) {
    this.inside(() => {
      Object.assign(this.pen, { strokeStyle: color, lineWidth: width });
      this.pen.setLineDash(dash);
      const { box } = this;
      if (x !== undefined) this.stroke([this.x.at(x), box.y], [this.x.at(x), box.y + box.height]);
      if (y !== undefined) this.stroke([box.x, this.y.at(y)], [box.x + box.width, this.y.at(y)]);
    });
  }
}
