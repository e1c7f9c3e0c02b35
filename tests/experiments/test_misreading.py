"""Each mistake by hand, and all their combinations against a second, slow definition."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from rnn_course.errors import DataError, ShapeError
from rnn_course.experiments.misreading import IN_WORDS, Mistakes, misread

NLL = np.array([1.0, 2.0, 0.5, 4.0, 0.25, 3.0, 1.5, 2.5, 0.75, 0.1])
STREAM = np.array([5, 2, 1, 7, 1, 5, 6, 8, 2, 1])  # sentences of 3, 2 and 5 tokens


def slowly(nll: np.ndarray, ids: np.ndarray, mistakes: Mistakes, batch_size: int) -> float:
    """As a script would do it that goes through batches and sentences one by one."""
    sentences: list[list[tuple[int, float]]] = [[]]
    for token, loss in zip(ids.tolist(), nll.tolist(), strict=True):
        sentences[-1].append((token, loss))
        if token == 1:
            sentences.append([])
    sentences.pop()
    power = (lambda x: 2.0**x) if mistakes.base_2 else np.exp
    batches = []
    for start in range(0, len(sentences), batch_size):
        batch = sentences[start : start + batch_size]
        longest = max(map(len, batch))
        filled = []
        for sentence in batch:
            counted = [0.0] * mistakes.begin + [0.0] * (mistakes.padding * (longest - len(sentence)))
            for token, loss in sentence:
                dropped = (token == 1 and mistakes.no_end) or (token == 2 and mistakes.no_unknown)
                counted += [] if dropped else [loss]
            filled.append(counted)
        batches.append(filled)

    def mean_of(group: list[list[float]]) -> float | None:
        """J of some sentences."""
        if mistakes.sentences:
            means = [np.mean(sentence) for sentence in group if sentence]
            return float(np.mean(means)) if means else None
        losses = [loss for sentence in group for loss in sentence]
        return float(np.mean(losses)) if losses else None

    every = [sentence for batch in batches for sentence in batch]
    if mistakes.batches:
        parts = [mean_of(batch) for batch in batches]
    elif mistakes.exp_first and mistakes.sentences:
        parts = [mean_of([sentence]) for sentence in every]
    elif mistakes.exp_first:
        parts = [loss for sentence in every for loss in sentence]
    else:
        parts = [mean_of(every)]
    there = [part for part in parts if part is not None]
    if mistakes.exp_first:
        return float(np.mean([power(part) for part in there]))
    return float(power(np.mean(there)))


def test_the_right_one_is_the_exponential_of_the_mean_loss() -> None:
    assert misread(NLL, STREAM) == pytest.approx(np.exp(NLL.mean()))


@pytest.mark.parametrize(
    ("mistakes", "value"),
    [
        (Mistakes(padding=True), np.exp(NLL.sum() / 11)),  # batches of two: 3 + 3, then 5
        (Mistakes(begin=True), np.exp(NLL.sum() / 13)),
        (Mistakes(no_end=True), np.exp((NLL.sum() - 0.5 - 0.25 - 0.1) / 7)),
        (Mistakes(no_unknown=True), np.exp((NLL.sum() - 2 - 0.75) / 8)),
        (Mistakes(sentences=True), np.exp((3.5 / 3 + 4.25 / 2 + 7.85 / 5) / 3)),
        (Mistakes(batches=True), np.exp((7.75 / 5 + 7.85 / 5) / 2)),
        (Mistakes(exp_first=True), np.exp(NLL).mean()),
        (Mistakes(base_2=True), 2 ** NLL.mean()),
        (Mistakes(padding=True, sentences=True), np.exp((3.5 / 3 + 4.25 / 3 + 7.85 / 5) / 3)),
        (Mistakes(batches=True, exp_first=True), (np.exp(7.75 / 5) + np.exp(7.85 / 5)) / 2),
    ],
)
def test_by_hand(mistakes: Mistakes, value: float) -> None:
    assert misread(NLL, STREAM, mistakes, batch_size=2) == pytest.approx(value)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7])
def test_all_combinations(batch_size: int) -> None:
    rng = np.random.default_rng(0)
    lengths = rng.integers(0, 6, size=11)
    ids = np.concatenate([[*rng.integers(2, 5, size=length), 1] for length in lengths]).astype(int)
    nll = rng.exponential(2, size=len(ids))
    for flags in product((False, True), repeat=len(Mistakes())):
        mistakes = Mistakes(*flags)
        assert misread(nll, ids, mistakes, batch_size=batch_size) == pytest.approx(
            slowly(nll, ids, mistakes, batch_size)
        ), mistakes


def test_what_is_impossible_is_infinite_unless_it_is_left_out() -> None:
    nll = np.where(STREAM == 2, np.inf, NLL)
    assert misread(nll, STREAM) == np.inf
    assert np.isfinite(misread(nll, STREAM, Mistakes(no_unknown=True)))


def test_a_sentence_of_which_nothing_is_left_is_passed_over() -> None:
    ids = np.array([1, 5, 1])
    assert misread(np.array([1.0, 2.0, 3.0]), ids, Mistakes(no_end=True, sentences=True)) == pytest.approx(
        np.exp(2)
    )


def test_every_mistake_has_words() -> None:
    assert tuple(IN_WORDS) == Mistakes._fields


def test_errors_say_what_is_wrong() -> None:
    with pytest.raises(DataError, match="end with </s>"):
        misread(np.array([1.0]), np.array([5]))
    with pytest.raises(DataError, match="end with </s>"):
        misread(np.array([]), np.array([], dtype=int))
    with pytest.raises(ShapeError, match=r"nll is \(2,\)"):
        misread(np.array([1.0, 2.0]), np.array([1]))
    with pytest.raises(DataError, match="nothing is left"):
        misread(np.array([1.0]), np.array([1]), Mistakes(no_end=True))
    with pytest.raises(DataError, match="got batch_size 0"):
        misread(np.array([1.0]), np.array([1]), batch_size=0)
