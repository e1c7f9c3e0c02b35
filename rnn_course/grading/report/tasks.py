"""How hard each task was, and how well it tells strong students from weak ones."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from rnn_course.grading.export import Row


@dataclass(frozen=True)
class TaskStatistics:
    """One task over the whole class.

    Attributes:
        marked: how many marks it has; submissions that wait for a person are not among them.
        mean: mean points.
        full, none: shares of the marks that are all of the points, and none, in [0, 1].
        discrimination: correlation of this task's points with the points of all others together (the
            corrected item-total correlation), in [-1, 1]; None with fewer than 3 marks or without spread.
    """

    notebook: str
    grade_id: str
    max_score: float
    marked: int
    mean: float
    full: float
    none: float
    discrimination: float | None

    @property
    def difficulty(self) -> float:
        """The share of the points that was not reached, in [0, 1]: 0 is a task that everybody solved."""
        return 1 - self.mean / self.max_score if self.max_score else 0.0


def task_statistics(rows: list[Row]) -> list[TaskStatistics]:
    """A line for every task that somebody has a mark for, in the order of their names.

    Args:
        rows: the class, one assignment. Those who handed nothing in do not count.
    """
    points: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    most: dict[tuple[str, str], float] = {}
    for row in rows:
        for mark in row.marks if row.is_submitted else []:
            if mark.automatic is not None or mark.manual is not None:
                points[mark.notebook, mark.grade_id][row.student] = mark.score
                most[mark.notebook, mark.grade_id] = mark.max_score
    found = []
    for key in sorted(points):
        if not most[key]:
            continue
        own = points[key]
        rest = [sum(points[other].get(student, 0.0) for other in points if other != key) for student in own]
        scores = np.array(list(own.values()))
        found.append(
            TaskStatistics(
                *key,
                max_score=most[key],
                marked=len(scores),
                mean=float(scores.mean()),
                full=float((scores >= most[key]).mean()),
                none=float((scores <= 0).mean()),
                discrimination=correlation(scores, np.array(rest)),
            )
        )
    return found


def correlation(x: np.ndarray, y: np.ndarray) -> float | None:
    """Pearson's r, or None where there are fewer than three pairs or one side does not vary."""
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])
