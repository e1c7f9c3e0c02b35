"""One line that says what is being done and for how long: a spinner on a terminal, plain lines elsewhere."""

from __future__ import annotations

import re
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# What pip says that is worth showing: "Collecting numpy==2.4.6 (from ...)" becomes "collecting numpy".
PIP_LINE = re.compile(r"^\s*(Collecting|Downloading|Installing|Building|Processing|Preparing)\b(.*)")


def say(line: str) -> None:
    """Print to stderr: stdout belongs to the command that comes after."""
    print(line, file=sys.stderr, flush=True)


def latest(log: Path, start: int) -> str:
    """What pip is at, out of the part of its log that begins at byte `start`."""
    try:
        with log.open("rb") as file:
            file.seek(start)
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    for line in reversed(lines):
        found = PIP_LINE.match(line)
        if found and found[1] == "Installing":
            return f"unpacking {found[2].count(',') + 1} packages"
        if found:
            name = re.split(r"[\s=<>;\[]", found[2].strip().rsplit("/", 1)[-1])[0]
            return f"{found[1].lower()} {name}"
    return ""


@contextmanager
def stage(title: str, detail: Callable[[], str] = lambda: "") -> Iterator[None]:
    """Show `title`, the time since it began and `detail()` until the block ends, then its time in seconds."""
    begun = time.monotonic()
    done = threading.Event()

    def spin() -> None:
        turn = 0
        while not done.wait(0.2):
            turn += 1
            text = (
                f"{'|/-' + chr(92)} "[turn % 4] + f" {title}  {time.monotonic() - begun:3.0f} s  {detail()}"
            )
            width = shutil.get_terminal_size().columns - 1
            print("\r" + text[:width].ljust(width), end="", file=sys.stderr, flush=True)

    spinner = threading.Thread(target=spin, daemon=True)
    on_terminal = sys.stderr.isatty()
    if on_terminal:
        spinner.start()
    else:
        say(f"  {title} ...")
    finished = False
    try:
        yield
        finished = True
    finally:
        done.set()
        if on_terminal:
            spinner.join()
            print("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r", end="", file=sys.stderr)
        say(f"  {title}: {'' if finished else 'failed after '}{time.monotonic() - begun:.0f} s")
