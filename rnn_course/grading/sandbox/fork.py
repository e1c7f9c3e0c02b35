"""A confined child of a warm process: what the parent has loaded, the child has, at the price of a fork."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from rnn_course.grading.sandbox.child import Child
from rnn_course.grading.sandbox.confinement import MARK, Confinement, SandboxError, Tier
from rnn_course.grading.sandbox.landlock import landlock_version
from rnn_course.grading.sandbox.lockdown import close_others, default_signals, end_with_parent, lock_down
from rnn_course.grading.sandbox.mounts import PRIVATE, TEMPORARY, put_files
from rnn_course.grading.sandbox.namespaces import (
    become_own_root,
    enter,
    fork_as_first_process,
    may_make_namespaces,
)
from rnn_course.grading.sandbox.processes import own_memory
from rnn_course.grading.sandbox.removal import remove_folder
from rnn_course.grading.sandbox.seccomp import policy
from rnn_course.grading.sandbox.system_calls import CLONE_NEWPID, architecture, c_library
from rnn_course.grading.sandbox.view import readable_paths

READY = b"ready"


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
        tier: how it is confined. BUBBLEWRAP only in a server that `launch` started so, whose `disk_bytes` its
            children share.
        body: what the child does, in its private folder as current folder. Its return is exit status 0, an
            exception 1, SystemExit its own.
        keep_fds: open file descriptors that the child keeps. Its standard input is empty; its standard output
            and error lead nowhere unless 1 and 2 are among these.

    Returns:
        The child, once it is confined.

    Raises:
        SandboxError: if this process has more than one thread, or the child cannot be confined.
    """
    if threading.active_count() > 1:
        names = ", ".join(thread.name for thread in threading.enumerate())
        raise SandboxError(f"fork_confined: a process with one thread may fork safely; this one has {names}")
    if not hasattr(os, "fork"):
        raise SandboxError("fork_confined: this system cannot fork a process")
    started_at, _, by = os.environ.get(MARK, "").partition(":")
    if tier is Tier.BUBBLEWRAP and started_at != tier.value:
        raise SandboxError("fork_confined: for this tier, start the server with launch(..., serves=True)")
    as_root = by == "root" or os.geteuid() == 0
    if tier is not Tier.UNSAFE:
        prepare(confinement)
    kept = {*keep_fds}
    sys.stdout.flush()
    sys.stderr.flush()
    ready, said = os.pipe()
    inherited = own_memory(os.getpid())
    supervised = False
    try:
        if tier is Tier.NAMESPACES:
            folder, clean_up = PRIVATE, None
            supervised = not may_make_namespaces()
            pid = os.fork() if supervised else fork_as_first_process()
            if pid == 0 and supervised:
                _fork_from_between(kept, said)
        else:
            folder = Path(tempfile.mkdtemp(prefix="rnn-course-"))
            clean_up = _remover(folder)
            pid = os.fork()
        if pid == 0:
            _run(confinement, tier, folder, body, kept, said, as_root)
    except OSError as error:
        os.close(ready)
        os.close(said)
        raise SandboxError(f"fork_confined: {error}") from error
    os.close(said)
    child = Child(pid, confinement, clean_up=clean_up, inherited=inherited, supervised=supervised)
    with os.fdopen(ready, "rb") as pipe:
        answer = pipe.read()
    if answer != READY:
        ending = child.kill()
        raise SandboxError(f"fork_confined: {answer.decode(errors='replace') or f'the child {ending}'}")
    return child


def prepare(confinement: Confinement) -> None:
    """Work out in the parent, once, what every child would otherwise work out anew."""
    readable_paths(confinement.readable)
    if sys.platform == "linux":
        import resource  # noqa: F401

        landlock_version()
        c_library()
        for shared in (False, True):
            for may_fork in (False, True):
                policy(architecture(), shared, may_fork, confinement.local_sockets)


def _run(
    confinement: Confinement,
    tier: Tier,
    folder: Path,
    body: Callable[[Path], None],
    kept: set[int],
    said: int,
    as_root: bool,
) -> NoReturn:
    try:
        default_signals()
        os.setsid()
        close_others((kept - {0}) | {said})
        if tier is Tier.NAMESPACES:
            enter(confinement, serves=False)
        else:
            put_files(confinement, folder)
        os.chdir(folder)
        alone = tier is Tier.NAMESPACES
        lock_down(confinement, tier, folder, said, counted=alone, as_root=as_root)
        temporary = TEMPORARY if alone else folder
        os.environ.update(HOME=str(folder), TMPDIR=str(temporary))
        tempfile.tempdir = None
    except BaseException as error:
        os.write(said, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    os.write(said, READY)
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


def _fork_from_between(kept: set[int], said: int) -> None:
    """Fork once more, with the right to make namespaces. Returns in the grandchild; the child waits."""
    try:
        close_others(kept | {said})
        become_own_root(0, CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            return
    except BaseException as error:
        os.write(said, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGKILL))
    signal.signal(signal.SIGINT, lambda *_: os.kill(pid, signal.SIGINT))
    end_with_parent(-1)
    close_others(set())
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -code)
    os._exit(code & 255)


def _remover(folder: Path) -> Callable[[], None]:
    return lambda: remove_folder(folder)
