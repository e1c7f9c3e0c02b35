"""Namespaces of its own for one process: processes, files, network, names, users (Linux)."""

from __future__ import annotations

import os

from rnn_course.grading.sandbox.confinement import MARK, Confinement, Tier
from rnn_course.grading.sandbox.landlock import landlock_version
from rnn_course.grading.sandbox.mounts import build_root, cover_root
from rnn_course.grading.sandbox.system_calls import (
    CLONE_NEWCGROUP,
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
    PR_SET_DUMPABLE,
    architecture,
    c_library,
    control,
    set_namespace,
    unshare,
)

NOBODY = 65534
AROUND = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP
HOST_NAME = b"sandbox"


def fork_as_first_process() -> int:
    """Fork; the child is process 1 of a new process namespace. This process needs the right to make one.

    Returns:
        The child's process id here, and 0 in the child, as os.fork.

    Raises:
        PermissionError: without that right.
    """
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    try:
        unshare(CLONE_NEWPID)
        try:
            pid = os.fork()
        except BaseException:
            set_namespace(own, CLONE_NEWPID)
            raise
        if pid:
            set_namespace(own, CLONE_NEWPID)
        return pid
    finally:
        os.close(own)


def become_own_root(inside: int, more: int = 0) -> None:
    """Enter a new user namespace, with every right in it and none outside.

    Args:
        inside: what user and group are called in there.
        more: other namespaces to enter at the same time.
    """
    uid, gid = os.geteuid(), os.getegid()
    unshare(CLONE_NEWUSER | more)
    control(PR_SET_DUMPABLE, 1)  # otherwise the next files belong to the real root
    maps = (("setgroups", "deny"), ("uid_map", f"{inside} {uid} 1"), ("gid_map", f"{inside} {gid} 1"))
    for name, text in maps:
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def may_make_namespaces() -> bool:
    """Whether this process has CAP_SYS_ADMIN where it is."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("CapEff:"):
                return bool(int(line.split()[1], 16) >> 21 & 1)
    return False


def final_owner() -> tuple[int, int]:
    """User and group that own what a confined process writes: nobody's where there is one, else the same."""
    own = (os.geteuid(), os.getegid())
    if own[0] != 0:
        return own
    with open("/proc/self/uid_map", encoding="ascii") as file:
        ranges = [[int(number) for number in line.split()] for line in file]
    return (NOBODY, NOBODY) if any(first <= NOBODY < first + count for first, _, count in ranges) else own


def enter(confinement: Confinement, *, serves: bool) -> None:
    """Go into new namespaces with a root file system of their own. To be called in a first process.

    Args:
        confinement: what may be seen.
        serves: keep the rights that it takes to confine children.
    """
    around = AROUND
    in_server = os.environ.get(MARK, "").startswith(Tier.NAMESPACES.value)
    if in_server and not confinement.local_sockets:
        around &= ~CLONE_NEWNET  # the server's network is empty, and without sockets nobody can meet in it
    unshare(around)
    owner = final_owner()
    if in_server and landlock_version() and not confinement.writable:
        cover_root(confinement, owner)
    else:
        build_root(confinement, owner, column=architecture())
    c_library().sethostname(HOST_NAME, len(HOST_NAME))
    if serves:
        return
    if owner[0] != os.geteuid():
        os.setgroups([])
        os.setresgid(owner[1], owner[1], owner[1])
        os.setresuid(owner[0], owner[0], owner[0])
        control(PR_SET_DUMPABLE, 1)
    become_own_root(NOBODY)  # its processes are counted apart from every other's of the same user
