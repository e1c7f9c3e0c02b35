"""Tagger, classifier and encoder-decoder on problems of which it is known who can solve them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from descent import fit
from recurrent_cases import BOTH_DIRECTIONS

from rnn_course import lm
from rnn_course.cells.cell import CELLS
from rnn_course.models.classifier import Classifier
from rnn_course.models.labels import Labels
from rnn_course.models.pooling import ENCODINGS
from rnn_course.models.sentence_batches import labelled_batches, pair_batches, tagged_batches
from rnn_course.models.seq2seq import Seq2Seq
from rnn_course.models.tagger import Tagger
from rnn_course.text.vocabulary import Vocabulary

WORDS = Vocabulary("abcdef")
YES_OR_NO = Labels(["no", "yes"])


def sentences_of(rng: np.random.Generator, count: int, longest: int) -> list[np.ndarray]:
    return [rng.integers(3, len(WORDS), rng.integers(1, longest + 1)) for _ in range(count)]


@pytest.mark.slow
def test_only_two_directions_can_tag_by_what_follows() -> None:
    """A word's tag says whether the next word is a, b or c: half the time, and never known from before."""
    rng = np.random.default_rng(0)
    train, test = sentences_of(rng, 1500, 12), sentences_of(rng, 300, 12)

    def tags(sentences: list[np.ndarray]) -> list[np.ndarray]:
        return [np.append(sentence[1:] < 6, False).astype(int) for sentence in sentences]

    accuracy = {}
    for name, cell in (("gru", CELLS["gru"]), ("both", BOTH_DIRECTIONS["bidirectional lstm"])):
        model = Tagger.init(WORDS, YES_OR_NO, cell, 8, 16, rng, dtype=np.float32)
        fit(model, lambda: tagged_batches(train, tags(train), 32, rng=rng), 3)
        accuracy[name] = model.accuracy(tagged_batches(test, tags(test), 64))
    share_of_no = 1 - np.concatenate(tags(test)).mean()
    assert accuracy["both"] > 0.99
    assert accuracy["gru"] < share_of_no + 0.05


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_can_tell_whether_a_word_stands_in_a_sentence(encoding: Any) -> None:
    rng = np.random.default_rng(1)
    train, test = sentences_of(rng, 1500, 10), sentences_of(rng, 300, 10)

    def labels(sentences: list[np.ndarray]) -> list[int]:
        return [int((sentence == 3).any()) for sentence in sentences]

    cell = BOTH_DIRECTIONS["bidirectional lstm"] if encoding == "final" else CELLS["gru"]
    model = Classifier.init(WORDS, YES_OR_NO, cell, 8, 16, rng, encoding=encoding, dtype=np.float32)
    fit(model, lambda: labelled_batches(train, labels(train), 32, rng=rng), 4)
    assert model.accuracy(labelled_batches(test, labels(test), 64)) > 0.98


@pytest.mark.slow
def test_an_encoder_decoder_learns_to_write_backwards() -> None:
    """Greedily, from new sources. All that it has is one state, read before the first word is written."""
    rng = np.random.default_rng(2)
    train, test = sentences_of(rng, 3000, 4), sentences_of(rng, 100, 4)
    model = Seq2Seq.init(WORDS, WORDS, CELLS["gru"], 16, 48, rng, dtype=np.float32)
    fit(model, lambda: pair_batches(train, [s[::-1] for s in train], 32, rng=rng), 8)
    right = [
        lm.sample(model.conditioned_on(source), rng, temperature=0, max_tokens=10)
        == WORDS.decode(source[::-1])
        for source in test
    ]
    assert np.mean(right) > 0.9
