"""Values to bytes. What a value is, its real type says: nothing is asked of the value itself."""

from __future__ import annotations

import struct
import sys
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from rnn_course.grading.wire import forms
from rnn_course.grading.wire.arrays import array_parts, constant_name, tensor_parts
from rnn_course.grading.wire.errors import NotAValue, WireError
from rnn_course.grading.wire.forms import CAPS, COUNT, FLOAT64, INT64, TWO_FLOAT64, Caps, ErrorValue, Handle
from rnn_course.grading.wire.kinds import adds_attributes, described, is_named_tuple, is_tensor

Hold = Callable[[Any], Handle]
PACKED = 4  # a list of fewer numbers is written one by one


def encode(value: object, hold: Hold | None = None, caps: Caps = CAPS) -> bytes:
    """The bytes of a value.

    Strings, numbers and arrays of derived classes are sent as what they are derived from, read through the
    base class; so are containers, unless their class adds attributes of its own.

    Args:
        value: a value, or something with values in it.
        hold: keeps what is no value and returns the handle to be sent in its place.

    Raises:
        NotAValue: if something is no value and there is no `hold`, or the nesting is too deep.
        WireError: if the message is too large.
    """
    encoder = Encoder(hold, caps)
    encoder.put(value, 0)
    return bytes(encoder.out)


