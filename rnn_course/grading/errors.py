"""Why grading could not start, or why one submission could not be graded."""

from __future__ import annotations

from rnn_course.errors import CourseError


class GradingError(CourseError):
    """The whole command cannot run: no course here, no such assignment, an outdated release."""


class ReleaseError(GradingError):
    """An assignment that must not be released as it is. The message lists every reason."""


class UnreadableError(CourseError):
    """One file that a student handed in, and why it is not a notebook that can be graded."""


class InfrastructureError(CourseError):
    """A fault of the grader or of its machine. It never costs a student a mark."""
