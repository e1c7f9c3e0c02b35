"""a7, task 1: what goes wrong between a text and an experiment that can be believed."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections import Counter

from rnn_course.checks.case import Mistake


def dealt_out(documents, every):
    parts = {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        place = number % every
        parts["test" if place == every - 1 else "valid" if place == every - 2 else "train"] += document
    return parts


def without_overlap(parts, order=("train", "valid", "test")):
    kept, seen = dict(parts), {tuple(sentence) for sentence in parts[order[0]]}
    for name in order[1:]:
        kept[name] = [sentence for sentence in parts[name] if tuple(sentence) not in seen]
        seen |= {tuple(sentence) for sentence in kept[name]}
    return kept


def vocabulary_of(sentences, at_least):
    counts = Counter(word for sentence in sentences for word in sentence)
    words = sorted((w for w in counts if counts[w] >= at_least), key=lambda w: (-counts[w], w))
    return ["<s>", "</s>", "<unk>", *words]


def as_streams(parts, vocabulary, begin=(), end=(1,)):
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [i for sentence in part for i in (*begin, *(ids.get(word, 2) for word in sentence), *end)]
        for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


def vocabulary_of_all(documents, every, min_count):
    parts = dealt_out(documents, every)
    vocabulary = vocabulary_of([*parts["train"], *parts["valid"], *parts["test"]], min_count)
    return as_streams(without_overlap(parts), vocabulary)


def overlap_kept(documents, every, min_count):
    parts = dealt_out(documents, every)
    return as_streams(parts, vocabulary_of(parts["train"], min_count))


def overlap_taken_from_train(documents, every, min_count):
    parts = without_overlap(dealt_out(documents, every), order=("test", "valid", "train"))
    return as_streams(parts, vocabulary_of(parts["train"], min_count))


def valid_not_held_against_test(documents, every, min_count):
    parts = dealt_out(documents, every)
    seen = {tuple(sentence) for sentence in parts["train"]}
    for name in ("valid", "test"):
        parts[name] = [sentence for sentence in parts[name] if tuple(sentence) not in seen]
    return as_streams(parts, vocabulary_of(parts["train"], min_count))


def repetitions_removed(documents, every, min_count):
    parts, seen = dealt_out(documents, every), set()
    for name in ("train", "valid", "test"):
        kept = []
        for sentence in parts[name]:
            if tuple(sentence) not in seen:
                seen.add(tuple(sentence))
                kept.append(sentence)
        parts[name] = kept
    return as_streams(parts, vocabulary_of(parts["train"], min_count))


def sentences_dealt_out(documents, every, min_count):
    one_by_one = [[sentence] for document in documents for sentence in document]
    parts = without_overlap(dealt_out(one_by_one, every))
    return as_streams(parts, vocabulary_of(parts["train"], min_count))


def more_than_min_count(documents, every, min_count):
    parts = without_overlap(dealt_out(documents, every))
    return as_streams(parts, vocabulary_of(parts["train"], min_count + 1))


def ties_as_they_come(documents, every, min_count):
    parts = without_overlap(dealt_out(documents, every))
    counts = Counter(word for sentence in parts["train"] for word in sentence)
    words = [word for word, count in counts.most_common() if count >= min_count]
    return as_streams(parts, ["<s>", "</s>", "<unk>", *words])


def unknown_left_out(documents, every, min_count):
    parts = without_overlap(dealt_out(documents, every))
    vocabulary = vocabulary_of(parts["train"], min_count)
    known = {name: [[w for w in s if w in vocabulary] for s in part] for name, part in parts.items()}
    return as_streams(known, vocabulary)


def no_end(documents, every, min_count):
    parts = without_overlap(dealt_out(documents, every))
    return as_streams(parts, vocabulary_of(parts["train"], min_count), end=())


def begin_in_the_stream(documents, every, min_count):
    parts = without_overlap(dealt_out(documents, every))
    return as_streams(parts, vocabulary_of(parts["train"], min_count), begin=(0,))


MISTAKES = (
    Mistake(
        "vocabulary-of-all",
        "words are counted in all three parts",
        "A vocabulary is learnt, too. What may it be learnt from?",
        vocabulary_of_all,
    ),
    Mistake(
        "overlap-kept",
        "sentences that train holds stay in valid and test",
        "A model that only remembers would be praised for them. Rule 2.",
        overlap_kept,
    ),
    Mistake(
        "overlap-taken-from-train",
        "a repeated sentence is taken out of train instead of valid or test",
        "Train is what it is. It is the measuring parts that must hold nothing that was seen before.",
        overlap_taken_from_train,
    ),
    Mistake(
        "valid-not-held-against-test",
        "test is compared with train only",
        "What valid holds has been looked at as well, each time when you chose something.",
        valid_not_held_against_test,
    ),
    Mistake(
        "repetitions-removed",
        "a sentence that one part holds twice is kept once",
        "A sentence that is said often is more probable. Only what *earlier* parts hold is left out.",
        repetitions_removed,
    ),
    Mistake(
        "sentences-dealt-out",
        "sentences are dealt out one by one, wherever a document ends",
        "Neighbours in one document resemble each other. Rule 1 deals out whole documents.",
        sentences_dealt_out,
    ),
    Mistake(
        "more-than-min-count",
        "a word must occur more than min_count times",
        "`min_count` itself is enough.",
        more_than_min_count,
    ),
    Mistake(
        "ties-as-they-come",
        "words of equal frequency stand in the order in which they come",
        "Then a text in another order gives another vocabulary. How does rule 3 break ties?",
        ties_as_they_come,
    ),
    Mistake(
        "unknown-left-out",
        "words that are not in the vocabulary are left out of the streams",
        "A text without its rare words is an easier text. They have a token of their own.",
        unknown_left_out,
    ),
    Mistake(
        "no-end",
        "the sentences have no `</s>`",
        "To know when to stop is part of the task, and of the perplexity.",
        no_end,
    ),
    Mistake(
        "begin-in-the-stream",
        "`<s>` is put before every sentence",
        "Nobody predicts `<s>`, so no stream holds it.",
        begin_in_the_stream,
    ),
)
