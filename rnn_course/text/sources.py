"""Real text that is on every machine already: what ships inside Python itself.

These corpora grow a little with each version of Python, so that numbers measured on them hold within bands.
Licence of all: the Python Software Foundation License.
"""

from __future__ import annotations

import os
import re
import sysconfig
from functools import cache
from pathlib import Path

import numpy as np

from rnn_course.errors import DataError
from rnn_course.text import tokenize
from rnn_course.text.corpus import Corpus, read_text
from rnn_course.text.split import split

_UNDERLINE = re.compile(r"([*=\-~^'\"])\1*")
_LIST_MARK = re.compile(r"^(?:\*|\d+\.|\[\d+\])\s+")
_EMPHASIS = re.compile(r"(?<![\w*])(\*\*?)(\w(?:[^*]*\w)?)\1(?![\w*])")
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")


@cache
def language_reference(
    *, lowercase: bool = True, min_count: int = 2, max_size: int | None = None, seed: int = 0
) -> Corpus:
    """The prose of the Python language reference, as words: the default corpus of this course.

    It is the text behind `help("for")`, out of `pydoc_data.topics`. Kept are paragraphs of prose; left out
    are headings, grammar rules, code, tables and signatures (see `reference_paragraphs`), and every
    paragraph that stood before already, since many topics quote each other: a fifth of the text, which
    would leak from training into the test. Sentences are dealt out to train, valid and test in blocks of 20
    neighbours, 80 to 10 to 10.

    Args:
        lowercase: fold to lower case.
        min_count: words that are rarer in training become `<unk>`.
        max_size: keep at most so many words.
        seed: of the split.

    Raises:
        DataError: if this Python was built without its topics.
    """
    sentences = [
        tokenize.words(sentence, lowercase=lowercase)
        for paragraph in reference_paragraphs()
        for sentence in tokenize.sentences(paragraph)
    ]
    train, valid, test = split(sentences, block=20, seed=seed)
    return Corpus.from_sentences(
        "language reference", train, valid, test, min_count=min_count, max_size=max_size
    )


