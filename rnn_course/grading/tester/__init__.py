"""The tester's side of a run: the instructor's cells, with proxies for what the student defined."""

from __future__ import annotations

from typing import Any

from rnn_course.grading.shell import CellShell


def run(shell: CellShell, job: dict[str, Any], sockets: list[int]) -> None:
    """The body of a tester's process: drive the notebook from beginning to end."""
    from rnn_course.grading.tester.drive import Drive

    Drive(shell, job, *sockets).go()
