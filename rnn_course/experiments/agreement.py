"""Does the verb agree with its subject, or with the noun before it? The experiments of lecture 10."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.cell import CELLS
from rnn_course.errors import CourseError, DataError
from rnn_course.lm import LanguageModel, perplexity, state_after
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.tasks.agreement import Chooser, agreement_accuracy, agreement_set, nearest_noun
from rnn_course.tasks.printing import THINGS, long_wait
from rnn_course.text.annotated import AgreementPair, TaggedSentence
from rnn_course.text.corpus import Corpus
from rnn_course.text.languages import nested_agreement
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train
from rnn_course.training.schedule import Plateau

STARTS: dict[str, dict[str, Any]] = {
    "elman": {},
    "lstm": {"forget_bias": 1.0},
    "gru": {"longest_lag": 40.0},
}


@dataclass(frozen=True)
class AgreementTable:
    """How often each chooser finds the right verb.

    Args:
        names: the choosers.
        attractors: nouns of the other number between subject and verb, the columns.
        accuracy: share of right verbs, [choosers, attractors]; 0.5 is chance.
        pairs: how many there were, by number of attractors.
        perplexity: of the language models on the test part, by name.
        best_perplexity: of the language itself; NaN where it is not known.
    """

    names: tuple[str, ...]
    attractors: tuple[int, ...]
    accuracy: Float[ndarray, "choosers attractors"]
    pairs: dict[int, int]
    perplexity: dict[str, float]
    best_perplexity: float


def more_probable(model: LanguageModel[Any]) -> Chooser:
    """The verb to which a language model gives more probability after the context."""

    def choose(context: tuple[str, ...], candidates: tuple[str, str]) -> str:
        log_probs = model.next_log_probs(state_after(model, context))
        first, second = (log_probs[model.vocabulary.id(verb)] for verb in candidates)
        return candidates[0] if first >= second else candidates[1]

    return choose


def agreement_by_attractors(
    *,
    seed: int = 0,
    sentences: int = 3000,
    per_attractors: int = 100,
    most: int = 4,
    hidden_size: int = 64,
    epochs: int = 8,
) -> AgreementTable:
    """Train language models on one generated text, and ask them for the verb.

        the keys of the dog of the child   ->   wait, not waits          2 attractors

    Shows: who looks at the nearest noun is right without attractors, and never with one. A 5-gram model sees
    the subject behind one attractor, and is misled by two. The LSTM, which was told nothing of subjects,
    agrees with the subject up to four attractors. The plain network does so with some first weights; with
    others it is misled by two attractors, as if it had a window.

    Args:
        seed: draws the text, the questions, and the first weights.
        sentences: to train on.
        per_attractors: questions for each number of attractors, an even number.
        most: the largest number of attractors.
        hidden_size: of the networks.
        epochs: times that the text is read.

    Raises:
        CourseError: if a number is out of range.

    Source: the questions: Linzen et al. 2016.
    """
    language = nested_agreement()
    corpus = language.corpus(seed, train=sentences, valid=200, test=500)
    models: dict[str, LanguageModel[Any]] = {
        "3-gram": KneserNey.fit(corpus.train, corpus.vocabulary, order=3),
        "5-gram": KneserNey.fit(corpus.train, corpus.vocabulary, order=5),
        "Elman": _fit(corpus, "elman", seed, hidden_size, epochs),
        "LSTM": _fit(corpus, "lstm", seed, hidden_size, epochs),
    }
    pairs = agreement_set(per_attractors, np.random.default_rng((seed, 1)), most=most)
    return _table(
        models, {"nearest noun": nearest_noun}, pairs, corpus.test, perplexity(language, corpus.test)
    )


def agreement_on_wikipedia(
    models: Mapping[str, LanguageModel[Any]],
    pairs: Iterable[AgreementPair],
    tagged: Iterable[TaggedSentence],
    *,
    test: ndarray | None = None,
) -> AgreementTable:
    """Ask language models for verbs of real sentences, beside the number of the noun before the verb.

    Only the pairs are asked whose two verbs every model knows, and before which there is a noun.

    Shows: with no attractor the nearest noun is right nine times in ten; with attractors it is wrong, and so
    is a model that counts words, whose window is too short for a subject further off.

    Args:
        models: by name; with the same vocabulary or with different ones.
        pairs: such as those of `rnn_course.text.annotated.agreement_pairs`.
        tagged: sentences that tell which words are nouns: `rnn_course.text.annotated.tagged_sentences`.
        test: a stream for the models' perplexity, which is left out without it.

    Raises:
        DataError: if no pair is left.

    Source: Linzen et al. 2016.
    """
    nouns = _usual_nouns(tagged)
    kept = [
        pair
        for pair in pairs
        if all(verb in model.vocabulary for model in models.values() for verb in (pair.right, pair.wrong))
        and any(word in nouns for word in pair.context)
    ]
    if not kept:
        raise DataError("no pair is left whose verbs all models know and before which there is a noun")
    return _table(models, {"nearest noun": _nearest_noun_of(nouns)}, kept, test, float("nan"))


def _table(
    models: Mapping[str, LanguageModel[Any]],
    others: Mapping[str, Chooser],
    pairs: Sequence[AgreementPair],
    test: ndarray | None,
    best: float,
) -> AgreementTable:
    choosers = {**others, **{name: more_probable(model) for name, model in models.items()}}
    found = [agreement_accuracy(pairs, choose) for choose in choosers.values()]
    columns = tuple(found[0].accuracy)
    accuracy = np.array([[each.accuracy[n] for n in columns] for each in found])
    measured = {} if test is None else {name: perplexity(model, test) for name, model in models.items()}
    return AgreementTable(tuple(choosers), columns, accuracy, found[0].pairs, measured, best)


def _usual_nouns(tagged: Iterable[TaggedSentence]) -> set[str]:
    """Words that are a noun more often than anything else."""
    balance: dict[str, int] = {}
    for sentence in tagged:
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            balance[word.lower()] = balance.get(word.lower(), 0) + (1 if tag == "NOUN" else -1)
    return {word for word, more in balance.items() if more > 0}


def _nearest_noun_of(nouns: set[str]) -> Chooser:
    """By spelling: a noun in -s is plural; of two verbs, the one in -s is singular."""

    def choose(context: tuple[str, ...], candidates: tuple[str, str]) -> str:
        nearest = next(word for word in reversed(context) if word in nouns)
        is_plural = nearest.endswith("s") and not nearest.endswith(("ss", "us", "is"))
        singular = max(
            candidates, key=lambda verb: (verb in ("is", "was", "has", "does"), verb.endswith("s"))
        )
        plural = candidates[0] if singular == candidates[1] else candidates[1]
        return plural if is_plural else singular

    return choose


@dataclass(frozen=True)
class Tickets:
    """How often the thing that was wanted is named again, after so many steps.

    Args:
        names: the models.
        events: clauses in between, the columns.
        lags: steps from reading the thing to naming it, on average, [events].
        accuracy: share of right answers, [models, events].
        chance: of whoever has forgotten it.
    """

    names: tuple[str, ...]
    events: tuple[int, ...]
    lags: Float[ndarray, " events"]
    accuracy: Float[ndarray, "models events"]
    chance: float


READERS = ("5-gram", "Elman", "GRU")


def tickets(
    events: Sequence[int] = (0, 1, 2, 4),
    *,
    readers: Sequence[str] = READERS,
    seed: int = 0,
    stories: int = 1200,
    questions: int = 100,
    hidden_size: int = 64,
    epochs: int = 20,
) -> Tickets:
    """She wanted to print her tickets; much happens; at last she printed her ...

    Each model reads the same stories, with all numbers of events mixed.

    Shows: a 5-gram model never sees the thing and guesses. The plain network could keep it and does not learn
    to: the gradient that would teach it vanishes on the way back. If all stories are without an event, it
    does learn it, over 6 steps. A network with gates, which lecture 12 is about, names it at every lag.

    Args:
        events: clauses between wanting and printing.
        readers: who is trained and asked, of "5-gram", "Elman" and "GRU".
        seed: draws stories, questions and first weights.
        stories: to train on.
        questions: asked for each number of events.
        hidden_size: of the networks.
        epochs: times that the stories are read.

    Raises:
        CourseError: if there are no events, questions or readers, or a reader is unknown.
    """
    if not len(events) or questions < 1:
        raise CourseError(f"tickets: needs numbers of events and questions, got {events} and {questions}")
    if not readers or not set(readers) <= set(READERS):
        raise CourseError(f"tickets: readers are some of {', '.join(READERS)}, got {readers!r}")
    rng = np.random.default_rng(seed)
    told = [long_wait(events[k % len(events)], rng).sentence() for k in range(stories)]
    held_out = [long_wait(events[k % len(events)], rng).sentence() for k in range(max(stories // 10, 20))]
    corpus = Corpus.from_sentences("printing", told, held_out, held_out)
    waiting = TrainingConfig(
        epochs=epochs, batch_size=8, steps=60, learning_rate=3e-3, max_gradient_norm=1.0, seed=seed
    )
    networks = {"Elman": ("elman", waiting), "GRU": ("gru", replace(waiting, learning_rate=1e-2))}
    models: dict[str, LanguageModel[Any]] = {}
    for name in readers:
        if name in networks:
            cell, config = networks[name]
            models[name] = _fit(corpus, cell, seed, hidden_size, epochs, config)
        else:
            models[name] = KneserNey.fit(corpus.train, corpus.vocabulary, order=5)
    ids = corpus.vocabulary.encode(THINGS)
    accuracy, lags = np.zeros((len(models), len(events))), np.zeros(len(events))
    for column, count in enumerate(events):
        asked = [long_wait(count, rng) for _ in range(questions)]
        lags[column] = np.mean([story.lag for story in asked])
        for row, model in enumerate(models.values()):
            accuracy[row, column] = np.mean(
                [_named(model, story.context, ids) == story.answer for story in asked]
            )
    return Tickets(tuple(models), tuple(events), lags, accuracy, 1 / len(THINGS))


def _named(model: LanguageModel[Any], context: tuple[str, ...], ids: ndarray) -> str:
    return THINGS[int(model.next_log_probs(state_after(model, context))[ids].argmax())]


def _fit(
    corpus: Corpus, cell: str, seed: int, hidden_size: int, epochs: int, config: TrainingConfig | None = None
) -> RecurrentLM:
    """A trained network; the best of its epochs on the validation part."""
    rng = np.random.default_rng(seed)
    model = RecurrentLM.init(
        corpus.vocabulary, CELLS[cell], 32, hidden_size, rng, dtype=np.float32, **STARTS[cell]
    )
    usual = TrainingConfig(
        epochs=epochs,
        batch_size=16,
        steps=35,
        learning_rate=5e-3,
        max_gradient_norm=1.0,
        schedule=Plateau(decay=0.5, patience=1),
        seed=seed,
    )
    train(model, corpus.train, config or usual, valid=corpus.valid, progress=False)
    return model
