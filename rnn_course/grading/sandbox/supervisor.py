"""The small process between a program that `launch` started and who launched it.

It has one thread and imports nothing but the standard library, so that it can make namespaces. It confines
its child, watches over the child's memory, ends it when told to, or when whoever launched it has gone, and
reports the ending. What it is to do stands in a file whose descriptor is its argument.
"""

from __future__ import annotations

import base64
import json
import os
import select
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from rnn_course.grading.sandbox.bubblewrap import arguments, bubblewrap
from rnn_course.grading.sandbox.child import MARGIN, STEP, Usage, end_group, ending_of
from rnn_course.grading.sandbox.confinement import MARK, Confinement, SandboxError, Tier
from rnn_course.grading.sandbox.lockdown import close_others, default_signals, end_with_parent, lock_down
from rnn_course.grading.sandbox.mounts import TEMPORARY, put_files
from rnn_course.grading.sandbox.namespaces import become_own_root, enter, may_make_namespaces
from rnn_course.grading.sandbox.processes import memory_of, tree
from rnn_course.grading.sandbox.removal import remove_folder
from rnn_course.grading.sandbox.system_calls import CLONE_NEWPID, PR_SET_CHILD_SUBREAPER, control, unshare
from rnn_course.grading.sandbox.view import bare_command, python_paths

CONFINED = b"confined"


def write_order(order: dict[str, Any], confinement: Confinement) -> bytes:
    """An order as it travels: JSON."""
    limits = {
        name: getattr(confinement, name)
        for name in ("memory_bytes", "processes", "file_bytes", "open_files", "cpu_seconds", "disk_bytes")
    }
    paths = {
        "readable": [*confinement.readable, *python_paths()],  # the supervisor's own Python is a bare one
        "writable": confinement.writable,
        "hidden": confinement.hidden,
    }
    files = {name: base64.b64encode(content).decode() for name, content in confinement.files.items()}
    named = {name: [str(path) for path in group] for name, group in paths.items()}
    parts = {**limits, **named, "files": files, "local_sockets": confinement.local_sockets}
    return json.dumps({**order, "confinement": parts}).encode()


