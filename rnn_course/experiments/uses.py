"""The experiments of lecture 08: a toy for each way of wiring a recurrent network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS, Cell
from rnn_course.models.classifier import Classifier
from rnn_course.models.labels import Labels
from rnn_course.models.pooling import ENCODINGS
from rnn_course.models.sentence_batches import labelled_batches, pair_batches, tagged_batches
from rnn_course.models.seq2seq import Seq2Seq
from rnn_course.models.tagger import Tagger
from rnn_course.tasks.adverbs import ADVERBS, adverb_sentence
from rnn_course.tasks.translation import translation, word_by_word
from rnn_course.tasks.where_is import PLACES, WhereIs, last_place, where_is
from rnn_course.text.batching import Padded
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train

Words = Sequence[str]
TAIL = ("we", "saw", "it", "on", "a", "tuesday", "with", "two", "friends", "and", "went", "home")


def _train(model: Any, deal: Callable[..., Any], seed: int, epochs: int, learning_rate: float = 5e-3) -> None:
    config = TrainingConfig(epochs=epochs, learning_rate=learning_rate, max_gradient_norm=1.0, seed=seed)
    train(model, lambda rng: deal(32, rng=rng), config, progress=False)


def _split(items: list[Any], test: int) -> tuple[list[Any], list[Any]]:
    return items[test:], items[:test]


@dataclass(frozen=True)
class Tagging:
    """Many-to-many: a tag for each word.

    Attributes:
        one_way, two_way: share of right tags on new sentences, of a network that reads from the left, and of
            one that reads from both sides.
        at_adverbs: the same two, at the words whose tag the next word decides.
        most_frequent: share of right tags if each word gets its most frequent tag.
    """

    one_way: float
    two_way: float
    at_adverbs: tuple[float, float]
    most_frequent: float


def tagging(*, seed: int = 0, sentences: int = 600, test: int = 200, epochs: int = 6) -> Tagging:
    """Tag sentences such as "the movie was terribly exciting !"; only "terribly" needs what follows it."""
    rng = np.random.default_rng(seed)
    data, held_out = _split([adverb_sentence(rng) for _ in range(sentences + test)], test)
    vocabulary = Vocabulary.from_sentences([sentence.words for sentence in data])
    labels = Labels.of(tag for sentence in data for tag in sentence.tags)
    words = [vocabulary.encode(sentence.words) for sentence in data]
    tags = [labels.encode(sentence.tags) for sentence in data]
    right = [tag for sentence in held_out for tag in sentence.tags]
    is_adverb = np.array([word in ADVERBS for sentence in held_out for word in sentence.words])
    overall, at_adverbs = [], []
    for cell in (CELLS["gru"], bidirectional(CELLS["gru"])):
        model = Tagger.init(vocabulary, labels, cell, 16, 16, np.random.default_rng(seed), dtype=np.float32)
        _train(model, partial(tagged_batches, words, tags), seed, epochs)
        said = [tag for sentence in held_out for tag in model.tag(sentence.words)]
        hits = np.array([a == b for a, b in zip(said, right, strict=True)])
        overall.append(float(hits.mean()))
        at_adverbs.append(float(hits[is_adverb].mean()))
    counts: dict[str, dict[str, int]] = {}
    for sentence in data:
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            by_tag = counts.setdefault(word, {})
            by_tag[tag] = by_tag.get(tag, 0) + 1
    usual = {word: max(sorted(by_tag), key=by_tag.__getitem__) for word, by_tag in counts.items()}
    frequent = [usual.get(word) == tag for s in held_out for word, tag in zip(s.words, s.tags, strict=True)]
    return Tagging(overall[0], overall[1], (at_adverbs[0], at_adverbs[1]), float(np.mean(frequent)))


@dataclass(frozen=True)
class Encodings:
    """Many-to-one: a label for a sentence, from the final state, the maximum or the mean of the states.

    Attributes:
        tails: words that follow after everything has been said.
        accuracy: by encoding, the share of right labels on new sentences, for each tail.
    """

    tails: list[int]
    accuracy: dict[str, list[float]]


def encodings_by_tail(
    tails: Sequence[int] = (0, 20, 40),
    *,
    seed: int = 0,
    cell: str = "elman",
    sentences: int = 600,
    test: int = 200,
    epochs: int = 12,
) -> Encodings:
    """Is a sentence in favour? Short ones, and ones with an idle tail, which the final state must survive."""
    accuracy: dict[str, list[float]] = {encoding: [] for encoding in ENCODINGS}
    for tail in tails:
        data, held_out = _split(_opinions(seed, sentences + test, tail), test)
        for encoding in ENCODINGS:
            model = _fit_classifier(data, CELLS[cell], encoding, seed, epochs)
            hits = [model.classify(words) == label for words, label in held_out]
            accuracy[encoding].append(float(np.mean(hits)))
    return Encodings(list(tails), accuracy)


def _opinions(seed: int, count: int, tail: int) -> list[tuple[Words, str]]:
    rng = np.random.default_rng(seed)
    found: list[tuple[Words, str]] = []
    for _ in range(count):
        sentence = adverb_sentence(rng)
        idle = [TAIL[int(k)] for k in rng.integers(len(TAIL), size=tail)]
        found.append(((*sentence.words, *idle), ("against", "in favour")[sentence.label]))
    return found


def _fit_classifier(
    data: Sequence[tuple[Words, str]], cell: Cell, encoding: str, seed: int, epochs: int, size: int = 32
) -> Classifier:
    vocabulary = Vocabulary.from_sentences([words for words, _ in data])
    labels = Labels.of(label for _, label in data)
    rng = np.random.default_rng(seed)
    model = Classifier.init(vocabulary, labels, cell, size, size, rng, encoding=encoding, dtype=np.float32)
    words = [vocabulary.encode(sentence) for sentence, _ in data]
    targets = labels.encode([label for _, label in data])
    _train(model, partial(labelled_batches, words, targets), seed, epochs)
    return model


@dataclass(frozen=True)
class PaddingBug:
    """What a batch does to a sentence's vector.

    Attributes:
        shift: by encoding, how far the vectors of sentences move when they stand beside a longer one and the
            lengths are forgotten, relative to their size.
        shift_with_lengths: the same with the lengths given.
        flipped: by encoding, the share of sentences whose predicted label changes if lengths are forgotten.
    """

    shift: dict[str, float]
    shift_with_lengths: dict[str, float]
    flipped: dict[str, float]


def padding_bug(*, seed: int = 0, sentences: int = 400, epochs: int = 8, longest: int = 40) -> PaddingBug:
    """Encode sentences alone, and padded up to `longest` words, with and without their lengths."""
    data = _opinions(seed, sentences, 0)
    shift, cured, flipped = {}, {}, {}
    for encoding in ENCODINGS:
        model = _fit_classifier(data, CELLS["elman"], encoding, seed, epochs)
        moved, moved_with_lengths, changed = [], [], []
        for words, _ in data[:50]:
            ids = model.vocabulary.encode(words)
            column = np.full((longest, 1), Vocabulary.eos_id)
            column[: len(ids), 0] = ids
            alone = Padded(ids[:, None], np.array([len(ids)]), np.array([0]))
            right = Padded(column, np.array([len(ids)]), np.array([0]))
            wrong = Padded(column, np.array([longest]), np.array([0]))
            vector = model.encodings(alone)
            size = float(np.linalg.norm(vector))
            moved.append(float(np.linalg.norm(model.encodings(wrong) - vector)) / size)
            moved_with_lengths.append(float(np.linalg.norm(model.encodings(right) - vector)) / size)
            changed.append(model.log_probs(wrong).argmax() != model.log_probs(alone).argmax())
        shift[encoding] = float(np.mean(moved))
        cured[encoding] = float(np.max(moved_with_lengths))
        flipped[encoding] = float(np.mean(changed))
    return PaddingBug(shift, cured, flipped)


@dataclass(frozen=True)
class Translating:
    """A conditional language model: one sentence in, another out.

    Attributes:
        lengths: words of the source.
        exact: by length, the share of new sentences that are translated without a fault.
        by_word: the same for looking up each word.
        examples: (source, what the network wrote, the right translation).
        model: the network, to translate with.
    """

    lengths: list[int]
    exact: list[float]
    by_word: list[float]
    examples: list[tuple[str, str, str]]
    model: Seq2Seq


def translating(*, seed: int = 0, sentences: int = 2500, test: int = 150, epochs: int = 25) -> Translating:
    """Learn to translate a small piece of English into Spanish; words are written greedily.

    The test sentences are not among those that were learned from.
    """
    rng = np.random.default_rng(seed)
    pairs = list(dict.fromkeys(translation(rng) for _ in range(3 * (sentences + test))))[: sentences + test]
    data, held_out = _split(pairs, test)
    source = Vocabulary.from_sentences([pair.source for pair in data])
    target = Vocabulary.from_sentences([pair.target for pair in data])
    model = Seq2Seq.init(source, target, CELLS["gru"], 32, 64, np.random.default_rng(seed), dtype=np.float32)
    deal = partial(
        pair_batches,
        [source.encode(pair.source) for pair in data],
        [target.encode(pair.target) for pair in data],
    )
    _train(model, deal, seed, epochs)
    written = [write_greedily(model, pair.source) for pair in held_out]
    lengths = sorted({len(pair.source) for pair in held_out})

    def share(texts: Sequence[tuple[str, ...]], length: int) -> float:
        own = [a == p.target for a, p in zip(texts, held_out, strict=True) if len(p.source) == length]
        return float(np.mean(own))

    looked_up = [word_by_word(pair.source) for pair in held_out]
    examples = [
        (" ".join(pair.source), " ".join(words), " ".join(pair.target))
        for pair, words in zip(held_out[:5], written, strict=False)
    ]
    return Translating(
        lengths,
        [share(written, length) for length in lengths],
        [share(looked_up, length) for length in lengths],
        examples,
        model,
    )


def write_greedily(model: Seq2Seq, source: Sequence[str], most: int = 15) -> tuple[str, ...]:
    """What the decoder writes about `source`, the most probable word each time, at most `most` words."""
    decoder = model.conditioned_on(source)
    state = decoder.initial_state()
    words: list[str] = []
    while len(words) < most:
        token = int(decoder.next_log_probs(state).argmax())
        if token == Vocabulary.eos_id:
            break
        words.append(decoder.vocabulary.tokens[token])
        state = decoder.advance(state, token)
    return tuple(words)


@dataclass(frozen=True)
class Answering:
    """An encoder as a part of something larger: where is mary?

    Attributes:
        question_first, question_last: share of right answers on new stories, by what is read first.
        last_place: the same for naming the last place of the story.
        chance: of guessing a place.
    """

    question_first: float
    question_last: float
    last_place: float
    chance: float


def answering(
    *, seed: int = 0, moves: int = 3, stories: int = 4000, test: int = 300, epochs: int = 20
) -> Answering:
    """Read a story and a question into one vector, and choose a place by it.

    Who knows the question before the story has one place to keep; who hears it at the end, one for everybody.
    """
    rng = np.random.default_rng(seed)
    data, held_out = _split([where_is(moves, rng) for _ in range(stories + test)], test)

    def first(story: WhereIs) -> Words:
        return (*story.question, *story.context)

    def last(story: WhereIs) -> Words:
        return (*story.context, *story.question)

    shares = []
    for read in (first, last):
        examples = [(read(story), story.answer) for story in data]
        model = _fit_classifier(examples, CELLS["gru"], "final", seed, epochs, size=48)
        shares.append(float(np.mean([model.classify(read(s)) == s.answer for s in held_out])))
    baseline = float(np.mean([last_place(story) == story.answer for story in held_out]))
    return Answering(shares[0], shares[1], baseline, 1 / len(PLACES))
