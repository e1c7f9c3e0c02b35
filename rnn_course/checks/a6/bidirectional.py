"""a6, task 3: a bidirectional encoder that respects the lengths."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a6 import draw
from rnn_course.checks.a6.given import Array, Params, elman_states
from rnn_course.checks.a6.padding import halves, zero_at_padding
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task


def reference(left_to_right: Params, right_to_left: Params, x: Array, lengths: Array) -> Array:
    """A right answer: each sentence by itself."""
    sizes = [len(params["b_1"]) for params in (left_to_right, right_to_left)]
    h = np.zeros((*x.shape[:2], sum(sizes)))
    for b, length in enumerate(lengths):
        own = x[: int(length), b : b + 1]
        h[: len(own), b, : sizes[0]] = elman_states(left_to_right, own)[:, 0]
        h[: len(own), b, sizes[0] :] = elman_states(right_to_left, own[::-1])[::-1, 0]
    return h


def _case(
    rng: np.random.Generator, sizes: tuple[int, ...], digits: int | None = None, about: str = ""
) -> Case:
    T, B, D, left, right = sizes
    x = draw.normal(rng, (T, B, D), 1.0, digits)
    x[-1] = x[0]  # a repeated word
    lengths = draw.lengths(rng, B, T)
    return Case((draw.cell(rng, D, left, digits), draw.cell(rng, D, right, digits), x, lengths), about)


def one_unit(W_h: float, W_e: float) -> Params:
    """A cell of one unit that reads one number."""
    return {"W_h": np.array([[W_h]]), "W_e": np.array([[W_e]]), "b_1": np.zeros(1)}


def _visible() -> tuple[Case, ...]:
    rng = np.random.default_rng(65)
    two_words = np.array([[[1.0]], [[0.0]]])
    padded = np.array([[[1.0]], [[0.0]], [[5.0]]])
    both = (one_unit(1.0, 1.0), one_unit(1.0, -1.0))
    return (
        Case((*both, two_words, np.array([2]))),
        Case((*both, padded, np.array([2])), "the same two words, and a row of padding"),
        _case(rng, (4, 3, 2, 2, 2), 1, "units: 2 in each direction"),
        _case(rng, (3, 2, 2, 1, 3), 1, "units: 1 from the left, 3 from the right"),
    )


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    yield _case(rng, (6, 4, 3, 5, 5))
    yield _case(rng, (5, 3, 4, 2, 6), about="the directions have different sizes")
    yield _case(rng, (7, 2, 5, 4, 4))
    yield _case(rng, (1, 3, 2, 4, 3), about="sentences of one word")
    yield _case(rng, (5, 1, 2, 3, 3), about="a batch of one")


def not_turned_back(left_to_right, right_to_left, x, lengths):
    T, B, _ = x.shape
    t = np.arange(T)[:, None]
    order = np.where(t < lengths, lengths - 1 - t, t)
    right = elman_states(right_to_left, x[order, np.arange(B)])
    h = np.concatenate([elman_states(left_to_right, x), right], axis=-1)
    return np.where((t < lengths)[..., None], h, 0)


def begins_in_the_padding(left_to_right, right_to_left, x, lengths):
    t = np.arange(len(x))[:, None]
    right = elman_states(right_to_left, x[::-1])[::-1]
    h = np.concatenate([elman_states(left_to_right, x), right], axis=-1)
    return np.where((t < lengths)[..., None], h, 0)


def turned_back_as_a_whole(left_to_right, right_to_left, x, lengths):
    T, B, _ = x.shape
    t = np.arange(T)[:, None]
    order = np.where(t < lengths, lengths - 1 - t, t)
    right = elman_states(right_to_left, x[order, np.arange(B)])[::-1]
    h = np.concatenate([elman_states(left_to_right, x), right], axis=-1)
    return np.where((t < lengths)[..., None], h, 0)


def padding_not_zero(left_to_right, right_to_left, x, lengths):
    T, B, _ = x.shape
    t = np.arange(T)[:, None]
    order = np.where(t < lengths, lengths - 1 - t, t)
    right = elman_states(right_to_left, x[order, np.arange(B)])[order, np.arange(B)]
    return np.concatenate([elman_states(left_to_right, x), right], axis=-1)


def lengths_forgotten(left_to_right, right_to_left, x, lengths):
    right = elman_states(right_to_left, x[::-1])[::-1]
    return np.concatenate([elman_states(left_to_right, x), right], axis=-1)


def right_half_first(left_to_right, right_to_left, x, lengths):
    T, B, _ = x.shape
    t = np.arange(T)[:, None]
    order = np.where(t < lengths, lengths - 1 - t, t)
    right = elman_states(right_to_left, x[order, np.arange(B)])[order, np.arange(B)]
    h = np.concatenate([right, elman_states(left_to_right, x)], axis=-1)
    return np.where((t < lengths)[..., None], h, 0)


def one_set_of_weights(left_to_right, right_to_left, x, lengths):
    T, B, _ = x.shape
    t = np.arange(T)[:, None]
    order = np.where(t < lengths, lengths - 1 - t, t)
    right = elman_states(left_to_right, x[order, np.arange(B)])[order, np.arange(B)]
    h = np.concatenate([elman_states(left_to_right, x), right], axis=-1)
    return np.where((t < lengths)[..., None], h, 0)


def added_up(left_to_right, right_to_left, x, lengths):
    T, B, _ = x.shape
    t = np.arange(T)[:, None]
    order = np.where(t < lengths, lengths - 1 - t, t)
    right = elman_states(right_to_left, x[order, np.arange(B)])[order, np.arange(B)]
    h = elman_states(left_to_right, x) + right
    return np.where((t < lengths)[..., None], h, 0)


def right_goes_on_from_left(left_to_right, right_to_left, x, lengths):
    T, B, _ = x.shape
    t = np.arange(T)[:, None]
    order = np.where(t < lengths, lengths - 1 - t, t)
    left = elman_states(left_to_right, x)
    last = left[lengths - 1, np.arange(B)]
    right = elman_states(right_to_left, x[order, np.arange(B)], last)[order, np.arange(B)]
    return np.where((t < lengths)[..., None], np.concatenate([left, right], axis=-1), 0)


def batch_reversed(left_to_right, right_to_left, x, lengths):
    t = np.arange(len(x))[:, None]
    right = elman_states(right_to_left, x[:, ::-1])[:, ::-1]
    h = np.concatenate([elman_states(left_to_right, x), right], axis=-1)
    return np.where((t < lengths)[..., None], h, 0)


def own_word_not_read(left_to_right, right_to_left, x, lengths):
    T, B, _ = x.shape
    t = np.arange(T)[:, None]
    order = np.where(t < lengths, lengths - 1 - t, t)
    right = elman_states(right_to_left, x[order, np.arange(B)])
    before = np.concatenate([np.zeros_like(right[:1]), right[:-1]])[order, np.arange(B)]
    h = np.concatenate([elman_states(left_to_right, x), before], axis=-1)
    return np.where((t < lengths)[..., None], h, 0)


MISTAKES = (
    Mistake(
        "not-turned-back",
        "the right-to-left states stay in the order in which they were read",
        "The first state that this reader gives belongs to the last word. Put each beside its own word.",
        not_turned_back,
    ),
    Mistake(
        "begins-in-the-padding",
        "the right-to-left reader begins at the end of the array",
        "For a short sentence that is padding. Where does each sentence's last word stand?",
        begins_in_the_padding,
    ),
    Mistake(
        "turned-back-as-a-whole",
        "the words are turned within their lengths, but the states as a whole array",
        "The same order that turned the words turns the states back: done twice, it changes nothing.",
        turned_back_as_a_whole,
    ),
    Mistake(
        "padding-not-zero",
        "states are left standing at padding",
        "What is no word has no vector: put 0 there, in both halves.",
        padding_not_zero,
    ),
    Mistake(
        "lengths-forgotten",
        "the lengths are not used at all",
        "Encode a sentence alone and in a batch with a longer one: should its vectors differ?",
        lengths_forgotten,
    ),
    Mistake(
        "right-half-first",
        "the two halves are put together in the wrong order",
        "h = [l; r]: the left-to-right state comes first.",
        right_half_first,
    ),
    Mistake(
        "one-set-of-weights",
        "both readers have the left-to-right weights",
        "Each direction has weights of its own; both are among the arguments.",
        one_set_of_weights,
    ),
    Mistake(
        "added-up",
        "the two states are added instead of put side by side",
        "h is twice as wide as one state: concatenate along the last axis.",
        added_up,
    ),
    Mistake(
        "right-goes-on-from-left",
        "the right-to-left reader begins in the left-to-right reader's last state",
        "The two never meet: each begins in a state of zeros.",
        right_goes_on_from_left,
    ),
    Mistake(
        "batch-reversed",
        "the sentences change places instead of the words",
        "The first axis is time, the second the batch. Which one is to be turned round?",
        batch_reversed,
    ),
    Mistake(
        "own-word-not-read",
        "the right half of a word's vector has not read the word itself",
        "r(t) is the state after reading word t: that word is in both halves.",
        own_word_not_read,
    ),
)


def _left_size(arguments: tuple[Plain, ...]) -> int:
    return len(arguments[0]["b_1"])


task = Task(
    assignment="a6",
    name="bidirectional",
    label="Task 3, bidirectional encoder",
    points=15,
    function="bidirectional",
    arguments=("left_to_right", "right_to_left", "x", "lengths"),
    returns="an array [time, batch, units of both directions]",
    look='the three equations in the text of task 3; lecture 14, "Lengths".',
    reference=reference,
    visible=_visible(),
    hidden=hidden,
    mistakes=MISTAKES,
    tolerance=draw.NETWORK,
    properties=(zero_at_padding(3), halves(reference, _left_size)),
)
check, grade, example = task.check, task.grade, task.example
