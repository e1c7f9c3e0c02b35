"""What went wrong most often: the mistakes that the checks named, and what tests said that name none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

NAMED = re.compile(r"This is what you get when (.+?)\.?\s*$", re.MULTILINE)
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
LONGEST = 160  # characters of a message that stand for it


@dataclass(frozen=True)
class Frequent:
    """One thing that went wrong, and for whom.

    Attributes:
        named: whether the catalogue of known mistakes knows it.
        what: the mistake, or the beginning of what the test said.
    """

    grade_id: str
    named: bool
    what: str
    students: tuple[str, ...]


def frequent_mistakes(said: Iterable[tuple[str, str, str]]) -> list[Frequent]:
    """Group what the tests said; the most frequent first, of those the named ones first.

    Messages without a name are the same if their first lines are the same but for the numbers in them.

    Args:
        said: (student, grade_id, message) for every test that failed.
    """
    groups: dict[tuple[str, bool, str], dict[str, str]] = defaultdict(dict)
    for student, grade_id, message in said:
        name = NAMED.search(message)
        first = next((line.strip() for line in message.splitlines() if line.strip()), "no message")[:LONGEST]
        key = (grade_id, True, name[1]) if name else (grade_id, False, NUMBER.sub("0", first))
        groups[key][student] = name[1] if name else first
    found = [
        Frequent(grade_id, named, next(iter(students.values())), tuple(sorted(students)))
        for (grade_id, named, _), students in groups.items()
    ]
    return sorted(
        found, key=lambda group: (-len(group.students), not group.named, group.grade_id, group.what)
    )
