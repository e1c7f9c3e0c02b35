"""A concept question in which every wrong choice is answered, not merely marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets

from rnn_course.widgets.base import CourseWidget, WidgetError, front_end, style
from rnn_course.widgets.markup import to_html, to_text


class Quiz(CourseWidget):
    r"""A question with a handful of choices, one of which is right.

    What to look for: choose before reading on. A wrong choice is answered with what it would mean if it
    were true; after the right one, the answers to all the others can be read too.

    `quiz` is the same under a shorter name. Question, choices and answers may hold `code`, *emphasis* and
    $maths$ (see `rnn_course.widgets.markup`).

    Args:
        question: one line.
        choices: each choice with the answer to whoever takes it, in the order in which they stand.
        correct: the right one of the choices, written as there.
        seed: shuffle the choices with this seed; None keeps their order.

    Attributes:
        chosen: the choice that was last checked, or "".
        solved: whether the right one was found.
        tries: how many choices were checked until then.

    Raises:
        WidgetError: if `correct` is not among the choices, there are fewer than two, or a text is empty.
    """

    _esm = front_end("quiz.js")
    _css = style("quiz.css")

    question_html = traitlets.Unicode().tag(sync=True)
    choices_html = traitlets.List(traitlets.Unicode()).tag(sync=True)
    choices_text = traitlets.List(traitlets.Unicode()).tag(sync=True)
    answers_html = traitlets.List(traitlets.Unicode()).tag(sync=True)
    correct_index = traitlets.Int().tag(sync=True)
    chosen_index = traitlets.Int(-1).tag(sync=True)
    solved = traitlets.Bool(False).tag(sync=True)
    tries = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        question: str,
        choices: Mapping[str, str],
        *,
        correct: str,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        _check(question, choices, correct)
        order = list(choices)
        if seed is not None:
            order = [order[i] for i in np.random.default_rng(seed).permutation(len(order))]
        self.question = question
        self.choices = {choice: choices[choice] for choice in order}
        self.correct = correct
        super().__init__(
            question_html=to_html(question),
            choices_html=[to_html(choice) for choice in order],
            choices_text=[to_text(choice) for choice in order],
            answers_html=[to_html(choices[choice]) for choice in order],
            correct_index=order.index(correct),
            **kwargs,
        )

    @property
    def chosen(self) -> str:
        return "" if self.chosen_index < 0 else list(self.choices)[self.chosen_index]

    def text_alternative(self) -> str:
        """The question as Markdown, the answers folded away."""
        lines = [f"**{self.question}**", ""]
        lines += [f"{letter}. {choice}" for letter, choice in self._lettered()]
        lines += ["", "<details><summary>Answers</summary>", ""]
        for letter, choice in self._lettered():
            mark = "right" if choice == self.correct else "wrong"
            lines.append(f"- **{letter}, {mark}.** {self.choices[choice]}")
        return "\n".join([*lines, "", "</details>"])

    def _lettered(self) -> list[tuple[str, str]]:
        return [(chr(ord("A") + i), choice) for i, choice in enumerate(self.choices)]


def quiz(question: str, choices: Mapping[str, str], *, correct: str, seed: int | None = None) -> Quiz:
    """Ask `question`; see `Quiz`.

    >>> quiz("Is P(w) a probability?", {"Yes": "It sums to 1.", "No": "Sum it."}, correct="Yes").solved
    False
    """
    return Quiz(question, choices, correct=correct, seed=seed)


def _check(question: str, choices: Mapping[str, str], correct: str) -> None:
    if not isinstance(question, str) or not question.strip():
        raise WidgetError(f"the question is empty: expected a line of text, got {question!r}")
    if not isinstance(choices, Mapping):
        raise WidgetError(
            f"choices is a dict from each choice to its answer, got {type(choices).__name__} {choices!r}"
        )
    if len(choices) < 2:
        raise WidgetError(f"a question has at least two choices, got {len(choices)}")
    for choice, answer in choices.items():
        if not isinstance(choice, str) or not choice.strip():
            raise WidgetError(f"a choice is empty: expected a line of text, got {choice!r}")
        if not isinstance(answer, str) or not answer.strip():
            raise WidgetError(
                f"the choice {choice!r} has no answer: say what follows from it, right or wrong"
            )
    if correct not in choices:
        raise WidgetError(f"correct={correct!r} is not among the choices {list(choices)}")
