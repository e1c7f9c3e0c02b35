import { randomFrom } from "./assets/dom.js";
import { addMultiple, dot, lengthOfRows, multiply, timesVector, timesVectorFromLeft, zeros } from "./assets/rows.js";

const EXACT = 1e-13; // share by which the largest eigenvalue may be larger than what is returned
const NOTHING = 1e-15; // what rounding alone leaves of a vector of length 1

/**
 * ||A||_2, the largest singular value of n x n matrices given as rows: |A| times the root of the largest eigenvalue of
 * G = A A^T / |A|^2, where |A| is the Frobenius norm, so that the trace of G is 1.
 *
 * By Lanczos' method (Golub & Van Loan, Matrix Computations, chapter 10): q_1 is any vector, and each further one what
 * is new in G times the one before. In this basis G is tridiagonal. T, its corner after k steps, soon has the largest
 * eigenvalue of G, mostly after less than ten; `isAboveAll` proves it. Else all n steps are made, and T is G.
 */
export class SpectralNorm {
  constructor(n) {
    this.n = n;
    this.basis = Array.from({ length: n + 1 }, () => zeros(n)); // q_1 .. q_n, and room for what is left after them
    this.image = zeros(n);
    this.diagonal = zeros(n);
    this.beside = zeros(n); // beside[k] stands between rows k and k + 1 of the tridiagonal matrix
    this.random = randomFrom(1);
    this.begin(0);
  }

  of(A) {
    const length = lengthOfRows(A);
    if (length === 0) return 0;
    let outside = 1; // the trace of G less that of T
    for (let k = 1; ; k++) {
      outside -= this.step(A, length, k);
      const top = this.largestEigenvalue(k);
      if (k === this.n || this.isAboveAll((1 + EXACT) * top, k, outside)) return length * Math.sqrt(top);
    }
  }

  /** q_(k+1) = a random vector of length 1, at right angles to q_1 .. q_k. */
  begin(k) {
    const q = this.basis[k];
    for (let i = 0; i < this.n; i++) q[i] = this.random() - 0.5;
    multiply(q, 1 / this.takeAwayBasis(q, k));
  }

  /** Makes row k of T and q_(k+1); returns what is new on the diagonal. */
  step(A, length, k) {
    const q = this.basis[k - 1], next = this.basis[k];
    timesVectorFromLeft(A, q, this.image);
    timesVector(A, this.image, next);
    multiply(next, 1 / length ** 2);
    const entry = dot(q, next);
    const rest = this.takeAwayBasis(next, k);
    const isNew = rest > NOTHING; // else G takes all that q_1 .. q_k span into itself
    this.diagonal[k - 1] = entry;
    this.beside[k - 1] = isNew ? rest : 0;
    if (isNew) multiply(next, 1 / rest);
    else if (k < this.n) this.begin(k);
    return entry;
  }

  /** v less its parts along q_1 .. q_k, and those again that rounding has left. Returns its length. */
  takeAwayBasis(v, k) {
    for (let i = 0; i < 2 * k; i++) {
      const q = this.basis[i % k];
      addMultiple(v, -dot(q, v), q);
    }
    return Math.sqrt(dot(v, v));
  }

  /** That of T, the first k rows, by halving the interval in which it lies. */
  largestEigenvalue(k) {
    const { diagonal, beside } = this;
    let low = 0;
    let high = 0;
    for (let i = 0; i < k; i++) {
      const reach = (i ? beside[i - 1] : 0) + (i + 1 < k ? beside[i] : 0);
      low = Math.max(low, diagonal[i]);
      high = Math.max(high, diagonal[i] + reach); // Gershgorin's circles
    }
    for (let step = 0; step < 60 && high - low > 1e-15 * high; step++) {
      const middle = (low + high) / 2;
      if (this.lastPivot(middle, k) < 0) high = middle;
      else low = middle;
    }
    return (low + high) / 2;
  }

  /** The last pivot of T - x, negative where all are: then all eigenvalues of T are below x (Sturm). */
  lastPivot(x, k) {
    const { diagonal, beside } = this;
    let pivot = diagonal[0] - x;
    for (let i = 1; i < k && pivot < 0; i++) pivot = diagonal[i] - x - beside[i - 1] ** 2 / pivot;
    return pivot;
  }

  /**
   * Whether x is certainly above all eigenvalues of G: where elimination goes on behind T, none of the pivots that
   * follow is positive if x is above the trace of what follows, which has no negative eigenvalue.
   */
  isAboveAll(x, k, outside) {
    const pivot = this.lastPivot(x, k);
    return pivot < 0 && outside - this.beside[k - 1] ** 2 / pivot < x;
  }
}
