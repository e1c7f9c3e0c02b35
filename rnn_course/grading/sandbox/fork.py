"""A confined child of a warm process: what the parent has loaded, the child has, at the price of a fork."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from rnn_course.grading.sandbox.child import Child
from rnn_course.grading.sandbox.confinement import Confinement, SandboxError, Tier
from rnn_course.grading.sandbox.limits import set_limits


def fork_confined(
    confinement: Confinement,
    tier: Tier,
    body: Callable[[Path], None],
    keep_fds: Iterable[int] = (),
) -> Child:
    """Run `body(private_folder)` in a confined child of this process.

    Whatever this process holds in its memory, the child can read: it must hold no secrets, and must have been
    started with an environment without them (see `launch`).

    Args:
        confinement: the child's limits.
        tier: how it is confined.
        body: what the child does, in its private folder as current folder. Its return is exit status 0, an
            exception 1, SystemExit its own.
        keep_fds: open file descriptors that the child keeps. Its standard input is empty; its standard output
            and error lead nowhere unless 1 and 2 are among these.

    Returns:
        The child, once it is confined.

    Raises:
        SandboxError: if this process has more than one thread, or the child cannot be confined.
    """
    folder = Path(tempfile.mkdtemp(prefix="rnn-course-"))
    ready, said = os.pipe()
    pid = os.fork()
    if pid == 0:
        _run(confinement, folder, body, {*keep_fds}, said)
    os.close(said)
    with os.fdopen(ready, "rb") as pipe:
        problem = pipe.read().decode(errors="replace")
    child = Child(pid, confinement, clean_up=lambda: shutil.rmtree(folder, ignore_errors=True))
    if problem != "ready":
        child.kill()
        raise SandboxError(f"fork_confined: {problem or 'the child ended before it was confined'}")
    return child


def _run(
    confinement: Confinement, folder: Path, body: Callable[[Path], None], keep: set[int], said: int
) -> NoReturn:
    try:
        os.setsid()
        _close_others(keep | {said})
        put_files(confinement, folder)
        os.chdir(folder)
        set_limits(confinement)
    except BaseException as error:
        os.write(said, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    os.write(said, b"ready")
    os.close(said)
    status = 1
    try:
        body(folder)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status & 255)


def put_files(confinement: Confinement, folder: Path) -> None:
    """Write the confinement's files into the private folder."""
    for name, content in confinement.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _close_others(keep: set[int]) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        if standard == 0 or standard not in keep:
            os.dup2(nowhere, standard)
    last = 2
    for descriptor in sorted(keep - {0, 1, 2}):
        os.closerange(last + 1, descriptor)
        last = descriptor
    os.closerange(last + 1, 1 << 16)
