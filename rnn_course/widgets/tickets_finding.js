/** Where the thing stands among the words of a story. */
export const THING_AT = 5;

/** A share of any size for reading: 41 %, 0.0031 %, less than 0.0001 %. */
export function leftInWords(share) {
  const percent = 100 * share;
  if (percent >= 9.95) return `${percent.toFixed(0)} %`;
  return percent >= 1e-4 ? `${percent.toPrecision(2)} %` : "less than 0.0001 %";
}

/** The first of the largest. */
export function mostProbable(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/**
 * The sentence under the widget.
 *
 * @param readers `{ name, named, p, left, right }`: what each names, P of the right thing, the share of the gradient
 *   that arrives at it, the share of right answers in new stories
 */
export function ticketsFinding({ lag, thing, weights, readers }) {
  const said = readers.map(
    ({ name, named, p, left, right }) =>
      `${name} names “${named}”, gives “${thing}” ${p.toFixed(2)}, gets ${leftInWords(left)} of the gradient there, ` +
      `and is right in ${Math.round(100 * right)} % of new stories`,
  );
  return `${lag} steps after “${thing}”, ${weights}: ${said.join("; ")}.`;
}
