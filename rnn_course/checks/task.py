"""A graded task: cases, a reference, the properties of a right answer, and the catalogue of wrong ones."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from rnn_course.checks.call import Caller, Outcome, call
from rnn_course.checks.case import Across, Case, Mistake, Property
from rnn_course.checks.compare import USUAL, Tolerance
from rnn_course.checks.judge import judge
from rnn_course.checks.plain import Plain, plain
from rnn_course.checks.seed import instructor_seed, rng_for
from rnn_course.errors import CourseError


def _nothing(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> tuple[int, str] | None:
    return None


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """One function that a student writes, and how to tell whether it is right.

    Attributes:
        assignment, name: `a1` and `counts`; the cells are `a1_counts` and `a1_counts_test`.
        label: what the notebook calls it: `Task 1, counts`.
        points: what its test cell is worth.
        function: the name of the student's function.
        arguments: names of its arguments, in order.
        returns: what it returns, in words: `a dict of counts`.
        look: where to look when it is wrong.
        reference: a right answer.
        visible: the cases that a student sees.
        hidden: draws the other cases.
        mistakes: the catalogue.
        properties: what every right answer has.
        across: what right answers to several cases have together.
        parts: names of what the function returns together, in order: `loss` and `gradients`.
        summary: (arguments, value) -> what is compared, if that is not the value itself: sampling compares
            frequencies, not sentences. It raises NotPlain for a value that it cannot read.
        expected: arguments -> the right summary; by default the reference's answer.
        together: (cases, outcomes) -> what is wrong with answers that are right one by one, and the index
            of the case that shows it, or None.
        tolerance: how far numbers may be off.
    """

    assignment: str
    name: str
    label: str
    points: int
    function: str
    arguments: tuple[str, ...]
    returns: str
    look: str
    reference: Callable[..., Any]
    visible: tuple[Case, ...]
    hidden: Callable[[np.random.Generator], Iterable[Case]]
    mistakes: tuple[Mistake, ...]
    properties: tuple[Property, ...] = ()
    across: tuple[Across, ...] = ()
    parts: tuple[str, ...] = ()
    summary: Callable[[tuple[Plain, ...], Plain], Plain] | None = None
    expected: Callable[..., Plain] | None = None
    together: Callable[[Sequence[Case], Sequence[Outcome]], tuple[int, str] | None] = _nothing
    tolerance: Tolerance = USUAL

    @property
    def answer_id(self) -> str:
        """grade_id of the cell that holds the student's function."""
        return f"{self.assignment}_{self.name}"

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of all functions that its answer cell holds: one, but for tasks of another kind."""
        return (self.function,)

    @property
    def on_a_scale(self) -> bool:
        """Whether its points are measured, from none to all, so that a visible test cannot tell them."""
        return False

    @property
    def test_id(self) -> str:
        """grade_id of the cell that tests it."""
        return f"{self.assignment}_{self.name}_test"

    def mistake(self, name: str) -> Mistake:
        """The catalogued mistake of this name."""
        for mistake in self.mistakes:
            if mistake.name == name:
                return mistake
        known = ", ".join(mistake.name for mistake in self.mistakes)
        raise CourseError(f"{self.test_id} has no mistake {name!r}; it has {known}")

    def example(self, number: int = 1) -> tuple[Plain, ...]:
        """The arguments of a visible case, as copies: `cell_step(*a3.cell.example(2))` calls it as the check.

        Args:
            number: which case, the first one being 1.
        """
        if number not in range(1, len(self.visible) + 1):
            raise CourseError(f"{self.label} has the examples 1 to {len(self.visible)}, not {number!r}")
        return copy.deepcopy(self.visible[number - 1].arguments)

    @lru_cache(maxsize=128)  # noqa: B019 (tasks are constants of their modules and live as long as they)
    def hidden_cases(self, seed: int) -> tuple[Case, ...]:
        """The hidden cases of an instructor's seed; the same ones when asked again."""
        # copied one by one, in case a later one is made by altering an earlier one
        return tuple(copy.deepcopy(case) for case in self.hidden(rng_for(seed, self.answer_id)))

    def check(self, function: Callable[..., object], caller: Caller = call) -> bool:
        """The visible test: the worked value and a few small cases.

        Returns:
            True, after printing that the task has passed.

        Raises:
            CheckFailed: with a message for the student.
        """
        judge(self, function, self.visible, caller, hidden=False)
        print(f"{self.label}: passed.")
        return True

    def grade(
        self, function: Callable[..., object], caller: Caller = call, *, seed: int | None = None
    ) -> bool:
        """The hidden test: cases drawn from the instructor's seed.

        Raises:
            CheckFailed: with a message for the student.
            SeedError: if there is no seed; see `instructor_seed`.
        """
        cases = self.hidden_cases(instructor_seed() if seed is None else seed)
        judge(self, function, cases, caller, hidden=True)
        return True

    def right(self, case: Case) -> Plain:
        """What a right answer's value, or its summary, is in this case."""
        return plain((self.expected or self.reference)(*case.arguments))
