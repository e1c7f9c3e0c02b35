"""The processes that belong to a confined one, and the memory that they hold, seen from outside (Linux)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
COUNTED = (b"RssAnon:", b"RssShmem:", b"VmSwap:")
COUNTED_SHARES = (b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:")


def tree(root: int) -> list[int]:
    """`root`, its descendants, and whoever is in its session; without those that have ended."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for pid in every_process():
        try:
            # 7 (name) S 1 7 7 ...: the name may hold anything, so what counts follows the last bracket.
            fields = (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if fields[0] in (b"Z", b"X"):
            continue
        parents[pid] = int(fields[1])
        if pid == root or int(fields[3]) == root:
            found.add(pid)
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return sorted(found)


def own_memory(pid: int) -> int:
    """Memory of `pid` that is no file's, bytes: its own, shared (counted in full), and swapped out."""
    try:
        lines = (PROC / str(pid) / "status").read_bytes().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(COUNTED))


def memory_of(pids: Iterable[int], inherited: int = 0) -> int:
    """Memory that some processes hold together, bytes.

    Args:
        pids: the processes.
        inherited: what each of them shares with the process that it was forked from, bytes.

    Returns:
        The sum of what they hold beyond that. Shared pages count once where the kernel tells.
    """
    members = list(pids)
    rough = sum(max(0, own_memory(pid) - inherited) for pid in members)
    if len(members) < 2:
        return rough
    shares = [_share(pid) for pid in members]
    known = [share for share in shares if share is not None]
    if len(known) < len(shares):
        return rough
    # A page that n of them still share with the process outside is counted n times 1 / (n + 1).
    from_outside = inherited * len(members) // (len(members) + 1)
    return min(rough, max(0, sum(known) - from_outside))


def _share(pid: int) -> int | None:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_bytes().splitlines()
    except OSError:
        return None if own_memory(pid) else 0  # forbidden, or it has just ended
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(COUNTED_SHARES))


def every_process() -> list[int]:
    """The processes that can be seen from here."""
    try:
        return [int(name) for name in os.listdir(PROC) if name.isdecimal()]
    except OSError:
        return []


def command_of(pid: int) -> bytes:
    """The command line of a process, empty for one that has ended."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""
