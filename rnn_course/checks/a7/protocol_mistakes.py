"""a7, task 1: what goes wrong between a text and an experiment that can be believed."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections import Counter

from rnn_course.checks.case import Mistake


def vocabulary_of_all(documents, every, min_count):
    parts = {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        place = number % every
        parts["test" if place == every - 1 else "valid" if place == every - 2 else "train"] += document
    counts = Counter(word for part in parts.values() for sentence in part for word in sentence)
    seen = {tuple(sentence) for sentence in parts["train"]}
    for name in ("valid", "test"):
        parts[name] = [sentence for sentence in parts[name] if tuple(sentence) not in seen]
        seen |= {tuple(sentence) for sentence in parts[name]}
    words = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    vocabulary = ["<s>", "</s>", "<unk>", *words]
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [i for sentence in part for i in (*(ids.get(word, 2) for word in sentence), 1)]
        for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


def overlap_kept(documents, every, min_count):
    parts = {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        place = number % every
        parts["test" if place == every - 1 else "valid" if place == every - 2 else "train"] += document
    counts = Counter(word for sentence in parts["train"] for word in sentence)
    words = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    vocabulary = ["<s>", "</s>", "<unk>", *words]
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [i for sentence in part for i in (*(ids.get(word, 2) for word in sentence), 1)]
        for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


def overlap_taken_from_train(documents, every, min_count):
    parts = {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        place = number % every
        parts["test" if place == every - 1 else "valid" if place == every - 2 else "train"] += document
    seen = {tuple(sentence) for sentence in parts["test"]}
    for name in ("valid", "train"):
        parts[name] = [sentence for sentence in parts[name] if tuple(sentence) not in seen]
        seen |= {tuple(sentence) for sentence in parts[name]}
    counts = Counter(word for sentence in parts["train"] for word in sentence)
    words = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    vocabulary = ["<s>", "</s>", "<unk>", *words]
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [i for sentence in part for i in (*(ids.get(word, 2) for word in sentence), 1)]
        for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


def valid_not_held_against_test(documents, every, min_count):
    parts = {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        place = number % every
        parts["test" if place == every - 1 else "valid" if place == every - 2 else "train"] += document
    seen = {tuple(sentence) for sentence in parts["train"]}
    for name in ("valid", "test"):
        parts[name] = [sentence for sentence in parts[name] if tuple(sentence) not in seen]
    counts = Counter(word for sentence in parts["train"] for word in sentence)
    words = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    vocabulary = ["<s>", "</s>", "<unk>", *words]
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [i for sentence in part for i in (*(ids.get(word, 2) for word in sentence), 1)]
        for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


def repetitions_removed(documents, every, min_count):
    parts = {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        place = number % every
        parts["test" if place == every - 1 else "valid" if place == every - 2 else "train"] += document
    seen = set()
    for name in ("train", "valid", "test"):
        kept = []
        for sentence in parts[name]:
            if tuple(sentence) not in seen:
                seen.add(tuple(sentence))
                kept.append(sentence)
        parts[name] = kept
    counts = Counter(word for sentence in parts["train"] for word in sentence)
    words = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    vocabulary = ["<s>", "</s>", "<unk>", *words]
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [i for sentence in part for i in (*(ids.get(word, 2) for word in sentence), 1)]
        for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


def sentences_dealt_out(documents, every, min_count):
    parts = {"train": [], "valid": [], "test": []}
    sentences = [sentence for document in documents for sentence in document]
    for number, sentence in enumerate(sentences):
        place = number % every
        name = "test" if place == every - 1 else "valid" if place == every - 2 else "train"
        parts[name].append(sentence)
    seen = {tuple(sentence) for sentence in parts["train"]}
    for name in ("valid", "test"):
        parts[name] = [sentence for sentence in parts[name] if tuple(sentence) not in seen]
        seen |= {tuple(sentence) for sentence in parts[name]}
    counts = Counter(word for sentence in parts["train"] for word in sentence)
    words = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    vocabulary = ["<s>", "</s>", "<unk>", *words]
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [i for sentence in part for i in (*(ids.get(word, 2) for word in sentence), 1)]
        for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


def more_than_min_count(documents, every, min_count):
    parts = {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        place = number % every
        parts["test" if place == every - 1 else "valid" if place == every - 2 else "train"] += document
    seen = {tuple(sentence) for sentence in parts["train"]}
    for name in ("valid", "test"):
        parts[name] = [sentence for sentence in parts[name] if tuple(sentence) not in seen]
        seen |= {tuple(sentence) for sentence in parts[name]}
    counts = Counter(word for sentence in parts["train"] for word in sentence)
    words = sorted((w for w in counts if counts[w] > min_count), key=lambda w: (-counts[w], w))
    vocabulary = ["<s>", "</s>", "<unk>", *words]
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [i for sentence in part for i in (*(ids.get(word, 2) for word in sentence), 1)]
        for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


def ties_as_they_come(documents, every, min_count):
    parts = {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        place = number % every
        parts["test" if place == every - 1 else "valid" if place == every - 2 else "train"] += document
    seen = {tuple(sentence) for sentence in parts["train"]}
    for name in ("valid", "test"):
        parts[name] = [sentence for sentence in parts[name] if tuple(sentence) not in seen]
        seen |= {tuple(sentence) for sentence in parts[name]}
    counts = Counter(word for sentence in parts["train"] for word in sentence)
    words = [word for word, count in counts.most_common() if count >= min_count]
    vocabulary = ["<s>", "</s>", "<unk>", *words]
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [i for sentence in part for i in (*(ids.get(word, 2) for word in sentence), 1)]
        for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


def unknown_left_out(documents, every, min_count):
    parts = {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        place = number % every
        parts["test" if place == every - 1 else "valid" if place == every - 2 else "train"] += document
    seen = {tuple(sentence) for sentence in parts["train"]}
    for name in ("valid", "test"):
        parts[name] = [sentence for sentence in parts[name] if tuple(sentence) not in seen]
        seen |= {tuple(sentence) for sentence in parts[name]}
    counts = Counter(word for sentence in parts["train"] for word in sentence)
    words = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    vocabulary = ["<s>", "</s>", "<unk>", *words]
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [i for sentence in part for i in (*(ids[word] for word in sentence if word in ids), 1)]
        for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


def no_end(documents, every, min_count):
    parts = {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        place = number % every
        parts["test" if place == every - 1 else "valid" if place == every - 2 else "train"] += document
    seen = {tuple(sentence) for sentence in parts["train"]}
    for name in ("valid", "test"):
        parts[name] = [sentence for sentence in parts[name] if tuple(sentence) not in seen]
        seen |= {tuple(sentence) for sentence in parts[name]}
    counts = Counter(word for sentence in parts["train"] for word in sentence)
    words = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    vocabulary = ["<s>", "</s>", "<unk>", *words]
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [ids.get(word, 2) for sentence in part for word in sentence] for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


def begin_in_the_stream(documents, every, min_count):
    parts = {"train": [], "valid": [], "test": []}
    for number, document in enumerate(documents):
        place = number % every
        parts["test" if place == every - 1 else "valid" if place == every - 2 else "train"] += document
    seen = {tuple(sentence) for sentence in parts["train"]}
    for name in ("valid", "test"):
        parts[name] = [sentence for sentence in parts[name] if tuple(sentence) not in seen]
        seen |= {tuple(sentence) for sentence in parts[name]}
    counts = Counter(word for sentence in parts["train"] for word in sentence)
    words = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    vocabulary = ["<s>", "</s>", "<unk>", *words]
    ids = {word: number for number, word in enumerate(vocabulary)}
    streams = {
        name: [i for sentence in part for i in (0, *(ids.get(word, 2) for word in sentence), 1)]
        for name, part in parts.items()
    }
    return {"vocabulary": vocabulary, **streams}


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
