"""The arguments that make `bwrap` build what `namespaces` builds, where only that program may (Linux)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from rnn_course.grading.sandbox.confinement import Confinement
from rnn_course.grading.sandbox.mounts import PRIVATE, SHARED, TEMPORARY, WRITABLE
from rnn_course.grading.sandbox.namespaces import HOST_NAME, NOBODY
from rnn_course.grading.sandbox.view import hidden_paths, readable_paths


def bubblewrap() -> str | None:
    """Where the program is, if it is installed."""
    return shutil.which("bwrap", path=os.defpath + os.pathsep + os.environ.get("PATH", ""))


def arguments(program: str, confinement: Confinement) -> list[str]:
    """The command up to what is to be run inside.

    Args:
        program: where bwrap is.
        confinement: what may be read, what is hidden, the private folder's size.
    """
    command = [program, "--unshare-all", "--die-with-parent", "--new-session", "--as-pid-1"]
    command += ["--hostname", HOST_NAME.decode(), "--cap-drop", "ALL", "--unshare-user"]
    if os.geteuid() == 0:
        command += ["--uid", str(NOBODY), "--gid", str(NOBODY)]
    for path in readable_paths(confinement.readable):
        if path.is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        else:
            command += ["--ro-bind", str(path), str(path)]
    command += ["--dev", "/dev", "--proc", "/proc"]
    command += ["--size", str(confinement.disk_bytes), "--perms", "0700", "--tmpfs", str(WRITABLE)]
    for folder in (PRIVATE, TEMPORARY, SHARED):
        command += ["--dir", str(folder)]
    outside = (*readable_paths(confinement.readable), *confinement.writable)
    if not any(path.is_relative_to("/tmp") for path in outside):
        command += ["--symlink", str(TEMPORARY), "/tmp"]
    command += _shared_folders(confinement.writable)
    for path in hidden_paths(confinement):
        if path.is_dir():
            command += ["--perms", "0000", "--tmpfs", str(path), "--remount-ro", str(path)]
        else:
            command += ["--ro-bind", os.devnull, str(path)]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(PRIVATE), "--"]


def _shared_folders(writable: Iterable[Path]) -> list[str]:
    return [word for path in writable for word in ("--bind", str(path), str(path))]
