"""Values over a pipe between two processes that do not trust each other: values, and nothing else."""

from __future__ import annotations

from rnn_course.grading.wire.channel import Channel
from rnn_course.grading.wire.decode import decode
from rnn_course.grading.wire.encode import encode
from rnn_course.grading.wire.errors import NotAValue, WireClosed, WireError, WireTimeout
from rnn_course.grading.wire.forms import CAPS, TRUSTED, Caps, ErrorValue, Handle

__all__ = [
    "CAPS",
    "TRUSTED",
    "Caps",
    "Channel",
    "ErrorValue",
    "Handle",
    "NotAValue",
    "WireClosed",
    "WireError",
    "WireTimeout",
    "decode",
    "encode",
]
