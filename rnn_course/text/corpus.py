"""A corpus: a vocabulary and three streams of ids, for training, for choosing and for the final number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.text import tokenize
from rnn_course.text.split import check_fractions, split
from rnn_course.text.vocabulary import Vocabulary

Sentence = Sequence[str]
Unit = Literal["words", "characters"]


@dataclass(frozen=True)
class Corpus:
    """Text in the form that every model of this course reads.

    A stream is one array of ids in which `</s>` ends every sentence (or, where the tokens are characters,
    every document). The vocabulary comes from `train` alone; what it does not hold is `<unk>` in all three
    streams.

    Attributes:
        name: for titles and messages.
        vocabulary: tokens and their ids.
        train: stream for fitting, [tokens]. Read-only, like the others.
        valid: stream for choosing sizes, discounts and the moment to stop, [tokens].
        test: stream for the number that is reported, once, [tokens].
        unit: what a token is.
    """

    name: str
    vocabulary: Vocabulary
    train: Int[ndarray, " tokens"]
    valid: Int[ndarray, " tokens"]
    test: Int[ndarray, " tokens"]
    unit: Unit = "words"

    def __post_init__(self) -> None:
        if not len(self.train):
            raise DataError(f"{self.name}: the training text is empty, so there is nothing to learn from")
        for stream in (self.train, self.valid, self.test):
            self.vocabulary.check_ids(stream)
            stream.setflags(write=False)  # a corpus is shared: a cached one is the same object for everybody

    @classmethod
    def from_sentences(
        cls,
        name: str,
        train: Iterable[Sentence],
        valid: Iterable[Sentence] = (),
        test: Iterable[Sentence] = (),
        *,
        min_count: int = 1,
        max_size: int | None = None,
        unit: Unit = "words",
    ) -> Corpus:
        """Build the vocabulary from `train` and encode all three parts with it.

        Args:
            train, valid, test: sentences, each a sequence of tokens without boundaries.
            min_count: words that stand less often in `train` become `<unk>`. With 1, `<unk>` never occurs in
                training, and a model that learns from counts gives it no probability.
            max_size: keep at most so many words, the most frequent.
            unit: what a token is, for the summary and for display.

        Raises:
            DataError: if `train` holds no sentence, or a sentence holds `<s>` or `</s>`.
        """
        parts = [list(part) for part in (train, valid, test)]
        vocabulary = Vocabulary.from_sentences(parts[0], min_count=min_count, max_size=max_size)
        train_ids, valid_ids, test_ids = (_encode(name, vocabulary, part) for part in parts)
        return cls(name, vocabulary, train_ids, valid_ids, test_ids, unit)

    @classmethod
    def from_text(
        cls,
        name: str,
        text: str,
        *,
        unit: Unit = "words",
        lowercase: bool = False,
        fractions: tuple[float, float, float] = (0.8, 0.1, 0.1),
        seed: int = 0,
        min_count: int = 1,
        max_size: int | None = None,
    ) -> Corpus:
        """Split one text into train, valid and test.

        Words: the text is cut into sentences, which `split` deals out in blocks of 20. Characters: the text
        is cut in three where it stands (train, then valid, then test), and each part is one document.

        Args:
            text: running text; words are those of `tokenize.words`.
            unit: what a token is.
            lowercase: fold to lower case.
            fractions: shares of train, valid and test.
            seed: of the shuffle of the blocks.
            min_count, max_size: see `from_sentences`.

        Raises:
            DataError: if the text is too short to give each part something.
        """
        check_fractions(fractions)
        if unit == "characters":
            text = text.lower() if lowercase else text
            first, second = np.cumsum(fractions[:2]) * len(text)
            cuts = [text[: round(first)], text[round(first) : round(second)], text[round(second) :]]
            parts: list[list[Sentence]] = [[tokenize.characters(cut)] if cut else [] for cut in cuts]
        else:
            tokenised = [tokenize.words(line, lowercase=lowercase) for line in tokenize.sentences(text)]
            parts = split(tokenised, fractions, block=20, seed=seed)
        if not all(parts):
            raise DataError(
                f"{name}: {len(text):,} characters are too few to split into train, valid and test; "
                f"give a longer text, or build the parts yourself with Corpus.from_sentences"
            )
        return cls.from_sentences(name, *parts, min_count=min_count, max_size=max_size, unit=unit)

    @classmethod
    def from_files(
        cls,
        name: str,
        train: str | PathLike[str],
        valid: str | PathLike[str] | None = None,
        test: str | PathLike[str] | None = None,
        *,
        tokenizer: Callable[[str], Sentence] = str.split,
        min_count: int = 1,
        max_size: int | None = None,
        unit: Unit = "words",
    ) -> Corpus:
        """Read UTF-8 files that hold one sentence a line; empty lines are passed over.

        Args:
            tokenizer: from a line to its tokens. The default splits at white space, for text that is
                tokenised.

        Raises:
            DataError: if a file is missing or not UTF-8, or the training file holds no sentence.
        """
        parts = [
            [] if path is None else [tokenizer(line) for line in read_text(path).split("\n") if line.strip()]
            for path in (train, valid, test)
        ]
        return cls.from_sentences(name, *parts, min_count=min_count, max_size=max_size, unit=unit)

    def text(self, stream: Int[ndarray, " tokens"]) -> str:
        """`stream` as a reader likes to see it: a sentence a line, or the characters as they were."""
        pieces = self.vocabulary.sentences(stream)
        return "\n".join("".join(p) if self.unit == "characters" else tokenize.join_words(p) for p in pieces)

    def summary(self) -> str:
        """A table: sentences, tokens (`</s>` counted), types and the share of `<unk>` of each part."""
        ended = "documents" if self.unit == "characters" else "sentences"
        lines = [
            f"{self.name}: {self.unit}, vocabulary of {len(self.vocabulary):,}",
            f"{'':6}{ended:>11}{'tokens':>12}{'types':>9}{'unknown':>9}",
        ]
        for part in ("train", "valid", "test"):
            stream = getattr(self, part)
            unknown = f"{np.mean(stream == self.vocabulary.unk_id):.2%}" if len(stream) else "-"
            sentences = int(np.sum(stream == self.vocabulary.eos_id))
            lines.append(
                f"{part:6}{sentences:>11,}{len(stream):>12,}{len(np.unique(stream)):>9,}{unknown:>9}"
            )
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (
            f"Corpus({self.name!r}: {len(self.train):,} + {len(self.valid):,} + {len(self.test):,} "
            f"{self.unit}, vocabulary of {len(self.vocabulary):,})"
        )


def _encode(name: str, vocabulary: Vocabulary, sentences: list[Sentence]) -> Int[ndarray, " tokens"]:
    stream = vocabulary.stream(sentences)
    if np.any(stream == vocabulary.bos_id) or np.sum(stream == vocabulary.eos_id) != len(sentences):
        raise DataError(f"{name}: a sentence holds <s> or </s>, which only the corpus itself may set")
    return stream


def read_text(path: str | PathLike[str]) -> str:
    """The text of a UTF-8 file, with `\\n` for every line end; a byte order mark is dropped.

    Raises:
        DataError: if there is no such file, or `notes.txt is not UTF-8: byte 0xe9 at offset 12 ...`.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        offset = error.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
        raise DataError(
            f"{path} is not UTF-8: byte 0x{content[offset]:02x} at offset {offset:,} does not fit. Save the "
            f"file as UTF-8 in your editor, or, if you know its encoding, convert it first: "
            f"pathlib.Path(new).write_text(pathlib.Path(old).read_text(encoding='latin-1'), encoding='utf-8')"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