def reference_paragraphs() -> list[str]:
    """The paragraphs of prose in the language reference, each once and on one line, sorted by topic.

    A paragraph counts as prose if it has five words, begins with a capital, a quote or a bracket, ends like
    a sentence or an item of a list, and at least seven characters in ten are letters or spaces. The marks
    of lists, footnotes and emphasis are taken away, and words that were broken at the end of a line are
    joined.

    Raises:
        DataError: if this Python was built without its topics.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError as error:
        raise DataError(
            "this Python comes without pydoc_data.topics, the text of its language reference (some Linux "
            "distributions leave it out). Install Python from python.org or conda-forge, or use another "
            "corpus: standard_library_source(), or `rnn-course data list`"
        ) from error
    prose: dict[str, None] = {}  # a set that keeps its order
    for name in sorted(topics):
        for block in tokenize.paragraphs(topics[name]):
            paragraph = _prose(block)
            if paragraph:
                prose[paragraph] = None
    return list(prose)


def _prose(block: str) -> str | None:
    """`block` on one line and without marks of layout, or None if it is not prose."""
    if "::=" in block or ">>>" in block or _UNDERLINE.fullmatch(block.splitlines()[-1].strip()):
        return None  # grammar, an interactive session, a heading
    block = re.sub(r"(?<=[a-z])-\n\s*(?=[a-z])", "-", block).translate(_STRAIGHT)
    line = _EMPHASIS.sub(r"\2", _LIST_MARK.sub("", " ".join(block.split())))
    letters = sum(character.isalpha() or character == " " for character in line)
    is_prose = (
        len(line.split()) >= 5
        and re.match(r"[A-Z\"'(\[]", line)
        and line[-1] in '.:;,!?)"'
        and letters >= 0.7 * len(line)
    )
    return line if is_prose else None


_DOCSTRING = re.compile(r'^[ \t]*[rR]?"""(.*?)"""', re.MULTILINE | re.DOTALL)


@cache
def standard_library_docstrings(
    *, lowercase: bool = True, min_count: int = 2, max_size: int | None = None, seed: int = 0
) -> Corpus:
    """The prose in the docstrings of Python's standard library, as words: four times the language reference.

    It is written by many hands, so that it is harder to predict. Paragraphs are chosen and cleaned as those
    of the language reference, each is taken once, and the split is made likewise.

    Args:
        lowercase: fold to lower case.
        min_count: words that are rarer in training become `<unk>`.
        max_size: keep at most so many words.
        seed: of the split.

    Raises:
        DataError: if the library's source is not to be found.
    """
    root = Path(sysconfig.get_path("stdlib"))
    prose: dict[str, None] = {}
    for path in source_files(root):
        for docstring in _DOCSTRING.findall(_read_source(path) or ""):
            for block in tokenize.paragraphs(docstring):
                if paragraph := _prose(block):
                    prose[paragraph] = None
    if len(prose) < 100:
        raise DataError(f"too few docstrings under {root}: was Python installed without its library?")
    sentences = [
        tokenize.words(sentence, lowercase=lowercase)
        for paragraph in prose
        for sentence in tokenize.sentences(paragraph)
    ]
    train, valid, test = split(sentences, block=20, seed=seed)
    return Corpus.from_sentences(
        "standard library docstrings", train, valid, test, min_count=min_count, max_size=max_size
    )


@cache
def standard_library_source(*, max_characters: int = 1_000_000, min_count: int = 5, seed: int = 0) -> Corpus:
    """Python's own standard library as characters, a document a file.

    Files are taken in a shuffled order until `max_characters` is reached, so that they are a sample of the
    whole library and not its modules in A. Whole files go to train, valid and test, about 80 to 10 to 10 by
    characters. Left out are tests, tables of characters (`encodings`), the language reference, installed
    packages, generated and non-UTF-8 files, and files longer than a twentieth of the whole, which would be
    half of their part.

    Args:
        max_characters: size of all three parts together, in characters.
        min_count: characters that are rarer in training become `<unk>`.
        seed: of the choice and order of the files.

    Raises:
        DataError: if the library's source is not to be found, or `max_characters` is under 10,000.
    """
    if max_characters < 10_000:
        raise DataError(f"max_characters is at least 10,000, got {max_characters:,}")
    root = Path(sysconfig.get_path("stdlib"))
    paths = source_files(root)
    wanted = {"train": 0.8 * max_characters, "valid": 0.1 * max_characters, "test": 0.1 * max_characters}
    parts: dict[str, list[list[str]]] = {name: [] for name in wanted}
    sizes = dict.fromkeys(wanted, 0)
    for index in np.random.default_rng(seed).permutation(len(paths)):
        source = _read_source(paths[index])
        left = max_characters - sum(sizes.values())
        if not left:
            break
        if source and len(source) <= max_characters / 20:
            # the part that is furthest from full gets the file
            part = min(wanted, key=lambda name: sizes[name] / wanted[name])
            parts[part].append(tokenize.characters(source[:left]))
            sizes[part] += len(parts[part][-1])
    if not all(parts.values()):
        raise DataError(f"too little Python source under {root}: was Python installed without its library?")
    return Corpus.from_sentences(
        "standard library source", *parts.values(), min_count=min_count, unit="characters"
    )


_NOT_LIBRARY = frozenset(
    ("test", "tests", "idle_test", "site-packages", "dist-packages", "encodings", "pydoc_data", "__pycache__")
)


def source_files(root: Path) -> list[Path]:
    """The `.py` files of the library under `root`, without tests, tables and packages, in one fixed order."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in _NOT_LIBRARY and not name.startswith("config-")]
        found += [Path(folder, name) for name in files if name.endswith(".py")]
    # _sysconfigdata_... is generated for each machine, so it would make the corpus differ between two of them
    found = [path for path in found if not path.name.startswith("_sysconfigdata")]
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def _read_source(path: Path) -> str | None:
    try:
        return read_text(path)
    except DataError:
        return None  # a few files of the library are in another encoding on purpose
