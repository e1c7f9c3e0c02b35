"""The table of all attacks as Markdown: `python -m attacks.table` in tests/grading writes README.md."""

from __future__ import annotations

from pathlib import Path

from .assignment import POINTS
from .corpus import CORPUS, FAMILIES

README = Path(__file__).with_name("README.md")
HEAD = """# The corpus of attacks

{number} submissions that mean harm or had bad luck. `test_attacks.py` hands all of them in to one class,
grades it as an instructor does, and holds that each earns what its honest part earns, that the reason
is told, that
everybody else has their mark, that nothing outside has changed, and that nothing is left running.

The assignment has {tasks}; a submission that loses nothing has {total:g} points.
"""


def as_markdown() -> str:
    """The table."""
    tasks = ", ".join(f"`{task}` ({points:g})" for task, points in POINTS.items())
    lines = [HEAD.format(number=len(CORPUS), tasks=tasks, total=sum(POINTS.values()))]
    for family in FAMILIES:
        lines += [f"## {family.name.capitalize()}", "", "| attack | what it tries | points | ends as |",
                  "|---|---|---|---|"]  # fmt: skip
        for attack in family.attacks:
            points = f"{sum(attack.earns.values()):g}"
            tries = attack.tries.replace("|", "\\|")
            lines.append(f"| `{attack.name}` | {tries} | {points} | {' or '.join(attack.statuses)} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    README.write_text(as_markdown(), encoding="utf-8")
