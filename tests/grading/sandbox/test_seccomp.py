"""The filter of system calls, run by an interpreter of its own, for both architectures."""

from __future__ import annotations

import errno
import struct
import sys

import pytest

from rnn_course.grading.sandbox import seccomp
from rnn_course.grading.sandbox.seccomp import AUDIT, CLONE, CLONE3, FORK, IOCTL, PRCTL, REFUSED, SOCKET
from rnn_course.grading.sandbox.system_calls import ARCHITECTURES

ALLOWED, KILLED = "allowed", "killed"
COLUMNS = pytest.mark.parametrize("column", ARCHITECTURES.values(), ids=ARCHITECTURES)


def verdict(program: bytes, architecture: int, number: int, *arguments: int) -> str:
    """What the kernel would do, by the manual page of seccomp(2) and the BPF instructions it names."""
    padded = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("=IIQ6Q", number, architecture, 0, *padded)
    code = list(struct.iter_unpack("=HBBI", program))
    place, register = 0, 0
    for _ in range(len(code) + 1):
        operation, if_true, if_false, value = code[place]
        place += 1
        if operation == 0x20:  # ld [k]
            (register,) = struct.unpack_from("=I", data, value)
        elif operation == 0x54:  # and k
            register &= value
        elif operation == 0x06:  # ret k
            action, detail = value & 0xFFFF0000, value & 0xFFFF
            return {0x7FFF0000: ALLOWED, 0x80000000: KILLED}.get(action) or errno.errorcode[detail]
        else:
            holds = {0x15: register == value, 0x35: register >= value, 0x45: bool(register & value)}[
                operation
            ]
            place += if_true if holds else if_false
    raise AssertionError("the program does not end")


@COLUMNS
@pytest.mark.parametrize("shared", [False, True])
def test_every_call_of_the_table_is_refused(column: int, shared: bool) -> None:
    program = seccomp.policy(column, shared, True, False)
    wanted = {name: numbers[column] for name, numbers in REFUSED.items() if numbers[column] >= 0}
    allowed = [name for name, number in wanted.items() if verdict(program, AUDIT[column], number) != "EPERM"]
    assert allowed == []
    assert len(program) // 8 < 4096  # the kernel takes no more instructions


@COLUMNS
def test_what_every_python_needs_is_allowed(column: int) -> None:
    # read, write, close, mmap, munmap, brk, openat, fstat, futex, exit_group, wait4, execve, dup, pipe2
    needed = (
        (0, 1, 3, 9, 11, 12, 257, 5, 202, 231, 61, 59, 32, 293),
        (63, 64, 57, 222, 215, 214, 56, 80, 98, 94, 260, 221, 23, 59),
    )
    program = seccomp.policy(column, True, False, False)
    assert {verdict(program, AUDIT[column], number) for number in needed[column]} == {ALLOWED}


@COLUMNS
def test_another_architecture_and_newer_calls_are_stopped(column: int) -> None:
    program = seccomp.policy(column, False, True, False)
    assert verdict(program, AUDIT[1 - column], 0) == KILLED
    assert verdict(program, 0x40000003, 11) == KILLED  # 32-bit x86: its execve is this one's munmap
    assert verdict(program, AUDIT[column], 0x40000000 | 59) == "ENOSYS"  # x32
    assert verdict(program, AUDIT[column], CLONE3[column]) == "ENOSYS"  # the C library falls back to clone


@COLUMNS
def test_new_processes_and_namespaces(column: int) -> None:
    thread, process, user_namespace = 0x3D0F00, 17, 0x10000000 | 17
    some, none = (seccomp.policy(column, False, may_fork, False) for may_fork in (True, False))
    clone = CLONE[column]
    assert [verdict(some, AUDIT[column], clone, flags) for flags in (thread, process)] == [ALLOWED, ALLOWED]
    assert [verdict(none, AUDIT[column], clone, flags) for flags in (thread, process)] == [ALLOWED, "EPERM"]
    assert {verdict(which, AUDIT[column], clone, user_namespace) for which in (some, none)} == {"EPERM"}
    if FORK[column] >= 0:
        assert [verdict(which, AUDIT[column], FORK[column]) for which in (some, none)] == [ALLOWED, "EPERM"]


@COLUMNS
@pytest.mark.parametrize("family", [1, 2, 10, 16])
@pytest.mark.parametrize("kind", [1, 2, 5, 1 | 0o2000000, 2 | 0o4000])
def test_sockets_are_unix_streams(column: int, family: int, kind: int) -> None:
    given = ALLOWED if (family, kind & 0xF) == (1, 1) else "EPERM"
    with_sockets, without = (seccomp.policy(column, False, True, local) for local in (True, False))
    absent = given if family == 1 else errno.errorcode[errno.EOPNOTSUPP]  # as if there were no network
    assert verdict(with_sockets, AUDIT[column], SOCKET[column], family, kind) == absent
    assert verdict(without, AUDIT[column], SOCKET[column], family, kind) == "EPERM"
    assert verdict(without, AUDIT[column], seccomp.SOCKETPAIR[column], family, kind) == given


@COLUMNS
def test_arguments_are_looked_at(column: int) -> None:
    program = seccomp.policy(column, False, True, False)
    to_name, to_outlive = 15, 1  # PR_SET_NAME, PR_SET_PDEATHSIG
    assert verdict(program, AUDIT[column], PRCTL[column], to_name) == ALLOWED
    assert verdict(program, AUDIT[column], PRCTL[column], to_outlive, 0) == "EPERM"
    assert verdict(program, AUDIT[column], IOCTL[column], 1, 0x5413) == ALLOWED  # TIOCGWINSZ
    assert verdict(program, AUDIT[column], IOCTL[column], 1, 0x5412) == "EPERM"  # TIOCSTI


@COLUMNS
@pytest.mark.parametrize("shared", [False, True])
def test_where_processes_are_shared_limits_are_ones_own(column: int, shared: bool) -> None:
    program = seccomp.policy(column, shared, True, False)
    for numbers in seccomp.ON_ITSELF:
        assert verdict(program, AUDIT[column], numbers[column], 0) == ALLOWED
        other = verdict(program, AUDIT[column], numbers[column], 77)
        assert other == ("EPERM" if shared else ALLOWED)
    for numbers in seccomp.REFUSED_IF_SHARED.values():
        if numbers[column] >= 0:
            assert (verdict(program, AUDIT[column], numbers[column]) == "EPERM") == shared


@COLUMNS
def test_signals_to_itself_only(column: int) -> None:
    program = seccomp.signals_to_itself_only(column, 4321)
    for numbers in seccomp.TO_ONE_PROCESS:
        assert verdict(program, AUDIT[column], numbers[column], 4321) == ALLOWED
        assert verdict(program, AUDIT[column], numbers[column], 1) == "EPERM"
    assert verdict(program, AUDIT[column], 0) == ALLOWED


@pytest.mark.skipif(sys.platform != "linux", reason="the headers are Linux's")
def test_numbers_are_those_of_the_kernels_headers() -> None:
    import re
    from pathlib import Path

    header = Path("/usr/include/asm-generic/unistd.h")
    intel = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    if not (header.exists() and intel.exists()):
        pytest.skip("linux-libc-dev is not installed")
    tables = (
        dict(re.findall(r"#define __NR_(\w+)\s+(\d+)", intel.read_text())),
        dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())),
    )
    for name, numbers in {**REFUSED, **seccomp.REFUSED_IF_SHARED}.items():
        for number, table in zip(numbers, tables, strict=True):
            assert table.get(name) in (str(number), None), name
