"""ARPA files: n-gram models as text, which other toolkits (KenLM, SRILM) read and write.

    \\data\\
    ngram 1=4                          how many n-grams of each order follow
    ngram 2=3

    \\1-grams:
    -0.6 <tab> cat <tab> -0.3          log10 p(cat), the n-gram, log10 gamma(cat) where it is a context

    \\end\\

p and gamma are those of `backoff`. log10 of zero is written as -99, and -99 or less is read as zero. Where
the third column is missing, gamma is 1.

Source: D. Paul's format for ARPA's programme on speech recognition; see SRILM's manual (Stolcke 2002).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.errors import DataError
from rnn_course.models.arpa_reader import LOG10_ZERO, ArpaReader
from rnn_course.models.backoff import BackoffModel

WHITE_SPACE = " \t\n\v\f\r\0"
"""What KenLM takes for the end of a word."""


def write_arpa(model: BackoffModel, path: str | Path, *, digits: int = 9) -> None:
    """Write a model in backoff form: `KneserNey`, `AbsoluteDiscounting`, `Interpolated`, `StupidBackoff` ..

    Args:
        path: a file name; one that ends in `.gz` is compressed.
        digits: significant digits of each logarithm. Nine keep a perplexity to about eight digits.

    Raises:
        DataError: if a token is empty or holds white space, as among characters.
    """
    for token in model.vocabulary.tokens:
        if not token or any(character in token for character in WHITE_SPACE):
            raise DataError(f"an ARPA file separates tokens by spaces and cannot hold the token {token!r}")
    tokens = np.array(model.vocabulary.tokens, dtype=object)
    with _open(path, "wt") as file:
        file.write("\\data\\\n")
        for k, probs in enumerate(model.probs, 1):
            file.write(f"ngram {k}={len(probs)}\n")
        for k, probs in enumerate(model.probs, 1):
            file.write(f"\n\\{k}-grams:\n")
            words = map(" ".join, tokens[model.index.ngrams(k)].tolist())
            columns = [_formatted(probs, digits), words]
            if k < model.order:
                columns.append(_formatted(model.backoffs[k - 1], digits))
            file.writelines("\t".join(line) + "\n" for line in zip(*columns, strict=True))
        file.write("\n\\end\\\n")


def _formatted(probs: Float[ndarray, " ngrams"], digits: int) -> Iterator[str]:
    """log10 of each number as text. (<s> is never predicted: its log10 p is -99 as well.)"""
    with np.errstate(divide="ignore"):
        log10 = np.maximum(np.log10(probs), LOG10_ZERO)
    return (f"{number:.{digits}g}" for number in log10.tolist())


class ArpaModel(BackoffModel):
    """A model that was read from an ARPA file; the same numbers as the model that was written."""


def read_arpa(path: str | Path) -> ArpaModel:
    """Read a model from an ARPA file; one whose name ends in `.gz` is unpacked.

    The vocabulary holds `<s>`, `</s>` and `<unk>`, and then the file's 1-grams in the file's order. If the
    file has no `<unk>`, unknown words have probability 0.

    Raises:
        DataError: if the file is not a whole and consistent ARPA file, with the number of the first bad line.
        OSError: if it cannot be opened.
    """
    try:
        with _open(path, "rt") as file:
            reader = ArpaReader(file, str(path))
            reader.read()
            return ArpaModel(reader.vocabulary, reader.index, reader.probs, reader.backoffs)
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path} is not a readable ARPA file: {error}") from error


def _open(path: str | Path, mode: str) -> IO[str]:
    if str(path).endswith(".gz"):
        return cast(IO[str], gzip.open(path, mode, encoding="utf-8", newline="\n"))
    return open(path, mode, encoding="utf-8", newline="\n")
