"""Bytes to values. Every length is checked against what is there before anything is made of it."""

from __future__ import annotations

import math
import struct
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import numpy as np

from rnn_course.grading.wire import forms
from rnn_course.grading.wire.arrays import array_from, constant, item_bytes, tensor_from
from rnn_course.grading.wire.cursor import Cursor
from rnn_course.grading.wire.errors import WireError
from rnn_course.grading.wire.forms import CAPS, COUNT, FLOAT64, INT64, TWO_FLOAT64, Caps, ErrorValue, Handle
from rnn_course.grading.wire.kinds import is_field, tuple_class

Resolve = Callable[[Handle], Any]


def decode(data: bytes, resolve: Resolve | None = None, caps: Caps = CAPS) -> Any:
    """The value of a message.

    Args:
        data: the message.
        resolve: turns a handle into what stands for its object here. Without it, handles are refused.

    Raises:
        WireError: for anything but one whole message within the caps.
    """
    if len(data) > caps.frame_bytes:
        raise WireError(f"a message of {len(data)} bytes; {caps.frame_bytes} is the most")
    decoder = Decoder(data, resolve, caps)
    value = decoder.take(0)
    if decoder.at != len(data):
        raise WireError(f"{len(data) - decoder.at} bytes too many at the end of a message")
    return value


