"""Values are read through the base classes, so that a result cannot lie about what it is."""

from collections import Counter, OrderedDict, defaultdict, namedtuple
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from rnn_course.checks.plain import NotPlain, plain


class LyingArray(np.ndarray):
    """Agrees with everybody, and gives another answer to whoever asks politely."""

    def __eq__(self, other: object) -> Any:
        return np.True_

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        return np.zeros(3)

    def tolist(self) -> list[float]:
        return [0.0, 0.0, 0.0]

    def copy(self, order: Any = "C") -> Any:
        return np.zeros(3)


class LyingDict(dict):
    def __eq__(self, other: object) -> bool:
        return True

    def items(self) -> Any:
        return {"a": 1}.items()

    def __iter__(self) -> Any:
        return iter(["a"])

    def __getitem__(self, key: object) -> int:
        return 1

    def __len__(self) -> int:
        return 1


class LyingList(list):
    def __iter__(self) -> Any:
        return iter([1, 2, 3])

    def __getitem__(self, index: Any) -> Any:
        return 1

    def __len__(self) -> int:
        return 3


class LyingFloat(float):
    def __eq__(self, other: object) -> bool:
        return True

    def __float__(self) -> float:
        return 0.0

    def __sub__(self, other: object) -> float:
        return 0.0

    __hash__ = float.__hash__


class LyingText(str):
    def __eq__(self, other: object) -> bool:
        return True

    def __str__(self) -> str:
        return "right"

    __hash__ = str.__hash__


class PretendsToBeADict:
    """isinstance(x, dict) is True of it."""

    __class__ = dict  # type: ignore[assignment]

    def items(self) -> Any:
        return {"a": 1}.items()


def test_liars_are_read_as_what_they_hold() -> None:
    array = plain(np.array([1.0, 2.0, 3.0]).view(LyingArray))
    assert type(array) is np.ndarray
    assert array.tolist() == [1.0, 2.0, 3.0]
    assert plain(LyingDict(b=2)) == {"b": 2}
    assert plain(LyingList([4])) == [4]
    number = plain(LyingFloat(3.0))
    assert type(number) is float
    assert number == 3.0
    text = plain(LyingText("wrong"))
    assert type(text) is str
    assert text == "wrong"
    with pytest.raises(NotPlain, match="PretendsToBeADict"):
        plain(PretendsToBeADict())


Pair = namedtuple("Pair", "a b")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Counter({"a": 1}), {"a": 1}),
        (OrderedDict(a=1), {"a": 1}),
        (defaultdict(int, a=1), {"a": 1}),
        (Pair(1, 2), (1, 2)),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.str_("word"), "word"),
        (np.array(2.5), 2.5),
        (np.longdouble(0.5), 0.5),
        (Fraction(1, 4), 0.25),
        (Decimal("0.5"), 0.5),
        ({("a", np.str_("b")): np.int8(2)}, {("a", "b"): 2}),
        (np.array([Fraction(1, 2), 3], dtype=object), [0.5, 3]),
        ({"a", "b"}, frozenset({"a", "b"})),
        (None, None),
    ],
)
def test_other_types_of_the_same_value(value: object, expected: object) -> None:
    result = plain(value)
    assert result == expected
    assert type(result) is type(expected)


def test_tensors_are_arrays() -> None:
    torch = pytest.importorskip("torch")
    result = plain(torch.tensor([1.0, 2.0], requires_grad=True))
    assert type(result) is np.ndarray
    assert result.tolist() == [1.0, 2.0]
    assert plain(torch.tensor(0.5)) == 0.5


def test_it_is_a_copy() -> None:
    array, inner = np.zeros(2), [1]
    value = {"array": array, "inner": inner}
    result = plain(value)
    array[0] = inner[0] = 9
    assert result["array"][0] == 0
    assert result["inner"] == [1]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ((x for x in [1]), "generator"),
        ({"a": 1}.items(), "dict_items"),
        (len, "function"),
        (object(), "object"),
        ([[object()]], "object"),
        (np.array([object()]), "object"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "datetime64"),
        (np.datetime64("2020-01-01"), "datetime64"),
        (b"bytes", "bytes"),
        (10**400, "more than 300 digits"),
        ([-(2**1200)], "more than 300 digits"),
        (Fraction(10**400), "Fraction beyond"),
    ],
)
def test_what_is_no_value(value: object, says: str) -> None:
    with pytest.raises(NotPlain, match=says):
        plain(value)


def test_what_contains_itself_or_is_too_deep() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(NotPlain, match="deep"):
        plain(loop)


def test_two_keys_that_are_the_same_once_read() -> None:
    with pytest.raises(NotPlain, match="two keys"):
        plain({"a": 1, TwoFaced("a"): 2})


class TwoFaced(str):
    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = str.__hash__
