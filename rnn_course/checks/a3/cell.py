"""a3, task 1: one step of the cell."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a3 import draw
from rnn_course.checks.a3.draw import Params, Sizes
from rnn_course.checks.a3.states import between_minus_one_and_one
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task


def reference(params: Params, h_prev: ndarray, e_t: ndarray) -> ndarray:
    """A right answer."""
    return np.tanh(h_prev @ params["W_h"].T + e_t @ params["W_e"].T + params["b_1"])


def case(rng: np.random.Generator, sizes: Sizes, about: str = "", decimals: int | None = None) -> Case:
    """A cell with a state and an embedding for each of B texts."""
    cell = draw.only(draw.network(rng, sizes, decimals), "W_h", "W_e", "b_1")
    e_t = draw.rounded(rng.normal(size=(sizes.B, sizes.D)), decimals)
    return Case((cell, draw.state(rng, sizes, decimals), e_t), about)


HELLO = draw.only(draw.hello(), "W_h", "W_e", "b_1")
VISIBLE = (
    Case((HELLO, np.zeros((1, 3)), np.array([[1.0, 0.0, 0.0, 0.0]])), 'the first letter of "hello"'),
    case(np.random.default_rng(1), draw.SMALL, "four texts at once", decimals=1),
    case(np.random.default_rng(2), Sizes(0, 3, 3, 0, 3), "three texts, and D = H = 3", decimals=1),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for sizes in (*draw.LARGER, draw.ONE_TEXT):
        yield case(rng, sizes)
    yield case(rng, Sizes(0, 4, 4, 0, 4), "B = D = H")
    far, h_prev, e_t = case(rng, draw.SMALL).arguments
    yield Case((far, h_prev, 400 * e_t), "inputs so large that every tanh is at its end")


def state_transposed(params, h_prev, e_t):
    return np.tanh(h_prev @ params["W_h"] + e_t @ params["W_e"].T + params["b_1"])


def input_transposed(params, h_prev, e_t):
    return np.tanh(h_prev @ params["W_h"].T + e_t @ params["W_e"] + params["b_1"])


def state_ignored(params, h_prev, e_t):
    return np.tanh(e_t @ params["W_e"].T + params["b_1"])


def input_ignored(params, h_prev, e_t):
    return np.tanh(h_prev @ params["W_h"].T + params["b_1"])


def bias_missing(params, h_prev, e_t):
    return np.tanh(h_prev @ params["W_h"].T + e_t @ params["W_e"].T)


def not_squashed(params, h_prev, e_t):
    return h_prev @ params["W_h"].T + e_t @ params["W_e"].T + params["b_1"]


def sigmoid(params, h_prev, e_t):
    z = h_prev @ params["W_h"].T + e_t @ params["W_e"].T + params["b_1"]
    return 0.5 * (1 + np.tanh(0.5 * z))


def squashed_in_parts(params, h_prev, e_t):
    return np.tanh(h_prev @ params["W_h"].T) + np.tanh(e_t @ params["W_e"].T + params["b_1"])


def added_to_the_state(params, h_prev, e_t):
    return h_prev + np.tanh(h_prev @ params["W_h"].T + e_t @ params["W_e"].T + params["b_1"])


def columns(params, h_prev, e_t):
    return np.tanh(params["W_h"] @ h_prev.T + params["W_e"] @ e_t.T + params["b_1"][:, None])


def written_for_columns(params, h_prev, e_t):
    return np.tanh(params["W_h"] @ h_prev + params["W_e"] @ e_t + params["b_1"])


def first_text_only(params, h_prev, e_t):
    return np.tanh(params["W_h"] @ h_prev[0] + params["W_e"] @ e_t[0] + params["b_1"])


MISTAKES = (
    Mistake(
        "state-transposed",
        "`h_prev @ W_h` stands in place of `h_prev @ W_h.T`",
        "h is a row here. What has to be done with W, so that a row times W is what W times the column was?",
        state_transposed,
    ),
    Mistake(
        "input-transposed",
        "`e_t @ W_e` stands in place of `e_t @ W_e.T`",
        "W_e is [H, D]. Which of its axes has to meet the D numbers of a row of e_t?",
        input_transposed,
    ),
    Mistake(
        "state-ignored",
        "the old state takes no part",
        "Which term of the equation carries what was read before? Without it there is no recurrence.",
        state_ignored,
    ),
    Mistake(
        "input-ignored",
        "the embedding takes no part",
        "How does the new token get into the state?",
        input_ignored,
    ),
    Mistake("bias-missing", "b_1 is left out", "Count the terms inside of the tanh: three.", bias_missing),
    Mistake(
        "not-squashed",
        "there is no tanh",
        "What keeps the numbers of a state within -1 and 1, however long the text?",
        not_squashed,
    ),
    Mistake(
        "sigmoid",
        "a sigmoid stands in place of tanh",
        "Both are S-shaped. Which of them can make a negative number?",
        sigmoid,
    ),
    Mistake(
        "squashed-in-parts",
        "tanh is taken of the two products apart, and then they are added",
        "How far do the brackets of the tanh reach?",
        squashed_in_parts,
    ),
    Mistake(
        "added-to-the-state",
        "the old state is added to the result",
        "Elman's cell replaces its state at each step. The old one has a say only through W_h.",
        added_to_the_state,
    ),
    Mistake(
        "columns",
        "every state is a column of the result",
        "What came in as [B, H] goes out as [B, H]: one row a text.",
        columns,
    ),
    Mistake(
        "written-for-columns",
        "the products are typed as in the equation, `W_h @ h_prev`, where h_prev holds rows",
        "A row has to meet W so that a row comes out: see *Shapes* in the first cell, and write down both "
        "factors' shapes.",
        written_for_columns,
    ),
    Mistake(
        "first-text-only",
        "only the first text of the batch is read",
        "h_prev and e_t have one row for each of B texts, and so has the result.",
        first_text_only,
    ),
)

task = Task(
    assignment="a3",
    name="cell",
    label="Task 1, one step",
    points=10,
    function="elman_step",
    arguments=("params", "h_prev", "e_t"),
    returns="an array [B, H]",
    look='the equation in the text of task 1; lecture 05, "The recurrence in three lines".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(between_minus_one_and_one,),
)
check, grade, example = task.check, task.grade, task.example
