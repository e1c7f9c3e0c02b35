"""Everything that the report says about one assignment, from the gradebook and the graded notebooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbformat.reader import reads

from rnn_course.grading.course import Course
from rnn_course.grading.errors import GradingError
from rnn_course.grading.export import Row, collect
from rnn_course.grading.messages import failure_messages
from rnn_course.grading.report.mistakes import Frequent, frequent_mistakes
from rnn_course.grading.report.similarity import Pair, similar_pairs
from rnn_course.grading.report.tasks import TaskStatistics, task_statistics

SLOWEST = 10
BINS = 10


@dataclass(frozen=True)
class ClassReport:
    """One assignment over a whole class.

    Attributes:
        rows: every student's marks.
        tasks, mistakes, pairs: see the modules of these names.
        unread: students whose graded notebook could not be read, so that it counts for marks only.
    """

    assignment: str
    rows: list[Row]
    tasks: list[TaskStatistics]
    mistakes: list[Frequent]
    pairs: list[Pair]
    unread: list[str]

    @property
    def marked(self) -> list[Row]:
        """Those who handed something in and have a mark."""
        return [row for row in self.rows if row.is_submitted]

    @property
    def statuses(self) -> dict[str, int]:
        """How many submissions ended in which way."""
        counts = Counter(row.result.status.value if row.result else "not graded here" for row in self.rows)
        return dict(sorted(counts.items()))

    @property
    def need_a_human(self) -> list[Row]:
        """Those that somebody should look at before marks are given out."""
        return [row for row in self.rows if row.result and row.result.status.needs_a_human]

    @property
    def in_one_process(self) -> int:
        """How many were graded beside their own tests, which they could have changed."""
        return sum(row.result is not None and row.result.mode == "single" for row in self.rows)

    @property
    def unconfined(self) -> int:
        """How many were graded in no sandbox or in the weakest one."""
        weak = ("LIMITS", "UNSAFE")
        return sum(row.result is not None and row.result.tier.upper() in weak for row in self.rows)

    @property
    def wait_for_marks(self) -> list[Row]:
        """Those with tasks that only a person can mark."""
        return [row for row in self.rows if row.needs_manual_grade]

    @property
    def slowest(self) -> list[Row]:
        """The ten submissions that took longest."""
        timed = [row for row in self.rows if row.result and row.result.seconds]
        return sorted(timed, key=lambda row: (-_seconds(row), row.student))[:SLOWEST]

    @property
    def distribution(self) -> list[tuple[float, float, int]]:
        """How many final marks lie in each tenth of the points: (from, to, count)."""
        most = max((row.max_score for row in self.rows), default=0.0)
        counts = [0] * BINS
        for row in self.marked:
            share = row.final_score / most if most else 0.0
            counts[min(BINS - 1, max(0, int(share * BINS + 1e-9)))] += 1
        return [(most * bin / BINS, most * (bin + 1) / BINS, count) for bin, count in enumerate(counts)]


def _seconds(row: Row) -> float:
    return row.result.seconds if row.result else 0.0


def read_class(
    course: Course, assignment: str, progress: Callable[[str], None] = lambda student: None
) -> ClassReport:
    """Gather the report.

    Args:
        progress: called with each student whose notebooks are read.

    Raises:
        GradingError: if nobody is in the gradebook for this assignment.
    """
    rows = collect(course, [assignment])
    if not any(row.is_submitted or row.result for row in rows):
        raise GradingError(f"nobody is graded for {assignment}: run `rnn-course grade {assignment}` first")
    said: list[tuple[str, str, str]] = []
    work: dict[str, str] = {}
    unread = []
    for row in rows:
        progress(row.student)
        try:
            notebooks = _notebooks(course.folder("autograded", assignment, row.student))
        except (OSError, ValueError):
            unread.append(row.student)
            continue
        for notebook in notebooks:
            messages = failure_messages(notebook)
            said += [(row.student, grade_id, message) for grade_id, message in messages.items()]
        if notebooks:
            work[row.student] = "\n".join(map(own_code, notebooks))
    source = _notebooks(course.folder("source", assignment))
    given = [own_code(notebook) for notebook in _notebooks(course.folder("release", assignment))]
    reference = "\n".join(map(own_code, source))
    pairs = similar_pairs(work, given=given, reference=reference)
    return ClassReport(assignment, rows, task_statistics(rows), frequent_mistakes(said), pairs, unread)


def own_code(notebook: NotebookNode) -> str:
    """The code of the cells that a student may write in: answers, and cells that are not the instructor's."""
    cells = []
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and (nbgrader.get("solution") or not nbgrader.get("locked")):
            cells.append(cell.source)
    return "\n".join(cells)


def _notebooks(folder: Path) -> list[NotebookNode]:
    # Without nbformat's validation, which takes longer than all the rest: the grader wrote these files.
    return [reads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.ipynb"))]
