"""What can go wrong while a model is trained."""

from __future__ import annotations

from rnn_course.errors import CourseError


class NonFiniteError(CourseError, ArithmeticError):
    """The loss or its gradient is infinite or not a number. The parameters are those before that update."""


class CheckpointError(CourseError, ValueError):
    """A checkpoint that cannot be read, or that belongs to another model, text or configuration."""
