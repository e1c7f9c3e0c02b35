"""The marks in the columns that learning platforms import: one line per student, a column per assignment.

A mark that is not final stays empty: nothing was handed in, or a person still has to mark a task. What the
platform does with an empty cell is then its own rule, not a zero of ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from rnn_course.grading.export import Row, Table


@dataclass(frozen=True)
class Student:
    """Who a line is about, and the marks by assignment."""

    row: Row
    rows: dict[str, Row]

    @property
    def full_name(self) -> str:
        """`Lovelace, Ada`, or the student's id where the gradebook has no name."""
        names = [name for name in (self.row.last_name, self.row.first_name) if name]
        return ", ".join(names) or self.row.student

    def mark(self, assignment: str) -> object:
        """The final mark, late penalty taken off; empty as long as there is none."""
        row = self.rows.get(assignment)
        return row.final_score if row and row.is_final else ""


def by_student(rows: list[Row]) -> tuple[list[Student], dict[str, float]]:
    """The students in the order of their ids, and the points that each assignment gives."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row.student, {})[row.assignment] = row
    students = [Student(next(iter(own.values())), own) for _, own in sorted(found.items())]
    return students, {row.assignment: row.max_score for row in sorted(rows, key=lambda row: row.assignment)}


def canvas_table(rows: list[Row]) -> Table:
    """What Canvas's gradebook imports: five columns that say who, then one per assignment.

    The gradebook's student_id stands as `SIS Login ID`. The second line holds the points possible.
    """
    students, points = by_student(rows)
    table: Table = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *points]]
    table.append(["Points Possible", "", "", "", "", *points.values()])
    for student in students:
        marks = [student.mark(assignment) for assignment in points]
        table.append([student.full_name, "", "", student.row.student, "", *marks])
    return table


def moodle_table(rows: list[Row]) -> Table:
    """What Moodle's grade import (CSV) takes: `username` or `email` says who, the rest are grade items.

    The gradebook's student_id stands as `username`.
    """
    students, points = by_student(rows)
    table: Table = [["username", "firstname", "lastname", "email", *points]]
    for student in students:
        row = student.row
        marks = [student.mark(assignment) for assignment in points]
        table.append([row.student, row.first_name, row.last_name, row.email, *marks])
    return table
