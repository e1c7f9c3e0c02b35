"""The last steps before a confined process runs what it is for: nothing here can be undone from inside."""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path

from rnn_course.grading.sandbox.confinement import Confinement, SandboxError, Tier
from rnn_course.grading.sandbox.landlock import SIGNALS_SINCE, landlock_version, restrict
from rnn_course.grading.sandbox.limits import set_limits
from rnn_course.grading.sandbox.mounts import PRIVATE, WRITABLE
from rnn_course.grading.sandbox.seccomp import filter_calls, has_seccomp
from rnn_course.grading.sandbox.system_calls import (
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    control,
    drop_capabilities,
)
from rnn_course.grading.sandbox.view import DEVICES, PROCESSOR, hidden_paths, readable_paths


def lock_down(
    confinement: Confinement, tier: Tier, folder: Path, parent: int, *, counted: bool, as_root: bool
) -> None:
    """Bind this process for good: limits, no rights, Landlock, the filter of calls; to end with its parent.

    Args:
        confinement: the limits.
        tier: NAMESPACES and BUBBLEWRAP need all of it, LIMITS takes what the kernel has, UNSAFE only the
            last.
        folder: the private folder.
        parent: a descriptor whose other end only the parent has; -1 for none.
        counted: whether the kernel counts this user's processes for this process alone.
        as_root: whether root started it. The kernel does not count root's processes: it may have only one.

    Raises:
        OSError, SandboxError: what could not be done.
    """
    if tier is Tier.UNSAFE:
        if sys.platform == "linux":
            end_with_parent(parent)
        return
    set_limits(confinement, counted=counted)
    if sys.platform != "linux":
        return
    control(PR_SET_NO_NEW_PRIVS, 1)
    drop_capabilities()
    control(PR_SET_DUMPABLE, 0)
    end_with_parent(parent)
    alone = tier is Tier.NAMESPACES
    if landlock_version():
        own = WRITABLE if folder == PRIVATE else folder
        writable = [own, *confinement.writable, *map(Path, DEVICES)]
        readable = [*readable_paths(confinement.readable), Path("/proc/self"), *map(Path, PROCESSOR)]
        # A root of its own holds nothing else, so that its folders may be listed, as imports do.
        listed = () if tier is Tier.LIMITS else (Path("/"),)
        restrict(readable, writable, () if alone else hidden_paths(confinement), listed)
    if has_seccomp():
        filter_calls(
            shared=not alone,
            may_fork=counted or not as_root,
            local_sockets=confinement.local_sockets,
            own_signals_only=not alone and landlock_version() < SIGNALS_SINCE,
        )
    elif alone:
        raise SandboxError("this kernel has no filter of system calls (seccomp)")


def end_with_parent(descriptor: int) -> None:
    """Let the kernel end this process when its parent ends; end it now if the parent has ended already."""
    control(PR_SET_PDEATHSIG, signal.SIGKILL)
    if descriptor < 0:
        return
    watch = select.poll()
    watch.register(descriptor, select.POLLERR | select.POLLHUP)
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in watch.poll(0)):
        os._exit(1)


def close_others(keep: set[int]) -> None:
    """Close every file descriptor that is not in `keep`; the standard ones lead nowhere instead."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in {0, 1, 2} - keep:
        os.dup2(nowhere, standard)
    last = 2
    for descriptor in sorted(keep - {0, 1, 2}):
        os.closerange(last + 1, descriptor)
        last = descriptor
    os.closerange(last + 1, min(os.sysconf("SC_OPEN_MAX"), 1 << 20))


def default_signals() -> None:
    """Signals as a new program has them, whatever the parent did with its own."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
        with suppress(OSError, ValueError):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
