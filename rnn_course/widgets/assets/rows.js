// Matrices as arrays of rows, each row an ordinary array of numbers. Read in a loop over and over, as here, ordinary
// arrays are two to four times as quick in Chromium as typed arrays, which are for what is sent and what is kept.

/**
 * An array of zeros, stored as fractions: whole numbers would be stored otherwise, and loops compiled for both. Hence
 * no `fill` on such an array, which may change how it is stored.
 */
export function zeros(length) {
  const array = [];
  for (let j = 0; j < length; j++) array.push(0.5);
  clear(array);
  return array;
}

export function clear(array) {
  for (let j = 0; j < array.length; j++) array[j] = 0;
}

/** What lies row after row in `values`, as rows of `width`. */
export function rowsOf(values, width) {
  return Array.from({ length: values.length / width }, (_, i) => fill(zeros(width), (j) => values[i * width + j]));
}

/** The same with columns as rows. */
export function columnsOf(values, width) {
  const height = values.length / width;
  return Array.from({ length: width }, (_, j) => fill(zeros(height), (i) => values[i * width + j]));
}

function fill(row, entry) {
  for (let j = 0; j < row.length; j++) row[j] = entry(j);
  return row;
}

/** out = A x. Four rows at once: an entry of x is read once for all of them, and no sum waits for another. */
export function timesVector(rows, x, out) {
  let i = 0;
  for (; i + 3 < rows.length; i += 4) {
    const p = rows[i], q = rows[i + 1], r = rows[i + 2], s = rows[i + 3];
    let a = 0, b = 0, c = 0, d = 0;
    for (let j = 0; j < p.length; j++) {
      const value = x[j];
      a += p[j] * value;
      b += q[j] * value;
      c += r[j] * value;
      d += s[j] * value;
    }
    out[i] = a;
    out[i + 1] = b;
    out[i + 2] = c;
    out[i + 3] = d;
  }
  for (; i < rows.length; i++) out[i] = dot(rows[i], x);
}

/** The sum of the products of two arrays' entries, as long as the first. */
export function dot(v, w) {
  let sum = 0;
  for (let j = 0; j < v.length; j++) sum += v[j] * w[j];
  return sum;
}

/** out = A^T x: each row as often as x says. Four rows at once, so that `out` is read and written a fourth as often. */
export function timesVectorFromLeft(rows, x, out) {
  clear(out);
  let i = 0;
  for (; i + 3 < rows.length; i += 4) {
    const p = rows[i], q = rows[i + 1], r = rows[i + 2], s = rows[i + 3];
    const a = x[i], b = x[i + 1], c = x[i + 2], d = x[i + 3];
    for (let j = 0; j < p.length; j++) out[j] += a * p[j] + b * q[j] + (c * r[j] + d * s[j]);
  }
  for (; i < rows.length; i++) addMultiple(out, x[i], rows[i]);
}

/** v = v + factor w */
export function addMultiple(v, factor, w) {
  for (let j = 0; j < v.length; j++) v[j] += factor * w[j];
}

/** v = factor v */
export function multiply(v, factor) {
  for (let j = 0; j < v.length; j++) v[j] *= factor;
}

/** The Frobenius norm: the root of the sum of all squares. */
export function lengthOfRows(rows) {
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += dot(rows[i], rows[i]);
  return Math.sqrt(sum);
}

/** row = the first of `values`, as many as it holds */
export function copyFrom(row, values) {
  for (let j = 0; j < row.length; j++) row[j] = values[j];
}
