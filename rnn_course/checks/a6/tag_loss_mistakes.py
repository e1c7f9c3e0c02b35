"""a6, task 1b: what students get wrong in a masked loss and accuracy."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def padding_counted(log_probs, tags, lengths):
    T, B, _ = log_probs.shape
    t, b = np.arange(T)[:, None], np.arange(B)
    right = log_probs[t, b, tags]
    return -right.mean(), (log_probs.argmax(axis=-1) == tags).mean()


def divided_by_all_places(log_probs, tags, lengths):
    T, B, _ = log_probs.shape
    t, b = np.arange(T)[:, None], np.arange(B)
    inside = t < lengths
    right = np.where(inside, log_probs[t, b, tags], 0.0)
    hits = (log_probs.argmax(axis=-1) == tags) & inside
    return -right.sum() / (T * B), hits.sum() / (T * B)


def mean_of_sentences(log_probs, tags, lengths):
    losses, hits = [], []
    for b in range(len(lengths)):
        n = int(lengths[b])
        rows = log_probs[:n, b]
        losses.append(-rows[np.arange(n), tags[:n, b]].mean())
        hits.append((rows.argmax(axis=-1) == tags[:n, b]).mean())
    return np.mean(losses), np.mean(hits)


def per_sentence(log_probs, tags, lengths):
    T, B, _ = log_probs.shape
    t, b = np.arange(T)[:, None], np.arange(B)
    inside = t < lengths
    right = np.where(inside, log_probs[t, b, tags], 0.0)
    hits = (log_probs.argmax(axis=-1) == tags) & inside
    return -right.sum() / B, hits.sum() / inside.sum()


def mask_multiplied(log_probs, tags, lengths):
    T, B, _ = log_probs.shape
    t, b = np.arange(T)[:, None], np.arange(B)
    mask = (t < lengths).astype(float)
    right = log_probs[t, b, tags] * mask
    hits = (log_probs.argmax(axis=-1) == tags) * mask
    return -right.sum() / mask.sum(), hits.sum() / mask.sum()


def one_hot_product(log_probs, tags, lengths):
    T, _, K = log_probs.shape
    inside = np.arange(T)[:, None] < lengths
    rows, expected = log_probs[inside], tags[inside]
    return -(rows * np.eye(K)[expected]).sum() / len(rows), (rows.argmax(axis=-1) == expected).mean()


def accuracy_over_all_places(log_probs, tags, lengths):
    T, _, _ = log_probs.shape
    inside = np.arange(T)[:, None] < lengths
    rows, expected = log_probs[inside], tags[inside]
    J = -rows[np.arange(len(rows)), expected].mean()
    return J, (log_probs.argmax(axis=-1) == tags).mean()


def padding_scores_hits(log_probs, tags, lengths):
    T, _, _ = log_probs.shape
    inside = np.arange(T)[:, None] < lengths
    rows, expected = log_probs[inside], tags[inside]
    J = -rows[np.arange(len(rows)), expected].mean()
    hits = np.where(inside, log_probs.argmax(axis=-1) == tags, True)
    return J, hits.mean()


def hits_counted(log_probs, tags, lengths):
    T, _, _ = log_probs.shape
    inside = np.arange(T)[:, None] < lengths
    rows, expected = log_probs[inside], tags[inside]
    return -rows[np.arange(len(rows)), expected].mean(), int((rows.argmax(axis=-1) == expected).sum())


def whole_sentences_right(log_probs, tags, lengths):
    T, _, _ = log_probs.shape
    inside = np.arange(T)[:, None] < lengths
    rows, expected = log_probs[inside], tags[inside]
    J = -rows[np.arange(len(rows)), expected].mean()
    hits = np.where(inside, log_probs.argmax(axis=-1) == tags, True)
    return J, hits.all(axis=0).mean()


def sign_lost(log_probs, tags, lengths):
    T, _, _ = log_probs.shape
    inside = np.arange(T)[:, None] < lengths
    rows, expected = log_probs[inside], tags[inside]
    return rows[np.arange(len(rows)), expected].mean(), (rows.argmax(axis=-1) == expected).mean()


def best_tag_s_loss(log_probs, tags, lengths):
    T, _, _ = log_probs.shape
    inside = np.arange(T)[:, None] < lengths
    rows, expected = log_probs[inside], tags[inside]
    return -rows.max(axis=-1).mean(), (rows.argmax(axis=-1) == expected).mean()


def sum_over_words(log_probs, tags, lengths):
    T, _, _ = log_probs.shape
    inside = np.arange(T)[:, None] < lengths
    rows, expected = log_probs[inside], tags[inside]
    return -rows[np.arange(len(rows)), expected].sum(), (rows.argmax(axis=-1) == expected).mean()


MISTAKES = (
    Mistake(
        "padding-counted",
        "padding is counted as words, in the loss and in the accuracy",
        "Nothing is predicted at padding. Which of the T times B places are words?",
        padding_counted,
    ),
    Mistake(
        "divided-by-all-places",
        "the sums run over the words, but are divided by T times B",
        "What was not summed must not be counted. How many words are there?",
        divided_by_all_places,
    ),
    Mistake(
        "mean-of-sentences",
        "each sentence's mean is taken first, and then the mean of these",
        "A sentence of 20 words holds 20 predictions. Should it weigh no more than one of 2?",
        mean_of_sentences,
    ),
    Mistake(
        "per-sentence",
        "the loss is divided by the number of sentences",
        "J is the mean over the words: each of them is one prediction.",
        per_sentence,
    ),
    Mistake(
        "mask-multiplied",
        "what stands at padding is multiplied by 0",
        "NaN times 0 is NaN, and so is inf times 0. Choose the words first, by indexing or np.where.",
        mask_multiplied,
    ),
    Mistake(
        "one-hot-product",
        "the log-probabilities are multiplied with one-hot rows",
        "A wrong tag of probability 0 has ln P = -inf, and -inf times 0 is NaN. Pick the right tag's entry.",
        one_hot_product,
    ),
    Mistake(
        "accuracy-over-all-places",
        "the loss skips padding and the accuracy does not",
        "The same words count for both.",
        accuracy_over_all_places,
    ),
    Mistake(
        "padding-scores-hits",
        "every place of padding counts as a hit",
        "The more padding, the better the score? What is no word is neither right nor wrong.",
        padding_scores_hits,
    ),
    Mistake(
        "hits-counted",
        "the accuracy is the number of hits",
        "An accuracy is a share, from 0 to 1.",
        hits_counted,
    ),
    Mistake(
        "whole-sentences-right",
        "the accuracy is the share of sentences without a fault",
        "Here each word's tag is right or wrong by itself.",
        whole_sentences_right,
    ),
    Mistake(
        "sign-lost",
        "the minus sign is lost",
        "Logs of probabilities are negative, a cross-entropy is not.",
        sign_lost,
    ),
    Mistake(
        "best-tag-s-loss",
        "the loss takes the most probable tag's ln P in place of the right tag's",
        "A model that is sure and wrong would have no loss at all.",
        best_tag_s_loss,
    ),
    Mistake(
        "sum-over-words",
        "the loss is the sum over the words",
        "J is a mean: twice the same sentences have the same J.",
        sum_over_words,
    ),
)
