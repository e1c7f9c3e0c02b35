"""The sentence under `BpttBars`; bptt_bars_finding.js says the same in the browser."""

from __future__ import annotations

import math

from rnn_course.widgets.bptt_bars_parts import Bars


def finding_of(bars: Bars, losses: str, t: int, k: int, symbols: str) -> str:
    """What is kept of the gradient if each loss looks back k steps, in numbers.

    Args:
        bars: of one network and group.
        losses: "one", that of step t, or "all".
        t, k: counted from 1.
        symbols: the group's arrays, such as "W_h".
    """
    T = len(bars.one_full)
    if losses == "one":
        full, cosine, length = (
            bars.one_full[t - 1],
            bars.one_cosines[t - 1, k - 1],
            bars.one_lengths[t - 1, k - 1],
        )
        whole = k >= t
        who = f"The loss at step {t}"
        reach = f"all of its {_steps(t)}" if whole else f"{k} of its {_steps(t)}"
    else:
        full, cosine, length = bars.all_full, bars.all_cosines[k - 1], bars.all_lengths[k - 1]
        whole = k >= T
        who = f"Each of the {T} losses"
        reach = f"all steps (k = {k})" if whole else f"at most {_steps(k)}"
    return _said(f"{who} looks back over {reach}", symbols, float(full), whole, float(cosine), float(length))


def _said(start: str, symbols: str, full: float, whole: bool, cosine: float, length: float) -> str:
    if full == 0:
        return f"{start}. The full gradient of {symbols} is 0 here: there is nothing to truncate."
    if whole:
        sum_is = f"The bars sum to the gradient of {symbols}, whose norm is {_norm(full)}."
        return f"{start}: nothing is cut. {sum_is}"
    if length == 0:
        return f"{start}. Of the gradient of {symbols} nothing is left: this truncation costs all of it."
    return (
        f"{start}. What is left of the gradient of {symbols} has {100 * length:.1f} % of its length, and "
        f"cosine {cosine:.3f} with it: {verdict(cosine, length)}."
    )


def verdict(cosine: float, length: float) -> str:
    """What a truncation costs, in words."""
    if cosine >= 0.99 and 0.9 <= length <= 1.1:
        return "this truncation costs next to nothing"
    if cosine >= 0.9:
        return "the direction is nearly kept"
    return f"it points {math.degrees(math.acos(cosine)):.0f} degrees away from it"


def _steps(count: int) -> str:
    return f"{count} {'step' if count == 1 else 'steps'}"


def _norm(norm: float) -> str:
    """Three digits: 12.3, 0.0123, 4.56e-7."""
    if 1e-3 <= norm < 1e4:
        return f"{float(f'{norm:.3g}'):g}"
    mantissa, exponent = f"{norm:.2e}".split("e")
    return f"{mantissa}e{int(exponent)}"
