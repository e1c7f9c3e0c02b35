"""A program that is started confined: a warm server, a kernel, a command."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from rnn_course.grading.sandbox import supervisor
from rnn_course.grading.sandbox.child import Child
from rnn_course.grading.sandbox.confinement import Confinement, SandboxError, Tier
from rnn_course.grading.sandbox.mounts import PRIVATE
from rnn_course.grading.sandbox.supervisor import CONFINED, write_order
from rnn_course.grading.sandbox.view import bare_command

Stream = int | IO[bytes] | None


def launch(
    argv: Sequence[str],
    confinement: Confinement,
    tier: Tier,
    *,
    env: Mapping[str, str] | None = None,
    stdin: Stream = subprocess.DEVNULL,
    stdout: Stream = subprocess.DEVNULL,
    stderr: Stream = subprocess.DEVNULL,
    pass_fds: Iterable[int] = (),
    serves: bool = False,
) -> Child:
    """Start the program `argv` confined.

    It ends when this process does, however this one ends.

    Args:
        argv: the program and its arguments.
        confinement: its limits.
        tier: how it is confined.
        env: its environment variables besides the few that it always gets (PATH, HOME, LANG, TMPDIR); none of
            this process's own are handed on.
        stdin: a file, a descriptor, or nowhere, as for subprocess.Popen; stdout and stderr likewise.
        pass_fds: open file descriptors that it keeps, under the same numbers.
        serves: whether it is a trusted server, which confines its own children with `fork_confined`. It is
            shut off from the rest of the machine as they are, keeps the right to confine, and has no limits.

    Returns:
        The program's process, once it is confined and started.

    Raises:
        SandboxError: if it cannot be confined or started.
    """
    if not argv:
        raise ValueError("launch: argv is empty, expected a program and its arguments")
    if os.name == "nt":
        raise SandboxError("launch: Windows cannot confine a process")
    kept = tuple(pass_fds)
    ready, said = os.pipe()
    life, alive = os.pipe()
    result, report = os.pipe()
    order = {
        "argv": [*argv],
        "tier": tier.value,
        "env": {**(env or {})},
        "pass_fds": kept,
        "serves": serves,
        "root": os.geteuid() == 0,
        "folder": str(PRIVATE),
        "said": said,
        "life": life,
        "report": report,
    }
    try:
        with tempfile.TemporaryFile() as file:
            file.write(write_order(order, confinement))
            file.flush()
            process = subprocess.Popen(
                bare_command(supervisor.__name__, "supervise", str(file.fileno())),
                env={"PATH": os.defpath},
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                pass_fds=(file.fileno(), said, life, report, *kept),
                start_new_session=True,
            )
    except OSError as error:
        for descriptor in (ready, alive, result):
            os.close(descriptor)
        raise SandboxError(f"launch: the supervisor cannot be started: {error}") from error
    finally:
        for descriptor in (said, life, report):
            os.close(descriptor)
    process.returncode = 0  # it is waited for by Child
    child = Child(
        process.pid,
        confinement,
        clean_up=lambda: os.close(alive),
        supervised=True,
        watched=True,
        report=result,
    )
    with os.fdopen(ready, "rb") as pipe:
        answer = pipe.read()
    if answer != CONFINED:
        ending = child.kill()
        why = answer.removeprefix(CONFINED).decode(errors="replace") or f"it {ending} before that"
        raise SandboxError(f"launch: {argv[0]} cannot be confined and started: {why}")
    return child
