"""The body of a warm server: load once, then fork a confined child for every submission.

For another worker of the same machine it makes a copy of itself, which has nothing left to load.

Its arguments are the number of an open socket and its role, `student` or `tester`. It holds no secret, since
its children can read all that it has in memory.
"""

from __future__ import annotations

import gc
import importlib
import os
import random
import select
import socket
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from rnn_course.grading.sandbox import Child, Confinement, SandboxError, Tier, fork_confined
from rnn_course.grading.sandbox.lockdown import end_with_parent
from rnn_course.grading.servers.warm import COPY
from rnn_course.grading.shell import CellShell, new_shell
from rnn_course.grading.wire import Channel, WireClosed, decode, encode

Body = Callable[[CellShell, dict[str, Any], list[int]], None]
# What the bodies and almost every test load late.
ALWAYS = {
    "student": ("rnn_course.grading.student.host", "numpy.random", "numpy.linalg"),
    "tester": ("rnn_course.grading.tester.drive", "numpy.random", "numpy.linalg", "numpy.testing"),
}
_COPIES: deque[int] = deque()  # process ids of copies of this server
WATCH = 0.25  # seconds between two looks at a child's memory
# Every kind of cell once, so that what IPython loads late is loaded before the first fork.
WARM_UP = ("1 + 1", "print(1)", "1 / 0", "x =", "def f():\n    raise KeyError(1)\nf()", "%lsmagic")


def main() -> None:
    """Serve until the socket is closed."""
    control = Channel(socket.socket(fileno=int(sys.argv[1])))
    role = sys.argv[2]
    try:
        settings = decode(control.receive())
        body = _prepare(role, settings["preload"], settings["hidden_modules"])
        shell = _warm_shell()
    except Exception as error:
        control.send(encode(f"{type(error).__name__}: {error}"))
        return
    gc.collect()
    gc.freeze()  # so that the collector in a child does not touch, and thereby copy, what it shares
    control.send(encode("ready"))
    with suppress(WireClosed):
        while True:
            request = decode(control.receive())
            if request == COPY:
                control = _copied(control)
            else:
                _serve_one(control, body, shell, request)


def _copied(control: Channel) -> Channel:
    """Fork: here the same socket as before, in the copy the one that came with the request."""
    while _COPIES and os.waitpid(_COPIES[0], os.WNOHANG)[0]:
        _COPIES.popleft()
    _, (descriptor,), _, _ = socket.recv_fds(control.socket, 1, 1)
    if copy := os.fork():
        socket.close(descriptor)
        _COPIES.append(copy)
        return control
    _COPIES.clear()
    if sys.platform == "linux":
        end_with_parent(-1)
    control.close()
    own = Channel(socket.socket(fileno=descriptor))
    own.send(encode("ready"))
    return own


def _prepare(role: str, preload: tuple[str, ...], hidden: tuple[str, ...]) -> Body:
    name = f"rnn_course.grading.{role}"
    for module in (*ALWAYS[role], *preload):
        if role == "tester" or not _is_under(module, hidden):
            with suppress(Exception):  # a module that is not here is missed by the cell that imports it
                importlib.import_module(module)
    body: Body = importlib.import_module(name).run
    if role == "student":
        for module in [known for known in sys.modules if _is_under(known, hidden)]:
            del sys.modules[module]
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # a thread pool does not live through a fork
        if "torch.optim" in preload:
            _warm_up_optimizer(sys.modules["torch"])
    return body


def _warm_up_optimizer(torch: Any) -> None:
    weight = torch.nn.Parameter(torch.ones(2, 2) @ torch.ones(2, 2))
    weight.grad = torch.ones(2, 2)
    with suppress(Exception):
        torch.optim.Adam([weight]).step()  # the first optimizer loads a second's worth of modules


def _warm_shell() -> CellShell:
    shell = new_shell(1000)
    for source in WARM_UP:
        shell.run(source)
    shell.reset(new_session=True)
    shell.outputs.clear()
    return shell


def _serve_one(control: Channel, body: Body, shell: CellShell, request: dict[str, Any]) -> None:
    _, passed, _, _ = socket.recv_fds(control.socket, 1, request["sockets"])
    confinement = Confinement(
        **request["limits"],
        files=request["files"],
        readable=tuple(map(Path, request["readable"])),
        hidden=tuple(map(Path, request["hidden"])),
    )

    def run(folder: Path) -> None:
        seed_generators(request["random_seed"])
        body(shell, request["job"], passed)

    try:
        child = fork_confined(confinement, Tier(request["tier"]), run, keep_fds=passed)
    except (SandboxError, OSError) as error:
        control.send(encode(("failed", str(error))))
        return
    finally:
        for descriptor in passed:
            socket.close(descriptor)
    control.send(encode(("forked", child.pid)))
    _watch(control, child)


def _watch(control: Channel, child: Child) -> None:
    """Keep an eye on the child until its end is asked for; without anybody to ask, end it."""
    try:
        while True:
            waiting: list[Any] = [control.socket] + ([child] if child.ending is None else [])
            readable, _, _ = select.select(waiting, [], [], WATCH)
            if control.socket in readable:
                patience, reason = decode(control.receive())
                break
            if child.ending is None:
                child.wait(0)
    except BaseException:
        child.kill()
        raise
    ending = child.wait(patience) or child.kill(reason)
    usage = child.usage
    control.send(encode((ending.kind, ending.code, str(ending), usage.max_rss, usage.cpu_seconds)))


def seed_generators(seed: int) -> None:
    """Set the state of all global generators of numbers, so that a run can be repeated."""
    random.seed(seed)
    for name, setter in (("numpy", "random.seed"), ("torch", "manual_seed")):
        found: Any = sys.modules.get(name)
        for part in setter.split("."):
            found = getattr(found, part, None)
        if found is not None:
            found(seed)


def _is_under(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


if __name__ == "__main__":
    main()
