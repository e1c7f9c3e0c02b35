"""a6, task 6: what students get wrong in a leak detector."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.a6.given import log_probs
from rnn_course.checks.case import Mistake


def sign_kept(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            moved = (log_probs(model, changed) - before)[:t]
            change[:t] = np.maximum(change[:t], moved[::-1])
    return change


def only_falls(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            moved = (before - log_probs(model, changed))[:t]
            change[:t] = np.maximum(change[:t], moved[::-1])
    return change


def all_earlier_words(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            moved = np.abs(log_probs(model, changed) - before)[:t]
            change[:t] = np.maximum(change[:t], moved.max())
    return change


def mean_of_changes(model, ids):
    before = log_probs(model, ids)
    change, times = np.zeros(len(ids) - 1), np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            change[:t] += np.abs(log_probs(model, changed) - before)[:t][::-1]
            times[:t] += 1
    return change / times


def sum_of_changes(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            change[:t] += np.abs(log_probs(model, changed) - before)[:t][::-1]
    return change


def changed_word_too(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids))
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            moved = np.abs(log_probs(model, changed) - before)[: t + 1]
            change[: t + 1] = np.maximum(change[: t + 1], moved[::-1])
    return change[:-1]


def after_the_change(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for t in range(len(ids) - 1):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            moved = np.abs(log_probs(model, changed) - before)[t + 1 :]
            change[: len(moved)] = np.maximum(change[: len(moved)], moved)
    return change


def by_place(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            moved = np.abs(log_probs(model, changed) - before)[:t]
            change[:t] = np.maximum(change[:t], moved)
    return change


def one_other_word(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        changed = ids.copy()
        changed[t] = (ids[t] + 1) % len(model["E"])
        moved = np.abs(log_probs(model, changed) - before)[:t]
        change[:t] = np.maximum(change[:t], moved[::-1])
    return change


def last_word_only(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for other in range(len(model["E"])):
        changed = ids.copy()
        changed[-1] = other
        moved = np.abs(log_probs(model, changed) - before)[:-1]
        change = np.maximum(change, moved[::-1])
    return change


def next_word_only(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            moved = np.abs(log_probs(model, changed) - before)[t - 1]
            change[0] = max(change[0], moved)
    return change


def probabilities(model, ids):
    before = np.exp(log_probs(model, ids))
    change = np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            moved = np.abs(np.exp(log_probs(model, changed)) - before)[:t]
            change[:t] = np.maximum(change[:t], moved[::-1])
    return change


def small_is_nothing(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            moved = np.abs(log_probs(model, changed) - before)[:t]
            change[:t] = np.maximum(change[:t], moved[::-1])
    return np.where(change > 1e-3, change, 0)


def within_tolerance(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            after = log_probs(model, changed)
            moved = np.where(np.isclose(after, before), 0, np.abs(after - before))[:t]
            change[:t] = np.maximum(change[:t], moved[::-1])
    return change


def rounded(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed = ids.copy()
            changed[t] = other
            moved = np.abs(log_probs(model, changed) - before)[:t]
            change[:t] = np.maximum(change[:t], moved[::-1])
    return np.round(change, 6)


def changes_pile_up(model, ids):
    before = log_probs(model, ids)
    change = np.zeros(len(ids) - 1)
    changed = ids.copy()
    for t in range(1, len(ids)):
        for other in range(len(model["E"])):
            changed[t] = other
            moved = np.abs(log_probs(model, changed) - before)[:t]
            change[:t] = np.maximum(change[:t], moved[::-1])
    return change


MISTAKES = (
    Mistake(
        "after-the-change",
        "the words after the changed one are watched",
        "They may change: they have read it. Which ones may not?",
        after_the_change,
    ),
    Mistake(
        "changed-word-too",
        "the changed word itself is watched too",
        "It is another word now, so its own ln P may change. Begin one word before it.",
        changed_word_too,
    ),
    Mistake(
        "by-place",
        "the changes are kept by their place in the sentence, not by their distance",
        "The entry at index 0 is for the word just before the changed one, wherever that is.",
        by_place,
    ),
    Mistake(
        "next-word-only",
        "only the word just before the changed one is watched",
        "A model may jump over the next word and read the one behind it.",
        next_word_only,
    ),
    Mistake(
        "last-word-only",
        "only the last word is changed",
        "Distance 1 is found at every place of the sentence. Change each word in turn.",
        last_word_only,
    ),
    Mistake(
        "one-other-word",
        "each word is replaced by one other word only",
        "Another word may give it away more. Try every id of the vocabulary.",
        one_other_word,
    ),
    Mistake(
        "changes-pile-up",
        "the earlier changes are still there when the next word is changed",
        "Then you do not know which change was seen. Begin with a fresh copy of the sentence each time.",
        changes_pile_up,
    ),
    Mistake(
        "sign-kept",
        "a word that becomes less probable does not count",
        "A change is a change, up or down.",
        sign_kept,
    ),
    Mistake(
        "only-falls",
        "a word that becomes more probable does not count",
        "A change is a change, up or down.",
        only_falls,
    ),
    Mistake(
        "all-earlier-words",
        "each distance gets the largest change of all earlier words",
        "change_d is about one word: the one that stands d before the replaced word.",
        all_earlier_words,
    ),
    Mistake(
        "mean-of-changes",
        "the mean of the changes is taken",
        "One change is enough to convict. Keep the largest.",
        mean_of_changes,
    ),
    Mistake(
        "sum-of-changes",
        "the changes are added up",
        "The sum grows with the vocabulary. Keep the largest change at each distance.",
        sum_of_changes,
    ),
    Mistake(
        "probabilities",
        "P is compared instead of ln P",
        "`log_probs` gives what is to be compared, as it is.",
        probabilities,
    ),
    Mistake(
        "small-is-nothing",
        "small changes are taken for 0",
        "There is no honest way for a small change to be there. How large it is, the number will tell.",
        small_is_nothing,
    ),
    Mistake(
        "within-tolerance",
        "a change within the tolerance of `np.isclose` or `np.allclose` is taken for none",
        "A tolerance forgives what it is small enough to miss. An honest change is 0.",
        within_tolerance,
    ),
    Mistake(
        "rounded",
        "the changes are rounded",
        "A billionth is rounded to 0, and a model that looks ahead is acquitted.",
        rounded,
    ),
)
