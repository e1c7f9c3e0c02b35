"""Messages through a socket: their length, then their bytes, and never without a deadline."""

from __future__ import annotations

import socket
import struct
import time

from rnn_course.grading.wire.errors import WireClosed, WireError, WireTimeout
from rnn_course.grading.wire.forms import CAPS

LENGTH = struct.Struct("<Q")
CHUNK = 1 << 20


class Channel:
    """One end of a pair of connected sockets.

    Memory grows with what has arrived, not with what was announced.
    """

    def __init__(self, connection: socket.socket, frame_bytes: int = CAPS.frame_bytes) -> None:
        self.socket = connection
        self.frame_bytes = frame_bytes

    def send(self, message: bytes, seconds: float | None = None) -> None:
        """Send one message.

        Raises:
            WireTimeout: if it is not taken within `seconds` (None: wait for ever).
            WireClosed: if nobody is there.
            WireError: if it is too long.
        """
        if len(message) > self.frame_bytes:
            raise WireError(f"a message of {len(message)} bytes; {self.frame_bytes} is the most")
        try:
            self.socket.settimeout(None if seconds is None else max(seconds, 1e-3))
            self.socket.sendall(LENGTH.pack(len(message)) + message)
        except TimeoutError:
            raise WireTimeout(f"the other process did not take a message within {seconds:g} s") from None
        except OSError as error:
            raise WireClosed(f"the other process is gone ({error.strerror or error})") from None

    def receive(self, seconds: float | None = None) -> bytes:
        """The next message.

        Raises:
            WireTimeout: if it is not there, whole, within `seconds` (None: wait for ever).
            WireClosed: if nobody is there.
            WireError: if it is too long.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        (length,) = LENGTH.unpack(self._exactly(LENGTH.size, deadline))
        if length > self.frame_bytes:
            raise WireError(f"a message of {length} bytes was announced; {self.frame_bytes} is the most")
        return bytes(self._exactly(length, deadline))

    def close(self) -> None:
        """Close this end."""
        self.socket.close()

    def _exactly(self, count: int, deadline: float | None) -> bytearray:
        got = bytearray()
        while len(got) < count:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise WireTimeout("the other process did not answer in time")
            try:
                self.socket.settimeout(left)
                part = self.socket.recv(min(count - len(got), CHUNK))
            except TimeoutError:
                raise WireTimeout("the other process did not answer in time") from None
            except OSError as error:
                raise WireClosed(f"the other process is gone ({error.strerror or error})") from None
            if not part:
                raise WireClosed("the other process has ended")
            got += part
        return got
