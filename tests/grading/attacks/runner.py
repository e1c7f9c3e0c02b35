"""Runs a command, and says what is left running after it. A process of its own, started by class_run.py.

    python runner.py RESULT SECONDS COMMAND...

As a "subreaper" it inherits every process whose parent has ended, however often that one has forked and
whatever session it is in: what it has as a descendant when the command is over was left behind by it.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
import time
from pathlib import Path

import psutil

PR_SET_CHILD_SUBREAPER = 36
SETTLE = 2.0  # seconds in which what was told to end has to end


def main(result: Path, seconds: float, command: list[str]) -> None:
    """Run the command and write what came of it as JSON."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.monotonic()
    output, errors = result.with_suffix(".out"), result.with_suffix(".err")
    with output.open("wb") as out, errors.open("wb") as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            code = -1
        took = time.monotonic() - started
    left = left_running(process.pid if code == -1 else 0)
    report = {"code": code, "seconds": took, "left": left}
    result.write_text(json.dumps(report), encoding="utf-8")


def left_running(expected: int) -> list[str]:
    """What still runs below this process after a moment; it is ended."""
    me = psutil.Process()
    end = time.monotonic() + SETTLE
    while time.monotonic() < end and (found := _living(me, expected)):
        time.sleep(0.05)
    found = _living(me, 0)
    words = [f"{child.name()} {child.status()} {' '.join(child.cmdline())[:120]}" for child in found]
    for child in found:
        child.kill()
    return words


def _living(me: psutil.Process, expected: int) -> list[psutil.Process]:
    found = []
    for child in me.children(recursive=True):
        try:
            if child.pid != expected and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
