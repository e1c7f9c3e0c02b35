"""What stands in a test for an object of the student's process.

A proxy asks the other side for everything, and gets values or further proxies. It never lets that side decide
whether something equals a value that is here: only two objects of the student's are compared there.
"""

from __future__ import annotations

import inspect
import linecache
import types
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from rnn_course.grading.student.operations import ARITHMETIC, COMPARISONS, ONE_SIDED
from rnn_course.grading.tester.errors import KNOWN
from rnn_course.grading.tester.link import Link
from rnn_course.grading.wire import Handle, NotAValue, WireError, decode
from rnn_course.grading.wire.kinds import described

MOST_ITEMS = 1_000_000
MOST_AT_ONCE = 256


class ObjectProxy:
    """An object of the student's."""

    __slots__ = ("__weakref__", "_rnn_handle", "_rnn_link")

    def __init__(self, link: Link, handle: Handle) -> None:
        object.__setattr__(self, "_rnn_link", link)
        object.__setattr__(self, "_rnn_handle", handle)

    def __getattr__(self, name: str) -> Any:
        details = self._rnn_handle.details
        if name.startswith("__") and name.endswith("__"):
            if name in details:
                return details[name]
            # Protocols (of numpy, copy, pickle) would have the object take part in a comparison.
            raise AttributeError(f"{name} of an object of the student's cannot be used in a test")
        return self._rnn_link.do("getattr", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._rnn_link.do("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._rnn_link.do("delattr", self, name)

    def __getitem__(self, key: Any) -> Any:
        return self._rnn_link.do("getitem", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._rnn_link.do("setitem", self, key, value)

    def __delitem__(self, key: Any) -> None:
        self._rnn_link.do("delitem", self, key)

    def __contains__(self, item: Any) -> bool:
        return _as(bool, self._rnn_link.do("contains", self, item))

    def __len__(self) -> int:
        return _as(int, self._rnn_link.do("len", self))

    def __bool__(self) -> bool:
        return _as(bool, self._rnn_link.do("bool", self))

    def __int__(self) -> int:
        return _as(int, self._rnn_link.do("int", self))

    def __float__(self) -> float:
        return _as(float, self._rnn_link.do("float", self))

    def __repr__(self) -> str:
        return _as(str, self._rnn_link.do("repr", self))

    def __str__(self) -> str:
        return _as(str, self._rnn_link.do("str", self))

    def __format__(self, form: str) -> str:
        return _as(str, self._rnn_link.do("format", self, form))

    def __dir__(self) -> list[str]:
        return _as(list, self._rnn_link.do("dir", self))

    def __iter__(self) -> Iterator[Any]:
        iterator = self._rnn_link.do("iter", self)
        seen, chunk, is_over = 0, 1, False
        while not is_over:
            items, is_over = self._rnn_link.do("take", iterator, chunk)
            seen += len(items)
            if seen > MOST_ITEMS:
                raise ValueError(f"it gave more than {MOST_ITEMS} things, one after another")
            yield from items
            chunk = min(2 * chunk, MOST_AT_ONCE)

    def __next__(self) -> Any:
        return self._rnn_link.do("next", self)

    def __enter__(self) -> Any:
        return self._rnn_link.do("enter", self)

    def __exit__(self, *error: object) -> None:
        self._rnn_link.do("leave", self)

    def __hash__(self) -> int:
        return hash((ObjectProxy, self._rnn_handle.id))

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise TypeError("an object of the student's cannot be copied in a test")

    __copy__ = __deepcopy__


class CallableProxy(ObjectProxy):
    """An object that can be called."""

    __slots__ = ()

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._rnn_link.do("call", self, *arguments, **named)


class ClassProxy(CallableProxy):
    """A class. Whether something is of it, its side says: an answer like any other."""

    __slots__ = ()

    def __instancecheck__(self, instance: Any) -> bool:
        return handle_of(instance) is not None and _as(bool, self._rnn_link.do("isinstance", instance, self))

    def __subclasscheck__(self, kind: Any) -> bool:
        return handle_of(kind) is not None and _as(bool, self._rnn_link.do("issubclass", kind, self))


def _as(kind: type, value: Any) -> Any:
    """A value of exactly this type, or TypeError: Python itself insists on it for these methods."""
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} expected, the student's object gives {type(value).__name__}")
    return value


def _both_there(name: str) -> Callable[[Any, Any], Any]:
    def compare(self: ObjectProxy, other: Any) -> Any:
        if handle_of(other) is None:
            return NotImplemented  # never ask an object whether it equals what a test expects
        if name in ("eq", "ne") and handle_of(other) == self._rnn_handle:
            return name == "eq"
        return self._rnn_link.do(name, self, other)

    return compare


def _either_there(name: str, *, swapped: bool) -> Callable[[Any, Any], Any]:
    def combine(self: ObjectProxy, other: Any) -> Any:
        return self._rnn_link.do(name, *((other, self) if swapped else (self, other)))

    return combine


def _alone(name: str) -> Callable[[Any], Any]:
    return lambda self: self._rnn_link.do(name, self)


for _name in COMPARISONS:
    setattr(ObjectProxy, f"__{_name}__", _both_there(_name))
for _name in ARITHMETIC:
    setattr(ObjectProxy, f"__{_name.rstrip('_')}__", _either_there(_name, swapped=False))
    setattr(ObjectProxy, f"__r{_name.rstrip('_')}__", _either_there(_name, swapped=True))
for _name in ONE_SIDED:
    setattr(ObjectProxy, f"__{_name}__", _alone(_name))


def _doc(self: ObjectProxy) -> Any:
    return self._rnn_handle.details.get("__doc__")


for _kind in (ObjectProxy, CallableProxy, ClassProxy):
    _kind.__doc__ = property(_doc)  # type: ignore[assignment]


class FunctionHandles:
    """The handles of functions, which are real functions here and so cannot carry them."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Callable[..., Any], Link, Handle]] = {}

    def add(self, function: Callable[..., Any], link: Link, handle: Handle) -> None:
        """Remember a function."""
        self.known[id(function)] = (function, link, handle)

    def find(self, function: object) -> tuple[Link, Handle] | None:
        """The link and the handle of a function."""
        found = self.known.get(id(function))
        return found[1:] if found is not None and found[0] is function else None


FUNCTIONS = FunctionHandles()


def handle_of(value: object) -> Handle | None:
    """The handle of what stands for an object, None for all else."""
    kind = type(value)
    if issubclass(kind, ObjectProxy):
        return value._rnn_handle  # type: ignore[attr-defined]
    if kind is types.FunctionType:
        found = FUNCTIONS.find(value)
        return found[1] if found else None
    return None


def link_of(value: object) -> Link | None:
    """The link of what stands for an object, None for all else."""
    if issubclass(type(value), ObjectProxy):
        return value._rnn_link  # type: ignore[attr-defined]
    found = FUNCTIONS.find(value)
    return found[0] if found else None


def hold(link: Link, value: Any) -> Handle:
    """The handle to send for something that is no value: an object of the other side, or a test's function.

    Raises:
        NotAValue: if it is neither, or the process of the object has ended.
    """
    handle = handle_of(value)
    if handle is not None:
        if link_of(value) is not link:
            raise NotAValue("an object of a process that has ended")
        return handle
    if not callable(value):
        raise NotAValue(described(value))
    number = id(value)
    link.callbacks[number] = value
    return Handle(number, "callback", str(getattr(value, "__name__", "function")), {})


def stand_in(link: Link, handle: Handle, sources: Callable[[str], tuple[str, int] | None]) -> Any:
    """What stands for an object.

    Args:
        handle: what the other side tells of it.
        sources: the text of the cell that defines a function, and the line where it begins.
    """
    if handle.kind == "callback":
        if handle.id not in link.callbacks:
            raise WireError("a function of a test that is none")
        return link.callbacks[handle.id]
    if handle.kind == "function":
        return _function(link, handle, sources)
    if handle.kind == "class":
        bases = handle.details.get("bases")
        own = str(handle.details.get("__name__", ""))
        found = [KNOWN[name] for name in bases if name in KNOWN] if isinstance(bases, tuple) else []
        if found and own.isidentifier():
            return link.exceptions.setdefault(own, type(own, (found[0],), {}))
        return ClassProxy(link, handle)
    return (CallableProxy if "parameters" in handle.details else ObjectProxy)(link, handle)


def _function(
    link: Link, handle: Handle, sources: Callable[[str], tuple[str, int] | None]
) -> Callable[..., Any]:
    def function(*arguments: Any, **named: Any) -> Any:
        return link.do("call", function, *arguments, **named)

    details = handle.details
    name = str(details.get("__name__", "function"))
    function.__name__, function.__qualname__ = name, str(details.get("__qualname__", name))
    function.__doc__ = details.get("__doc__")
    signature = _signature(details.get("parameters"))
    if signature is not None:
        function.__signature__ = signature  # type: ignore[attr-defined]
    written = sources(name)
    if written is not None:
        text, line = written
        place = f"<the cell of {name}>"
        linecache.cache[place] = (len(text), None, text.splitlines(keepends=True), place)
        function.__code__ = function.__code__.replace(co_filename=place, co_firstlineno=line)
    FUNCTIONS.add(function, link, handle)
    return function


def _signature(parameters: Any) -> inspect.Signature | None:
    """The signature that the other side tells, None where it makes no sense."""
    if not isinstance(parameters, tuple):
        return None
    try:
        return inspect.Signature(
            [
                inspect.Parameter(name, inspect._ParameterKind(kind), default=_default(has_default, default))
                for name, kind, has_default, default in parameters
            ]
        )
    except Exception:  # whatever the other side invents
        return None


def _default(has_default: bool, default: bytes) -> Any:
    if not has_default:
        return inspect.Parameter.empty
    return decode(default) if default else ...
