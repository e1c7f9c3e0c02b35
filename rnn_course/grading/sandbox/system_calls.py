"""The kernel's calls that Python's standard library lacks, by number or through the C library (Linux)."""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import sys

from rnn_course.grading.sandbox.confinement import SandboxError

# linux/sched.h
CLONE_NEWTIME = 0x00000080
CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

# Numbers that are the same on every architecture that the filter knows.
OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR = 428, 429, 442
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
ARCHITECTURES = {"x86_64": 0, "aarch64": 1}  # column of each in the tables of numbers

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_SECCOMP, PR_SET_SECUREBITS, PR_SET_NO_NEW_PRIVS = 22, 28, 38
PR_SET_CHILD_SUBREAPER, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 36, 47, 4
SECCOMP_MODE_FILTER = 2
LOCKED_SECUREBITS = 0b101111  # no root by uid 0, no fix-up of capabilities, and both for good
CAPABILITY_VERSION = 0x20080522


@functools.cache
def c_library() -> ctypes.CDLL:
    """The C library that this process has loaded."""
    return ctypes.CDLL(None, use_errno=True)


def architecture() -> int:
    """The column of this machine in the tables of numbers.

    Raises:
        SandboxError: other than Linux on x86_64 or aarch64, of which the numbers are not known here.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in ARCHITECTURES or sys.maxsize < 1 << 32:
        known = " and ".join(ARCHITECTURES)
        raise SandboxError(
            f"this is {sys.platform} on {machine}; confinement is written for Linux on {known}"
        )
    return ARCHITECTURES[machine]


def check(result: int, what: str) -> int:
    """Return `result`, or raise the OSError that the C library left behind."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def call(number: int, *arguments: int | bytes | ctypes.Array | None, what: str) -> int:
    """Make a system call by its number; raises OSError with `what` in its text."""
    converted = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return check(c_library().syscall(ctypes.c_long(number), *converted), what)


def control(option: int, value: int = 0, third: int = 0, what: str = "prctl") -> None:
    """prctl(2)."""
    numbers = [ctypes.c_ulong(number) for number in (value, third, 0, 0)]
    check(c_library().prctl(option, *numbers), what)


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones."""
    check(c_library().unshare(flags), "unshare")


def set_namespace(descriptor: int, kind: int) -> None:
    """Enter the namespace that `descriptor` is open on."""
    check(c_library().setns(descriptor, kind), "setns")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """mount(2)."""
    result = c_library().mount(
        source.encode(),
        os.fsencode(target),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode(),
    )
    check(result, f"mount {source} on {target}")


def unmount(target: str, flags: int = 2) -> None:
    """umount2(2); by default lazily (MNT_DETACH)."""
    check(c_library().umount2(os.fsencode(target), flags), f"unmount {target}")


def drop_capabilities() -> None:
    """Give up every capability, for good: none can be got back, not even by running a set-uid program."""
    for capability in range(64):
        try:
            control(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last one, or not held
    for option, value in ((PR_SET_SECUREBITS, LOCKED_SECUREBITS), (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)):
        try:
            control(option, value)
        except OSError:
            continue  # without capabilities there is nothing to lock
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    call((126, 91)[architecture()], header, nothing, what="capset")
