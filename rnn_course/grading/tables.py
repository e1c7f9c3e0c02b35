"""One assignment in nbgrader's gradebook, and the tables that hold what was handed in for it."""

from __future__ import annotations

from typing import Any


class AssignmentTables:
    """What reading and writing an assignment's marks have in common.

    Args:
        gradebook: nbgrader's, open.
        assignment: an assignment that the gradebook knows.

    Attributes:
        found: nbgrader's object for the assignment; the session holds a read transaction from here on.
    """

    def __init__(self, gradebook: Any, assignment: str) -> None:
        from nbgrader import api

        self.session = gradebook.db
        self.found = gradebook.find_assignment(assignment)
        self.assignment_id: str = self.found.id
        self.submissions = api.SubmittedAssignment.__table__
        self.submitted = api.SubmittedNotebook.__table__
        self.grades = api.Grade.__table__
