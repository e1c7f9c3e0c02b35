"""a7, task 4: a language model within a budget, marked on a scale by text that nobody has."""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from rnn_course.checks import feedback
from rnn_course.checks.a7.exam import Asker, Fault, called, count, require_honest
from rnn_course.checks.a7.held_out_mistakes import MISTAKES
from rnn_course.checks.a7.race import LONGEST, PARAMETERS, Race, Result, race, result
from rnn_course.checks.call import Caller, Outcome, call
from rnn_course.checks.case import Case
from rnn_course.checks.feedback import CheckFailed
from rnn_course.checks.plain import Plain
from rnn_course.checks.seed import instructor_seed, rng_for
from rnn_course.checks.task import Task
from rnn_course.errors import CourseError

Function = Callable[..., object]
PUBLIC_SEED = 7  # of the language in the notebook; the instructor's is another one
SECONDS = 5  # that training should take; it is stopped after twice as many
STEP = 0.5  # points: finer differences are luck
IN_TRAINING = {"too slow": "over-time", "wavers": "chance-without-seed"}
IN_PREDICTING = {"too slow": "over-time", "wavers": "remembers-between-calls"}


TEST_CELL = """\
from rnn_course.checks import a7

assert a7.held_out.check(train, predict)
### BEGIN HIDDEN TESTS
a7.held_out.grade(train, predict)
### END HIDDEN TESTS"""


class HeldOut(Task):
    """A task of two functions, `train` and `predict`, whose mark is a share of its points."""

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of the functions that its answer cell holds."""
        return ("train", "predict")

    @property
    def on_a_scale(self) -> bool:
        """Its points are measured on held-out text."""
        return True

    @property
    def test_cell(self) -> str:
        """The source of its test cell. It ends with a number, nbgrader's way to give a part of the points."""
        return TEST_CELL

    def check(self, train: Function, predict: Function, caller: Caller = call) -> bool:  # type: ignore[override]
        """Train on a small text and look for leaks.

        Returns:
            True, after printing that the task has passed.

        Raises:
            CheckFailed: with a message for the student.
        """
        small = race(PUBLIC_SEED, train=150, valid=20, held_out=1)
        Trial(self, train, predict, caller, hidden=False).honest_model(small)
        print(f"{self.label}: no leak found on a small text.")
        return True

    def grade(  # type: ignore[override]
        self, train: Function, predict: Function, caller: Caller = call, *, seed: int | None = None
    ) -> float:
        """Train on a text of the instructor's, look for leaks, and measure on text that was never shown.

        Returns:
            The points, above 0.

        Raises:
            CheckFailed: for no points, with a message for the student.
            SeedError: if there is no seed; see `instructor_seed`.
        """
        known = instructor_seed() if seed is None else seed
        drawn = race(int(rng_for(known, self.answer_id).integers(1 << 62)))
        trial = Trial(self, train, predict, caller, hidden=True)
        found = trial.measured(drawn, trial.honest_model(drawn))
        trial.require_points(found)
        points = self.points_for(found)
        print(f"{scale_words(found)}\n{points:g} of {self.points} points.")
        return points

    def rehearse(self, train: Function, predict: Function, seed: int = PUBLIC_SEED) -> None:
        """What `grade` would say, on a language that may be known; prints it, 0 points as well.

        Args:
            seed: another one gives another language.

        Raises:
            CheckFailed: as `grade` does, if there is a leak or a fault.
            CourseError: if the seed is not a whole number of at least 0.
        """
        text = race(seed)
        print("Training, twice, and looking for leaks ...", flush=True)
        timed = Timed(train)
        trial = Trial(self, timed if callable(train) else train, predict, call, hidden=False)
        model = trial.honest_model(text)
        found = trial.measured(text, model)
        print(f"{scale_words(found)}\n{model.numbers:,} of {PARAMETERS:,} numbers, {timed.words()}.")
        print(f"That would be {self.points_for(found):g} of {self.points} points.")

    def points_for(self, found: Result) -> float:
        """Points of a result, in steps of half a point."""
        return round(self.points * found.share / STEP) * STEP

    def right(self, case: Case) -> Plain:
        """There is no one right answer."""
        raise CourseError(f"{self.label} has no right answer, only better and worse ones")


class Timed:
    """A function, and the seconds of computing that its first call took."""

    def __init__(self, function: Function) -> None:
        functools.update_wrapper(self, function)
        self.__code__ = getattr(function, "__code__", None)  # where its lines are, for messages
        self.function = function
        self.seconds: float | None = None

    def __call__(self, *arguments: object) -> object:
        """What the function returns."""
        started = time.process_time()
        value = self.function(*arguments)
        if self.seconds is None:
            self.seconds = time.process_time() - started
        return value

    def words(self) -> str:
        """`2.6 of 5 seconds`, with a warning behind it if that is too long."""
        taken = self.seconds or 0.0
        slow = ": too long, a slower machine would stop it" if taken > SECONDS else ""
        return f"{taken:.1f} of {SECONDS} seconds{slow}"


