"""What goes wrong in task 2 of a2, windows."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def nearest_first(stream, k):
    contexts, before = [], [0] * k
    for token in stream:
        contexts.append(before[::-1])
        before = [0] * k if token == 1 else [*before[1:], token]
    return np.array(contexts), np.array(stream)


def target_inside(stream, k):
    contexts, before = [], [0] * k
    for token in stream:
        before = [*before[1:], token]
        contexts.append(before)
        if token == 1:
            before = [0] * k
    return np.array(contexts), np.array(stream)


def nearest_left_out(stream, k):
    contexts, before = [], [0] * (k + 1)
    for token in stream:
        contexts.append(before[:k])
        before = [0] * (k + 1) if token == 1 else [*before[1:], token]
    return np.array(contexts), np.array(stream)


def next_is_context(stream, k):
    contexts, targets, before = [], [], [0] * k
    for token in stream:
        before = [*before[1:], token]
        contexts.append(before)
        targets.append(token)
        if token == 1:
            before = [0] * k
    return np.array(contexts[:-1]), np.array(targets[1:])


def not_padded(stream, k):
    contexts, targets, before = [], [], []
    for token in stream:
        if len(before) >= k:
            contexts.append(before[-k:])
            targets.append(token)
        before = [] if token == 1 else [*before, token]
    return np.array(contexts), np.array(targets)


def one_begin(stream, k):
    contexts, targets, before = [], [], [0]
    for token in stream:
        if len(before) >= k:
            contexts.append(before[-k:])
            targets.append(token)
        before = [0] if token == 1 else [*before, token]
    return np.array(contexts), np.array(targets)


def across_sentences(stream, k):
    padded = [0] * k + list(stream)
    return np.array([padded[i : i + k] for i in range(len(stream))]), np.array(stream)


def end_stays(stream, k):
    contexts, before = [], [0] * k
    for token in stream:
        contexts.append(before)
        before = [0] * (k - 1) + [1] if token == 1 else [*before[1:], token]
    return np.array(contexts), np.array(stream)


def end_not_predicted(stream, k):
    contexts, targets, before = [], [], [0] * k
    for token in stream:
        if token == 1:
            before = [0] * k
        else:
            contexts.append(before)
            targets.append(token)
            before = [*before[1:], token]
    return np.array(contexts), np.array(targets)


def begin_predicted(stream, k):
    padded = [0] * k
    for token in stream:
        padded.append(token)
        if token == 1:
            padded += [0] * k
    count = len(padded) - k
    return np.array([padded[i : i + k] for i in range(count)]), np.array(padded[k:])


def padded_with_end(stream, k):
    contexts, before = [], [1] * k
    for token in stream:
        contexts.append(before)
        before = [1] * k if token == 1 else [*before[1:], token]
    return np.array(contexts), np.array(stream)


def padded_behind(stream, k):
    contexts, before = [], []
    for token in stream:
        near = before[-k:]
        contexts.append(near + [0] * (k - len(near)))
        before = [] if token == 1 else [*before, token]
    return np.array(contexts), np.array(stream)


def without_overlap(stream, k):
    contexts, before = [], [0] * k
    for token in stream:
        contexts.append(before)
        before = [0] * k if token == 1 else [*before[1:], token]
    return np.array(contexts[::k]), np.array(stream[::k])


def list_shared(stream, k):
    contexts, before = [], [0] * k
    for token in stream:
        contexts.append(before)
        before.append(token)
        del before[0]
        if token == 1:
            before[:] = [0] * k
    return np.array(contexts), np.array(stream)


MISTAKES = (
    Mistake(
        "nearest-first",
        "the nearest token stands first in its context",
        "A context reads like the text: the token just before the target stands last.",
        nearest_first,
    ),
    Mistake(
        "target-inside",
        "each context ends with the token that is to be predicted",
        "The model would only have to copy. Slide the window back by one.",
        target_inside,
    ),
    Mistake(
        "nearest-left-out",
        "each context ends one token too early",
        "The last column holds the token just before the target.",
        nearest_left_out,
    ),
    Mistake(
        "next-is-context",
        "contexts run on across the ends of sentences, and the first token is not predicted",
        "The first token of a sentence is predicted as well, from `<s>` alone, and `</s>` is no context.",
        next_is_context,
    ),
    Mistake(
        "not-padded",
        "only tokens with k words of their own sentence before them are predicted",
        "The first token of a sentence is predicted too. What stands in its context?",
        not_padded,
    ),
    Mistake(
        "one-begin",
        "a sentence has one `<s>` before it, and contexts that are too short are left out",
        "How many `<s>` does the first token of a sentence need to have a context of k?",
        one_begin,
    ),
    Mistake(
        "across-sentences",
        "contexts reach over the beginning of a sentence into the one before it",
        "After `</s>` the window begins anew, with nothing but `<s>`.",
        across_sentences,
    ),
    Mistake(
        "end-stays",
        "the first context of a sentence still holds the `</s>` of the one before it",
        "`</s>` is predicted and never read.",
        end_stays,
    ),
    Mistake(
        "end-not-predicted",
        "there is no row for `</s>`",
        "A model that is never asked where sentences end does not learn it. One row for every token.",
        end_not_predicted,
    ),
    Mistake(
        "begin-predicted",
        "`<s>` is among the targets",
        "The padding is there to be read. Nobody predicts it.",
        begin_predicted,
    ),
    Mistake(
        "padded-with-end",
        "contexts are filled up with `</s>`",
        "Before a sentence stands `<s>`. What is its id?",
        padded_with_end,
    ),
    Mistake(
        "padded-behind",
        "contexts are filled up behind their words",
        "The nearest word would then be found at another place in each row. Fill up in front.",
        padded_behind,
    ),
    Mistake(
        "without-overlap",
        "the window moves by k tokens at a time",
        "Every token is predicted once, so the window moves by one.",
        without_overlap,
    ),
    Mistake(
        "list-shared",
        "all rows are one and the same list, which goes on changing",
        "`append` stores the list itself, not what it holds at that moment. Build a new one for each row.",
        list_shared,
    ),
)
