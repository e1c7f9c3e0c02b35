"""What `Unrolled` says in words: the sentence under the picture, from the network itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text import tokenize
from rnn_course.text.vocabulary import BOS, EOS, UNK, Vocabulary
from rnn_course.widgets.base import WidgetError

MOST_STEPS = 16
"""Steps of the longest sentence that fits into the picture: `<s>`, and 15 words."""

UNITS = ("words", "characters")


class Reading(NamedTuple):
    """A sentence, read to its end.

    Attributes:
        inputs: the tokens that are read: `<s>` and the sentence.
        targets: what came after each: the sentence and `</s>`.
        log_probs: log P(next token | what was read) at each step, nats, [steps, vocab].
    """

    inputs: list[int]
    targets: list[int]
    log_probs: Float[ndarray, "steps vocab"]

    def losses(self) -> Float[ndarray, " steps"]:
        """J^(t) = -log P(target^(t)), nats."""
        return -self.log_probs[np.arange(len(self.targets)), self.targets]


def pieces(text: str, vocabulary: Vocabulary, unit: str) -> list[str]:
    """The tokens of a typed sentence. What the vocabulary holds is one token, all else is cut into words.

    Raises:
        WidgetError: if there are more than the picture has room for, or a mark stands among them.
    """
    if unit == "characters":
        found = tokenize.characters(text)
    else:
        lowercase = all(token == token.lower() for token in vocabulary.tokens)
        parts = (text.lower() if lowercase else text).split()
        found = [word for part in parts for word in ([part] if part in vocabulary else tokenize.words(part))]
    for mark in (BOS, EOS):
        if mark in found:
            raise WidgetError(f"{mark} is read by itself: leave it out of {text!r}")
    if len(found) > MOST_STEPS - 1:
        raise WidgetError(
            f"{len(found)} {unit} are too many for the picture, {MOST_STEPS - 1} at most: {text[:60]!r}"
        )
    return found


def read(model: RecurrentLM, words: list[str], frozen: bool) -> Reading:
    """Let the network read `<s>` and the words.

    Args:
        frozen: read every token from the first state, whatever the model's own memory is.
    """
    memory = RecurrentLM(
        model.vocabulary, model.cell, model.params, memory="none" if frozen else "sentence", start=model.start
    )
    ids = [model.vocabulary.id(word) for word in words]
    state = memory.initial_state()
    log_probs = [memory.next_log_probs(state)]
    for token in ids:
        state = memory.advance(state, token)
        log_probs.append(memory.next_log_probs(state))
    return Reading([model.vocabulary.bos_id, *ids], [*ids, model.vocabulary.eos_id], np.stack(log_probs))


def step_of_other(own: Reading, step: int, other: Reading) -> int:
    """Where to compare another sentence with ours, in which `step` was just read.

    At the same step if it read the same word there, else after the last place where it did; else at the same
    step, or its end.
    """
    word = own.inputs[step - 1]
    if step <= len(other.inputs) and other.inputs[step - 1] == word:
        return step
    places = [place for place, token in enumerate(other.inputs, 1) if token == word and place > 1]
    return places[-1] if places else min(step, len(other.inputs))


def finding(model: RecurrentLM, sentence: str, compare_with: str, step: int, frozen: bool, unit: str) -> str:
    """The sentence under the widget, as unrolled_finding.js writes it."""
    vocabulary = model.vocabulary
    words, others = (pieces(text, vocabulary, unit) for text in (sentence, compare_with))
    own = read(model, words, frozen)
    step = min(step, len(own.inputs))
    losses = own.losses()[:step]
    said = (
        f"Step {step} of {len(own.inputs)}, after {_context(vocabulary, own, step, unit)}: "
        f"{_favourite(vocabulary, own, step)}. What came is {_quoted(vocabulary, own.targets[step - 1])}, "
        f"at a loss of {losses[-1]:.2f} nats; the mean of the {step} so far is {losses.mean():.2f}, "
        f"a perplexity of {np.exp(losses.mean()):.2f}."
    )
    last = _quoted(vocabulary, own.inputs[step - 1])
    if others:
        said += _comparison(vocabulary, own, step, read(model, others, frozen), frozen, unit)
    elif frozen:
        said += f" The state is held at h⁰, so that only {last} counts: this is a bigram."
    unknown = dict.fromkeys(word for word in [*words, *others] if word not in vocabulary and word != UNK)
    if unknown:
        named = ", ".join(f"“{word}”" for word in unknown)
        said += f" {named} {'is' if len(unknown) == 1 else 'are'} not in its vocabulary: read as <unk>."
    return said


def _comparison(
    vocabulary: Vocabulary, own: Reading, step: int, other: Reading, frozen: bool, unit: str
) -> str:
    there = step_of_other(own, step, other)
    mine, theirs = _context(vocabulary, own, step, unit), _context(vocabulary, other, there, unit)
    if mine == theirs:
        return " The other sentence has begun alike, so that nothing can differ yet."
    p, q = np.exp(own.log_probs[step - 1]), np.exp(other.log_probs[there - 1])
    differ = f"the two distributions differ by {np.abs(p - q).sum() / 2:.3f}"
    same_word = own.inputs[step - 1] == other.inputs[there - 1]
    if same_word and frozen:
        last = _quoted(vocabulary, own.inputs[step - 1])
        held = f"the state is held at h⁰, so that only {last} counts. This is a bigram."
        return f" After {theirs} {differ}: {held}"
    which = "the same" if same_word else "another"
    best = _favourite(vocabulary, other, there)
    return f" After {theirs}, which ends in {which} word, {best}: {differ}."


def _quoted(vocabulary: Vocabulary, token: int) -> str:
    marks = {vocabulary.bos_id: "the beginning", vocabulary.eos_id: "the end of the sentence"}
    return marks.get(token, f"“{vocabulary.tokens[token]}”")


def _context(vocabulary: Vocabulary, reading: Reading, step: int, unit: str) -> str:
    words = vocabulary.decode(reading.inputs[1:step])
    return f"“{('' if unit == 'characters' else ' ').join(words)}”" if words else "the beginning"


def _favourite(vocabulary: Vocabulary, reading: Reading, step: int) -> str:
    log_probs = reading.log_probs[step - 1]
    best = int(log_probs.argmax())
    return f"{_quoted(vocabulary, best)} is most probable ({np.exp(log_probs[best]):.3f})"
