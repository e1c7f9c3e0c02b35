// The sentence under the curve. The same words as in powers_finding.py, which says them where no browser runs.

import { GAMMA } from "./powers_numbers.js";

const SAME_LOG = 1e-3;
const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

export function raised(number) {
  return [...String(number)].map((digit) => RAISED[digit]).join("");
}

/** exp(logValue) with three digits: 13.5, 0.0312, 1.8·10⁻³, 0. */
export function written(logValue) {
  if (logValue === -Infinity) return "0";
  const power = logValue / Math.LN10;
  if (power >= -2 && power < 3) return Math.exp(logValue).toPrecision(3);
  const exponent = Math.floor(power);
  const digits = (10 ** (power - exponent)).toFixed(1);
  return digits === "10.0" ? `1.0·10${raised(exponent + 1)}` : `${digits}·10${raised(exponent)}`;
}

/** What has become of a gradient. */
export function verdict(logNorm) {
  if (logNorm < Math.log(0.01)) return "the gradient has vanished";
  if (logNorm < -SAME_LOG) return "the gradient has shrunk";
  if (logNorm <= SAME_LOG) return "the gradient has kept its size";
  return logNorm <= Math.log(100) ? "the gradient has grown" : "the gradient has exploded";
}

/** Whether spectral radius and largest singular value are one number, as those of normal matrices are. */
export function agree(numbers) {
  return numbers.logSigma - numbers.logRho < SAME_LOG;
}

/** @param numbers PowersNumbers, set */
export function powersFinding(numbers) {
  if (numbers.lag === 0) return "At lag 0 nothing has been multiplied yet: the norm is 1. Move the lag.";
  return numbers.linear ? linearFinding(numbers) : nonlinearFinding(numbers);
}

function linearFinding(numbers) {
  const { lag, logRho, logSigma, kind } = numbers;
  const logNorm = numbers.logNorms[lag];
  const [rho, sigma] = [written(logRho), written(logSigma)];
  if (logNorm === -Infinity) {
    const why = kind.hasRadius ? "for good" : "and now the eigenvalues, all of them 0, have their way";
    return `At lag ${lag} the power is exactly 0, ${why}: Wₕ${raised(kind.dies)} was the first.`;
  }
  const begin = `At lag ${lag}, ‖Wₕ${raised(lag)}‖ is ${written(logNorm)}: ${verdict(logNorm)}.`;
  if (!kind.hasRadius) {
    return `${begin} All eigenvalues are 0, and at this lag they say nothing yet: the singular values decide, up to ${sigma} a step.`;
  }
  if (agree(numbers)) {
    return (
      `${begin} Spectral radius and largest singular value are both ${rho}, ` +
      `so the eigenvalues decide from the first step on: ${rho} a step.`
    );
  }
  const perStep = logNorm / lag;
  const say = Math.min(100, Math.max(0, Math.round((100 * (logSigma - perStep)) / (logSigma - logRho))));
  return (
    `${begin} That is ${written(perStep)} a step, between the singular values’ ${sigma} and the eigenvalues’ ${rho}: ` +
    `the eigenvalues have ${say} % of the say, the singular values ${100 - say} %.${surprise(logNorm, logRho, logSigma)}`
  );
}

function surprise(logNorm, logRho, logSigma) {
  if (logRho >= -SAME_LOG) return "";
  if (logNorm > SAME_LOG) return " It has grown although every eigenvalue lies inside the unit circle; in the end it vanishes.";
  if (logSigma > SAME_LOG && logNorm < -SAME_LOG) return " A singular value above 1 has not made it explode.";
  return "";
}

function nonlinearFinding(numbers) {
  const { lag, nonlinearity } = numbers;
  const logNorm = numbers.logProducts[lag];
  const logBound = lag * numbers.logFactor;
  const quarter = GAMMA[nonlinearity] === 1 ? "" : `¼ × ${written(numbers.logSigma)} = `;
  const factor = `γ‖Wₕ‖ is ${quarter}${written(numbers.logFactor)}`;
  const allows =
    logBound < 0
      ? `${factor}, below 1: it must vanish, whatever is read.`
      : `${factor}, so the bound allows up to ${written(logBound)}, and promises nothing.`;
  const unleashed =
    logNorm > numbers.logNorms[lag] + SAME_LOG
      ? " The slopes have made it larger: of a product of different matrices, eigenvalues say nothing."
      : "";
  return (
    `With ${nonlinearity}, ‖∂h⁽ᵀ⁾/∂h⁽ᵀ⁻ˡ⁾‖ is ${written(logNorm)} at lag ${lag}: ${verdict(logNorm)}. ` +
    `Without it, ‖Wₕ${raised(lag)}‖ is ${written(numbers.logNorms[lag])}. ` +
    `The slopes in between are ${numbers.meanSlope.toFixed(2)} on average. ${allows}${unleashed}`
  );
}
