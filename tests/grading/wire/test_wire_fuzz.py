"""Whatever bytes come, there is a value or a WireError, in bounded time and memory."""

from __future__ import annotations

import struct
import time
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_wire_values import VALUES

from rnn_course.grading.wire import Caps, ErrorValue, Handle, WireError, decode, encode, forms

SMALL = Caps(frame_bytes=1 << 20, memory_bytes=4 << 20, depth=20)
PLAIN = (type(None), bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, slice, range)


def all_values(value: Any) -> bool:
    """Whether something consists of nothing but values."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(all_values, value))
    if isinstance(value, dict):
        return all(map(all_values, value)) and all(map(all_values, value.values()))
    if isinstance(value, np.ndarray) and value.dtype == object:
        return all(map(all_values, value.ravel()))
    return True


def read(data: bytes) -> None:
    """Decode; the test fails if anything but a value or a WireError comes of it."""
    try:
        value = decode(data, lambda handle: handle, SMALL)
    except WireError:
        return
    assert all_values(value)


TAGS = st.sampled_from([value for value in vars(forms).values() if isinstance(value, bytes)])
PIECES = st.lists(
    TAGS
    | st.binary(max_size=9)
    | st.integers(0, 12).map(lambda n: struct.pack("<I", n))
    | st.integers(0, 2**64 - 1).map(lambda n: struct.pack("<Q", n)),
    max_size=60,
).map(b"".join)


@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    read(data)


@settings(max_examples=400)
@given(PIECES)
def test_bytes_that_look_like_a_message(data: bytes) -> None:
    read(data)


@settings(max_examples=200)
@given(VALUES, st.data())
def test_messages_with_changed_bytes(value: Any, data: st.DataObject) -> None:
    message = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(message) - 1))
        message[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(message)))
    read(bytes(message))
    read(bytes(message[:cut]))
    read(bytes(message) + b"N")


@given(PIECES)
@example(b"")
def test_special_forms_with_any_content(content: bytes) -> None:
    for tag in b"aOSxknygCeh/rf":
        read(bytes([tag]) + content)


BOMBS = {
    "empty sets": b"l" + struct.pack("<I", 200_000) + (b"u" + bytes(4)) * 200_000,
    "empty dicts": b"l" + struct.pack("<I", 200_000) + (b"m" + bytes(4)) * 200_000,
    "nothing": b"l" + struct.pack("<I", 1_000_000) + b"N" * 1_000_000,
    "announced": b"l" + struct.pack("<I", 2**32 - 1),
    "announced array": b"a" + bytes([11, 2]) + bytes(4) + struct.pack("<QQ", 2**40, 2**40) + bytes(4),
    "no bytes, many rows": b"a" + bytes([200, 1]) + bytes(4) + struct.pack("<Q", 2**39) + bytes(4),
    "axis of nothing": b"a" + bytes([11, 2]) + bytes(4) + struct.pack("<QQ", 0, 2**62) + bytes(4),
    "deep": b"l\1\0\0\0" * 10_000,
    "deep dict": b"m\1\0\0\0N" * 10_000,
    "wide text": b"s" + struct.pack("<I", 900_000) + "\U0001f600".encode() * 225_000,
    "one wide letter": b"s" + struct.pack("<I", 900_004) + b"a" * 900_000 + "\U0001f600".encode(),
    "handles": b"l" + struct.pack("<I", 20_000) + encode(Handle(1, "object", "x", {}), None) * 20_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_bombs(bomb: bytes) -> None:
    tracemalloc.start()
    started = time.process_time()
    try:
        read(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * SMALL.memory_bytes
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "value",
    [
        ErrorValue((1,), "a", "b"),  # type: ignore[arg-type]
        Handle("1", "object", "x", {}),  # type: ignore[arg-type]
        Handle(1, "object", "x", ()),  # type: ignore[arg-type]
    ],
)
def test_forms_with_parts_of_the_wrong_kind(value: Any) -> None:
    with pytest.raises(WireError):
        decode(encode(value), lambda handle: handle)
