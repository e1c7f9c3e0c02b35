"""a2, task 6: one perplexity out of many batches."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy import ndarray

from rnn_course.checks.case import Case, Mistake, Property
from rnn_course.checks.compare import Tolerance, shown
from rnn_course.checks.plain import Plain
from rnn_course.checks.properties import not_nan
from rnn_course.checks.task import Task


def reference(losses: list[ndarray], masks: list[ndarray]) -> float:
    """A right answer."""
    total = sum(float(batch[mask].sum()) for batch, mask in zip(losses, masks, strict=True))
    return math.exp(total / sum(int(mask.sum()) for mask in masks))


def batch(lengths: Sequence[int], losses: ndarray, filling: float) -> tuple[ndarray, ndarray]:
    """Losses [time, batch] with `filling` after the end of each sentence, and the mask."""
    mask = np.arange(max(lengths))[:, None] < np.array(lengths)
    return np.where(mask, losses, filling), mask


def case(*batches: tuple[ndarray, ndarray], about: str = "") -> Case:
    """A call with these losses and masks."""
    losses, masks = zip(*batches, strict=True)
    return Case((list(losses), list(masks)), about)


LN2 = math.log(2)
VISIBLE = (
    case((np.full((2, 2), LN2), np.ones((2, 2), bool)), (np.full((2, 1), 4 * LN2), np.ones((2, 1), bool))),
    case(
        batch([3, 1], np.array([[1.0, 0.5], [2.0, 0.0], [1.5, 0.0]]), 9.0),
        batch([3], np.array([[2.0], [0.25], [0.5]]), 0.0),
        about="two of six places in the first batch are padding",
    ),
    case(
        batch([1, 2], np.array([[0.0, 2.0], [0.0, 1.0]]), 0.0),
        about="a token that was certain: its loss is 0",
    ),
    case(
        batch([2, 1, 1], np.array([[1.0, 2.0, 0.5], [0.5, 0.0, 0.0]]), math.inf),
        about="at padding anything may stand, inf as well",
    ),
    case(
        batch([100] * 20, np.random.default_rng(5).uniform(2, 8, size=(100, 20)).round(1), 0.0),
        about="2,000 tokens, as many as a few pages have",
    ),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for filling in (0.0, 7.5, -3.0, math.inf, math.nan):
        batches = []
        for lengths, height in (((6, 2, 1, 4), 1.0), ((2, 1), 4.0), ((3, 8, 5), 0.5)):
            shape = max(lengths), len(lengths)
            batches.append(batch(lengths, height * rng.uniform(0.3, 3.0, size=shape), filling))
        batches[0][0][0, 0] = 0.0  # certain
        yield case(*batches, about=f"{filling} at padding")
    yield case(batch([1], rng.uniform(1, 5, size=(1, 1)), 0.0), about="one token")
    yield case(batch([4, 4], rng.uniform(1, 5, size=(4, 2)), 0.0), about="one batch without padding")
    yield case(batch([90] * 9, rng.uniform(1, 8, size=(90, 9)), 0.0), about="many tokens")


def batches_averaged(losses, masks):
    each = [np.exp(loss[mask].mean()) for loss, mask in zip(losses, masks, strict=True)]
    return np.mean(each)


def means_averaged(losses, masks):
    each = [loss[mask].mean() for loss, mask in zip(losses, masks, strict=True)]
    return np.exp(np.mean(each))


def weighed_by_sentences(losses, masks):
    each = [loss[mask].mean() for loss, mask in zip(losses, masks, strict=True)]
    return np.exp(np.average(each, weights=[loss.shape[1] for loss in losses]))


def sentences_averaged(losses, masks):
    each = []
    for loss, mask in zip(losses, masks, strict=True):
        each += [loss[mask[:, b], b].mean() for b in range(loss.shape[1])]
    return np.exp(np.mean(each))


def padding_counted(losses, masks):
    return np.exp(sum(loss.sum() for loss in losses) / sum(loss.size for loss in losses))


def padding_in_length(losses, masks):
    total = sum(loss[mask].sum() for loss, mask in zip(losses, masks, strict=True))
    return np.exp(total / sum(loss.size for loss in losses))


def padding_in_sum(losses, masks):
    return np.exp(sum(loss.sum() for loss in losses) / sum(mask.sum() for mask in masks))


def multiplied_by_mask(losses, masks):
    total = sum((loss * mask).sum() for loss, mask in zip(losses, masks, strict=True))
    return np.exp(total / sum(mask.sum() for mask in masks))


def zeros_left_out(losses, masks):
    tokens = np.concatenate([loss[mask & (loss != 0)] for loss, mask in zip(losses, masks, strict=True)])
    return np.exp(tokens.mean())


def mask_inverted(losses, masks):
    tokens = np.concatenate([loss[~mask] for loss, mask in zip(losses, masks, strict=True)])
    return np.exp(tokens.mean())


def product_first(losses, masks):
    tokens = np.concatenate([loss[mask] for loss, mask in zip(losses, masks, strict=True)])
    with np.errstate(divide="ignore"):
        return np.prod(np.exp(-tokens)) ** (-1 / len(tokens))


def loss_only(losses, masks):
    return np.concatenate([loss[mask] for loss, mask in zip(losses, masks, strict=True)]).mean()


def two_to_the_nats(losses, masks):
    return 2 ** np.concatenate([loss[mask] for loss, mask in zip(losses, masks, strict=True)]).mean()


def sign_turned(losses, masks):
    return np.exp(-np.concatenate([loss[mask] for loss, mask in zip(losses, masks, strict=True)]).mean())


def per_batch(losses, masks):
    total = sum(loss[mask].sum() for loss, mask in zip(losses, masks, strict=True))
    return np.exp(total / len(losses))


MISTAKES = (
    Mistake(
        "batches-averaged",
        "the perplexities of the batches are averaged",
        "The exponential comes once, at the very end, after the mean over all tokens.",
        batches_averaged,
    ),
    Mistake(
        "means-averaged",
        "the mean losses of the batches are averaged, large and small ones alike",
        "A batch of 50 tokens holds 50 predictions. Should it weigh no more than one of 2?",
        means_averaged,
    ),
    Mistake(
        "weighed-by-sentences",
        "batches are weighed by their sentences",
        "Sentences differ in length. What is it that is predicted, sentences or tokens?",
        weighed_by_sentences,
    ),
    Mistake(
        "sentences-averaged",
        "the mean losses of the sentences are averaged",
        "A sentence of 20 tokens holds 20 predictions. Should it weigh no more than one of 2?",
        sentences_averaged,
    ),
    Mistake(
        "padding-counted",
        "the masks are not used",
        "Where the mask is False there is no token, and the number there means nothing.",
        padding_counted,
    ),
    Mistake(
        "padding-in-length",
        "the padding is left out of the sum, and counted in the length",
        "Each place of padding is then a perfect prediction. What is left out above is left out below.",
        padding_in_length,
    ),
    Mistake(
        "padding-in-sum",
        "the padding is left out of the length, and its losses are added up",
        "Where the mask is False the number means nothing.",
        padding_in_sum,
    ),
    Mistake(
        "multiplied-by-mask",
        "losses are multiplied by the mask",
        "That works until inf or NaN stands at padding: inf * 0 is NaN. Select: loss[mask].",
        multiplied_by_mask,
    ),
    Mistake(
        "zeros-left-out",
        "tokens with loss 0 are taken for padding",
        "A token that was certain has loss 0, and counts. Only the mask knows what is padding.",
        zeros_left_out,
    ),
    Mistake(
        "mask-inverted",
        "the masks are read the other way round",
        "True means that there is a token.",
        mask_inverted,
    ),
    Mistake(
        "loss-only",
        "the mean loss is returned",
        "Perplexity is its exponential.",
        loss_only,
    ),
    Mistake(
        "two-to-the-nats",
        "2 is raised to a loss in nats",
        "The logarithm was natural. So must the power be.",
        two_to_the_nats,
    ),
    Mistake(
        "sign-turned",
        "a minus sign comes in once more",
        "The losses are -log P already: large where the model was surprised.",
        sign_turned,
    ),
    Mistake(
        "product-first",
        "all probabilities are multiplied, and the root is taken of their product",
        "On paper it is the same. But a product of 2,000 probabilities is 0 for a computer: add the losses.",
        product_first,
    ),
    Mistake(
        "per-batch",
        "the sum of all losses is divided by the number of batches",
        "The mean runs over tokens.",
        per_batch,
    ),
)


def _at_least_one(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if isinstance(value, (int, float)) and value < 1 - 1e-9:
        return f"No perplexity is below 1, and {shown(value)} is: losses are at least 0."
    return None


task = Task(
    assignment="a2",
    name="perplexity",
    label="Task 6, perplexity",
    points=10,
    function="perplexity",
    arguments=("losses", "masks"),
    returns="a number",
    look='the equation in the text of task 6; lecture 03, "Eight ways to get it wrong".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(not_nan, Property("at least 1", _at_least_one)),
    tolerance=Tolerance(rtol=1e-4, atol=1e-6),
)
check, grade, example = task.check, task.grade, task.example
