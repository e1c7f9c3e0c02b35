"""What reading from both sides gives, and what it spoils: the experiments of lecture 14."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS, Cell
from rnn_course.errors import CourseError, DataError
from rnn_course.lm import LanguageModel, perplexity, sequence_log_probs
from rnn_course.models.encoder import encoder_forward
from rnn_course.models.labels import Labels
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.sentence_batches import tagged_batches
from rnn_course.models.tagger import Tagger
from rnn_course.tasks.adverbs import BAD, BLAME, GOOD, PRAISE, AdverbSentence, adverb_sentence
from rnn_course.text.corpus import Corpus
from rnn_course.text.grammar import Grammar
from rnn_course.text.languages import nested_agreement
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train


@dataclass(frozen=True)
class Terribly:
    """What "terribly" is taken for, and what vector stands for it.

    Args:
        adverbs: how many stand before the adjective, the columns; the first one is looked at.
        one_way, two_way: share of right tags at the first adverb, of a network that reads from the left, and
            of one that reads from both sides, [adverbs].
        distance_one_way, distance_two_way: how far the vectors of "terribly" in "the movie was terribly
            exciting" and "... terribly boring" lie apart, as a multiple of their length.
    """

    adverbs: tuple[int, ...]
    one_way: Float[ndarray, " adverbs"]
    two_way: Float[ndarray, " adverbs"]
    distance_one_way: float
    distance_two_way: float


def terribly_exciting(
    adverbs: Sequence[int] = (1, 2, 4),
    *,
    seed: int = 0,
    sentences: int = 600,
    test: int = 200,
    epochs: int = 5,
    hidden_size: int = 16,
) -> Terribly:
    """Tag adverbs as praise or blame, which only the adjective after them tells.

    Shows: whoever reads from the left guesses; the vector of "terribly" is the same whatever follows, to the
    last digit. From both sides the tag is known, and the word has two vectors.

    Args:
        adverbs: "terribly exciting", "terribly awfully exciting" ...
        seed: of sentences, weights and batches.
        sentences: to train on, of each kind.
        test: new ones to measure on.
        epochs: times that the sentences are read.
        hidden_size: of each direction; the network of one direction has twice as many units, so that the
            vectors of both are of one size.

    Raises:
        CourseError: if there are no adverbs.
    """
    if not len(adverbs) or min(adverbs) < 1:
        raise CourseError(f"terribly_exciting: needs counts of adverbs >= 1, got {list(adverbs)}")
    cells = ((CELLS["gru"], 2 * hidden_size), (bidirectional(CELLS["gru"]), hidden_size))
    right = np.zeros((len(cells), len(adverbs)))
    distance = np.zeros(len(cells))
    for column, count in enumerate(adverbs):
        rng = np.random.default_rng((seed, count))
        data = [adverb_sentence(rng, adverbs=count) for _ in range(sentences)]
        held_out = [adverb_sentence(rng, adverbs=count) for _ in range(test)]
        for row, (cell, size) in enumerate(cells):
            model = _tagger(data, cell, size, seed, epochs)
            right[row, column] = np.mean([_first_adverb(model, s) for s in held_out])
            if column == 0:
                distance[row] = _distance(model, count)
    return Terribly(tuple(adverbs), right[0], right[1], float(distance[0]), float(distance[1]))


def _tagger(data: Sequence[AdverbSentence], cell: Cell, hidden_size: int, seed: int, epochs: int) -> Tagger:
    vocabulary = Vocabulary.from_sentences([sentence.words for sentence in data])
    labels = Labels.of(tag for sentence in data for tag in sentence.tags)
    rng = np.random.default_rng(seed)
    model = Tagger.init(vocabulary, labels, cell, 16, hidden_size, rng, dtype=np.float32)
    words = [vocabulary.encode(sentence.words) for sentence in data]
    tags = [labels.encode(sentence.tags) for sentence in data]
    config = TrainingConfig(epochs=epochs, learning_rate=1e-2, max_gradient_norm=1.0, seed=seed)
    train(model, lambda rng: tagged_batches(words, tags, 16, rng=rng), config, progress=False)
    return model


def _first_adverb(model: Tagger, sentence: AdverbSentence) -> bool:
    place = next(t for t, tag in enumerate(sentence.tags) if tag in (PRAISE, BLAME))
    return model.tag(sentence.words)[place] == sentence.tags[place]


def _distance(model: Tagger, adverbs: int) -> float:
    """Between the mean vectors of "terribly" before a good and before a bad adjective."""
    opening = ("the", "movie", "was", *("terribly",) * adverbs)
    means = []
    for adjectives in (GOOD, BAD):
        ids = np.stack([model.vocabulary.encode((*opening, word, "!")) for word in adjectives], axis=1)
        lengths = np.full(ids.shape[1], len(ids))
        outputs, _ = encoder_forward(model.cell, model.params.encoder, ids, None, lengths)
        means.append(outputs[3].mean(axis=0))
    good, bad = means
    return float(np.linalg.norm(good - bad) / np.sqrt(np.linalg.norm(good) * np.linalg.norm(bad)))


@dataclass(frozen=True)
class Leak:
    """How much the predictions of words change when a word that comes later is changed.

    Args:
        change: the largest change of log P(w_(t-d)) when w_t is changed, nats, for d = 1, 2 .., [distances].
            A language model has 0 everywhere.
        random_word: the mean probability of a word drawn at random and put in place of the right one. Who has
            not read it gives it about 1 / vocabulary; who has, many times as much.
    """

    change: Float[ndarray, " distances"]
    random_word: float

    @property
    def leaks(self) -> bool:
        """Whether anything came back from a later word."""
        return bool((self.change > 0).any())


def find_leak(
    model: LanguageModel,
    stream: Int[ndarray, " tokens"],
    *,
    seed: int = 0,
    distances: int = 5,
    trials: int = 50,
) -> Leak:
    """Change one word of a sentence, and see whether the probability of any earlier word changes.

    A language model predicts w_t from w_1 .. w_(t-1). So log P(w_s) for s < t cannot depend on w_t. This is a
    test of any model, and needs no look into it.

    Args:
        model: anything that gives probabilities to the words of a stream.
        stream: ids, of sentences of two words or more.
        seed: draws sentences, places and the new words.
        distances: how far before the changed word to look.
        trials: words to change.

    Raises:
        DataError: if no sentence has two words.
        CourseError: if distances or trials are below 1.
    """
    if min(distances, trials) < 1:
        raise CourseError(f"find_leak: distances and trials are at least 1, got {distances} and {trials}")
    eos = Vocabulary.eos_id
    sentences = [
        s for s in np.split(stream, np.flatnonzero(stream == eos) + 1) if len(s) > 2 and s[-1] == eos
    ]
    if not sentences:
        raise DataError("find_leak: the stream has no sentence of two words")
    rng = np.random.default_rng(seed)
    change, of_random_word = np.zeros(distances), []
    for _ in range(trials):
        sentence = sentences[int(rng.integers(len(sentences)))]
        t = int(rng.integers(1, len(sentence) - 1))
        changed = sentence.copy()
        changed[t] = rng.choice(
            np.setdiff1d(np.arange(Vocabulary.unk_id + 1, len(model.vocabulary)), sentence[t])
        )
        before, after = sequence_log_probs(model, sentence), sequence_log_probs(model, changed)
        of_random_word.append(np.exp(after[t]))
        near = np.abs(after - before)[:t][::-1][:distances]
        change[: len(near)] = np.maximum(change[: len(near)], np.nan_to_num(near, nan=0.0))
    return Leak(change, float(np.mean(of_random_word)))


@dataclass(frozen=True)
class Misuse:
    """A language model that reads from the left, and one that was allowed to read the answers.

    Args:
        one_way, two_way: perplexity on the test part.
        best: the language's own, below which nobody can honestly come.
        vocabulary: words that can be predicted.
        leak_one_way, leak_two_way: what `find_leak` finds.
        curve_one_way, curve_two_way: perplexity on the validation part after each epoch, [epochs].
        models: the two networks, to be asked more.
        corpus: the text.
    """

    one_way: float
    two_way: float
    best: float
    vocabulary: int
    leak_one_way: Leak
    leak_two_way: Leak
    curve_one_way: Float[ndarray, " epochs"]
    curve_two_way: Float[ndarray, " epochs"]
    models: tuple[RecurrentLM, RecurrentLM]
    corpus: Corpus


def misused_as_language_model(
    *,
    seed: int = 0,
    language: Grammar | None = None,
    sentences: int = 2000,
    hidden_size: int = 32,
    epochs: int = 12,
) -> Misuse:
    """Train a bidirectional network to predict the next word. It is too good to be true.

    Shows: its perplexity is about 1, on new text as well, far below the best that the language allows. It
    gives even a word that was drawn at random far more than one could by guessing, since its right-to-left
    half has just read it. (The curves stay a little above 1: where a batch ends in the middle of a sentence,
    the word that comes next is not there to be read.)

    Args:
        seed: of the text, weights and batches.
        language: whose best perplexity is known; nested agreement if left out.
        sentences: to train on.
        hidden_size: of each direction.
        epochs: times that they are read.
    """
    language = nested_agreement() if language is None else language
    corpus: Corpus = language.corpus(seed, train=sentences, valid=200, test=300)
    models, curves = [], []
    for cell in (CELLS["gru"], bidirectional(CELLS["gru"])):
        model = RecurrentLM.init(
            corpus.vocabulary,
            cell,
            32,
            hidden_size,
            np.random.default_rng(seed),
            dtype=np.float32,
            allow_future=True,
        )
        config = TrainingConfig(
            epochs=epochs, batch_size=16, steps=35, learning_rate=1e-2, max_gradient_norm=1.0, seed=seed
        )
        history = train(model, corpus.train, config, valid=corpus.valid, progress=False)
        models.append(model)
        curves.append(history.valid_perplexity)
    return Misuse(
        perplexity(models[0], corpus.test),
        perplexity(models[1], corpus.test),
        perplexity(language, corpus.test),
        len(corpus.vocabulary) - 1,
        find_leak(models[0], corpus.test, seed=seed),
        find_leak(models[1], corpus.test, seed=seed),
        curves[0],
        curves[1],
        (models[0], models[1]),
        corpus,
    )
