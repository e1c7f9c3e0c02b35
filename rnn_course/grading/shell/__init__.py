"""Run a notebook's cells in this process as a kernel would, and keep their outputs, up to a cap."""

from __future__ import annotations

from rnn_course.grading.shell.cell_shell import CellShell, new_shell
from rnn_course.grading.shell.outputs import Outputs, clean_outputs

__all__ = ["CellShell", "Outputs", "clean_outputs", "new_shell"]
