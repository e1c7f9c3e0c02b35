"""Fetch a corpus so that, whatever happens in between, only the right bytes ever stand under a file's name.

What has arrived is kept as `NAME.part`, and the next attempt, or the next run, goes on from there. Only when
everything has come and has the pinned checksum is the file renamed, which happens at once or not at all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from rnn_course.errors import DataError
from rnn_course.text.catalogue import DataFile, find_dataset
from rnn_course.text.locate import cache_folder, checksum, complete_folder, copies_folder, mirror_url
from rnn_course.text.transfer import DiskError, Patience, Report, discard, disk_errors, transfer

Progress = Callable[[str], Report]
"""Called with the name of a file that is to be fetched; returns what is told about its bytes."""


def silent(name: str) -> Report:
    """No progress is shown."""
    return lambda there, total: None


def get_data(
    name: str, *, to: Path | None = None, progress: Progress = silent, patience: Patience | None = None
) -> Path:
    """The folder that holds the corpus `name`; what is not there yet is fetched.

    A mirror named in `RNN_COURSE_DATA` is tried first, then the public addresses.

    Args:
        name: a name of the catalogue.
        to: a folder to fetch into, as `to/FOLDER/FILE`, to pass it on or to serve it as a mirror. Without it,
            a corpus that is on this computer is not fetched again, and others go to the cache.
        progress: told about each file.
        patience: how long to wait for a server.

    Raises:
        DataError: if it cannot be fetched; nothing unverified is left under a file's name.
    """
    dataset = find_dataset(name)
    copies = copies_folder() if to is None else None
    found = copies and complete_folder(copies / dataset.folder, dataset)
    if found:
        return found
    folder = (to or cache_folder()) / dataset.folder
    with suppress(DataError):  # a damaged file is fetched again
        if complete_folder(folder, dataset):
            return folder
    mirror = mirror_url()
    groups = dataset.file_sets if mirror else tuple(filter(None, [dataset.public_files]))
    reasons = []
    for group in groups:
        try:
            for file in group:
                urls = [f"{mirror}/{dataset.folder}/{file.name}"] if mirror else []
                urls += [file.url] if file.url else []
                download(file, urls, folder, report=progress(file.name), patience=patience)
            return folder
        except DiskError:
            raise
        except DataError as error:
            reasons.append(str(error))
    raise DataError(
        "; ".join(reasons) or f"{name} has no public address: set RNN_COURSE_DATA to a mirror or folder"
    )


def download(
    file: DataFile,
    urls: Sequence[str],
    folder: Path,
    *,
    report: Report = lambda there, total: None,
    patience: Patience | None = None,
) -> Path:
    """Fetch `file` into `folder` from the first of `urls` that has it, unless it lies there already.

    Raises:
        DataError: if no address gives the right bytes, or the disk is full.
    """
    target = folder / file.name
    part = folder / f"{file.name}.part"
    with disk_errors(part):
        folder.mkdir(parents=True, exist_ok=True)
    with _one_process_at_a_time(folder) as alone:
        if target.exists():  # from an earlier run, or another process was faster
            if checksum(target, file) == file.checksum:
                return target
            target.unlink()
        if not alone:
            part = folder / f"{file.name}.{os.getpid()}.part"
        reasons = []
        for url in urls:
            try:
                _fetch(file, url, part, report, patience or Patience())
            except DiskError:
                raise
            except DataError as error:
                reasons.append(str(error))
                continue
            with disk_errors(part):
                os.replace(part, target)
                discard(part)
            return target
    raise DataError("; ".join(reasons) or f"{file.name} has no address to fetch it from")


def _fetch(file: DataFile, url: str, part: Path, report: Report, patience: Patience) -> None:
    """Bring `part` to the whole content of `file`, or delete it."""
    while True:
        resumed = part.exists()
        transfer(url, part, file.size, report, patience)
        got = checksum(part, file)
        if got == file.checksum:
            return
        discard(part)
        if not resumed:
            raise DataError(
                f"{url} has other bytes than it should, and they were deleted: got {got}, "
                f"expected {file.checksum}"
            )
        # what was wrong may have been the beginning, which came from an earlier run: once more


@contextmanager
def _one_process_at_a_time(folder: Path) -> Iterator[bool]:
    """Hold a lock that the system takes back when the process ends, however it ends.

    Yields False where the file system has no locks, as some network drives.
    """
    with disk_errors(folder / ".lock"):
        lock = (folder / ".lock").open("a")
    with lock:
        alone = True
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
            else:
                import fcntl

                fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:
            alone = False
        yield alone
