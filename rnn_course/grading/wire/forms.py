"""The forms that values have on the wire: one byte each, and what may be sent besides Python's own values."""

from __future__ import annotations

import struct
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import Any, NamedTuple

NONE, TRUE, FALSE, ELLIPSIS = b"N", b"T", b"F", b"."
INT, BIG_INT, FLOAT, COMPLEX = b"i", b"I", b"d", b"c"
TEXT, BYTES = b"s", b"b"
LIST, TUPLE, SET, FROZEN_SET, DICT = b"l", b"t", b"u", b"z", b"m"
INTS, FLOATS = b"J", b"D"  # lists of nothing but int64 or float, packed
SPECIAL_DICT, NAMED_TUPLE = b"k", b"n"
ARRAY, OBJECT_ARRAY, SCALAR, TENSOR = b"a", b"O", b"S", b"x"
SLICE, RANGE, FRACTION, DECIMAL, CONSTANT = b"/", b"r", b"f", b"y", b"C"
GENERATOR, ERROR, HANDLE = b"g", b"e", b"h"

COUNT = struct.Struct("<I")
INT64 = struct.Struct("<q")
FLOAT64 = struct.Struct("<d")
TWO_FLOAT64 = struct.Struct("<dd")

BIG_INT_BYTES = 512  # 4096 bits: about 1,200 digits
MOST_FIELDS = 64  # of a named tuple
MOST_DIMENSIONS = 32  # torch allows 64, numpy 64; nobody needs as many


@dataclass(frozen=True)
class Caps:
    """How much one message may be.

    Attributes:
        frame_bytes: its bytes on the wire.
        memory_bytes: what its values may take in memory, estimated from above while they are read.
        depth: how deep values may be nested.
    """

    frame_bytes: int = 64 << 20
    memory_bytes: int = 256 << 20
    depth: int = 64


CAPS = Caps()
TRUSTED = Caps(frame_bytes=512 << 20, memory_bytes=2048 << 20)  # where both ends are the grader's own


class Handle(NamedTuple):
    """Stands for an object that stays in the other process.

    Attributes:
        id: by which that process knows it.
        kind: `function`, `class`, `module`, `object`, `callback`.
        type_name: the name of its type.
        details: more about it, as a value: a function's name, arguments and line.
    """

    id: int
    kind: str
    type_name: str
    details: dict[str, Any]


class ErrorValue(NamedTuple):
    """An exception, by names.

    Attributes:
        types: its class and those that it is derived from, `ZeroDivisionError`, `ArithmeticError`, ...
        text: what it says.
        line: where, for a person: `line 4: total = counts[context]`.
    """

    types: tuple[str, ...]
    text: str
    line: str


# Dicts that are more than a dict; a defaultdict's factory is not sent.
SPECIAL_DICTS: tuple[str, ...] = ("Counter", "OrderedDict", "defaultdict")
DICT_CLASSES: dict[type, str] = {Counter: "Counter", OrderedDict: "OrderedDict"}

# Types that stand as values in calls: `f(x, dtype=float)`.
TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, object, type(None))
}
