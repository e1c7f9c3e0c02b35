"""The student's side of a run: cells in a shell, and calls on what they made. Nothing here is trusted.

Whatever stands in this process the student's code can reach and change. All promises are kept by the other
side, which takes nothing but values from here.
"""

from __future__ import annotations

from typing import Any

from rnn_course.grading.shell import CellShell


def run(shell: CellShell, job: dict[str, Any], sockets: list[int]) -> None:
    """The body of a student's process: serve requests until the other side has enough."""
    from rnn_course.grading.student.host import Host

    host = Host(shell, sockets[0], job["hidden_modules"], job["output_bytes"])
    host.take_files()
    host.serve()
