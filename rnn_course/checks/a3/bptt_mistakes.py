"""What students get wrong in task 3b of a3, backpropagation through time."""

# Written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.a3.bptt_faults import loss_and_dscores, read, walk_back, with_fault
from rnn_course.checks.case import Mistake


def recurrent_term_missing(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "cut")


def part_of_step_1_alone(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "overwritten")


def only_W_h_overwritten(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "W_h overwritten")


def three_overwritten(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "three overwritten")


def own_output_forgotten(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "own output forgotten")


def slope_missing(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "no slope")


def slope_before(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "slope before")


def slope_for_its_own_output(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "slope for its own output")


def state_way_transposed(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "transposed")


def with_the_new_state(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "new state")


def from_first_to_last(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "forwards")


def piles_up(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "piles up")


def repeated_token_once(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "once a step")


def last_appearance_stays(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "last one stays")


def bias_averaged(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "mean")


def h_0_ignored(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, np.zeros_like(h_0), "")


def h_0_without_gradient(params, inputs, targets, h_0):
    J, gradients = with_fault(params, inputs, targets, h_0, "")
    return J, {**gradients, "h_0": np.zeros_like(h_0)}


def h_0_short_of_W_h(params, inputs, targets, h_0):
    return with_fault(params, inputs, targets, h_0, "short of W_h")


def readout_with_the_state_before(params, inputs, targets, h_0):
    h = read(params, inputs, h_0)
    J, dscores = loss_and_dscores(params, h, targets)
    gradients = walk_back(params, inputs, h, dscores)
    return J, {**gradients, "U": np.einsum("tbv,tbh->vh", dscores, h[:-1])}


def right_answer_not_taken_off(params, inputs, targets, h_0):
    h = read(params, inputs, h_0)
    J, dscores = loss_and_dscores(params, h, targets)
    return J, walk_back(params, inputs, h, dscores + np.eye(len(params["U"]))[targets] / targets.size)


def held_to_what_was_read(params, inputs, targets, h_0):
    h = read(params, inputs, h_0)
    _, dscores = loss_and_dscores(params, h, inputs)
    return loss_and_dscores(params, h, targets)[0], walk_back(params, inputs, h, dscores)


def gradient_of_the_sum(params, inputs, targets, h_0):
    h = read(params, inputs, h_0)
    J, dscores = loss_and_dscores(params, h, targets)
    return J, walk_back(params, inputs, h, dscores * targets.size)


def gradient_over_time_alone(params, inputs, targets, h_0):
    h = read(params, inputs, h_0)
    J, dscores = loss_and_dscores(params, h, targets)
    return J, walk_back(params, inputs, h, dscores * targets.shape[1])


def gradient_over_texts_alone(params, inputs, targets, h_0):
    h = read(params, inputs, h_0)
    J, dscores = loss_and_dscores(params, h, targets)
    return J, walk_back(params, inputs, h, dscores * len(targets))


def summed(params, inputs, targets, h_0):
    h = read(params, inputs, h_0)
    J, dscores = loss_and_dscores(params, h, targets)
    return J * targets.size, walk_back(params, inputs, h, dscores * targets.size)


def kept_between_calls(params, inputs, targets, h_0, totals={}):  # noqa: B006 (that is the mistake)
    J, gradients = with_fault(params, inputs, targets, h_0, "")
    total = totals.setdefault((params["E"].shape, inputs.shape), {})
    for name, array in gradients.items():
        total[name] = total.get(name, 0) + array
    return J, dict(total)


