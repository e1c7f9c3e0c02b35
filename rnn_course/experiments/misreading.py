"""Eight mistakes with a perplexity, each defined once; any of them can be made together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import DataError, check_shape
from rnn_course.text.vocabulary import Vocabulary


class Mistakes(NamedTuple):
    """Which mistakes are made; none of them by default.

    Attributes:
        padding: the filling after a sentence's end, up to the longest of its batch, is counted with loss 0.
        begin: `<s>` is counted, with loss 0, since it was given and not predicted.
        no_end: `</s>` is not counted.
        no_unknown: `<unk>` is not counted.
        sentences: the mean of the sentences' J is taken for the mean over all tokens.
        batches: the mean of the batches' J is taken for the mean over all tokens.
        exp_first: the exponential is taken first and the mean afterwards: of the batches' perplexities with
            `batches`, of the sentences' with `sentences` alone, of each token's 1/P without either.
        base_2: 2 to the power of J, though J is in nats.
    """

    padding: bool = False
    begin: bool = False
    no_end: bool = False
    no_unknown: bool = False
    sentences: bool = False
    batches: bool = False
    exp_first: bool = False
    base_2: bool = False


NONE = Mistakes()


class Said(NamedTuple):
    """A mistake in words: short for a list, and why it is one."""

    name: str
    reason: str


IN_WORDS = {
    "padding": Said("padding counted", "the filling has a loss of 0, and is counted"),
    "begin": Said("<s> counted", "it is given, not predicted, and counted with loss 0"),
    "no_end": Said("</s> left out", "where a sentence ends is part of the language"),
    "no_unknown": Said("<unk> left out", "the hard places are skipped"),
    "sentences": Said("mean of the sentences' J", "a short sentence weighs as much as a long one"),
    "batches": Said("mean of the batches' J", "few tokens weigh as much as many"),
    "exp_first": Said("exp before the mean", "exp of a mean is not the mean of exps"),
    "base_2": Said("2 to the power of nats", "exp belongs to nats, 2 to the power of to bits"),
}
"""Each of `Mistakes`, by its name there."""


def misread(
    nll: Float[ndarray, " tokens"],
    stream: Int[ndarray, " tokens"],
    mistakes: Mistakes = NONE,
    *,
    batch_size: int = 20,
) -> float:
    """The perplexity that comes out when these mistakes are made; the right one if none is.

        right: exp(J),  J = sum of nll / number of tokens, over all tokens of all sentences, `</s>` among them

    A sentence of which nothing is counted has no mean, and is passed over where means of sentences are taken.

    Args:
        nll: -log P of each token, nats.
        stream: ids with `</s>` after each sentence.
        batch_size: sentences that are padded to one length; the last batch may have fewer.

    Raises:
        DataError: if the stream does not end with `</s>`, or nothing at all is counted.
        ShapeError: if there is not one loss for each token.
    """
    ids, losses = np.asarray(stream), np.asarray(nll, dtype=float)
    check_shape("nll", losses, ids.shape)
    if not len(ids) or ids[-1] != Vocabulary.eos_id:
        raise DataError("the text has to end with </s>: the mistakes count by sentences")
    if batch_size < 1:
        raise DataError(f"a batch has at least one sentence, got batch_size {batch_size}")
    kept = _kept(ids, mistakes)
    free = _counted_for_nothing(ids, mistakes, batch_size)
    starts = np.concatenate([[0], np.flatnonzero(ids == Vocabulary.eos_id)[:-1] + 1])
    total = np.add.reduceat(np.where(kept, losses, 0.0), starts)
    count = np.add.reduceat(kept.astype(float), starts) + free
    if not count.any():
        raise DataError("nothing is left to count: every token is left out")
    power = np.exp2 if mistakes.base_2 else np.exp
    if mistakes.exp_first and not (mistakes.sentences or mistakes.batches):
        return float((power(losses[kept]).sum() + free.sum()) / count.sum())
    batch = np.arange(len(starts)) // batch_size
    if mistakes.sentences:
        counted = count > 0
        batch, total = batch[counted], total[counted] / count[counted]
        count = np.ones(len(total))
    if mistakes.batches:
        total, count = np.bincount(batch, weights=total), np.bincount(batch, weights=count)
    elif not mistakes.exp_first:
        total, count = total.sum(keepdims=True), count.sum(keepdims=True)
    means = total[count > 0] / count[count > 0]
    return float(power(means).mean() if mistakes.exp_first else power(means.mean()))


def _kept(ids: ndarray, mistakes: Mistakes) -> ndarray:
    """Which tokens of the text are counted."""
    kept = np.ones(len(ids), dtype=bool)
    if mistakes.no_end:
        kept &= ids != Vocabulary.eos_id
    if mistakes.no_unknown:
        kept &= ids != Vocabulary.unk_id
    return kept


def _counted_for_nothing(ids: ndarray, mistakes: Mistakes, batch_size: int) -> ndarray:
    """For each sentence, how much is counted besides its tokens, with a loss of 0."""
    lengths = np.diff(np.flatnonzero(ids == Vocabulary.eos_id), prepend=-1)
    free = np.full(len(lengths), float(mistakes.begin))
    if mistakes.padding:
        longest = np.maximum.reduceat(lengths, np.arange(0, len(lengths), batch_size))
        free += np.repeat(longest, batch_size)[: len(lengths)] - lengths
    return free
