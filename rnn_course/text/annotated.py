"""The corpora of the catalogue that carry something to predict: tags, a sentiment, a verb's number."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

from rnn_course.errors import DataError
from rnn_course.text.corpus import read_text
from rnn_course.text.locate import data_path

Part = Literal["train", "dev", "test"]


class TaggedSentence(NamedTuple):
    """Words and their parts of speech, one for one."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


class LabelledSentence(NamedTuple):
    """A sentence and its class: 0 (very negative) to 4 (very positive), or 0 (negative) and 1 (positive)."""

    words: tuple[str, ...]
    label: int


class AgreementPair(NamedTuple):
    """The beginning of a sentence, the verb that goes on from it, and the same verb in the wrong number.

    Attributes:
        context: the words before the verb, without `<s>`.
        right: the verb as it stands in the text.
        wrong: its other number.
        attractors: nouns of the other number between the subject and the verb, 0 to 4.
    """

    context: tuple[str, ...]
    right: str
    wrong: str
    attractors: int


@cache
def tagged_sentences(part: Part) -> list[TaggedSentence]:
    """The English Web Treebank with universal parts of speech (17 tags), as published (Silveira et al. 2014).

    Words are syntactic words: "don't" is two, and what was left out in speech is not there.

    Raises:
        DataError: if the corpus is not on this computer, or `part` is none of train, dev and test.
    """
    _check_part(part)
    text = read_text(data_path("ud-ewt") / f"en_ewt-ud-{part}.conllu")
    found = []
    for block in text.strip().split("\n\n"):
        rows = [line.split("\t") for line in block.split("\n") if not line.startswith("#")]
        rows = [
            row for row in rows if row[0].isdigit()
        ]  # not "1-2", a written word, nor "1.1", an elided one
        found.append(TaggedSentence(tuple(row[1] for row in rows), tuple(row[3] for row in rows)))
    return found


@cache
def labelled_sentences(part: Part, *, classes: Literal[2, 5] = 2) -> list[LabelledSentence]:
    """The Stanford Sentiment Treebank, whole sentences only, as published (Socher et al. 2013).

    Args:
        part: train, dev or test.
        classes: 5 from very negative to very positive, or 2, where neutral sentences are left out.

    Raises:
        DataError: if the corpus is not on this computer, or an argument is out of range.
    """
    _check_part(part)
    if classes not in (2, 5):
        raise DataError(f"there are 2 or 5 classes, got {classes}")
    text = read_text(data_path("sst") / f"stsa.{'binary' if classes == 2 else 'fine'}.{part}")
    rows = [line.split() for line in text.split("\n") if line.strip()]
    return [LabelledSentence(tuple(words), int(label)) for label, *words in rows]


@cache
def agreement_pairs() -> list[AgreementPair]:
    """Verbs of the present tense on Wikipedia, lowercased (Linzen et al. 2016; Gulordava et al. 2018).

    Four of the 7,489 published lines name the same form twice; they are left out.

    Raises:
        DataError: if the corpus is not on this computer.
    """
    folder = data_path("linzen")
    sentences = read_text(folder / "subj_agr_filtered.text").strip().split("\n")
    golds = read_text(folder / "subj_agr_filtered.gold").strip().split("\n")
    found = []
    for sentence, gold in zip(sentences, golds, strict=True):
        position, right, wrong, attractors = gold.split("\t")
        context = tuple(sentence.split()[: int(position)])
        if right != wrong:
            found.append(AgreementPair(context, right.lower(), wrong.lower(), int(attractors)))
    return found


def _check_part(part: str) -> None:
    if part not in ("train", "dev", "test"):
        raise DataError(f"the parts are train, dev and test, got {part!r}")