MISTAKES = (
    Mistake(
        "recurrent-term-missing",
        "nothing flows back from a step to the one before",
        "h at step t is used twice: by its own output and by step t + 1. Where does the second part come in?",
        recurrent_term_missing,
    ),
    Mistake(
        "overwritten",
        "only the part of step 1 is kept",
        "The gradient of a repeated weight is the sum over its appearances. Look for an = that adds nothing.",
        part_of_step_1_alone,
    ),
    Mistake(
        "state-weights-overwritten",
        "only step 1's part is kept of W_h's gradient (and h_0 = 0 makes that part zero)",
        "The gradient of a repeated weight is the sum over its appearances. Is there a = in place of +=?",
        only_W_h_overwritten,
    ),
    Mistake(
        "three-overwritten",
        "only step 1's parts are kept of the gradients of W_h, W_e and b_1",
        "The gradient of a repeated weight is the sum over its appearances. Is there a = in place of +=?",
        three_overwritten,
    ),
    Mistake(
        "own-output-forgotten",
        "a state gets what comes from the next step, but nothing from its own output",
        "Two gradients meet at each state, and they are added.",
        own_output_forgotten,
    ),
    Mistake(
        "slope-missing",
        "the slope of tanh is left out",
        "Between h and the products lies a tanh, at every step.",
        slope_missing,
    ),
    Mistake(
        "slope-before",
        "the slope of tanh is taken at the state before",
        "Step t ended in h[t + 1], if your t counts from 0. Its tanh has the slope 1 - h[t + 1] ** 2.",
        slope_before,
    ),
    Mistake(
        "slope-for-its-own-output",
        "what comes from the next step is added behind the slope of tanh",
        "Both gradients arrive at h, before the tanh is undone. Add first, then multiply.",
        slope_for_its_own_output,
    ),
    Mistake(
        "state-way-transposed",
        "`dz @ W_h.T` stands in place of `dz @ W_h` on the way to the step before",
        "Forward, the row h met W_h.T. What is the transpose of that?",
        state_way_transposed,
    ),
    Mistake(
        "with-the-new-state",
        "W_h's gradient is made with the state that the step ended in",
        "What was W_h multiplied with at step t: what came out of it, or what went in?",
        with_the_new_state,
    ),
    Mistake(
        "forwards",
        "the loop goes from the first step to the last",
        "Step t needs what step t + 1 sends back. So which of them has to come first?",
        from_first_to_last,
    ),
    Mistake(
        "piles-up",
        "what flows back is added to what flowed back before, and never replaced",
        "The gradient that leaves step t goes to step t - 1 alone, which sends on a new one.",
        piles_up,
    ),
    Mistake(
        "repeated-token-once",
        "`dE[x] += ...` adds one part alone for a token that two texts read in the same step",
        "numpy computes dE[x] + ... first and then writes each row once. np.add.at adds one after the other.",
        repeated_token_once,
    ),
    Mistake(
        "last-appearance-stays",
        "a token's row of E keeps one of its appearances and loses the others",
        "A row that was read five times has five parts in its gradient.",
        last_appearance_stays,
    ),
    Mistake(
        "bias-averaged",
        "b_1's parts are averaged over the texts, and not added",
        "The mean is in the loss already: in the gradient at the scores. From there on, everything adds up.",
        bias_averaged,
    ),
    Mistake(
        "h-0-ignored",
        "the way forward begins with zeros, whatever h_0 is",
        "A text may go on where another one ended: h_0 is an argument.",
        h_0_ignored,
    ),
    Mistake(
        "h-0-without-gradient",
        "h_0's gradient is zero",
        "Step 1 read h_0 through W_h. What does your loop hold when it is over?",
        h_0_without_gradient,
    ),
    Mistake(
        "h-0-short-of-the-weights",
        "h_0 gets the gradient at step 1's products, without the way through W_h",
        "h_0 is to step 1 what each state is to the next step: one more time the same line.",
        h_0_short_of_W_h,
    ),
    Mistake(
        "readout-with-the-state-before",
        "U's gradient is made with the states before each token",
        "What did U multiply at step t?",
        readout_with_the_state_before,
    ),
    Mistake(
        "right-answer-not-taken-off",
        "the gradient at the scores is what was said, with the right answer not taken off",
        "With one-hot right answers: what was said minus what was right, over the number of predictions.",
        right_answer_not_taken_off,
    ),
    Mistake(
        "held-to-what-was-read",
        "the gradient at the scores takes the inputs for the right answers",
        "Which of the two arrays holds what is to be said?",
        held_to_what_was_read,
    ),
    Mistake(
        "gradient-of-the-sum",
        "J is a mean, but the gradients are those of the sum",
        "A gradient belongs to the number that you return: where is the T times B?",
        gradient_of_the_sum,
    ),
    Mistake(
        "gradient-over-time-alone",
        "the gradients are divided by T, and not by T times B",
        "J is the mean over T times B predictions.",
        gradient_over_time_alone,
    ),
    Mistake(
        "gradient-over-texts-alone",
        "the gradients are divided by B, and not by T times B",
        "J is the mean over T times B predictions.",
        gradient_over_texts_alone,
    ),
    Mistake(
        "summed",
        "J and its gradients are sums over the tokens",
        "J is nats per token: a text twice as long must not cost twice as much.",
        summed,
    ),
    Mistake(
        "kept-between-calls",
        "gradients of an earlier call are still in the sums",
        "Every call has to begin with zeros of its own. Is there a default argument or a global array?",
        kept_between_calls,
    ),
)
