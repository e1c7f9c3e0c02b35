"""What goes wrong in task 4 of a2, the cross-entropy."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def overflowing(z, targets, mask):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    losses = -np.log(p[np.arange(len(z)), targets])
    return losses[mask].mean()


def log_sum_overflowing(z, targets, mask):
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), targets]
    return losses[mask].mean()


def log_of_zero(z, targets, mask):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    losses = -np.log(p[np.arange(len(z)), targets])
    return losses[mask].mean()


def something_small_added(z, targets, mask):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    losses = -np.log(p[np.arange(len(z)), targets] + 1e-12)
    return losses[mask].mean()


def one_maximum(z, targets, mask):
    z = z - z.max()
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), targets]
    return losses[mask].mean()


def maximum_not_returned(z, targets, mask):
    m = z.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z - m).sum(axis=1)) - z[np.arange(len(z)), targets]
    return losses[mask].mean()


def sum_not_mean(z, targets, mask):
    z = z - z.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), targets]
    return losses[mask].sum()


def padding_counted(z, targets, mask):
    z = z - z.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), targets]
    return losses.mean()


def padding_in_length(z, targets, mask):
    z = z - z.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), targets]
    return (losses * mask).mean()


def padding_scores_zeroed(z, targets, mask):
    z = (z - z.max(axis=1, keepdims=True)) * mask[:, None]
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), targets]
    return losses.mean()


def mask_inverted(z, targets, mask):
    z = z - z.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), targets]
    return losses[~mask].mean()


def over_all_entries(z, targets, mask):
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    one_hot = np.arange(z.shape[1]) == targets[:, None]
    return -(one_hot * log_p)[mask].mean()


def wrong_axis(z, targets, mask):
    z = z - z.max(axis=0)
    log_p = z - np.log(np.exp(z).sum(axis=0))
    return -log_p[np.arange(len(z)), targets][mask].mean()


def columns_for_entries(z, targets, mask):
    z, targets = z[mask], targets[mask]
    z = z - z.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1, keepdims=True)) - z[:, targets]
    return losses.mean()


def sign_lost(z, targets, mask):
    z = z - z.max(axis=1, keepdims=True)
    losses = z[np.arange(len(z)), targets] - np.log(np.exp(z).sum(axis=1))
    return losses[mask].mean()


def in_bits(z, targets, mask):
    z = z - z.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), targets]
    return losses[mask].mean() / np.log(2)


def mean_before_log(z, targets, mask):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(z)), targets][mask].mean())


def scores_alone(z, targets, mask):
    return -z[np.arange(len(z)), targets][mask].mean()


def raised_to_e(z, targets, mask):
    z = z - z.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), targets]
    return np.exp(losses[mask].mean())


MISTAKES = (
    Mistake(
        "overflowing",
        "exp is taken of the scores as they are",
        "exp(1000) is inf, and inf / inf is no number. Take the largest score of the row off first.",
        overflowing,
    ),
    Mistake(
        "log-sum-overflowing",
        "the softmax is avoided, but exp is still taken of the scores as they are",
        "log(exp(1000) + 1) is inf for a computer. What does the second equation do with the largest score?",
        log_sum_overflowing,
    ),
    Mistake(
        "log-of-zero",
        "the softmax is stable, but its logarithm is taken afterwards",
        "exp(-1000) is 0.0, and its logarithm is gone. Never leave the logarithms: z - m - log(sum).",
        log_of_zero,
    ),
    Mistake(
        "something-small-added",
        "a small number is added, so that the logarithm is never that of 0",
        "-log(1e-12) is 27.6, and no loss can be larger then. The true one may be 1000.",
        something_small_added,
    ),
    Mistake(
        "one-maximum",
        "the largest score of the whole array is taken off every row",
        "A row whose scores all lie far below it becomes all zeros. Each row has a largest score of its own.",
        one_maximum,
    ),
    Mistake(
        "maximum-not-returned",
        "the largest score is taken off inside the logarithm and not given back",
        "log sum exp(z) = m + log sum exp(z - m). Either add m, or take it off the target's score too.",
        maximum_not_returned,
    ),
    Mistake(
        "sum-not-mean",
        "the losses are added up",
        "J is a mean: divide by the number of rows that count.",
        sum_not_mean,
    ),
    Mistake(
        "padding-counted",
        "the mask is not used",
        "A row of padding predicts nothing. It belongs neither to the sum nor to the number.",
        padding_counted,
    ),
    Mistake(
        "padding-in-length",
        "the losses of the padding are set to 0, and its rows are counted all the same",
        "Each row of padding is then a perfect prediction. What is left out above must be left out below.",
        padding_in_length,
    ),
    Mistake(
        "padding-scores-zeroed",
        "the scores of the padding are set to 0",
        "Equal scores are an even guess, which has a loss of log V. Drop these losses, not their scores.",
        padding_scores_zeroed,
    ),
    Mistake(
        "mask-inverted",
        "the mask is read the other way round",
        "True means that the row counts.",
        mask_inverted,
    ),
    Mistake(
        "over-all-entries",
        "the mean runs over all entries of the array, V for each row",
        "There is one prediction a row, and so one loss.",
        over_all_entries,
    ),
    Mistake(
        "wrong-axis",
        "the softmax runs down the columns",
        "The words that compete for one place stand in one row.",
        wrong_axis,
    ),
    Mistake(
        "columns-for-entries",
        "each row is charged with the targets of all rows",
        "z[:, targets] are whole columns. One entry a row: z[np.arange(N), targets].",
        columns_for_entries,
    ),
    Mistake(
        "sign-lost",
        "the minus sign is lost",
        "log P is at most 0, so a loss is at least 0.",
        sign_lost,
    ),
    Mistake(
        "in-bits",
        "the loss is in bits",
        "Here the unit is the nat: natural logarithms.",
        in_bits,
    ),
    Mistake(
        "mean-before-log",
        "the logarithm is taken of the mean probability",
        "Each row has its own logarithm, and the mean comes last.",
        mean_before_log,
    ),
    Mistake(
        "scores-alone",
        "the softmax is missing",
        "A score is no log-probability yet: log sum exp of its row has to be taken off.",
        scores_alone,
    ),
    Mistake(
        "raised-to-e",
        "the perplexity is returned",
        "J itself: the exponential comes in task 6.",
        raised_to_e,
    ),
)
