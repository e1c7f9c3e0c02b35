import { element } from "./dom.js";
import { onTheme, themeColors } from "./theme.js";

/**
 * A picture that is drawn anew with every change, sharp on any screen, in the colours of the theme.
 *
 * It is an image to a screen reader; `label` says what is drawn, the widget's finding says what it shows.
 */
export class Canvas {
  /**
   * @param draw `(pen, { width, height, colors })`: everything, in CSS pixels; called at once by `redraw`, and when
   *   the size or the theme changes
   * @param height in CSS pixels, or a function of the width
   */
  constructor({ label, height, draw, className = "" }) {
    this.canvas = element("canvas", { role: "img", "aria-label": label });
    this.node = element("div", { class: `rnn-canvas ${className}` }, this.canvas);
    this.height = typeof height === "function" ? height : () => height;
    this.draw = draw;
    this.width = 0;
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.node);
    this.stopTheme = onTheme(() => this.redraw());
  }

  describe(label) {
    if (this.canvas.getAttribute("aria-label") !== label) this.canvas.setAttribute("aria-label", label);
  }

  resize() {
    const width = Math.floor(this.node.clientWidth);
    const ratio = window.devicePixelRatio || 1;
    if (width === 0 || (width === this.width && ratio === this.ratio)) return;
    this.width = width;
    this.ratio = ratio;
    const height = this.height(width);
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.redraw();
  }

  redraw() {
    if (this.width === 0) return this.resize();
    const pen = this.canvas.getContext("2d");
    const height = this.canvas.height / this.ratio;
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.width, height);
    this.draw(pen, { width: this.width, height, colors: themeColors(this.node) });
  }

  /** Where a pointer is, in CSS pixels of the picture. */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  close() {
    this.sizes.disconnect();
    this.stopTheme();
  }
}
