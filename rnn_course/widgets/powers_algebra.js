// Matrices as Float64Array, row after row: what has to be computed while the hand moves.

/** out = A B, all n x n. Two rows of A and four of B at a time: what is read is used for eight products. */
export function multiplyInto(out, A, B, n) {
  out.fill(0);
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const [first, second] = [i * n, (i + 1) * n];
    let k = 0;
    for (; k + 3 < n; k += 4) {
      const a = A[first + k], b = A[first + k + 1], c = A[first + k + 2], d = A[first + k + 3];
      const e = A[second + k], f = A[second + k + 1], g = A[second + k + 2], h = A[second + k + 3];
      for (let j = 0, at = k * n; j < n; j++, at++) {
        const p = B[at], q = B[at + n], r = B[at + 2 * n], s = B[at + 3 * n];
        out[first + j] += a * p + b * q + (c * r + d * s);
        out[second + j] += e * p + f * q + (g * r + h * s);
      }
    }
    for (; k < n; k++) {
      addMultiple(out, first, A[first + k], B, k * n, n);
      addMultiple(out, second, A[second + k], B, k * n, n);
    }
  }
  for (let k = 0; i < n && k < n; k++) addMultiple(out, i * n, A[i * n + k], B, k * n, n);
}

/** A row of `out` plus a multiple of a row of B, by where they begin. */
function addMultiple(out, row, factor, B, from, n) {
  for (let j = 0; j < n; j++) out[row + j] += factor * B[from + j];
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

/** G = A A^T on and below its diagonal. Two rows against two rows at a time, each product as two sums. */
function gramInto(G, A, n) {
  let i = 0;
  for (; i + 1 < n; i += 2) {
    for (let j = 0; j <= i; j += 2) {
      let p = i * n, q = p + n, r = j * n, s = r + n;
      let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, k = 0;
      for (; k + 1 < n; k += 2, p += 2, q += 2, r += 2, s += 2) {
        const w = A[p], x = A[q], y = A[r], z = A[s];
        const w1 = A[p + 1], x1 = A[q + 1], y1 = A[r + 1], z1 = A[s + 1];
        a += w * y;
        b += w * z;
        c += x * y;
        d += x * z;
        e += w1 * y1;
        f += w1 * z1;
        g += x1 * y1;
        h += x1 * z1;
      }
      if (k < n) {
        a += A[p] * A[r];
        b += A[p] * A[s];
        c += A[q] * A[r];
        d += A[q] * A[s];
      }
      G[i * n + j] = a + e;
      G[i * n + j + 1] = b + f;
      G[(i + 1) * n + j] = c + g;
      G[(i + 1) * n + j + 1] = d + h;
    }
  }
  for (let j = 0; i < n && j < n; j++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += A[i * n + k] * A[j * n + k];
    G[i * n + j] = sum;
  }
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
  gramInto(G, scaled, n);
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
    symmetricProduct(G, n, k + 1, v, p);
    let both = 0;
    for (let i = k + 1; i < n; i++) both += beta * p[i] * v[i];
    for (let i = k + 1; i < n; i++) p[i] = beta * (p[i] - 0.5 * both * v[i]);
    takeAway(G, n, k + 1, v, p);
  }
}

/** p = G v from row and column `from` on, two rows at a time. */
function symmetricProduct(G, n, from, v, p) {
  p.fill(0);
  let i = from;
  for (; i + 1 < n; i += 2) {
    const row = i * n, under = row + n;
    const x = v[i], y = v[i + 1];
    const beside = G[under + i];
    let a = G[row + i] * x + beside * y;
    let b = G[under + i + 1] * y + beside * x;
    for (let j = from; j < i; j++) {
      const g = G[row + j], h = G[under + j], z = v[j];
      a += g * z;
      b += h * z;
      p[j] += g * x + h * y;
    }
    p[i] += a;
    p[i + 1] += b;
  }
  if (i < n) {
    let sum = G[i * n + i] * v[i];
    for (let j = from; j < i; j++) {
      sum += G[i * n + j] * v[j];
      p[j] += G[i * n + j] * v[i];
    }
    p[i] += sum;
  }
}

/** G = G - v p^T - p v^T from row and column `from` on, two rows at a time. */
function takeAway(G, n, from, v, p) {
  let i = from;
  for (; i + 1 < n; i += 2) {
    const row = i * n, under = row + n;
    const x = v[i], y = v[i + 1], r = p[i], s = p[i + 1];
    for (let j = from; j <= i; j++) {
      const q = p[j], z = v[j];
      G[row + j] -= x * q + r * z;
      G[under + j] -= y * q + s * z;
    }
    G[under + i + 1] -= 2 * y * s;
  }
  for (let j = from; i < n && j <= i; j++) G[i * n + j] -= v[i] * p[j] + p[i] * v[j];
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
