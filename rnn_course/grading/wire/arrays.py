"""Arrays, numpy's scalars, tensors and generators as plain parts, and back."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from rnn_course.grading.wire.errors import NotAValue, WireError
from rnn_course.grading.wire.forms import MOST_DIMENSIONS

# All that an array may hold: native numbers in little-endian order, and text. The position is sent.
NUMBERS = (
    "bool",
    *(f"int{bits}" for bits in (8, 16, 32, 64)),
    *(f"uint{bits}" for bits in (8, 16, 32, 64)),
    *("float16", "float32", "float64", "complex64", "complex128"),
)
DTYPES = tuple(np.dtype(name).newbyteorder("<") for name in NUMBERS)
CODES = {dtype.str: code for code, dtype in enumerate(DTYPES)}
TEXT_CODE = 200  # followed by the number of characters
BFLOAT16_CODE = 201  # torch's; numpy has none
MOST_CHARACTERS = 1 << 20

TORCH_DTYPES = (
    "bool",
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)


def array_parts(array: np.ndarray[Any, Any]) -> tuple[int, int, tuple[int, ...], bytes]:
    """Code of the dtype, characters of each text, shape and bytes of a base array.

    Raises:
        NotAValue: for dates, records and whatever else is neither number nor text.
    """
    dtype = array.dtype
    if array.ndim > MOST_DIMENSIONS:
        raise NotAValue(f"an array of {array.ndim} dimensions")
    if dtype.kind == "U":
        little = array.astype(dtype.newbyteorder("<"), copy=False)
        return TEXT_CODE, dtype.itemsize // 4, array.shape, little.tobytes()
    code = CODES.get(dtype.newbyteorder("<").str)
    if code is None:
        raise NotAValue(f"an array of {dtype}")
    return code, 0, array.shape, array.astype(DTYPES[code], copy=False).tobytes()


def item_bytes(code: int, characters: int) -> int:
    """Bytes of one entry.

    Raises:
        WireError: if there is no such dtype.
    """
    if code == TEXT_CODE and characters <= MOST_CHARACTERS:
        return 4 * characters
    if code == BFLOAT16_CODE:
        return 2
    if code < len(DTYPES):
        return DTYPES[code].itemsize
    raise WireError(f"an array of unknown dtype {code} ({characters} characters)")


def array_from(code: int, characters: int, shape: tuple[int, ...], data: bytes) -> np.ndarray[Any, Any]:
    """The array of these parts, with memory of its own; the length of `data` has been checked."""
    if code == TEXT_CODE:
        if any(data[3::4]) or (characters and _beyond_unicode(data)):
            raise WireError("an array of text that is no Unicode")
        return np.frombuffer(data, dtype=f"<U{characters}", count=math.prod(shape)).reshape(shape).copy()
    if code == 0 and any(byte > 1 for byte in set(data)):
        raise WireError("an array of truth values that are neither true nor false")
    dtype = np.dtype("<i2") if code == BFLOAT16_CODE else DTYPES[code]
    return np.frombuffer(data, dtype=dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _beyond_unicode(data: bytes) -> bool:
    return bool((np.frombuffer(data, dtype="<u4") > 0x10FFFF).any())


def tensor_parts(tensor: Any) -> tuple[int, tuple[int, ...], bytes]:
    """Code of the dtype, shape and bytes of a torch tensor on any device.

    Raises:
        NotAValue: for a sparse tensor, a quantized one, one without data.
    """
    torch = sys.modules["torch"]
    kind = torch.Tensor
    try:
        plain = kind.contiguous(kind.resolve_neg(kind.resolve_conj(kind.cpu(kind.detach(tensor)))))
        if plain.dtype is torch.bfloat16:
            return BFLOAT16_CODE, tuple(plain.shape), kind.view(plain, torch.int16).numpy().tobytes()
        code, _, shape, data = array_parts(np.array(kind.numpy(plain), subok=False))
    except NotAValue:
        raise
    except Exception as error:
        raise NotAValue(f"a tensor that cannot be read ({type(error).__name__})") from None
    return code, shape, data


def tensor_from(
    code: int, shape: tuple[int, ...], data: bytes, *, requires_grad: bool, parameter: bool
) -> Any:
    """The tensor of these parts; the array instead where torch is not loaded.

    Raises:
        WireError: for a dtype that torch has not.
    """
    array = array_from(code, 0, shape, data)
    torch = sys.modules.get("torch")
    if torch is None:
        if code == BFLOAT16_CODE:
            raise WireError("a tensor of bfloat16, and torch is not loaded here")
        return array
    try:
        tensor = torch.from_numpy(array)
        if code == BFLOAT16_CODE:
            tensor = tensor.view(torch.bfloat16)
        if parameter:
            return torch.nn.Parameter(tensor, requires_grad=requires_grad)
        return tensor.requires_grad_() if requires_grad else tensor
    except (TypeError, RuntimeError) as error:
        raise WireError(f"no tensor: {error}") from None


def constant_name(value: Any) -> str | None:
    """The name of a dtype or of numpy's and torch's scalar types, None if it is not one."""
    torch = sys.modules.get("torch")
    if torch is not None and type(value) is torch.dtype:
        name = str(value).removeprefix("torch.")
        return f"torch:{name}" if name in TORCH_DTYPES else None
    if isinstance(value, np.dtype) and value.newbyteorder("<").str in CODES:
        return f"dtype:{value.newbyteorder('<').str}"
    if type(value) is type and issubclass(value, np.generic) and value.__module__ == "numpy":
        return f"numpy:{value.__name__}"
    return None


def constant(name: str) -> Any:
    """What `constant_name` named.

    Raises:
        WireError: if there is nothing of this name.
    """
    family, _, own = name.partition(":")
    if family == "torch" and own in TORCH_DTYPES and "torch" in sys.modules:
        return getattr(sys.modules["torch"], own)
    if family == "dtype" and own in CODES:
        return np.dtype(own).newbyteorder("=")
    found = getattr(np, own, None) if family == "numpy" else None
    if isinstance(found, type) and issubclass(found, np.generic):
        return found
    raise WireError(f"no constant is called {name[:80]!r}")
