"""The limits that the kernel holds a process to (setrlimit), each process by itself."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from rnn_course.grading.sandbox.confinement import Confinement

STACK = 8 << 20  # bytes
LOCKED = 1 << 20  # bytes of memory that may be kept from being swapped out


def set_limits(confinement: Confinement, *, counted: bool = False) -> None:
    """Bind this process, and what it starts, to the limits of `confinement`.

    Args:
        confinement: the limits.
        counted: whether this process is alone in its user namespace, so that the kernel counts only its own;
            otherwise all processes of the user count, and as many as there are now are added.
    """
    import resource

    limits = {
        resource.RLIMIT_FSIZE: confinement.file_bytes,
        resource.RLIMIT_NOFILE: confinement.open_files,
        resource.RLIMIT_CPU: confinement.cpu_seconds,
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform == "linux":
        size, data = _memory_now()
        # Data counts what this process alone can write; the address space, also what it shares.
        limits[resource.RLIMIT_DATA] = data + confinement.memory_bytes
        limits[resource.RLIMIT_AS] = size + 2 * confinement.memory_bytes
        limits[resource.RLIMIT_STACK] = STACK
        limits[resource.RLIMIT_MEMLOCK] = LOCKED
        limits[resource.RLIMIT_MSGQUEUE] = 0
        limits[resource.RLIMIT_NPROC] = confinement.processes + (0 if counted else _tasks_of_this_user())
    for name, value in limits.items():
        _, hard = resource.getrlimit(name)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # Past the processor time the first signal can be caught, the second, a second later, cannot.
        further = value + 1 if name == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else value
        resource.setrlimit(name, (value, further))


def _memory_now() -> tuple[int, int]:
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = [int(number) for number in file.read().split()]
    size = os.sysconf("SC_PAGE_SIZE")
    return pages[0] * size, pages[5] * size


def _tasks_of_this_user() -> int:
    user, tasks = os.geteuid(), 0
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with suppress(OSError):
                found = os.stat(f"/proc/{name}/task")
                tasks += found.st_nlink - 2 if found.st_uid == user else 0
    return tasks
