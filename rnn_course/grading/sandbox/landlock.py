"""Landlock: a process gives up what it does not need of the file system, the network and signals (Linux)."""

from __future__ import annotations

import ctypes
import functools
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rnn_course.grading.sandbox.system_calls import (
    LANDLOCK_ADD,
    LANDLOCK_CREATE,
    LANDLOCK_RESTRICT,
    call,
)

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
REFER, TRUNCATE, IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
EVERYTHING_1 = (1 << 13) - 1  # what the first version knows
READ = EXECUTE | READ_FILE | READ_DIR
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE
NETWORK = 0b11  # bind and connect TCP
SCOPES = 0b11  # abstract sockets, signals
SIGNALS_SINCE = 6


@functools.cache
def landlock_version() -> int:
    """The version that the kernel has, 0 if none."""
    if sys.platform != "linux":
        return 0
    try:
        return call(LANDLOCK_CREATE, None, 0, 1, what="landlock")
    except OSError:
        return 0


def restrict(
    readable: Iterable[Path],
    writable: Iterable[Path],
    hidden: Iterable[Path] = (),
    listed: Iterable[Path] = (),
) -> None:
    """Leave this process, and all that it starts, only these paths; no TCP; signals only among themselves.

    Args:
        readable: files and folders to read and to execute.
        writable: files and folders to do anything with.
        hidden: what stays closed although a readable folder holds it. Its name can be seen.
        listed: folders whose names, and those of all below, can be seen.

    Raises:
        OSError: if the kernel has no Landlock.
    """
    version = landlock_version()
    handled = EVERYTHING_1
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEVICE)):
        handled |= right if version >= since else 0
    attributes = struct.pack(
        "QQQ", handled, NETWORK if version >= 4 else 0, SCOPES if version >= SIGNALS_SINCE else 0
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    rules = call(LANDLOCK_CREATE, buffer, size, 0, what="landlock")
    try:
        closed = {Path(path) for path in hidden}
        for path in readable:
            for part, rights in _without(Path(path), closed):
                _allow(rules, part, rights & handled)
        for path in listed:
            _allow(rules, Path(path), READ_DIR)
        for path in writable:
            _allow(rules, Path(path), handled)
        call(LANDLOCK_RESTRICT, rules, 0, what="landlock")
    finally:
        os.close(rules)


def _without(path: Path, closed: set[Path]) -> Iterator[tuple[Path, int]]:
    """What to open so that all of `path` can be read save what is closed."""
    if path in closed:
        return
    if not any(path in hidden.parents for hidden in closed):
        yield path, READ
        return
    yield path, READ_DIR  # rights go down: what is closed below can be listed, not read
    try:
        inside = sorted(path.iterdir())
    except OSError:
        return
    for part in inside:
        yield from _without(part, closed)


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no right
    try:
        if not os.path.isdir(path):
            rights &= ON_FILES
        # The kernel's struct is packed: 8 bytes of rights, then 4 of the descriptor.
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor), 12)
        call(LANDLOCK_ADD, rules, 1, rule, 0, what=f"landlock rule for {path}")
    finally:
        os.close(descriptor)