class Decoder(Cursor):
    """Reads one message."""

    def __init__(self, data: bytes, resolve: Resolve | None, caps: Caps) -> None:
        super().__init__(data, caps)
        self.resolve = resolve

    def take(self, depth: int) -> Any:
        """The next value."""
        if depth > self.caps.depth:
            raise WireError(f"nested more than {self.caps.depth} deep")
        read = READERS.get(self.some(1))
        if read is None:
            raise WireError(f"no value begins with byte {self.data[self.at - 1]}")
        return read(self, depth)

    def _int(self, depth: int) -> int:
        self.charge(32)
        return int(INT64.unpack(self.some(8))[0])

    def _big_int(self, depth: int) -> int:
        size = self.count(2)
        if size > forms.BIG_INT_BYTES:
            raise WireError(f"a whole number of {size} bytes")
        return int.from_bytes(self.some(size), "little", signed=True)

    def _float(self, depth: int) -> float:
        self.charge(24)
        return float(FLOAT64.unpack(self.some(8))[0])

    def _complex(self, depth: int) -> complex:
        self.charge(32)
        return complex(*TWO_FLOAT64.unpack(self.some(16)))

    def _text(self, depth: int) -> str:
        size = self.count(4)
        self.charge(80)
        try:
            return self.some(size).decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise WireError("text that is not UTF-8") from None

    def _bytes(self, depth: int) -> bytes:
        size = self.count(1)
        self.charge(40)
        return self.some(size)

    def _list(self, depth: int) -> list[Any]:
        number = self.count(8)
        self.charge(64)
        return [self.take(depth + 1) for _ in range(number)]

    def _floats(self, depth: int) -> list[float]:
        number = self.count(32, 8)
        self.charge(64)
        return list(struct.unpack(f"<{number}d", self.some(8 * number)))

    def _ints(self, depth: int) -> list[int]:
        number = self.count(40, 8)
        self.charge(64)
        return list(struct.unpack(f"<{number}q", self.some(8 * number)))

    def _tuple(self, depth: int) -> tuple[Any, ...]:
        number = self.count(16)
        self.charge(64)
        return tuple([self.take(depth + 1) for _ in range(number)])

    def _set(self, depth: int) -> set[Any]:
        number = self.count(80)
        self.charge(224)
        items = [self.take(depth + 1) for _ in range(number)]
        try:
            found = set(items)
        except TypeError:
            raise WireError("a set with something in it that cannot be hashed") from None
        if len(found) != number:
            raise WireError("a set in which two things are the same")
        return found

    def _frozen_set(self, depth: int) -> frozenset[Any]:
        return frozenset(self._set(depth))

    def _dict(self, depth: int) -> dict[Any, Any]:
        number = self.count(110, 2)
        self.charge(72)
        found: dict[Any, Any] = {}
        for _ in range(number):
            key = self.take(depth + 1)
            item = self.take(depth + 1)
            try:
                found[key] = item
            except TypeError:
                raise WireError("a dict with a key that cannot be hashed") from None
        if len(found) != number:
            raise WireError("a dict in which two keys are the same")
        return found

    def _special_dict(self, depth: int) -> dict[Any, Any]:
        which = self.some(1)[0]
        if which >= len(forms.SPECIAL_DICTS):
            raise WireError(f"no dict of kind {which}")
        items = self._dict(depth)
        self.charge(200 * len(items))  # an OrderedDict keeps a list of its keys
        if forms.SPECIAL_DICTS[which] == "OrderedDict":
            return OrderedDict(items)
        if forms.SPECIAL_DICTS[which] == "defaultdict":
            return defaultdict(None, items)
        counter: Counter[Any] = Counter()
        dict.update(counter, items)
        return counter

    def _named_tuple(self, depth: int) -> Any:
        name, fields, items = (self.expect(self.take(depth + 1), kind) for kind in (str, tuple, tuple))
        if len(fields) > forms.MOST_FIELDS or len(fields) != len(items):
            raise WireError(f"a named tuple of {len(fields)} names and {len(items)} values")
        if not all(map(is_field, fields)) or len(set(fields)) != len(fields) or not is_field(name):
            raise WireError("a named tuple with a field that has no name")
        return tuple_class(name, fields)(*items)

    def _block(self) -> tuple[int, int, tuple[int, ...], bytes]:
        code, dimensions = self.some(2)
        (characters,) = COUNT.unpack(self.some(4))
        if dimensions > forms.MOST_DIMENSIONS:
            raise WireError(f"an array of {dimensions} dimensions")
        shape = struct.unpack(f"<{dimensions}Q", self.some(8 * dimensions))
        size = self.count(2)
        expected = math.prod(shape) * item_bytes(code, characters)
        # An axis of length 0 must not let the others be anything: numpy multiplies them all.
        if size != expected or math.prod(filter(None, shape)) >= 1 << 40:
            raise WireError(f"an array of shape {shape} with {size} bytes")
        self.charge(160)
        return code, characters, shape, self.some(size)

    def _array(self, depth: int) -> Any:
        return _made(array_from, *self._block())

    def _object_array(self, depth: int) -> Any:
        shape, items = (self.expect(*part) for part in zip(self._parts(depth, 2), (tuple, list), strict=True))
        if not all(type(size) is int and size >= 0 for size in shape) or len(shape) > forms.MOST_DIMENSIONS:
            raise WireError(f"an array of shape {shape}")
        if math.prod(shape) != len(items) or math.prod(filter(None, shape)) >= 1 << 40:
            raise WireError(f"an array of shape {shape} with {len(items)} entries")
        array = np.empty(len(items), dtype=object)
        for position, item in enumerate(items):
            array[position] = item
        return array.reshape(shape)

    def _scalar(self, depth: int) -> Any:
        code, characters, shape, data = self._block()
        if shape:
            raise WireError(f"a number of shape {shape}")
        return _made(array_from, code, characters, shape, data)[()]

    def _tensor(self, depth: int) -> Any:
        flags = self.some(1)[0]
        code, characters, shape, data = self._block()
        if characters or flags > 3:
            raise WireError("a tensor that is none")
        grad = self.take(depth + 1)
        tensor = _made(
            tensor_from, code, shape, data, requires_grad=bool(flags & 1), parameter=bool(flags & 2)
        )
        if grad is not None and hasattr(tensor, "grad"):
            try:
                tensor.grad = grad
            except (TypeError, RuntimeError) as error:
                raise WireError(f"a tensor with a gradient that is none: {error}") from None
        return tensor

    def _slice(self, depth: int) -> slice:
        return slice(*self._parts(depth, 3))

    def _range(self, depth: int) -> range:
        start, stop, step = (self.expect(part, int) for part in self._parts(depth, 3))
        if step == 0:
            raise WireError("a range of step 0")
        return range(start, stop, step)

    def _fraction(self, depth: int) -> Fraction:
        above, below = (self.expect(part, int) for part in self._parts(depth, 2))
        if below == 0:
            raise WireError("a fraction with 0 below the line")
        return Fraction(above, below)

    def _decimal(self, depth: int) -> Decimal:
        (text,) = self._parts(depth, 1)
        try:
            return Decimal(self.expect(text, str)[: forms.BIG_INT_BYTES])
        except InvalidOperation:
            raise WireError("a decimal that is none") from None

    def _constant(self, depth: int) -> Any:
        name = self.expect(self.take(depth + 1), str)
        family, _, own = name.partition(":")
        return forms.TYPES[own] if family == "type" and own in forms.TYPES else constant(name)

    def _generator(self, depth: int) -> np.random.Generator:
        state = self.expect(self.take(depth + 1), dict)
        bits = np.random.PCG64()
        try:
            bits.state = state
        except Exception as error:
            raise WireError(f"a generator of numbers without a state: {type(error).__name__}") from None
        return np.random.Generator(bits)

    def _error(self, depth: int) -> ErrorValue:
        types, text, line = self._parts(depth, 3)
        names = self.expect(types, tuple)
        if not all(type(name) is str for name in names):
            raise WireError("an exception without a name")
        return ErrorValue(names, self.expect(text, str), self.expect(line, str))

    def _handle(self, depth: int) -> Any:
        number, kind, name, details = self._parts(depth, 4)
        checked = Handle(*map(self.expect, (number, kind, name, details), (int, str, str, dict)))
        if self.resolve is None:
            raise WireError(f"an object of type {checked.type_name[:80]} where only values may be")
        self.charge(1000)
        return self.resolve(checked)

    def _parts(self, depth: int, number: int) -> tuple[Any, ...]:
        parts = self._tuple(depth)
        if len(parts) != number:
            raise WireError(f"{len(parts)} parts where there must be {number}")
        return parts


