"""a6, task 5a: what students get wrong in a conditional language model."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.a6.given import elman_states, log_softmax
from rnn_course.checks.case import Mistake


def source_ignored(encoder, decoder, source, source_lengths, target, target_lengths):
    B, found = source.shape[1], []
    for b in range(B):
        own = list(target[: target_lengths[b], b])
        h = elman_states(decoder, decoder["E"][[0, *own]][:, None])[:, 0]
        log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])
        found.append(sum(log_p[t, w] for t, w in enumerate([*own, 1])))
    return np.array(found), -sum(found) / (target_lengths.sum() + B)


def source_s_padding_read(encoder, decoder, source, source_lengths, target, target_lengths):
    B, found = source.shape[1], []
    start = elman_states(encoder, encoder["E"][source])[-1]
    for b in range(B):
        own = list(target[: target_lengths[b], b])
        h = elman_states(decoder, decoder["E"][[0, *own]][:, None], start[b : b + 1])[:, 0]
        log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])
        found.append(sum(log_p[t, w] for t, w in enumerate([*own, 1])))
    return np.array(found), -sum(found) / (target_lengths.sum() + B)


def mean_state(encoder, decoder, source, source_lengths, target, target_lengths):
    B, found = source.shape[1], []
    for b in range(B):
        states = elman_states(encoder, encoder["E"][source[: source_lengths[b], b : b + 1]])
        own = list(target[: target_lengths[b], b])
        h = elman_states(decoder, decoder["E"][[0, *own]][:, None], states.mean(axis=0))[:, 0]
        log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])
        found.append(sum(log_p[t, w] for t, w in enumerate([*own, 1])))
    return np.array(found), -sum(found) / (target_lengths.sum() + B)


def reads_what_it_predicts(encoder, decoder, source, source_lengths, target, target_lengths):
    B, found = source.shape[1], []
    for b in range(B):
        start = elman_states(encoder, encoder["E"][source[: source_lengths[b], b : b + 1]])[-1]
        own = list(target[: target_lengths[b], b])
        h = elman_states(decoder, decoder["E"][[*own, 1]][:, None], start)[:, 0]
        log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])
        found.append(sum(log_p[t, w] for t, w in enumerate([*own, 1])))
    return np.array(found), -sum(found) / (target_lengths.sum() + B)


def begins_with_the_end(encoder, decoder, source, source_lengths, target, target_lengths):
    B, found = source.shape[1], []
    for b in range(B):
        start = elman_states(encoder, encoder["E"][source[: source_lengths[b], b : b + 1]])[-1]
        own = list(target[: target_lengths[b], b])
        h = elman_states(decoder, decoder["E"][[1, *own]][:, None], start)[:, 0]
        log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])
        found.append(sum(log_p[t, w] for t, w in enumerate([*own, 1])))
    return np.array(found), -sum(found) / (target_lengths.sum() + B)


def end_not_scored(encoder, decoder, source, source_lengths, target, target_lengths):
    B, found = source.shape[1], []
    for b in range(B):
        start = elman_states(encoder, encoder["E"][source[: source_lengths[b], b : b + 1]])[-1]
        own = list(target[: target_lengths[b], b])
        h = elman_states(decoder, decoder["E"][[0, *own]][:, None], start)[:, 0]
        log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])
        found.append(sum(log_p[t, w] for t, w in enumerate(own)))
    return np.array(found), -sum(found) / target_lengths.sum()


def end_counted_not_scored(encoder, decoder, source, source_lengths, target, target_lengths):
    B, found = source.shape[1], []
    for b in range(B):
        start = elman_states(encoder, encoder["E"][source[: source_lengths[b], b : b + 1]])[-1]
        own = list(target[: target_lengths[b], b])
        h = elman_states(decoder, decoder["E"][[0, *own]][:, None], start)[:, 0]
        log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])
        found.append(sum(log_p[t, w] for t, w in enumerate(own)))
    return np.array(found), -sum(found) / (target_lengths.sum() + B)


def end_not_counted(encoder, decoder, source, source_lengths, target, target_lengths):
    B, found = source.shape[1], []
    for b in range(B):
        start = elman_states(encoder, encoder["E"][source[: source_lengths[b], b : b + 1]])[-1]
        own = list(target[: target_lengths[b], b])
        h = elman_states(decoder, decoder["E"][[0, *own]][:, None], start)[:, 0]
        log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])
        found.append(sum(log_p[t, w] for t, w in enumerate([*own, 1])))
    return np.array(found), -sum(found) / target_lengths.sum()


def target_s_padding_scored(encoder, decoder, source, source_lengths, target, target_lengths):
    T, B = target.shape
    found = []
    for b in range(B):
        start = elman_states(encoder, encoder["E"][source[: source_lengths[b], b : b + 1]])[-1]
        own = list(target[:, b])
        h = elman_states(decoder, decoder["E"][[0, *own]][:, None], start)[:, 0]
        log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])
        found.append(sum(log_p[t, w] for t, w in enumerate([*own, 1])))
    return np.array(found), -sum(found) / ((T + 1) * B)


def end_behind_the_padding(encoder, decoder, source, source_lengths, target, target_lengths):
    T, B = target.shape
    found = []
    for b in range(B):
        start = elman_states(encoder, encoder["E"][source[: source_lengths[b], b : b + 1]])[-1]
        n = target_lengths[b]
        own = list(target[:, b])
        h = elman_states(decoder, decoder["E"][[0, *own]][:, None], start)[:, 0]
        log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])
        found.append(sum(log_p[t, w] for t, w in enumerate(own[:n])) + log_p[T, 1])
    return np.array(found), -sum(found) / (target_lengths.sum() + B)


def reads_its_own_words(encoder, decoder, source, source_lengths, target, target_lengths):
    B, found = source.shape[1], []
    for b in range(B):
        h = elman_states(encoder, encoder["E"][source[: source_lengths[b], b : b + 1]])[-1]
        word, total = 0, 0.0
        for right in [*target[: target_lengths[b], b], 1]:
            h = elman_states(decoder, decoder["E"][[word]][:, None], h)[0]
            log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])[0]
            total += log_p[right]
            word = log_p.argmax()
        found.append(total)
    return np.array(found), -sum(found) / (target_lengths.sum() + B)


def mean_of_sentences(encoder, decoder, source, source_lengths, target, target_lengths):
    B, found = source.shape[1], []
    for b in range(B):
        start = elman_states(encoder, encoder["E"][source[: source_lengths[b], b : b + 1]])[-1]
        own = list(target[: target_lengths[b], b])
        h = elman_states(decoder, decoder["E"][[0, *own]][:, None], start)[:, 0]
        log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])
        found.append(sum(log_p[t, w] for t, w in enumerate([*own, 1])))
    return np.array(found), -np.mean(np.array(found) / (target_lengths + 1))


def per_sentence(encoder, decoder, source, source_lengths, target, target_lengths):
    B, found = source.shape[1], []
    for b in range(B):
        start = elman_states(encoder, encoder["E"][source[: source_lengths[b], b : b + 1]])[-1]
        own = list(target[: target_lengths[b], b])
        h = elman_states(decoder, decoder["E"][[0, *own]][:, None], start)[:, 0]
        log_p = log_softmax(h @ decoder["U"].T + decoder["b_2"])
        found.append(sum(log_p[t, w] for t, w in enumerate([*own, 1])))
    return np.array(found), -np.mean(found)


MISTAKES = (
    Mistake(
        "source-ignored",
        "the decoder begins in a state of zeros",
        "Then it says the same whatever was read. Where does the encoder's last state go?",
        source_ignored,
    ),
    Mistake(
        "source-s-padding-read",
        "the encoder's state is taken from the last row of the array",
        "For a short source that row is padding. Take each source's state at its own last word.",
        source_s_padding_read,
    ),
    Mistake(
        "mean-state",
        "the decoder begins in the mean of the encoder's states",
        "s is the state after the last word of the source.",
        mean_state,
    ),
    Mistake(
        "reads-what-it-predicts",
        "the decoder reads the word that it is to predict",
        "Before y_t is predicted, y_(t-1) is read, and `<s>` before y_1. Are the inputs shifted by one?",
        reads_what_it_predicts,
    ),
    Mistake(
        "begins-with-the-end",
        "the decoder first reads `</s>`",
        "A target begins with `<s>`, which has id 0.",
        begins_with_the_end,
    ),
    Mistake(
        "end-not-scored",
        "`</s>` is not predicted",
        "To know when to stop is part of the task: the last factor is P(`</s>`).",
        end_not_scored,
    ),
    Mistake(
        "end-counted-not-scored",
        "`</s>` is counted in J's divisor, but its ln P is not summed",
        "The product has m + 1 factors. Which word does the last one predict?",
        end_counted_not_scored,
    ),
    Mistake(
        "end-not-counted",
        "J's sum has `</s>` in it, but its divisor has not",
        "What is summed must also be counted: m + 1 tokens for a target of m words.",
        end_not_counted,
    ),
    Mistake(
        "target-s-padding-scored",
        "the targets' padding is predicted as if it were words",
        "A target of m words has m + 1 factors, whatever stands beside it.",
        target_s_padding_scored,
    ),
    Mistake(
        "end-behind-the-padding",
        "`</s>` is predicted at the end of the array, behind the padding",
        "Each target ends behind its own last word.",
        end_behind_the_padding,
    ),
    Mistake(
        "reads-its-own-words",
        "the decoder reads the words that it finds most probable",
        "Teacher forcing: whatever it predicts, it reads the right word next.",
        reads_its_own_words,
    ),
    Mistake(
        "mean-of-sentences",
        "J is the mean of the sentences' own means",
        "The mean runs over all tokens of all targets at once.",
        mean_of_sentences,
    ),
    Mistake(
        "per-sentence",
        "J is divided by the number of sentences",
        "J is nats per token. How many tokens are predicted?",
        per_sentence,
    ),
)
