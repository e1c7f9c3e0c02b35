"""The limits that the kernel holds a single process to (setrlimit)."""

from __future__ import annotations

import sys

from rnn_course.grading.sandbox.confinement import Confinement


def set_limits(confinement: Confinement) -> None:
    """Bind this process, and what it starts, to the limits of `confinement`."""
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
    for name, value in limits.items():
        _, hard = resource.getrlimit(name)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (value, value))


def _memory_now() -> tuple[int, int]:
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = [int(number) for number in file.read().split()]
    import resource

    return pages[0] * resource.getpagesize(), pages[5] * resource.getpagesize()