Reader = Callable[[Decoder, int], Any]
READERS: dict[bytes, Reader] = {
    forms.NONE: lambda decoder, depth: None,
    forms.TRUE: lambda decoder, depth: True,
    forms.FALSE: lambda decoder, depth: False,
    forms.ELLIPSIS: lambda decoder, depth: ...,
    forms.INT: Decoder._int,
    forms.BIG_INT: Decoder._big_int,
    forms.FLOAT: Decoder._float,
    forms.COMPLEX: Decoder._complex,
    forms.TEXT: Decoder._text,
    forms.BYTES: Decoder._bytes,
    forms.LIST: Decoder._list,
    forms.TUPLE: Decoder._tuple,
    forms.SET: Decoder._set,
    forms.FROZEN_SET: Decoder._frozen_set,
    forms.DICT: Decoder._dict,
    forms.INTS: Decoder._ints,
    forms.FLOATS: Decoder._floats,
    forms.SPECIAL_DICT: Decoder._special_dict,
    forms.NAMED_TUPLE: Decoder._named_tuple,
    forms.ARRAY: Decoder._array,
    forms.OBJECT_ARRAY: Decoder._object_array,
    forms.SCALAR: Decoder._scalar,
    forms.TENSOR: Decoder._tensor,
    forms.SLICE: Decoder._slice,
    forms.RANGE: Decoder._range,
    forms.FRACTION: Decoder._fraction,
    forms.DECIMAL: Decoder._decimal,
    forms.CONSTANT: Decoder._constant,
    forms.GENERATOR: Decoder._generator,
    forms.ERROR: Decoder._error,
    forms.HANDLE: Decoder._handle,
}


def _made(make: Callable[..., Any], *parts: Any, **settings: Any) -> Any:
    try:
        return make(*parts, **settings)
    except (ValueError, OverflowError) as error:
        raise WireError(f"no array: {error}") from None