@dataclasses.dataclass(frozen=True)
class Trial:
    """One student's two functions, on the way through the examination."""

    task: HeldOut
    train: Function
    predict: Function
    caller: Caller
    hidden: bool

    def honest_model(self, text: Race) -> Asker:
        """A model trained on `text` in which no leak was found.

        Raises:
            CheckFailed: with what was found.
        """
        try:
            for function in (self.train, self.predict):
                if not callable(function):
                    raise CheckFailed(feedback.no_function(self.task, function))
            model = self._trained(text)
            rows = require_honest(model, text.whole)
            other = text._replace(train=text.valid[::-1], valid=text.valid[:5])
            self._trained(other)
            if any(
                np.abs(np.exp(a) - np.exp(b)).max() > 1e-4
                for a, b in zip(model.rows(text.whole), rows, strict=True)
            ):
                raise Fault(
                    "model-outside",
                    [
                        "After `train` had been called for another text, `predict` with the parameters",
                        "of the first one no longer said the same.",
                    ],
                )
        except Fault as fault:
            raise CheckFailed(self._words(fault)) from None
        return model

    def measured(self, text: Race, model: Asker) -> Result:
        """See how probable a model finds the answers.

        Raises:
            CheckFailed: if one of them is impossible to it.
        """
        try:
            last = np.array([rows[-1] for rows in model.rows(text.beginnings)])
            given = last[np.arange(len(text.answers)), text.answers]
            found = result(text, given)
            if np.isneginf(given).any():
                raise Fault(
                    "zero-probability",
                    [f"{np.isneginf(given).sum()} of {len(given)} tokens had probability 0: perplexity inf."],
                )
        except Fault as fault:
            raise CheckFailed(self._words(fault)) from None
        return found

    def require_points(self, found: Result) -> None:
        """Raise `CheckFailed` if a result is worth nothing."""
        if not self.task.points_for(found):
            fault = Fault("no-better-than-a-bigram", scale_words(found).splitlines())
            raise CheckFailed(self._words(fault))

    def _trained(self, text: Race) -> Asker:
        arguments = (text.train, text.valid, text.V, 1)
        try:
            outcome = called(self.caller, self.train, arguments, IN_TRAINING)
            parameters = outcome.value
            numbers = count(parameters)
            if numbers > PARAMETERS:
                says = f"It returned {numbers:,} numbers; the budget is {PARAMETERS:,}."
                raise Fault("over-budget", [says], outcome)
        except Fault as fault:
            self._require_begun(fault)
            raise Fault(
                fault.name,
                ["train(train_text, valid_text, V, seed)", *self._seen(fault, "train")],
                fault.outcome,
            ) from None

        def ask(sentences: list[list[int]]) -> Outcome:
            try:
                return called(self.caller, self.predict, (parameters, sentences), IN_PREDICTING)
            except Fault as fault:
                self._require_begun(fault)
                raise Fault(
                    fault.name,
                    ["predict(parameters, sentences)", *self._seen(fault, "predict")],
                    fault.outcome,
                ) from None

        return Asker(ask, text.V, numbers)

    def _require_begun(self, fault: Fault) -> None:
        if fault.outcome is not None and fault.outcome.error == "NotImplementedError":
            raise CheckFailed(feedback.untouched(self.task)) from None

    def _seen(self, fault: Fault, function: str) -> list[str]:
        if fault.says or fault.outcome is None:
            return fault.says
        return feedback.fault_words(FACES[function], fault.outcome)

    def _words(self, fault: Fault) -> str:
        label = f"{self.task.label}: not yet{' (hidden tests)' if self.hidden else ''}."
        lines = [label, "", *(feedback.wrapped(f"  {line}") if line else "" for line in fault.says), ""]
        if fault.name:
            mistake = self.task.mistake(fault.name)
            lines += [f"This is what you get when {mistake.what}.", feedback.wrapped(f"Hint: {mistake.hint}")]
        lines.append(feedback.wrapped(f"Where to look: {self.task.look}"))
        printed = fault.outcome.printed.strip().splitlines() if fault.outcome is not None else []
        if printed:
            lines += ["", "Your function printed:", *(f"  {line[:110]}" for line in printed[-6:])]
        return "\n".join(lines)


def scale_words(found: Result) -> str:
    """Perplexities of the held-out tokens, a line each, the worst first."""
    rows = [("a bigram", found.bigram), ("yours", found.model), ("the best of ours", found.best)]
    rows.append(("the language, on these", found.truth))
    rows.sort(key=lambda row: -row[1])
    lines = [
        f"  {name:23} {perplexity:8.2f}" if perplexity < 1e5 else f"  {name:23}      inf"
        for name, perplexity in rows
    ]
    return "\n".join(["Perplexity of held-out tokens:", *lines])


def _none(rng: np.random.Generator) -> Iterator[Case]:
    return iter(())


def _no_reference(*arguments: Any) -> Any:
    raise CourseError("there is no one right answer; the best of ours stands in the solution's notebook")


task = HeldOut(
    assignment="a7",
    name="held_out",
    label="Task 4, held-out text",
    points=40,
    function="train",
    arguments=("train_text", "valid_text", "V", "seed"),
    returns="a dict from names to arrays",
    look='the rules in the text of task 4; lecture 16, "The rules".',
    reference=_no_reference,
    visible=(),
    hidden=_none,
    mistakes=MISTAKES,
)
FACES = {
    "train": task,
    "predict": dataclasses.replace(
        task,
        function="predict",
        arguments=("parameters", "sentences"),
        returns="a list of arrays, one for each sentence",
    ),
}
check, grade, rehearse = task.check, task.grade, task.rehearse
__all__ = ["LONGEST", "check", "grade", "rehearse", "task"]
