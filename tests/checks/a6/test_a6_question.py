"""The numbers of a6's written question: a translator whose decoder reads the word that it is to predict."""

from typing import Any

import numpy as np
import pytest

from rnn_course.checks.a6 import ASSIGNMENT
from rnn_course.experiments import uses
from rnn_course.layers import log_softmax
from rnn_course.lm import sequence_log_probs
from rnn_course.models import seq2seq
from rnn_course.models.sentence_batches import pair_batches, teacher_forcing
from rnn_course.tasks.translation import translation, vocabularies
from rnn_course.text.batching import Batch, Padded
from rnn_course.text.vocabulary import Vocabulary

EPOCHS = 12


def not_shifted(sentences: Padded) -> Any:
    """Ben's line: the decoder reads its targets."""
    (_, targets), lengths = teacher_forcing(sentences)
    return Batch(targets, targets), lengths


def perplexity(model: seq2seq.Seq2Seq) -> float:
    """On new pairs, by whatever teacher forcing the model has."""
    rng = np.random.default_rng(5)
    pairs = [translation(rng) for _ in range(300)]
    texts = (
        [words.encode(text) for text in side]
        for words, side in zip((model.source, model.target), zip(*pairs, strict=True), strict=True)
    )
    return float(np.exp(model.loss(next(iter(pair_batches(*texts, len(pairs))))).loss))


def log_probs_of_what_is_read(model: seq2seq.Seq2Seq, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """ln P of each word of the target where the decoder reads that word before it predicts it."""
    state = model.conditioned_on(source).start
    decoder = model.params.decoder
    found = []
    for word in target:
        output, state = model.cell.step(decoder.cell, state, decoder.E[[word]])
        found.append(log_softmax(output @ decoder.U.T + decoder.b_2)[0, word])
    return np.array(found)


def test_the_vocabulary_has_46_words() -> None:
    assert len(vocabularies()[1]) == 46


@pytest.mark.slow
def test_ana_translates() -> None:
    ana = uses.translating(seed=0, epochs=EPOCHS)
    assert 1.01 < perplexity(ana.model) < 1.4
    assert all(share > 0.4 for share in ana.exact)
    assert max(ana.exact) > 0.8
    rng, of_random_words = np.random.default_rng(0), []
    for _ in range(20):
        pair = translation(rng)
        target = ana.model.target.encode(pair.target)
        t = int(rng.integers(1, len(target)))
        target[t] = rng.integers(Vocabulary.unk_id + 1, len(ana.model.target))
        lm = ana.model.conditioned_on(pair.source)
        of_random_words.append(np.exp(sequence_log_probs(lm, target)[t]))
    assert np.mean(of_random_words) < 0.1, "about 1/46"


@pytest.mark.slow
def test_ben_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seq2seq, "teacher_forcing", not_shifted)
    ben = uses.translating(seed=0, epochs=EPOCHS)
    assert perplexity(ben.model) < 1.003
    assert ben.exact == [0, 0, 0]
    written = {words for _, words, _ in ben.examples}
    assert len(written) == 1, "the same for every source"
    assert len(set(written.pop().split())) == 1, "one word, to the end"
    # no later word moves an earlier one's probability, and a word drawn at random is nearly certain
    rng = np.random.default_rng(0)
    of_random_words = []
    for _ in range(20):
        pair = translation(rng)
        source, target = ben.model.source.encode(pair.source), ben.model.target.encode(pair.target)
        before = log_probs_of_what_is_read(ben.model, source, target)
        t = int(rng.integers(1, len(target)))
        target[t] = rng.integers(Vocabulary.unk_id + 1, len(ben.model.target))
        after = log_probs_of_what_is_read(ben.model, source, target)
        assert np.array_equal(before[:t], after[:t])
        of_random_words.append(np.exp(after[t]))
    assert np.mean(of_random_words) > 0.4
    assert ASSIGNMENT.written[0].points == 10
