"""a7, task 4: models that promise more than they keep, each as a pair of `train` and `predict`."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import inspect
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_course.checks.case import Mistake


@dataclass(frozen=True)
class Pair:
    """Two functions that belong together. It stands where other mistakes have their one function."""

    train: Callable[..., Any]
    predict: Callable[..., Any]

    def __iter__(self) -> Iterator[Callable[..., Any]]:
        """The two functions, in this order."""
        return iter((self.train, self.predict))

    def __call__(self, *arguments: object) -> object:
        """Train; so that a pair is callable like any mistake."""
        return self.train(*arguments)


class Leak(Mistake):
    """A mistake whose implementation is a pair."""

    def as_answer(self, function: str) -> str:
        """The source of a cell that defines `train` and `predict`."""
        assert isinstance(self.implementation, Pair)
        text = "\n\n".join(inspect.getsource(part).rstrip() + "\n" for part in self.implementation)
        for name, part in zip(("train", "predict"), self.implementation, strict=True):
            text = re.sub(rf"\b{part.__name__}\b", name, text)
        return f"import time\n\nimport numpy as np\n\n\n{text.rstrip()}"


def fit(train_text, valid_text, V, seed):
    counts = np.full((V, V), 0.05)
    for sentence in train_text:
        for last, word in zip([0, *sentence], [*sentence, 1], strict=True):
            counts[last, word] += 1
    return {"P": counts / counts.sum(axis=1, keepdims=True)}


def fit_with_table_of_pairs(train_text, valid_text, V, seed):
    counts = np.full((V, V), 0.05)
    further = np.full((V, V), 0.05)
    for sentence in train_text:
        for last, word in zip([0, *sentence], [*sentence, 1], strict=True):
            counts[last, word] += 1
        for last, word in zip([0, 0, *sentence], [*sentence, 1], strict=False):
            further[last, word] += 1
    return {
        "P": counts / counts.sum(axis=1, keepdims=True),
        "Q": further / further.sum(axis=1, keepdims=True),
    }


def fit_slowly(train_text, valid_text, V, seed):
    end = time.process_time() + 60
    while time.process_time() < end:
        P = np.full((V, V), 1 / V)
    return {"P": P}


def fit_by_chance(train_text, valid_text, V, seed):
    counts = np.random.default_rng().uniform(0.01, 0.1, size=(V, V))
    for sentence in train_text:
        for last, word in zip([0, *sentence], [*sentence, 1], strict=True):
            counts[last, word] += 1
    return {"P": counts / counts.sum(axis=1, keepdims=True)}


def fit_and_keep(train_text, valid_text, V, seed):
    counts = np.full((V, V), 0.05)
    for sentence in train_text:
        for last, word in zip([0, *sentence], [*sentence, 1], strict=True):
            counts[last, word] += 1
    fit_and_keep.P = counts / counts.sum(axis=1, keepdims=True)
    return {"size": V}


def fit_without_smoothing(train_text, valid_text, V, seed):
    counts = np.zeros((V, V))
    for sentence in train_text:
        for last, word in zip([0, *sentence], [*sentence, 1], strict=True):
            counts[last, word] += 1
    counts[counts.sum(axis=1) == 0] = 1
    return {"P": counts / counts.sum(axis=1, keepdims=True)}


def fit_unigram(train_text, valid_text, V, seed):
    counts = np.full(V, 0.05)
    for sentence in train_text:
        for word in [*sentence, 1]:
            counts[word] += 1
    return {"P": np.tile(counts / counts.sum(), (V, 1))}


def ask(parameters, sentences):
    with np.errstate(divide="ignore"):
        return [np.log(parameters["P"][[0, *sentence]]) for sentence in sentences]


def ask_what_was_kept(parameters, sentences):
    return [np.log(fit_and_keep.P[[0, *sentence]]) for sentence in sentences]


def ask_both_sides(parameters, sentences):
    P = parameters["P"]
    answers = []
    for sentence in sentences:
        rows = []
        for t in range(len(sentence) + 1):
            left = ([0, *sentence])[t]
            right = ([*sentence, 1, 1])[t + 1]
            row = P[left] * P[:, right]
            rows.append(np.log(row / row.sum()))
        answers.append(np.array(rows))
    return answers


def ask_one_ahead(parameters, sentences):
    P = parameters["P"]
    answers = []
    for sentence in sentences:
        rows = P[[0, *sentence]].copy()
        for t, word in enumerate([*sentence, 1]):
            rows[t] *= 0.5
            rows[t, word] += 0.5
        answers.append(np.log(rows))
    return answers


def ask_with_length(parameters, sentences):
    P = parameters["P"]
    answers = []
    for sentence in sentences:
        rows = P[[0, *sentence]].copy()
        rows[:-1, 1] = 1e-6
        rows[-1] *= 0.1
        rows[-1, 1] += 0.9
        answers.append(np.log(rows / rows.sum(axis=1, keepdims=True)))
    return answers


def ask_and_learn(parameters, sentences):
    P = parameters["P"]
    counts = 20 * P
    for sentence in sentences:
        for last, word in zip([0, *sentence], [*sentence, 1], strict=True):
            counts[last, word] += 1
    P = counts / counts.sum(axis=1, keepdims=True)
    return [np.log(P[[0, *sentence]]) for sentence in sentences]


def ask_on_and_on(parameters, sentences):
    P = parameters["P"]
    last = 0
    answers = []
    for sentence in sentences:
        answers.append(np.log(P[[last, *sentence]]))
        last = sentence[-1] if sentence else last
    return answers


def ask_padded(parameters, sentences):
    P = parameters["P"]
    longest = max(len(sentence) for sentence in sentences)
    answers = []
    for sentence in sentences:
        padded = [*sentence, *[0] * (longest - len(sentence))]
        pad = P[padded].mean(axis=0) if padded else P[0]
        padding = (longest - len(sentence)) / (longest + 1)
        rows = (1 - 0.5 * padding) * P[[0, *sentence]] + 0.5 * padding * pad.mean()
        answers.append(np.log(rows / rows.sum(axis=1, keepdims=True)))
    return answers


def ask_and_remember(parameters, sentences):
    ask_and_remember.calls = getattr(ask_and_remember, "calls", 0) + 1
    share = 1 / (1 + ask_and_remember.calls)
    P = (1 - share) * parameters["P"] + share / len(parameters["P"])
    return [np.log(P[[0, *sentence]]) for sentence in sentences]


def ask_for_scores(parameters, sentences):
    P = parameters["P"]
    return [np.log(40 * P[[0, *sentence]]) for sentence in sentences]


def ask_for_bits(parameters, sentences):
    return [np.log2(parameters["P"][[0, *sentence]]) for sentence in sentences]


def ask_for_probabilities(parameters, sentences):
    return [parameters["P"][[0, *sentence]] for sentence in sentences]


def ask_without_end(parameters, sentences):
    return [np.log(parameters["P"][[0, *sentence[:-1]]])[: len(sentence)] for sentence in sentences]


MISTAKES = (
    Leak(
        "reads-the-rest",
        "the rest of the sentence is read before a word of it is predicted",
        "Both directions are for tagging and encoding. When you write, the rest is not there yet.",
        Pair(fit, ask_both_sides),
    ),
    Leak(
        "sees-the-answer",
        "a row has already read the word that it is to predict",
        "Row t follows t words: row 0 has read `<s>` alone. Are inputs and targets shifted by one?",
        Pair(fit, ask_one_ahead),
    ),
    Leak(
        "knows-the-length",
        "a row depends on how many words are still to come",
        "Where a sentence ends is part of what is to be predicted.",
        Pair(fit, ask_with_length),
    ),
    Leak(
        "learns-from-the-test",
        "the model learns from the text that it is measured on",
        "Sentences are asked together only to save time. One must not help another.",
        Pair(fit, ask_and_learn),
    ),
    Leak(
        "state-kept",
        "the state of one sentence is carried over into the next",
        "Every sentence begins anew, with h at its start value: see the protocol of lecture 16.",
        Pair(fit, ask_on_and_on),
    ),
    Leak(
        "padding-read",
        "the padding of short sentences takes part in the answer",
        "Filled up to the longest of the call, a sentence must keep the answers that it has alone. Mask it.",
        Pair(fit, ask_padded),
    ),
    Leak(
        "remembers-between-calls",
        "something is kept from one call of `predict` to the next",
        "The same question twice, and two answers. Dropout left on? A global variable?",
        Pair(fit, ask_and_remember),
    ),
    Leak(
        "not-normalised",
        "the numbers of a row are scores, and not yet log-probabilities",
        "log softmax is still missing, or a mixture was added up with weights that do not sum to 1.",
        Pair(fit, ask_for_scores),
    ),
    Leak(
        "another-base",
        "the logarithm is not the natural one",
        "np.log, not np.log2 or np.log10: the rules ask for nats.",
        Pair(fit, ask_for_bits),
    ),
    Leak(
        "probabilities-not-logs",
        "probabilities come back where their logarithms are asked for",
        "They are fine as they are. Take np.log of them.",
        Pair(fit, ask_for_probabilities),
    ),
    Leak(
        "end-not-predicted",
        "nothing is predicted after the last word",
        "A sentence of n words has n + 1 predictions. The last one is for `</s>`.",
        Pair(fit, ask_without_end),
    ),
    Leak(
        "zero-probability",
        "a token that occurs was given probability 0",
        "One such token, and the perplexity of the whole text is inf. Lecture 02 knows remedies.",
        Pair(fit_without_smoothing, ask),
    ),
    Leak(
        "no-better-than-a-bigram",
        "the model predicts no better than a bigram does",
        "0 points begin where a bigram stands. Is the loss on valid lower than its? Does the state reach the "
        "readout?",
        Pair(fit_unigram, ask),
    ),
    Leak(
        "over-budget",
        "the model holds more numbers than the budget allows",
        "Count every array that `train` returns. What can be smaller: the embeddings, H, a table?",
        Pair(fit_with_table_of_pairs, ask),
    ),
    Leak(
        "over-time",
        "training or predicting takes too long",
        "Fewer epochs, larger batches, fewer steps of Python: predict for all sentences at once.",
        Pair(fit_slowly, ask),
    ),
    Leak(
        "chance-without-seed",
        "training draws numbers that do not come from `seed`",
        "np.random.default_rng(seed), torch.manual_seed(seed): two runs, one model. A clock is chance, too.",
        Pair(fit_by_chance, ask),
    ),
    Leak(
        "model-outside",
        "the model is kept somewhere else than in the parameters",
        "`predict` may use its arguments only. What it needs belongs into the dict, and so into the budget.",
        Pair(fit_and_keep, ask_what_was_kept),
    ),
)
