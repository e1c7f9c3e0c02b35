"""Is the sentence in favour? Asked at every word, of networks that have read different parts of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS, Cell
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError
from rnn_course.experiments.context_sides import from_the_right
from rnn_course.models.labels import Labels
from rnn_course.models.sentence_batches import tagged_batches
from rnn_course.models.tagger import Tagger
from rnn_course.tasks.adverbs import ADVERBS, AdverbSentence, adverb_sentence
from rnn_course.text.vocabulary import Vocabulary
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train

VERDICTS = ("against", "in favour")
PLACES = ("movie", "was", "terribly", "exciting", "!")


@dataclass(frozen=True)
class VerdictsByPlace:
    """How often a sentence's verdict is known at each of its words.

    Attributes:
        places: an example of each place's words: a noun, "was", an adverb, an adjective, a full stop.
        accuracy: by reader, the share of right verdicts on new sentences, [places].
    """

    places: tuple[str, ...]
    accuracy: Mapping[str, Float[ndarray, " places"]]


def verdicts_by_place(
    *, seed: int = 0, sentences: int = 600, test: int = 200, epochs: int = 8, hidden_size: int = 16
) -> VerdictsByPlace:
    """Tag every word of a sentence with the verdict of the whole, "in favour" or "against".

        the play was not terribly funny .     against at each word

    A "not" turns the adjective round and stands in half of the sentences, so neither of the two tells
    anything without the other. At the adverb, the one has been read from the left, the other from the right.

    Shows: who reads from the left knows the verdict from the adjective on, who reads from the right from
    "was" on. At the adverb neither does, and to put their states side by side does not help: the readout
    adds up what the halves say, and no sum tells whether exactly one of two things is so. A second layer,
    which reads both halves, does.

    Args:
        seed: of sentences, weights and batches.
        sentences: to train on.
        test: new ones to measure on.
        epochs: times that the sentences are read.
        hidden_size: of each direction; readers of one side have twice as many units.

    Raises:
        CourseError: if a number is below 1.
    """
    if min(sentences, test, epochs, hidden_size) < 1:
        raise CourseError(
            "verdicts_by_place: numbers are at least 1, got "
            f"sentences={sentences}, test={test}, epochs={epochs}, hidden_size={hidden_size}"
        )
    rng = np.random.default_rng(seed)
    data, held_out = ([adverb_sentence(rng, negated=0.5) for _ in range(n)] for n in (sentences, test))
    gru = CELLS["gru"]
    networks: dict[str, tuple[Cell, int]] = {
        "left only": (gru, 2 * hidden_size),
        "right only": (from_the_right(gru), 2 * hidden_size),
        "both ways": (bidirectional(gru), hidden_size),
        "both ways, two layers": (stacked(bidirectional(gru), 2), hidden_size),
    }
    return VerdictsByPlace(
        PLACES,
        {
            name: _accuracy(_fit(data, cell, size, seed, epochs), held_out)
            for name, (cell, size) in networks.items()
        },
    )


def _fit(data: list[AdverbSentence], cell: Cell, hidden_size: int, seed: int, epochs: int) -> Tagger:
    vocabulary, labels = Vocabulary.from_sentences([s.words for s in data]), Labels(VERDICTS)
    rng = np.random.default_rng(seed)
    model = Tagger.init(vocabulary, labels, cell, 16, hidden_size, rng, dtype=np.float32)
    words = [vocabulary.encode(s.words) for s in data]
    tags = [labels.encode([VERDICTS[s.label]] * len(s.words)) for s in data]
    config = TrainingConfig(epochs=epochs, learning_rate=1e-2, max_gradient_norm=1.0, seed=seed)
    train(model, lambda rng: tagged_batches(words, tags, 16, rng=rng), config, progress=False)
    return model


def _accuracy(model: Tagger, held_out: list[AdverbSentence]) -> Float[ndarray, " places"]:
    rows = []
    for sentence in held_out:
        right = np.array([tag == VERDICTS[sentence.label] for tag in model.tag(sentence.words)])
        adverb = next(t for t, word in enumerate(sentence.words) if word in ADVERBS)
        was = sentence.words.index("was")
        rows.append(right[[was - 1, was, adverb, adverb + 1, adverb + 2]])
    return np.mean(rows, axis=0)
