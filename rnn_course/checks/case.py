"""One call that a check makes, and the parts that a task's catalogue is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from rnn_course.checks.answer_cell import answer_cell
from rnn_course.checks.plain import Plain

if TYPE_CHECKING:
    from rnn_course.checks.call import Outcome


@dataclass(frozen=True, eq=False)  # a case is the same as itself alone, so that outcomes can be kept by case
class Case:
    """Arguments of one call, plain values all, and what is particular about them."""

    arguments: tuple[Plain, ...]
    about: str = ""  # "a sentence without words"


class Property(NamedTuple):
    """Something that every right answer has: `sums to one`.

    A right value has it anyway. It is looked at when a value is wrong, to say what is wrong with it.
    """

    name: str
    broken: Callable[[tuple[Plain, ...], Plain], str | None]  # (arguments, value) -> what is wrong, or None


class Across(NamedTuple):
    """Something that right answers to several cases have together: what comes later changes nothing earlier.

    Like a property, it is looked at when a value is wrong, to say what is wrong with it.
    """

    name: str
    broken: Callable[[Sequence[Case], Sequence[Outcome]], str | None]


class Mistake(NamedTuple):
    """A wrong answer that students give, as a small implementation of its own.

    Attributes:
        name: short and unique within the task: `end-not-counted`.
        what: completes "This is what you get when ...".
        hint: what to think about, without the answer.
        implementation: a plain `def`. It needs nothing but numpy, math, collections, and functions and
            constants of its own module; so several may share a function that takes the fault as an argument.
        keeps: the share of the task's points that it leaves, where a task is marked on a scale.
    """

    name: str
    what: str
    hint: str
    implementation: Callable[..., Any]
    keeps: float = 0.0

    def as_answer(self, function: str) -> str:
        """The mistake as a student would have written it: the source of a cell that defines `function`."""
        return answer_cell(self.implementation, function)
