"""How many layers help, and what they encode: the experiments of lecture 15."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import parameter_count
from rnn_course.cells.stacked import Skip, stacked
from rnn_course.errors import CourseError
from rnn_course.layers import embedding_forward
from rnn_course.lm import perplexity
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.tasks.agreement import NOUNS, VERBS
from rnn_course.text.corpus import Corpus
from rnn_course.text.languages import nested_agreement
from rnn_course.text.vocabulary import BOS
from rnn_course.training.config import TrainingConfig
from rnn_course.training.loop import train


@dataclass(frozen=True)
class DepthTable:
    """Language models of one width and different depth, after the same number of updates.

    Args:
        skips: how each stack is connected, the rows.
        depths: layers, the columns.
        perplexity: on the test part, [stacks, depths].
        parameters: [stacks, depths].
        best: the language's own perplexity; NaN where it is not known.
    """

    skips: tuple[Skip, ...]
    depths: tuple[int, ...]
    perplexity: Float[ndarray, "stacks depths"]
    parameters: Int[ndarray, "stacks depths"]
    best: float


def perplexity_by_depth(
    depths: Sequence[int] = (1, 2, 4, 8),
    *,
    skips: Sequence[Skip] = (None, "residual"),
    corpus: Corpus | None = None,
    seed: int = 0,
    cell_name: str = "lstm",
    hidden_size: int = 32,
    max_updates: int = 120,
    learning_rate: float = 5e-3,
) -> DepthTable:
    """Train stacks under one budget of updates.

    Shows: a second plain layer helps a little, with some seeds next to nothing. Plain stacks of four layers
    are worse than one, and of eight are only halfway from word frequencies to one layer when the budget is
    spent; with three times the updates four have caught up. With residual connections four layers are better
    than two, and eight no worse than four.

    Args:
        depths: layers.
        skips: kinds of stack, as `rnn_course.cells.stacked.stacked` knows them.
        corpus: the text; nested agreement if left out.
        seed: of the text, weights and batches.
        cell_name: "elman", "lstm" or "gru".
        hidden_size: units of each layer, and the size of the embeddings.
        max_updates: of each run.
        learning_rate: of Adam.

    Raises:
        CourseError: if the cell is unknown, or there are no depths or kinds.

    Source: how many layers are used: Britz et al. 2017.
    """
    if cell_name not in CELLS or not len(depths) or not len(skips):
        raise CourseError(
            f"perplexity_by_depth: needs depths, kinds, and a cell of {sorted(CELLS)}; got {list(depths)}, "
            f"{list(skips)} and {cell_name!r}"
        )
    best = float("nan")
    if corpus is None:
        language = nested_agreement()
        corpus = language.corpus(seed, train=2000, valid=100, test=400)
        best = perplexity(language, corpus.test)
    shape = len(skips), len(depths)
    measured, sizes = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    for row, column in np.ndindex(shape):
        model = _fit(
            corpus, cell_name, depths[column], skips[row], seed, hidden_size, max_updates, learning_rate
        )
        measured[row, column] = perplexity(model, corpus.test)
        sizes[row, column] = parameter_count(model.params)
    return DepthTable(tuple(skips), tuple(depths), measured, sizes, best)


def _fit(
    corpus: Corpus,
    cell_name: str,
    depth: int,
    skip: Skip,
    seed: int,
    hidden_size: int,
    max_updates: int,
    learning_rate: float,
) -> RecurrentLM:
    options: dict[str, Any] = {"forget_bias": 1.0} if cell_name == "lstm" else {}
    model = RecurrentLM.init(
        corpus.vocabulary,
        stacked(CELLS[cell_name], depth, skip=skip),
        hidden_size,
        hidden_size,
        np.random.default_rng(seed),
        dtype=np.float32,
        **options,
    )
    config = TrainingConfig(
        epochs=None,
        max_updates=max_updates,
        batch_size=16,
        steps=25,
        learning_rate=learning_rate,
        max_gradient_norm=1.0,
        seed=seed,
    )
    train(model, corpus.train, config, progress=False)
    return model


QUESTIONS = ("class", "verbs to come", "number of the next verb")


@dataclass(frozen=True)
class LayerProbe:
    """What can be read off each level of a stack by a linear map.

    Args:
        questions: "class" (of the word just read: noun, verb, "the" ...), "verbs to come" (how many subjects
            wait for their verb: the depth of nesting) and "number of the next verb".
        accuracy: share of right answers on new sentences, [questions, levels]; level 0 is the embeddings, the
            others the layers, lowest first.
        guessing: of always giving the most frequent answer, [questions].
        perplexity: of the language model that is looked into.
    """

    questions: tuple[str, ...]
    accuracy: Float[ndarray, "questions levels"]
    guessing: Float[ndarray, " questions"]
    perplexity: float


def what_layers_encode(
    *,
    seed: int = 0,
    depth: int = 3,
    cell_name: str = "lstm",
    hidden_size: int = 32,
    max_updates: int = 700,
    sentences: int = 400,
    ridge: float = 1e-3,
) -> LayerProbe:
    """Train a stack as a language model, then read three things off each of its levels by least squares.

    Nobody told the network about any of the three. The probe is fitted on half of the sentences and asked
    about the other half.

    Shows: the class of a word is in its embedding already, and stays on the way up. How many verbs
    are to come, and which number the next one must have, cannot be known from the word alone. All layers know
    about equally well how many are to come; the number, which the prediction needs, the upper ones know best.
    Before training (max_updates=1) every layer has the number in four fifths of the cases already, while the
    class of the word fades on the way up, to two thirds at the third layer.

    Args:
        seed: of the text, weights and batches.
        depth: layers.
        cell_name: "elman", "lstm" or "gru".
        hidden_size: units of each layer.
        max_updates: of training.
        sentences: to read while looking into the network.
        ridge: added to the diagonal of the least-squares problem, as a share of its mean.

    Raises:
        CourseError: if the cell is unknown, or a number is out of range.

    Source: linear probes: Alain & Bengio 2016; of syntax in layers: Belinkov et al. 2017.
    """
    if cell_name not in CELLS or depth < 1 or sentences < 10 or ridge <= 0:
        raise CourseError(
            f"what_layers_encode: needs a cell of {sorted(CELLS)}, depth >= 1, sentences >= 10, ridge > 0; "
            f"got {cell_name!r}, {depth}, {sentences} and {ridge}"
        )
    language = nested_agreement()
    corpus = language.corpus(seed, train=4000, valid=20, test=400)
    model = _fit(corpus, cell_name, depth, None, seed, hidden_size, max_updates, 5e-3)
    rng = np.random.default_rng((seed, 1))
    drawn = [language.sentence(rng) for _ in range(sentences)]
    fit, ask = (_levels_and_answers(model, part) for part in (drawn[::2], drawn[1::2]))
    accuracy, guessing = [], []
    for index in range(len(QUESTIONS)):
        known, right = fit[1][index], ask[1][index]
        usual = max(sorted(set(known)), key=known.count)
        guessing.append(float(np.mean([answer == usual for answer in right])))
        accuracy.append([_probe(a, known, b, right, ridge) for a, b in zip(fit[0], ask[0], strict=True)])
    return LayerProbe(QUESTIONS, np.array(accuracy), np.array(guessing), perplexity(model, corpus.test))


def _levels_and_answers(
    model: RecurrentLM, sentences: list[list[str]]
) -> tuple[list[ndarray], list[list[str]]]:
    """At each word before the main verb: the vectors of each level, and the answers."""
    vectors: list[list[ndarray]] = []
    answers: list[list[str]] = [[] for _ in QUESTIONS]
    for words in sentences:
        levels = _levels(model, words)
        vectors = vectors or [[] for _ in levels]
        waiting: list[str] = []
        after_of = False
        for t, word in enumerate(words):
            kind, number = _class_of(word)
            if kind == "noun" and not after_of:
                waiting.append(number)
            elif kind == "verb":
                waiting.pop()
            if kind != "the":
                after_of = word == "of"
            if waiting:
                for level, found in zip(levels, vectors, strict=True):
                    found.append(level[t])
                for column, answer in zip(answers, (kind, str(len(waiting)), waiting[-1]), strict=True):
                    column.append(answer)
    return [np.array(found, dtype=np.float64) for found in vectors], answers


def _class_of(word: str) -> tuple[str, str]:
    for kind, table in (("noun", NOUNS), ("verb", VERBS)):
        for number, forms in table.items():
            if word in forms:
                return kind, number
    return word, ""


def _levels(model: RecurrentLM, words: list[str]) -> list[Float[ndarray, "time level"]]:
    """The embeddings and every layer's h at each word of a sentence, the `<s>` before it left out."""
    ids = model.vocabulary.encode([BOS, *words])
    x, _ = embedding_forward(model.params.E, ids[:, None])
    _, cache = model.cell.forward(model.params.cell, x)
    states = [state.h if hasattr(state, "h") else state for state in model.cell.states(cache)]
    return [level[1:, 0] for level in (x, *states)]


def _probe(x: ndarray, known: list[str], new: ndarray, right: list[str], ridge: float) -> float:
    """Least squares onto one column for each answer; the largest column is the answer.

    Each unit is brought to mean 0 and variance 1 first. Else the ridge would hide what stands in a state in
    small numbers, as in the upper layers of a new stack.

    Args:
        x: what to fit on, [words, units]; known, the answers there.
        new: what to be asked about, [words, units]; right, the answers there.
    """
    names = sorted(set(known))
    targets = (np.array(known)[:, None] == np.array(names)).astype(float)
    spread = x.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    design, asked = (
        np.concatenate([(part - x.mean(axis=0)) / scale, np.ones((len(part), 1))], axis=1)
        for part in (x, new)
    )
    gram = design.T @ design
    gram[np.diag_indices(len(gram))] += ridge * np.trace(gram) / len(gram)
    weights = np.linalg.solve(gram, design.T @ targets)
    said = np.array(names)[(asked @ weights).argmax(axis=1)]
    return float(np.mean(said == np.array(right)))
