// The network of one unit: h = f(w h + b), 50 times, J = (h - 0.7)^2, and its gradient, as experiments/cliff.py writes it.

const CLIFF_TIME = 50;
const CLIFF_TARGET = 0.7;
const CLIFF_START = 0.5 * Math.tanh(0.25) + 0.5; // sigmoid(0.5)
const cliffStates = new Float64Array(CLIFF_TIME + 1);

function cliffForward(sigmoid, w, b) {
  const h = cliffStates;
  h[0] = CLIFF_START;
  if (sigmoid) for (let t = 0; t < CLIFF_TIME; t++) h[t + 1] = 0.5 * Math.tanh(0.5 * (w * h[t] + b)) + 0.5;
  else for (let t = 0; t < CLIFF_TIME; t++) h[t + 1] = w * h[t] + b;
  return h[CLIFF_TIME] - CLIFF_TARGET;
}

/** J alone. */
export function cliffLoss(network, w, b) {
  const off = cliffForward(network === "sigmoid", w, b);
  return off * off;
}

/** J, dJ/dw and dJ/db into `into`. */
export function cliffGradient(network, w, b, into) {
  const sigmoid = network === "sigmoid";
  const h = cliffStates;
  const off = cliffForward(sigmoid, w, b);
  let dh = 2 * off;
  into.dw = 0;
  into.db = 0;
  for (let t = CLIFF_TIME; t > 0; t--) {
    const dz = sigmoid ? dh * h[t] * (1 - h[t]) : dh;
    into.dw += dz * h[t - 1];
    into.db += dz;
    dh = w * dz;
  }
  into.J = off * off;
  return into;
}
