"""Where a corpus lies on this machine, and whether its bytes are the right ones.

`RNN_COURSE_DATA` may name a folder of copies, which is looked at first and never written to, or the address
of a classroom's mirror, from which `rnn-course data get` then fetches. Downloads lie in the user's cache
folder.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from rnn_course.errors import DataError
from rnn_course.text.catalogue import DataFile, Dataset, find_dataset

ENVIRONMENT = "RNN_COURSE_DATA"


def cache_folder() -> Path:
    """The folder that downloads go to, such as `~/.cache/rnn-course` on Linux; it need not exist yet."""
    from platformdirs import user_cache_path

    return user_cache_path("rnn-course", appauthor=False)


def mirror_url() -> str | None:
    """The address in `RNN_COURSE_DATA`, if it is one."""
    value = os.environ.get(ENVIRONMENT, "").strip()
    return value.rstrip("/") if value.lower().startswith(("http://", "https://")) else None


def copies_folder() -> Path | None:
    """The folder in `RNN_COURSE_DATA`, if it is one.

    Raises:
        DataError: if there is no such folder.
    """
    value = os.environ.get(ENVIRONMENT, "").strip()
    if not value or mirror_url():
        return None
    folder = Path(value).expanduser()
    if not folder.is_dir():
        raise DataError(f"{ENVIRONMENT} is {value!r}, which is neither a folder nor an http(s) address")
    return folder


def find_data(name: str) -> Path | None:
    """The folder that holds the corpus `name`, every byte verified, or None if it is not on this machine.

    Raises:
        DataError: if there is no such corpus, or a file of it is damaged.
    """
    dataset = find_dataset(name)
    for place in (copies_folder(), cache_folder()):
        folder = place and complete_folder(place / dataset.folder, dataset)
        if folder:
            return folder
    return None


def data_path(name: str) -> Path:
    """The folder that holds the corpus `name`, every byte verified.

    Raises:
        DataError: if it is not on this machine (the message says what to type), or a file of it is damaged.
    """
    folder = find_data(name)
    if folder is None:
        dataset = find_dataset(name)
        raise DataError(
            f"{name} ({dataset.about}) is not on this computer. Fetch it with "
            f"`python -m rnn_course data get {name}`, or set {ENVIRONMENT} to a folder that holds "
            f"{dataset.folder}/{dataset.file_sets[0][0].name}"
        )
    return folder


def complete_folder(folder: Path, dataset: Dataset) -> Path | None:
    """`folder` if one of the dataset's sets of files lies in it, verified; None if none is complete.

    Raises:
        DataError: if a file is damaged.
    """
    for group in dataset.file_sets:
        if all((folder / file.name).is_file() for file in group):
            for file in group:
                verify(folder / file.name, file)
            return folder
    return None


def verify(path: Path, file: DataFile) -> None:
    """Hold the content of `path` to the checksum of `file`.

    Raises:
        DataError: `ptb.test.txt is damaged: got sha256:..., expected sha256:...`.
    """
    state = path.stat()
    got = _checksum_once(path, file, state.st_size, state.st_mtime_ns)
    if got != file.checksum:
        raise DataError(
            f"{path} is damaged: got {got} ({state.st_size:,} bytes), expected {file.checksum}. "
            f"Delete it, then fetch it again with `python -m rnn_course data get`"
        )


@lru_cache(maxsize=64)
def _checksum_once(path: Path, file: DataFile, size: int, modified: int) -> str:
    """`checksum`, once for each state of a file."""
    return checksum(path, file)


def checksum(path: Path, file: DataFile) -> str:
    """The checksum of what lies at `path`, of the kind that `file` is pinned by."""
    kind = file.checksum.partition(":")[0]
    if kind == "git":
        digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    else:
        digest = hashlib.sha256()
    with path.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return f"{kind}:{digest.hexdigest()}"