class Encoder:
    """Writes one message."""

    def __init__(self, hold: Hold | None, caps: Caps) -> None:
        self.out = bytearray()
        self.hold = hold
        self.caps = caps

    def put(self, value: Any, depth: int) -> None:
        """Append one value."""
        kind = type(value)  # never isinstance, which asks the value for its __class__
        if len(self.out) > self.caps.frame_bytes:
            raise WireError(f"more than {self.caps.frame_bytes} bytes in one message")
        if depth > self.caps.depth:
            raise NotAValue(f"something nested more than {self.caps.depth} deep")
        write = WRITERS.get(kind)
        if write is not None:
            write(self, value, depth)
        elif not self._put_derived(value, kind, depth):
            if self.hold is None:
                raise NotAValue(described(value))
            self._put_handle(self.hold(value), depth)

    def _put_derived(self, value: Any, kind: type, depth: int) -> bool:
        if issubclass(kind, np.ndarray):
            self._put_array(np.array(value, copy=True, subok=False), depth)
        elif issubclass(kind, np.str_):
            self._put_text(str.__str__(value), depth)
        elif issubclass(kind, np.generic):
            return self._put_scalar(value)
        elif issubclass(kind, str):
            self._put_text(str.__str__(value), depth)
        elif issubclass(kind, int):
            self._put_int(int.__int__(value), depth)
        elif issubclass(kind, float):
            self._put_float(float.__float__(value), depth)
        elif issubclass(kind, complex):
            self._put_complex(complex.__complex__(value), depth)
        elif issubclass(kind, bytes):
            self._put_bytes(bytes.__getitem__(value, slice(None)), depth)
        elif issubclass(kind, defaultdict) and not adds_attributes(kind, defaultdict):
            self._put_special("defaultdict", dict.items(value), depth)
        elif issubclass(kind, tuple) and is_named_tuple(kind):
            self._put_named_tuple(value, kind, depth)
        elif is_tensor(kind):
            self._put_tensor(value, depth)
        elif (name := constant_name(value)) is not None:
            self.out += forms.CONSTANT
            self._put_text(name, depth)
        elif kind is type and value in forms.TYPES.values():
            self.out += forms.CONSTANT
            self._put_text(f"type:{value.__name__}", depth)
        elif kind is np.random.Generator:
            return self._put_generator(value, depth)
        else:
            for base, write in CONTAINERS:
                if issubclass(kind, base) and not adds_attributes(kind, base):
                    write(self, value, depth)
                    return True
            return False
        return True

    def _put_none(self, value: Any, depth: int) -> None:
        self.out += forms.NONE

    def _put_ellipsis(self, value: Any, depth: int) -> None:
        self.out += forms.ELLIPSIS

    def _put_bool(self, value: Any, depth: int) -> None:
        self.out += forms.TRUE if value else forms.FALSE

    def _put_int(self, value: int, depth: int) -> None:
        if -(1 << 63) <= value < 1 << 63:
            self.out += forms.INT + INT64.pack(value)
            return
        data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
        if len(data) > forms.BIG_INT_BYTES:
            raise NotAValue(f"a whole number of {value.bit_length()} bits")
        self.out += forms.BIG_INT + COUNT.pack(len(data)) + data

    def _put_float(self, value: float, depth: int) -> None:
        self.out += forms.FLOAT + FLOAT64.pack(value)

    def _put_complex(self, value: complex, depth: int) -> None:
        self.out += forms.COMPLEX + TWO_FLOAT64.pack(value.real, value.imag)

    def _put_text(self, value: str, depth: int) -> None:
        data = value.encode("utf-8", "surrogatepass")
        self._header(forms.TEXT, len(data))
        self.out += data

    def _put_bytes(self, value: bytes, depth: int) -> None:
        self._header(forms.BYTES, len(value))
        self.out += value

    def _put_list(self, value: Any, depth: int) -> None:
        items = list.__getitem__(value, slice(None))
        if len(items) >= PACKED and self._put_packed(items):
            return
        self._header(forms.LIST, len(items))
        for item in items:
            self.put(item, depth + 1)

    def _put_packed(self, items: list[Any]) -> bool:
        kinds = set(map(type, items))
        if kinds == {float}:
            form, code = forms.FLOATS, "d"
        elif kinds == {int}:
            form, code = forms.INTS, "q"
        else:
            return False
        try:
            data = struct.pack(f"<{len(items)}{code}", *items)
        except struct.error:  # a number beyond 64 bits
            return False
        self._header(form, len(items), len(data))
        self.out += data
        return True

    def _put_tuple(self, value: Any, depth: int) -> None:
        self._put_items(forms.TUPLE, tuple.__getitem__(value, slice(None)), depth)

    def _put_set(self, value: Any, depth: int) -> None:
        self._put_items(forms.SET, list(set.__iter__(value)), depth)

    def _put_frozen_set(self, value: Any, depth: int) -> None:
        self._put_items(forms.FROZEN_SET, list(frozenset.__iter__(value)), depth)

    def _put_items(self, form: bytes, items: Any, depth: int) -> None:
        self._header(form, len(items))
        for item in items:
            self.put(item, depth + 1)

    def _put_dict(self, value: Any, depth: int) -> None:
        self._put_pairs(forms.DICT, dict.items(value), depth)

    def _put_special_dict(self, value: Any, depth: int) -> None:
        items = OrderedDict.items(value) if type(value) is OrderedDict else dict.items(value)
        self._put_special(forms.DICT_CLASSES.get(type(value), "defaultdict"), items, depth)

    def _put_special(self, name: str, items: Iterable[tuple[Any, Any]], depth: int) -> None:
        self.out += forms.SPECIAL_DICT + bytes([forms.SPECIAL_DICTS.index(name)])
        self._put_pairs(b"", items, depth)

    def _put_pairs(self, form: bytes, items: Iterable[tuple[Any, Any]], depth: int) -> None:
        pairs = list(items)
        self._header(form, len(pairs))
        for key, item in pairs:
            self.put(key, depth + 1)
            self.put(item, depth + 1)

    def _put_named_tuple(self, value: Any, kind: Any, depth: int) -> None:
        self.out += forms.NAMED_TUPLE
        self._put_text(str(kind.__name__), depth)
        self._put_items(forms.TUPLE, tuple(kind._fields), depth)
        self._put_items(forms.TUPLE, tuple(tuple.__iter__(value)), depth)

    def _put_array(self, array: np.ndarray[Any, Any], depth: int) -> None:
        if array.dtype.kind == "O":
            self._put_items(forms.OBJECT_ARRAY, (array.shape, array.reshape(-1).tolist()), depth)
            return
        if array.nbytes > self.caps.frame_bytes:
            raise WireError(f"an array of {array.nbytes} bytes in one message")
        code, characters, shape, data = array_parts(array)
        self.out += forms.ARRAY
        self._put_block(code, characters, shape, data)

    def _put_block(self, code: int, characters: int, shape: tuple[int, ...], data: bytes) -> None:
        self.out += bytes([code, len(shape)]) + COUNT.pack(characters)
        self.out += struct.pack(f"<{len(shape)}Q", *shape)
        self._header(b"", len(data))
        self.out += data

    def _put_scalar(self, value: Any) -> bool:
        code, characters, shape, data = array_parts(np.array(value))
        self.out += forms.SCALAR
        self._put_block(code, characters, shape, data)
        return True

    def _put_tensor(self, value: Any, depth: int) -> None:
        torch = sys.modules["torch"]
        code, shape, data = tensor_parts(value)
        parameter = issubclass(type(value), torch.nn.Parameter)
        needs = torch.Tensor.requires_grad.__get__(value)
        grad = torch.Tensor.grad.__get__(value) if torch.Tensor.is_leaf.__get__(value) else None
        self.out += forms.TENSOR + bytes([2 * parameter + needs])
        self._put_block(code, 0, shape, data)
        self.put(grad, depth + 1)

    def _put_slice(self, value: slice, depth: int) -> None:
        self._put_items(forms.SLICE, (value.start, value.stop, value.step), depth)

    def _put_range(self, value: range, depth: int) -> None:
        self._put_items(forms.RANGE, (value.start, value.stop, value.step), depth)

    def _put_fraction(self, value: Fraction, depth: int) -> None:
        self._put_items(forms.FRACTION, (value.numerator, value.denominator), depth)

    def _put_decimal(self, value: Decimal, depth: int) -> None:
        self._put_items(forms.DECIMAL, (str(value),), depth)

    def _put_generator(self, value: Any, depth: int) -> bool:
        if type(value.bit_generator) is not np.random.PCG64:
            return False
        self.out += forms.GENERATOR
        self._put_dict(value.bit_generator.state, depth)
        return True

    def _put_error(self, value: ErrorValue, depth: int) -> None:
        self._put_items(forms.ERROR, (tuple(value.types), value.text, value.line), depth)

    def _put_handle(self, value: Handle, depth: int) -> None:
        self._put_items(forms.HANDLE, tuple(value), depth)

    def _header(self, form: bytes, count: int, size: int = 0) -> None:
        if max(count, size) > self.caps.frame_bytes:
            raise WireError(f"more than {self.caps.frame_bytes} bytes in one message")
        self.out += form
        self.out += COUNT.pack(count)


Writer = Callable[[Encoder, Any, int], None]
WRITERS: dict[type, Writer] = {
    type(None): Encoder._put_none,
    type(...): Encoder._put_ellipsis,
    bool: Encoder._put_bool,
    int: Encoder._put_int,
    float: Encoder._put_float,
    complex: Encoder._put_complex,
    str: Encoder._put_text,
    bytes: Encoder._put_bytes,
    list: Encoder._put_list,
    tuple: Encoder._put_tuple,
    set: Encoder._put_set,
    frozenset: Encoder._put_frozen_set,
    dict: Encoder._put_dict,
    Counter: Encoder._put_special_dict,
    OrderedDict: Encoder._put_special_dict,
    defaultdict: Encoder._put_special_dict,
    slice: Encoder._put_slice,
    range: Encoder._put_range,
    Fraction: Encoder._put_fraction,
    Decimal: Encoder._put_decimal,
    ErrorValue: Encoder._put_error,
    Handle: Encoder._put_handle,
}
CONTAINERS: tuple[tuple[type, Writer], ...] = (
    (dict, Encoder._put_dict),
    (list, Encoder._put_list),
    (tuple, Encoder._put_tuple),
    (set, Encoder._put_set),
    (frozenset, Encoder._put_frozen_set),
)
