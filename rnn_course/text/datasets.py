"""The corpora of the catalogue that are for language models.

Nothing here fetches anything: `rnn-course data get NAME` does. A corpus that is not there is a DataError
that says so.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Literal

from rnn_course.errors import DataError
from rnn_course.text import tokenize
from rnn_course.text.corpus import Corpus, Unit, read_text
from rnn_course.text.locate import data_path
from rnn_course.text.split import split

Parts = Iterable[list[list[str]]]


@cache
def load(name: str, *, lowercase: bool = False, min_count: int = 1, max_size: int | None = None) -> Corpus:
    """A corpus for language models, with the split that results are published on where there is one.

    `ptb`, `wikitext-2`: the published parts, tokens as they stand, a sentence a line (for wikitext-2 a
    paragraph; empty lines are passed over). `reuters`: stories of ApteMod, training and test as published,
    the last tenth of the training stories for validation; words and sentences by `tokenize`.
    `tinyshakespeare`: characters, cut 90 to 5 to 5 where they stand. `names`: characters, a name a
    sentence, each name once (the file has 2,539 twice, which would leak), dealt out 80 to 10 to 10.

    Args:
        lowercase: fold to lower case.
        min_count: tokens that are rarer in training become `<unk>`.
        max_size: keep at most so many.

    Raises:
        DataError: if the corpus is not on this computer, is damaged, or is not one for language models.
    """
    if name not in _READERS:
        raise DataError(
            f"{name!r} is not a corpus for language models; those are {', '.join(_READERS)}. "
            f"For others see rnn_course.text.annotated"
        )
    unit, read = _READERS[name]
    train, valid, test = (
        [[token.lower() for token in tokens] if lowercase else tokens for tokens in part]
        for part in read(data_path(name))
    )
    return Corpus.from_sentences(name, train, valid, test, min_count=min_count, max_size=max_size, unit=unit)


def reuters_stories(part: Literal["training", "test"] | None = None) -> list[str]:
    """The news stories of Reuters-21578 (ApteMod) as text, in the order of their numbers.

    Args:
        part: one part, as published; without it, first the test, then the training stories.

    Raises:
        DataError: if the corpus is not on this computer.
    """
    folder = data_path("reuters")
    if part is None:
        return _stories(folder, "test") + _stories(folder, "training")
    return _stories(folder, part)


def _stories(folder: Path, part: str) -> list[str]:
    archive = folder / "reuters.zip"
    prepared = folder / f"reuters.{part}.txt"
    if prepared.exists():  # each story follows a line "### part/number categories"
        return re.split(r"^### \S+ .*\n", read_text(prepared), flags=re.MULTILINE)[1:]
    with zipfile.ZipFile(archive) as archived:
        names = [name for name in archived.namelist() if re.fullmatch(rf"reuters/{part}/\d+", name)]
        names.sort(key=lambda name: int(name.rpartition("/")[2]))
        return [html.unescape(archived.read(name).decode("latin-1")) for name in names]


def _lines(path: Path) -> list[str]:
    return [line for line in read_text(path).split("\n") if line.strip()]


def _tokenised(*names: str) -> Callable[[Path], Parts]:
    """A reader of three files with a sentence a line and white space between tokens."""
    return lambda folder: [[line.split() for line in _lines(folder / name)] for name in names]


def _tinyshakespeare(folder: Path) -> Parts:
    text = read_text(folder / "input.txt")
    first, second = len(text) * 90 // 100, len(text) * 95 // 100
    return [[list(piece)] for piece in (text[:first], text[first:second], text[second:])]


def _names(folder: Path) -> Parts:
    return split([list(name) for name in dict.fromkeys(_lines(folder / "names.txt"))], block=1, seed=0)


def _reuters(folder: Path) -> Parts:
    training = _stories(folder, "training")
    first = len(training) - len(training) // 10
    return [
        [tokenize.words(sentence) for story in stories for sentence in tokenize.sentences(story)]
        for stories in (training[:first], training[first:], _stories(folder, "test"))
    ]


_READERS: dict[str, tuple[Unit, Callable[[Path], Parts]]] = {
    "ptb": ("words", _tokenised("ptb.train.txt", "ptb.valid.txt", "ptb.test.txt")),
    "wikitext-2": ("words", _tokenised("train.txt", "valid.txt", "test.txt")),
    "reuters": ("words", _reuters),
    "tinyshakespeare": ("characters", _tinyshakespeare),
    "names": ("characters", _names),
}
