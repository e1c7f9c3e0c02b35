"""What can be wrong with a message, and with the pipe that it should come through."""

from __future__ import annotations

from rnn_course.errors import CourseError


class WireError(CourseError):
    """Bytes that are no message, or a message beyond the caps."""


class WireClosed(WireError):
    """The other process has closed its end, or ended."""


class WireTimeout(WireError):
    """Nothing complete came, or nothing could be sent, before the deadline."""


class NotAValue(CourseError, TypeError):
    """Something that cannot be sent as a value. The message says what: `a generator`."""
