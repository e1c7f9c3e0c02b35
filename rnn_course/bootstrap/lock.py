"""One process at a time prepares the environment; the operating system lets go when that process dies."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rnn_course.bootstrap.progress import say

BUSY = (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)


def try_lock(file: IO[str]) -> bool:
    """Take the lock on `file` if nobody holds it. A file system without locks lets everyone in."""
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in BUSY
    return True


@contextmanager
def locked(path: Path) -> Iterator[tuple[int, ...]]:
    """Hold the lock `path`, waiting for whoever has it.

    Yields:
        File descriptors for a child process to inherit, so that the lock outlives this process as long as
        a pip that it started still writes. Empty on Windows, where descriptors are not inherited.
    """
    with path.open("a+") as file:
        waiting = False
        while not try_lock(file):
            if not waiting:
                say("Another process is preparing the environment; waiting for it.")
            waiting = True
            time.sleep(0.5)
        yield () if os.name == "nt" else (file.fileno(),)
