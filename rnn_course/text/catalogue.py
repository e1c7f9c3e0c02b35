"""The corpora that the course can fetch: where each lies, which bytes it must have, who may use it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rnn_course.errors import DataError


@dataclass(frozen=True)
class DataFile:
    """One file of a corpus.

    Attributes:
        name: its name in the corpus's folder.
        checksum: `sha256:` and hexadecimal digits; or `git:` and the id that Git gives the file.
        size: bytes, where known.
        url: where it is public, or None if only a classroom's mirror has it.
    """

    name: str
    checksum: str
    size: int | None = None
    url: str | None = None


@dataclass(frozen=True)
class Dataset:
    """One corpus.

    Attributes:
        name: what one types.
        folder: name of its folder in the cache, in a folder of copies, and on a mirror.
        about: one line.
        licence: one line, shown before a download.
        must_accept: whether to ask for a yes first, because the licence is not an open one.
        source: authors and year, to cite.
        file_sets: sets of files of which one is enough, the better one first.
    """

    name: str
    folder: str
    about: str
    licence: str
    must_accept: bool
    source: str
    file_sets: tuple[tuple[DataFile, ...], ...]

    @property
    def public_files(self) -> tuple[DataFile, ...]:
        """The first set of files that are all public, or () if there is none."""
        return next((group for group in self.file_sets if all(file.url for file in group)), ())


@cache
def catalogue() -> dict[str, Dataset]:
    """Every corpus by its name, from `catalogue.toml`."""
    text = files("rnn_course.text").joinpath("catalogue.toml").read_text("utf-8")
    return {name: _dataset(name, entry) for name, entry in tomllib.loads(text).items()}


def _dataset(name: str, entry: dict[str, Any]) -> Dataset:
    groups = [_data_files(entry.pop("files"), entry.pop("url", None))]
    if "or_files" in entry:
        groups.append(_data_files(entry.pop("or_files"), entry.pop("or_url", None)))
    return Dataset(name=name, file_sets=tuple(groups), **entry)


def _data_files(rows: list[dict[str, Any]], folder_url: str | None) -> tuple[DataFile, ...]:
    return tuple(DataFile(**row, url=folder_url and f"{folder_url}/{row['name']}") for row in rows)


def find_dataset(name: str) -> Dataset:
    """The entry of `name`.

    Raises:
        DataError: if there is no such corpus; the message lists those there are.
    """
    if name not in catalogue():
        raise DataError(f"there is no corpus {name!r}; there are {', '.join(catalogue())}")
    return catalogue()[name]
