// Matrices as Float64Array, row after row: what has to be computed while the hand moves.

/** out = A B, all n x n. */
export function multiplyInto(out, A, B, n) {
  out.fill(0);
  for (let i = 0; i < n; i++) {
    const row = i * n;
    let k = 0;
    for (; k + 3 < n; k += 4) {
      // four rows of B at a time: out is read and written a quarter as often
      const [a, b, c, d] = [A[row + k], A[row + k + 1], A[row + k + 2], A[row + k + 3]];
      for (let j = 0, at = k * n; j < n; j++, at++) {
        out[row + j] += a * B[at] + b * B[at + n] + c * B[at + 2 * n] + d * B[at + 3 * n];
      }
    }
    for (; k < n; k++) {
      const a = A[row + k];
      for (let j = 0; j < n; j++) out[row + j] += a * B[k * n + j];
    }
  }
}

/** A v */
export function applyMatrix(A, v, n) {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += A[i * n + j] * v[j];
    out[i] = sum;
  }
  return out;
}

export function lengthOf(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return Math.sqrt(sum);
}

let work = new Float64Array(0);

/**
 * ||A||_2, the largest singular value: the root of the largest eigenvalue of A A^T, which Householder reflections
 * bring to tridiagonal form and bisection finds (Golub & Van Loan, Matrix Computations, chapter 8).
 */
export function spectralNorm(A, n) {
  const entries = n * n;
  if (work.length < 2 * entries + 4 * n) work = new Float64Array(2 * entries + 4 * n);
  const [G, scaled] = [work, work.subarray(entries + 4 * n)];
  let largest = 0;
  for (let i = 0; i < entries; i++) largest = Math.max(largest, Math.abs(A[i]));
  if (largest === 0) return 0;
  for (let i = 0; i < entries; i++) scaled[i] = A[i] / largest; // so that no square is too small to hold
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += scaled[i * n + k] * scaled[j * n + k];
      G[i * n + j] = sum;
    }
  }
  const part = (k) => work.subarray(entries + k * n, entries + (k + 1) * n);
  makeTridiagonal(G, n, part(0), part(1), part(2), part(3));
  return largest * Math.sqrt(Math.max(0, largestEigenvalue(part(0), part(1), n)));
}

/** Of the symmetric G, only what stands on and below its diagonal is read. */
function makeTridiagonal(G, n, diagonal, beside, v, p) {
  for (let k = 0; k < n; k++) {
    diagonal[k] = G[k * n + k];
    let square = 0;
    for (let i = k + 1; i < n; i++) square += G[i * n + k] ** 2;
    const first = k + 1 < n ? G[(k + 1) * n + k] : 0;
    if (square - first * first <= 0) {
      beside[k] = first;
      continue;
    }
    const alpha = first > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    beside[k] = alpha;
    for (let i = k + 1; i < n; i++) v[i] = G[i * n + k];
    v[k + 1] -= alpha;
    const beta = 1 / (square - alpha * first); // 2 / |v|^2
    p.fill(0);
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      let sum = G[row + i] * v[i];
      for (let j = k + 1; j < i; j++) {
        sum += G[row + j] * v[j];
        p[j] += G[row + j] * v[i];
      }
      p[i] += sum;
    }
    let both = 0;
    for (let i = k + 1; i < n; i++) both += beta * p[i] * v[i];
    for (let i = k + 1; i < n; i++) p[i] = beta * (p[i] - 0.5 * both * v[i]);
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      for (let j = k + 1; j <= i; j++) G[row + j] -= v[i] * p[j] + p[i] * v[j];
    }
  }
}

function largestEigenvalue(diagonal, beside, n) {
  let low = -Infinity;
  let high = -Infinity;
  for (let i = 0; i < n; i++) {
    const reach = (i ? Math.abs(beside[i - 1]) : 0) + (i + 1 < n ? Math.abs(beside[i]) : 0);
    low = Math.max(low, diagonal[i]);
    high = Math.max(high, diagonal[i] + reach);
  }
  for (let step = 0; step < 60 && high - low > 1e-15 * Math.abs(high); step++) {
    const middle = (low + high) / 2;
    if (allBelow(middle, diagonal, beside, n)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** Whether every eigenvalue is below x: all pivots of the matrix less x are negative (Sturm). */
function allBelow(x, diagonal, beside, n) {
  let pivot = diagonal[0] - x;
  for (let i = 1; i < n; i++) {
    if (pivot >= 0) return false;
    pivot = diagonal[i] - x - beside[i - 1] ** 2 / pivot;
  }
  return pivot < 0;
}
