// The sentence of the clipping cliff; widgets/cliff_finding.py says the same where no browser runs.

export const CLIPPED_BY = { norm: "Clipped by the norm", "squared norm": "Clipped by the squared norm" };

/** Three digits: 301, 0.03, 1.2e163, −5.1; Inf and NaN by name. */
export function cliffFigure(value) {
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}Inf`;
  const rounded = Number(size.toPrecision(3));
  if (rounded === 0 || (rounded >= 1e-3 && rounded < 1e5)) return `${rounded ? sign : ""}${rounded}`;
  return sign + size.toExponential(1).replace("e+", "e");
}

function stepsOf(count) {
  return `${count} ${count === 1 ? "step" : "steps"}`;
}

/** What the next step is, and where both paths end. */
export function cliffFinding(plain, clipped, rule, maxNorm, step) {
  const now = (path) => `gradient of norm ${cliffFigure(path.norms[step])}, next step ${cliffFigure(path.lengths[step])} long`;
  const end = (path) => {
    const last = path.steps;
    const place = `w = ${cliffFigure(path.w[last])}, b = ${cliffFigure(path.b[last])}`;
    const longest = `the longest of ${last} steps is ${cliffFigure(path.longest)} long`;
    return `${longest}, and the path ends with a loss of ${cliffFigure(path.losses[last])} at ${place}`;
  };
  return (
    `Without clipping ${end(plain)}. ${CLIPPED_BY[rule]} at ${cliffFigure(maxNorm)}, ${end(clipped)}. ` +
    `${cliffLost(plain, clipped)} After ${stepsOf(step)}: ${now(plain)}; clipped, ${now(clipped)}.`
  );
}

function cliffLost(plain, clipped) {
  if (plain.lostAt === null && clipped.lostAt === null) return "Neither path met Inf or NaN.";
  if (plain.lostAt !== null && clipped.lostAt !== null) return `Both are lost: Inf or NaN after ${plain.lostAt} and ${clipped.lostAt} steps.`;
  const [name, lost] = plain.lostAt !== null ? ["without", plain.lostAt] : ["with", clipped.lostAt];
  return `The path ${name} clipping met Inf or NaN after ${stepsOf(lost)}, and is lost.`;
}
