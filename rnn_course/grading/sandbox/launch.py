"""A program that is started confined: a warm server, a kernel, a command."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from rnn_course.grading.sandbox.child import Child
from rnn_course.grading.sandbox.confinement import Confinement, SandboxError, Tier

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

    Args:
        argv: the program and its arguments.
        confinement: its limits.
        tier: how it is confined.
        env: its environment variables besides the few that it always gets (PATH, HOME, LANG, TMPDIR); none of
            this process's own are handed on.
        stdin: a file, a descriptor, or nowhere, as for subprocess.Popen; stdout and stderr likewise.
        pass_fds: open file descriptors that it keeps, under the same numbers.
        serves: whether it is a trusted server, which confines its own children with `fork_confined`. It is
            shut off from the rest of the machine as they are, but keeps the right to confine, and has no limits.

    Returns:
        The program's process.

    Raises:
        SandboxError: if it cannot be confined or started.
    """
    if not argv:
        raise ValueError("launch: argv is empty, expected a program and its arguments")
    folder = Path(tempfile.mkdtemp(prefix="rnn-course-"))
    variables = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        **(env or {}),
    }
    try:
        process = subprocess.Popen(
            [*argv],
            cwd=folder,
            env=variables,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            pass_fds=tuple(pass_fds),
            start_new_session=True,
        )
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise SandboxError(f"launch: {argv[0]} cannot be started: {error}") from error
    process.returncode = 0  # the child is waited for here, not by subprocess
    return Child(process.pid, confinement, clean_up=lambda: shutil.rmtree(folder, ignore_errors=True))
