"""Values come through the wire as they are, and what is no value does not come through."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict, defaultdict, namedtuple
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnn_course.grading.wire import ErrorValue, Handle, NotAValue, WireError, decode, encode

ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
    | st.fractions()
    | st.decimals(allow_nan=False)
)
KEYS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda keys: st.tuples(keys, keys) | st.frozensets(keys, max_size=3),
    max_leaves=5,
)
ARRAYS = hnp.arrays(
    st.sampled_from(["?", "i1", "u2", "i8", "f2", "f4", "f8", "c8", "c16", "U3", ">i4", ">f8"]),
    hnp.array_shapes(min_dims=0, min_side=0),
)
VALUES = st.recursive(
    ATOMS | ARRAYS,
    lambda values: (
        st.lists(values, max_size=5)
        | st.tuples(values, values)
        | st.dictionaries(KEYS, values, max_size=4)
        | st.sets(KEYS, max_size=4)
    ),
    max_leaves=20,
)


def alike(first: Any, second: Any) -> bool:
    """Equal in type and value, NaN equal to NaN."""
    if isinstance(first, np.ndarray):
        native = first.astype(first.dtype.newbyteorder("="))
        return (
            type(second) is np.ndarray
            and native.dtype == second.dtype
            and native.shape == second.shape
            and native.tobytes() == second.tobytes()
        )
    if type(first) is not type(second):
        return False
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(alike, first, second))
    if isinstance(first, dict):
        return list(first) == list(second) and all(alike(first[key], second[key]) for key in first)
    return repr(first) == repr(second) if isinstance(first, (float, complex)) else bool(first == second)


@given(VALUES)
def test_a_value_comes_through(value: Any) -> None:
    assert alike(value, decode(encode(value)))


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    "value",
    [
        Counter("aab"),
        OrderedDict([("b", 1), ("a", 2)]),
        defaultdict(None, {"a": 1}),
        slice(1, None, 2),
        range(3, 9, 2),
        ...,
        Fraction(1, 3),
        Decimal("1.10"),
        float,
        np.float32,
        np.dtype("f4"),
        10**300,
        "\ud800",
        ErrorValue(("KeyError", "LookupError"), "'k'", "line 1: d['k']"),
    ],
    ids=repr,
)
def test_the_less_usual_ones(value: Any) -> None:
    back = decode(encode(value))
    assert back == value
    assert type(back) is type(value)


def test_numbers_of_numpy_stay_what_they_are() -> None:
    for value in (np.float32(1.5), np.int64(-3), np.bool_(True), np.complex64(1j)):
        back = decode(encode(value))
        assert (back, type(back)) == (value, type(value))


def test_named_tuples_have_their_names() -> None:
    back = decode(encode(Point(1, [2.0])))
    assert (back.x, back.y, type(back).__name__, back) == (1, [2.0], "Point", (1, [2.0]))


def test_generators_go_on_alike() -> None:
    rng = np.random.default_rng(3)
    rng.random(5)
    assert decode(encode(rng)).random() == rng.random()


def test_tensors() -> None:
    torch = pytest.importorskip("torch")
    for tensor in (
        torch.arange(6.0).reshape(2, 3).T,
        torch.tensor(3),
        torch.ones(2, dtype=torch.bfloat16),
        torch.zeros(0, 4),
        torch.ones(2, dtype=torch.complex64).conj(),
        torch.nn.Parameter(torch.ones(2)),
    ):
        back = decode(encode(tensor))
        assert type(back) is type(tensor)
        assert (back.dtype, back.requires_grad) == (tensor.dtype, tensor.requires_grad)
        assert torch.equal(back, tensor)
    x = torch.ones(2, requires_grad=True)
    (3 * x).sum().backward()
    assert decode(encode(x)).grad.tolist() == [3.0, 3.0]
    assert decode(encode(torch.float32)) is torch.float32


def test_what_a_class_says_of_itself_is_not_asked() -> None:
    class Liar(dict):  # type: ignore[type-arg]
        items = keys = __iter__ = __len__ = __getitem__ = lambda self, *a: 1 / 0  # type: ignore[assignment]
        __class__ = int  # type: ignore[assignment]

    class Text(str):
        __str__ = encode = lambda self, *a: 1 / 0  # type: ignore[assignment]

    class Number(float):
        __float__ = __eq__ = lambda self, *a: 1 / 0  # type: ignore[assignment]

    class Array(np.ndarray):
        tobytes = astype = __array__ = lambda self, *a, **k: 1 / 0  # type: ignore[assignment]

    assert decode(encode(Text("a"))) == "a"
    assert decode(encode(Number(2.5))) == 2.5
    assert decode(encode(np.ones(2).view(Array))).tolist() == [1.0, 1.0]
    assert decode(encode(Liar({"a": 1}))) == {"a": 1}

    class Trie(dict):  # type: ignore[type-arg]
        def find(self, word: str) -> bool:
            return word in self

    hidden = Trie({"a": 1})
    with pytest.raises(NotAValue):
        encode(hidden)  # it has attributes of its own, so its entries are not all of it
    held = decode(encode([hidden], lambda value: Handle(7, "object", "Trie", {})), lambda handle: handle.id)
    assert held == [7]


@pytest.mark.parametrize(
    "value",
    [object(), len, (x for x in [1]), np.array(["2020"], dtype="M8[Y]"), 1 << 5000],
    ids=["object", "built-in function", "generator", "date", "large number"],
)
def test_what_is_no_value(value: object) -> None:
    with pytest.raises(NotAValue):
        encode(value)


def test_too_deep_and_too_large() -> None:
    deep: list[Any] = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(NotAValue, match="nested"):
        encode(deep)
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(NotAValue, match="nested"):
        encode(circle)
    with pytest.raises(WireError):
        encode(bytes(65 << 20))


def test_handles_only_where_they_are_expected() -> None:
    message = encode(Handle(3, "object", "Net", {}))
    with pytest.raises(WireError, match="Net where only values may be"):
        decode(message)


def test_nothing_is_not_a_number_by_accident() -> None:
    assert math.isnan(decode(encode(float("nan"))))
    assert str(decode(encode(-0.0))) == "-0.0"
