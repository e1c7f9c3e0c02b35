"""One call that a check makes, and the parts that a task's catalogue is made of."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from rnn_course.checks.plain import Plain


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


class Mistake(NamedTuple):
    """A wrong answer that students give, as a small implementation of its own.

    Attributes:
        name: short and unique within the task: `end-not-counted`.
        what: completes "This is what you get when ...".
        hint: what to think about, without the answer.
        implementation: a plain `def` that needs nothing but numpy, math and collections.
    """

    name: str
    what: str
    hint: str
    implementation: Callable[..., Any]

    def as_answer(self, function: str) -> str:
        """The mistake as a student would have written it: the source of a cell that defines `function`."""
        source = inspect.getsource(self.implementation)
        own_name = self.implementation.__name__
        return (
            "import itertools\nimport math\nfrom collections import Counter, defaultdict\n\n"
            "import numpy as np\n\n\n" + re.sub(rf"\b{own_name}\b", function, source).rstrip()
        )
