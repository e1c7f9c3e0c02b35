// Formulas of one line on a canvas and in HTML: `W_h^ℓ` has one letter below and one above.

import { element } from "./assets/dom.js";

const PIECE = /([_^])(\S)(?:\^(\S))?|([^_^]+)/g;
const SCRIPT = 0.72; // size of what is raised or lowered

function pieces(text) {
  return [...text.matchAll(PIECE)].map(([, sign, first, second, plain]) => {
    if (plain !== undefined) return { plain };
    return sign === "_" ? { below: first, above: second ?? "" } : { below: "", above: first };
  });
}

/** How wide a formula will be, in CSS pixels. */
export function mathsWidth(pen, text, font, { size = 12, weight = 400 } = {}) {
  return layMaths(pen, text, font, size, weight).width;
}

function layMaths(pen, text, font, size, weight) {
  let width = 0;
  const laid = [];
  const fonts = { plain: `${weight} ${size}px ${font}`, script: `${weight} ${SCRIPT * size}px ${font}` };
  for (const { plain, below, above } of pieces(text)) {
    if (plain !== undefined) {
      pen.font = fonts.plain;
      laid.push({ text: plain, x: width, dy: 0, font: fonts.plain });
      width += pen.measureText(plain).width;
      continue;
    }
    pen.font = fonts.script;
    if (below) laid.push({ text: below, x: width, dy: 0.36 * size, font: fonts.script });
    if (above) laid.push({ text: above, x: width, dy: (below ? -0.5 : -0.4) * size, font: fonts.script });
    width += Math.max(pen.measureText(below).width, pen.measureText(above).width);
  }
  return { laid, width };
}

/** Draw a formula, its middle at height y; with a halo in the colour of the surface where lines run behind it. */
export function drawMaths(pen, text, x, y, { font, color, size = 12, weight = 400, align = "left", halo = null }) {
  const { laid, width } = layMaths(pen, text, font, size, weight);
  const start = align === "center" ? x - width / 2 : align === "right" ? x - width : x;
  Object.assign(pen, { fillStyle: color, textAlign: "left", textBaseline: "middle" });
  if (halo) {
    Object.assign(pen, { strokeStyle: halo, lineWidth: 4, lineJoin: "round" });
    pen.setLineDash([]);
  }
  for (const stroke of halo ? [true, false] : [false]) {
    for (const piece of laid) {
      pen.font = piece.font;
      if (stroke) pen.strokeText(piece.text, start + piece.x, y + piece.dy);
      else pen.fillText(piece.text, start + piece.x, y + piece.dy);
    }
  }
  return width;
}

/** The same as nodes for the page. */
export function mathsNodes(text) {
  return pieces(text).flatMap(({ plain, below, above }) => {
    if (plain !== undefined) return [plain];
    return [...(below ? [element("sub", {}, below)] : []), ...(above ? [element("sup", {}, above)] : [])];
  });
}
