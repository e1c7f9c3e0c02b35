"""What pyproject.toml asks for: the student's set, and the optional parts, some of which contain others."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

STUDENTS = ""  # the name of the part that everyone needs


def read_parts(root: Path) -> dict[str, list[str]]:
    """The requirements of each part, as pyproject.toml in `root` writes them."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {STUDENTS: project.get("dependencies", []), **project.get("optional-dependencies", {})}


def contained(root: Path, extra: str) -> set[str]:
    """All parts that come with `extra`: itself, the student's set, and what it names `rnn-course[part]`."""
    parts = read_parts(root)
    found: set[str] = set()
    waiting = {STUDENTS, extra}
    while waiting:
        found |= waiting
        lines = " ".join(line for part in waiting for line in parts[part])
        named = re.findall(r"rnn-course\[([^\]]*)\]", lines)
        waiting = {part.strip() for parts_named in named for part in parts_named.split(",")} - found
    return found


def wanted(root: Path, extra: str) -> list[str]:
    """The names of the distributions that `extra` needs, with all that it contains."""
    parts = read_parts(root)
    lines = [line for part in sorted(contained(root, extra)) for line in parts[part]]
    names = [re.split(r"[^A-Za-z0-9._-]", line)[0] for line in lines]
    return [name for name in names if name != "rnn-course"]
