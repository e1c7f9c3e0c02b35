"""A place in a message, and what may still be used of it and of memory."""

from __future__ import annotations

from typing import Any

from rnn_course.grading.wire.errors import WireError
from rnn_course.grading.wire.forms import COUNT, Caps


class Cursor:
    """Takes bytes and numbers off a message, and never more than there are."""

    def __init__(self, data: bytes, caps: Caps) -> None:
        self.data = data
        self.at = 0
        self.caps = caps
        self.budget = caps.memory_bytes

    def some(self, count: int) -> bytes:
        """The next bytes."""
        end = self.at + count
        if end > len(self.data):
            raise WireError(f"{end - len(self.data)} bytes are missing at the end of a message")
        part = self.data[self.at : end]
        self.at = end
        return part

    def charge(self, size: int) -> None:
        """Note memory that is about to be used."""
        self.budget -= size
        if self.budget < 0:
            raise WireError(f"the values of a message take more than {self.caps.memory_bytes} bytes")

    def count(self, each: int = 0, item: int = 1) -> int:
        """A number of things to come, of at least `item` bytes, that take `each` bytes of memory."""
        (number,) = COUNT.unpack(self.some(4))
        if number * item > len(self.data) - self.at:
            raise WireError(f"{number} things announced in the last {len(self.data) - self.at} bytes")
        self.charge(number * each)
        return int(number)

    def expect(self, value: Any, kind: type) -> Any:
        """The value, if it is of exactly this type."""
        if type(value) is not kind:
            raise WireError(f"{type(value).__name__} where {kind.__name__} must be")
        return value
