// Small pieces that every widget's front end is built from.

/** `element("p", { class: "x", onclick: f }, "text", child)` */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** A labelled control: the label is the control's accessible name. */
export function field(label, control, attributes = {}) {
  return element("label", { class: "rnn-field", ...attributes }, element("span", {}, label), control);
}

/** Change a node's text only where it differs, so that the browser has nothing to lay out again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Calls `action` once, `milliseconds` after the last request. */
export function debounce(action, milliseconds) {
  let timer = null;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}

/**
 * Keep keys that are meant for the widget from the page around it.
 *
 * JupyterLab listens for keys on the whole document: arrows move to another cell or collapse a section, and
 * letters are commands. Only "save" is let through.
 */
export function keepKeys(root) {
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  const stop = (event) => {
    const save = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
    if (!save) event.stopPropagation();
  };
  for (const type of ["keydown", "keypress", "keyup"]) root.addEventListener(type, stop);
}

/**
 * The sentence under a widget. Sighted readers see it change with every movement; a screen reader hears it
 * once, when the movement has paused. It is the widget's text alternative, and is in the accessibility tree once.
 */
export class Finding {
  constructor(delay = 400) {
    this.visible = element("p", { class: "rnn-finding", "aria-hidden": "true" });
    this.spoken = element("div", { class: "rnn-unseen-by-eye", role: "status", "aria-live": "polite" });
    this.announce = debounce(() => setText(this.spoken, this.visible.textContent), delay);
  }
  say(sentence) {
    setText(this.visible, sentence);
    this.announce();
  }
  get nodes() {
    return [this.visible, this.spoken];
  }
}

/**
 * Set traits and send them to the kernel, at once. Without a kernel (published site), sending does nothing.
 *
 * At once, because the kernel repeats what it is sent: a repetition that arrives while a newer value waits to be
 * sent would undo it. Jupyter holds back a message while another is on its way, so that a fast hand does no harm.
 */
export function send(model, traits) {
  for (const [name, value] of Object.entries(traits)) model.set(name, value);
  model.save_changes();
}

/** Random numbers in [0, 1) from a seed (mulberry32), so that a draw can be repeated. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** 3571 -> "3,571" */
export function formatCount(count) {
  return count.toLocaleString("en-US");
}

/** A probability for reading: 0.1534, 0.0021, 3.4e-5; 0 and 1 are written so, a sum's rounding error aside. */
export function formatProbability(p) {
  if (p === 0) return "0";
  if (Math.abs(p - 1) < 1e-9) return "1";
  return p >= 0.001 ? p.toFixed(4) : p.toExponential(1);
}

export function plural(count, one, many = `${one}s`) {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
