// The network of one unit: from h_0, h = f(w h + b) again and again, J = (h - target)^2, and its gradient, as
// experiments/cliff.py writes it. A task is `{ steps, target, h_0 }`.

let cliffStates = new Float64Array(51);

function cliffForward({ steps, target, h_0 }, sigmoid, w, b) {
  if (cliffStates.length <= steps) cliffStates = new Float64Array(steps + 1);
  const h = cliffStates;
  h[0] = h_0;
  if (sigmoid) for (let t = 0; t < steps; t++) h[t + 1] = 0.5 * Math.tanh(0.5 * (w * h[t] + b)) + 0.5;
  else for (let t = 0; t < steps; t++) h[t + 1] = w * h[t] + b;
  return h[steps] - target;
}

/** J alone. */
export function cliffLoss(task, network, w, b) {
  const off = cliffForward(task, network === "sigmoid", w, b);
  return off * off;
}

/** J, dJ/dw and dJ/db into `into`. */
export function cliffGradient(task, network, w, b, into) {
  const sigmoid = network === "sigmoid";
  const off = cliffForward(task, sigmoid, w, b);
  const h = cliffStates;
  let dh = 2 * off;
  into.dw = 0;
  into.db = 0;
  for (let t = task.steps; t > 0; t--) {
    const dz = sigmoid ? dh * h[t] * (1 - h[t]) : dh;
    into.dw += dz * h[t - 1];
    into.db += dz;
    dh = w * dz;
  }
  into.J = off * off;
  return into;
}