def read_order(descriptor: int) -> tuple[dict[str, Any], Confinement]:
    """What `write_order` wrote; the descriptor stays open."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(os.dup(descriptor), "rb") as file:
        order = json.load(file)
    parts = order.pop("confinement")
    for name in ("readable", "writable", "hidden"):
        parts[name] = tuple(Path(path) for path in parts[name])
    parts["files"] = {name: base64.b64decode(content) for name, content in parts["files"].items()}
    return order, Confinement(**parts)


def supervise() -> NoReturn:
    """Body of the supervisor."""
    given = int(sys.argv[1])
    order, confinement = read_order(given)
    tier = Tier(order["tier"])
    stopped: list[int] = []
    pid = 0

    def stop(*_: object) -> None:
        stopped.append(1)
        if pid:
            os.kill(pid, signal.SIGKILL)

    signal.signal(signal.SIGTERM, stop)
    own_folder = None
    if tier in (Tier.LIMITS, Tier.UNSAFE):
        own_folder = tempfile.mkdtemp(prefix="rnn-course-")
        order["folder"] = own_folder
    try:
        if sys.platform == "linux":
            control(PR_SET_CHILD_SUBREAPER, 1)
        if tier is Tier.NAMESPACES:
            if not may_make_namespaces():
                become_own_root(0)
            unshare(CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            _become(order, confinement, tier, given)
    except BaseException as error:
        os.write(order["said"], f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    close_others({order["life"], order["report"]})
    signal.signal(signal.SIGINT, lambda *_: _interrupt(pid, tier))
    if stopped:
        stop()
    reason, status, usage = _watch(pid, order["life"], confinement, watched=not order["serves"])
    if tier in (Tier.LIMITS, Tier.UNSAFE):
        end_group(pid)
    code = os.waitstatus_to_exitcode(status)
    if tier is Tier.BUBBLEWRAP and code > 128:
        code = 128 - code  # how bwrap says that a signal ended what it ran
    ending = ending_of(code, usage, confinement, reason or ("killed" if stopped else ""))
    report = {"kind": ending.kind, "code": ending.code, **vars(usage)}
    with suppress(OSError):
        os.write(order["report"], json.dumps(report).encode())
    if own_folder:
        remove_folder(Path(own_folder))
    os._exit(0)


def _watch(pid: int, life: int, confinement: Confinement, *, watched: bool) -> tuple[str, int, Usage]:
    """Wait for the end of `pid`: the reason, if it was killed from here; its status; what it used."""
    look_at = [life]
    if hasattr(os, "pidfd_open"):
        look_at.append(os.pidfd_open(pid))
    reason = ""
    while True:
        # Without a pidfd only the next look tells of the end, so looks are closer together.
        ready, _, _ = select.select(look_at, [], [], STEP if len(look_at) > 1 or reason else STEP / 10)
        ended, status, used = os.wait4(pid, os.WNOHANG)
        if ended:
            break
        if life in ready:  # whoever launched this has ended
            look_at.remove(life)
            reason = "killed"
        elif watched and memory_of(tree(pid)) > MARGIN * confinement.memory_bytes:
            reason = "memory"
        if reason:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    return reason, status, Usage(used.ru_maxrss << 10, used.ru_utime + used.ru_stime)


def _interrupt(pid: int, tier: Tier) -> None:
    targets = [pid]
    if tier is Tier.BUBBLEWRAP:  # bwrap itself would end
        targets = [member for member in tree(pid) if member != pid][:1]
    for target in targets:
        with suppress(ProcessLookupError):
            os.kill(target, signal.SIGINT)


def _become(order: dict[str, Any], confinement: Confinement, tier: Tier, given: int) -> NoReturn:
    """In the child: confine it and turn it into the program."""
    said = order["said"]
    try:
        default_signals()
        os.setsid()
        if tier is Tier.BUBBLEWRAP:
            program = bubblewrap()
            if program is None:
                raise SandboxError("bwrap is not installed")
            end_with_parent(-1)
            keep = {given, said, *order["pass_fds"]}
            for descriptor in keep:
                os.set_inheritable(descriptor, True)
            close_others({0, 1, 2, *keep})
            command = [*arguments(program, confinement), *bare_command(__name__, "run_inside", str(given))]
            os.execve(command[0], command, {"PATH": os.defpath})
        if tier is Tier.NAMESPACES:
            enter(confinement, serves=order["serves"])
        _turn_into(order, confinement, tier)
    except BaseException as error:
        os.write(said, f"{type(error).__name__}: {error}".encode())
    os._exit(1)


def run_inside() -> NoReturn:
    """Body of the process that bwrap runs: the part of the confinement that bwrap does not do."""
    order, confinement = read_order(int(sys.argv[1]))
    try:
        _turn_into(order, confinement, Tier.BUBBLEWRAP)
    except BaseException as error:
        os.write(order["said"], f"{type(error).__name__}: {error}".encode())
    os._exit(1)


def _turn_into(order: dict[str, Any], confinement: Confinement, tier: Tier) -> NoReturn:
    folder, said = Path(order["folder"]), order["said"]
    if tier is not Tier.NAMESPACES:
        put_files(confinement, folder)
    os.chdir(folder)
    close_others({0, 1, 2, said, *order["pass_fds"]})
    os.set_inheritable(said, False)
    for descriptor in order["pass_fds"]:
        os.set_inheritable(descriptor, True)
    alone = tier in (Tier.NAMESPACES, Tier.BUBBLEWRAP)
    variables = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
        "HOME": str(folder),
        "TMPDIR": str(TEMPORARY if alone else folder),
        "LANG": "C.UTF-8",
        **order["env"],
    }
    if order["serves"]:
        variables[MARK] = f"{tier.value}:{'root' if order['root'] else 'user'}"
        if tier is not Tier.UNSAFE and sys.platform == "linux":
            end_with_parent(-1)
    else:
        lock_down(confinement, tier, folder, -1, counted=tier is Tier.NAMESPACES, as_root=order["root"])
    os.write(said, CONFINED)
    _execute(order["argv"], variables)


def _execute(argv: Sequence[str], variables: dict[str, str]) -> NoReturn:
    os.execvpe(argv[0], [*argv], variables)
