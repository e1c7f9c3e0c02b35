import { readArray } from "./assets/buffers.js";

const GROUPS = ["recurrent", "input", "bias"];

/** The parts of every loss's gradient, as `Bars` in bptt_bars_parts.py has them; steps are counted from 1. */
export class BarData {
  constructor(model) {
    this.networks = model.get("rules").network.names;
    this.tokens = model.get("tokens");
    this.symbols = model.get("symbols");
    this.steps = model.get("rules").k.most;
    for (const name of ["one_norms", "one_cosines", "one_lengths", "one_full", "all_norms", "all_cosines", "all_lengths", "all_full"]) {
      this[name] = readArray(model, name).values;
    }
    this.full = new Float64Array(this.steps);
    this.kept = new Float64Array(this.steps);
    this.cosines = new Float64Array(this.steps);
    this.lengths = new Float64Array(this.steps);
  }

  /**
   * What the settings choose, in arrays that are used again by the next call:
   * `full` and `kept`, the norm of each step's part without and with truncation; `cosines` and `lengths` against k;
   * `norm` of the full gradient; `last`, the last step that has a part.
   */
  look({ network, weights, losses, t, k }) {
    const T = this.steps;
    const row = 3 * this.networks.indexOf(network) + GROUPS.indexOf(weights);
    const one = losses === "one";
    const last = one ? t : T;
    const cut = Math.min(k, last);
    for (let s = 0; s < T; s++) {
      if (one) {
        this.full[s] = this.one_norms[(row * T + t - 1) * T + s];
        this.kept[s] = s >= last - cut && s < last ? this.full[s] : 0;
      } else {
        this.full[s] = this.all_norms[(row * T + T - 1) * T + s];
        this.kept[s] = this.all_norms[(row * T + k - 1) * T + s];
      }
      this.cosines[s] = one ? this.one_cosines[(row * T + t - 1) * T + s] : this.all_cosines[row * T + s];
      this.lengths[s] = one ? this.one_lengths[(row * T + t - 1) * T + s] : this.all_lengths[row * T + s];
    }
    const norm = one ? this.one_full[row * T + t - 1] : this.all_full[row];
    return {
      one, t, k, last, norm,
      steps: T,
      first: one ? last - cut + 1 : 1,
      full: this.full,
      kept: this.kept,
      cosines: this.cosines,
      lengths: this.lengths,
      tokens: this.tokens[network],
      symbols: this.symbols[network][weights],
    };
  }
}
