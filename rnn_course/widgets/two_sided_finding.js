/** The first of the largest. */
export function indexOfLargest(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/**
 * The sentence under the widget.
 *
 * @param words the sentence; @param t the word that is looked at
 * @param readers `{ name, shares, probabilities, distance }` at that word
 * @param against the other sentence as text, or "" where there is none to compare with
 */
export function contextFinding({ words, t, readers, labels, against }) {
  const read = readers.map(({ name, shares, probabilities }) => {
    const best = indexOfLargest(probabilities);
    const reach = shares.filter((share) => share > 0).length;
    return `${name} ${reach} of ${words.length} words, ${labels[best]} (${probabilities[best].toFixed(2)})`;
  });
  const said = `What reaches “${words[t]}”, and its tag: ${read.join("; ")}.`;
  if (!against) return said;
  const by = readers.map(({ name, distance }, i) => `${(100 * distance).toFixed(0)} % ${i ? "" : "of its length "}(${name})`);
  return `${said} Its vector differs from that in “${against}” by ${by.join(", ")}.`;
}
