"""What a run has to know of an assignment besides the notebook: its tests, and what is the instructor's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from nbformat import NotebookNode

from rnn_course.errors import CourseError
from rnn_course.grading.hidden import split_hidden
from rnn_course.grading.names import names_in

MEBIBYTE = 1 << 20
OURS = __name__.partition(".")[0]


class Side(Enum):
    """Where a code cell runs."""

    STUDENT = "student"  # answers and the student's own cells
    BOTH = "both"  # the instructor's set-up
    TESTER = "tester"  # tests


@dataclass(frozen=True)
class Limits:
    """What one submission may take.

    Attributes:
        cell_seconds: time for a cell.
        seconds: time for a notebook, all replays included.
        memory_bytes: memory of the student's process and all that it starts.
        processes: how many processes and threads it may have.
        disk_bytes: how much it may write.
        output_bytes: what is kept of a cell's outputs.
    """

    cell_seconds: float = 30.0
    seconds: float = 600.0
    memory_bytes: int = 2048 * MEBIBYTE
    processes: int = 64
    disk_bytes: int = 64 * MEBIBYTE
    output_bytes: int = MEBIBYTE

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0:
                raise CourseError(f"Limits: {name} must be above 0, got {value!r}")


@dataclass(frozen=True)
class Plan:
    """An assignment's notebook as the two processes see it. Plain data: it can travel as JSON.

    Attributes:
        tests: the source of every test cell with its hidden tests, by grade_id.
        plain: the text, stripped, of the instructor's code cells that have no grade_id. All others without
            one are the student's.
        hidden_modules: modules that the student's process cannot import, and all under them.
        preload: modules that are loaded before a submission comes, to save time, besides those of this
            package that the instructor's cells import.
        tester_files: files that only the tests see, by path relative to the notebook.
    """

    tests: Mapping[str, str]
    plain: frozenset[str] = frozenset()
    hidden_modules: tuple[str, ...] = ()
    preload: tuple[str, ...] = ("numpy",)
    tester_files: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, release: NotebookNode, tests: Mapping[str, str], **settings: Any) -> Plan:
        """The plan of a released notebook.

        Args:
            release: the student version.
            tests: source by grade_id of cells that are locked or graded, with hidden tests, as nbgrader's
                gradebook keeps them (`build.Build.cells`). Other cells in it do no harm.
            settings: the other attributes.
        """
        plain = {
            cell.source.strip() for cell in release.cells if cell.cell_type == "code" and not grade_id(cell)
        }
        return cls(tests=dict(tests), plain=frozenset(plain), **settings)

    def modules(self, *, tests: bool) -> tuple[str, ...]:
        """What to load before a submission comes: `preload`, and this package's modules that cells import.

        Args:
            tests: whether for the tester, who has the hidden tests too.
        """
        sources = [*self.plain, *(text if tests else split_hidden(text)[0] for text in self.tests.values())]
        imported = {module for text in sources if (names := names_in(text)) for module in names.imported}
        found = {module for module in imported if module.partition(".")[0] == OURS}
        return (*self.preload, *sorted(found - set(self.preload)))

    def source(self, cell: NotebookNode) -> str:
        """What the tester runs for an instructor's cell: with hidden tests."""
        name = grade_id(cell)
        return self.tests.get(name, cell.source) if name and not is_solution(cell) else cell.source

    def side(self, cell: NotebookNode) -> Side | None:
        """Where a cell runs; None for text."""
        if cell.cell_type != "code":
            return None
        name = grade_id(cell)
        if is_solution(cell) or (name is None and cell.source.strip() not in self.plain):
            return Side.STUDENT
        if name is not None and (_marks(cell).get("grade") or split_hidden(self.source(cell))[1]):
            return Side.TESTER
        return Side.BOTH


def grade_id(cell: NotebookNode) -> str | None:
    """nbgrader's name of a cell; None where it has none."""
    name = _marks(cell).get("grade_id")
    return name if isinstance(name, str) else None


def is_solution(cell: NotebookNode) -> bool:
    """Whether a student writes in the cell."""
    return _marks(cell).get("solution") is True


def _marks(cell: NotebookNode) -> dict[str, Any]:
    marks = cell.metadata.get("nbgrader", {})
    return marks if isinstance(marks, dict) else {}
