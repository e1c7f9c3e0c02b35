"""a3, task 3a: the way back through one step."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a3 import draw
from rnn_course.checks.a3.draw import Gradients, Params, Sizes
from rnn_course.checks.a3.exactness import GRADIENTS
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.properties import finite
from rnn_course.checks.task import Task


def reference(params: Params, h_prev: ndarray, e_t: ndarray, h_t: ndarray, dh_t: ndarray) -> Gradients:
    """A right answer."""
    dz = dh_t * (1 - h_t**2)
    return {
        "W_h": dz.T @ h_prev,
        "W_e": dz.T @ e_t,
        "b_1": dz.sum(axis=0),
        "h_prev": dz @ params["W_h"],
        "e_t": dz @ params["W_e"],
    }


def case(rng: np.random.Generator, sizes: Sizes, about: str = "", decimals: int | None = None) -> Case:
    """A step that was made, and the loss's gradient at the state that it led to."""
    cell = draw.only(draw.network(rng, sizes, decimals), "W_h", "W_e", "b_1")
    h_prev = draw.state(rng, sizes, decimals)
    e_t = draw.rounded(rng.normal(size=(sizes.B, sizes.D)), decimals)
    h_t = np.tanh(h_prev @ cell["W_h"].T + e_t @ cell["W_e"].T + cell["b_1"])
    dh_t = draw.rounded(rng.normal(size=h_t.shape), decimals)
    return Case((cell, h_prev, e_t, h_t, dh_t), about)


# tanh(0.5 * 0.2 + 1 * (ln 2 - 0.1) + 0) = tanh(ln 2) = 0.6
BY_HAND = {
    "W_h": np.array([[0.5]]),
    "W_e": np.array([[1.0]]),
    "b_1": np.array([0.0]),
}
ONE = np.ones((1, 1))
VISIBLE = (
    Case((BY_HAND, 0.2 * ONE, (np.log(2) - 0.1) * ONE, 0.6 * ONE, ONE), "one number each, as in the text"),
    case(np.random.default_rng(8), Sizes(0, 2, 3, 0, 4), "four texts", decimals=1),
    case(np.random.default_rng(9), Sizes(0, 3, 2, 0, 1), "one text", decimals=1),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for sizes in (*draw.LARGER, draw.SMALL, draw.LENGTH_1, draw.ONE_TEXT):
        yield case(rng, sizes)


def from_dz(params, h_prev, e_t, dz):
    return {
        "W_h": dz.T @ h_prev,
        "W_e": dz.T @ e_t,
        "b_1": dz.sum(axis=0),
        "h_prev": dz @ params["W_h"],
        "e_t": dz @ params["W_e"],
    }


def slope_missing(params, h_prev, e_t, h_t, dh_t):
    return from_dz(params, h_prev, e_t, dh_t)


def slope_before(params, h_prev, e_t, h_t, dh_t):
    return from_dz(params, h_prev, e_t, dh_t * (1 - h_prev**2))


def slope_of_a_sigmoid(params, h_prev, e_t, h_t, dh_t):
    return from_dz(params, h_prev, e_t, dh_t * h_t * (1 - h_t))


def tanh_twice(params, h_prev, e_t, h_t, dh_t):
    return from_dz(params, h_prev, e_t, dh_t * (1 - np.tanh(h_t) ** 2))


def not_squared(params, h_prev, e_t, h_t, dh_t):
    return from_dz(params, h_prev, e_t, dh_t * (1 - h_t))


def slope_for_the_weights_alone(params, h_prev, e_t, h_t, dh_t):
    dz = dh_t * (1 - h_t**2)
    return {**from_dz(params, h_prev, e_t, dz), "h_prev": dh_t @ params["W_h"], "e_t": dh_t @ params["W_e"]}


def state_way_transposed(params, h_prev, e_t, h_t, dh_t):
    dz = dh_t * (1 - h_t**2)
    return {**from_dz(params, h_prev, e_t, dz), "h_prev": dz @ params["W_h"].T}


def turned_round(params, h_prev, e_t, h_t, dh_t):
    dz = dh_t * (1 - h_t**2)
    return {**from_dz(params, h_prev, e_t, dz), "W_h": h_prev.T @ dz, "W_e": e_t.T @ dz}


def with_the_new_state(params, h_prev, e_t, h_t, dh_t):
    return from_dz(params, h_t, e_t, dh_t * (1 - h_t**2))


def written_for_columns(params, h_prev, e_t, h_t, dh_t):
    dz = dh_t * (1 - h_t**2)
    return {
        "W_h": dz @ h_prev.T,
        "W_e": dz @ e_t.T,
        "b_1": dz.sum(axis=0),
        "h_prev": params["W_h"].T @ dz,
        "e_t": params["W_e"].T @ dz,
    }


def mean_over_texts(params, h_prev, e_t, h_t, dh_t):
    dz = dh_t * (1 - h_t**2)
    sums = from_dz(params, h_prev, e_t, dz)
    return {**sums, **{name: sums[name] / len(dz) for name in ("W_h", "W_e", "b_1")}}


def bias_not_summed(params, h_prev, e_t, h_t, dh_t):
    dz = dh_t * (1 - h_t**2)
    return {**from_dz(params, h_prev, e_t, dz), "b_1": dz}


def bias_by_unit(params, h_prev, e_t, h_t, dh_t):
    dz = dh_t * (1 - h_t**2)
    return {**from_dz(params, h_prev, e_t, dz), "b_1": dz.sum(axis=1)}


MISTAKES = (
    Mistake(
        "slope-missing",
        "the slope of tanh is left out",
        "Between h_t and the products lies a tanh. What is its derivative?",
        slope_missing,
    ),
    Mistake(
        "slope-before",
        "the slope of tanh is taken at the state before",
        "The tanh of this step gave h_t, and its slope is 1 minus the square of what it gave.",
        slope_before,
    ),
    Mistake(
        "slope-of-a-sigmoid",
        "the slope is that of a sigmoid",
        "h (1 - h) belongs to the sigmoid. What is the derivative of tanh?",
        slope_of_a_sigmoid,
    ),
    Mistake(
        "tanh-twice",
        "tanh is taken once more of h_t, which is a tanh already",
        "1 - tanh(z)^2 with h_t = tanh(z): what is there left to compute?",
        tanh_twice,
    ),
    Mistake("not-squared", "the slope is 1 - h and not 1 - h^2", "Look at the slope again.", not_squared),
    Mistake(
        "slope-for-the-weights-alone",
        "h_prev and e_t get their gradients past the tanh",
        "Everything that went into the tanh gets its gradient through it: the states as well as the weights.",
        slope_for_the_weights_alone,
    ),
    Mistake(
        "state-way-transposed",
        "`dz @ W_h.T` stands in place of `dz @ W_h`",
        "Forward, the row h_prev met W_h.T. Backward it is the transpose of that. Check an entry by hand.",
        state_way_transposed,
    ),
    Mistake(
        "turned-round",
        "the gradients of W_h and W_e are transposed",
        "The gradient of W_h has a row for each row of W_h: which unit of the new state does it belong to?",
        turned_round,
    ),
    Mistake(
        "with-the-new-state",
        "W_h's gradient is made with h_t",
        "What was W_h multiplied with in this step: what came out of it, or what went in?",
        with_the_new_state,
    ),
    Mistake(
        "written-for-columns",
        "a product is typed as it stands for columns, where dz, h and e are rows",
        "dz is [B, H], one row a text. Which order, and which transpose, leaves the shape that you need, "
        "and sums over B where a sum over b is asked for?",
        written_for_columns,
    ),
    Mistake(
        "mean-over-texts",
        "the texts' parts are averaged, and not added up",
        "One W_h served all B texts: B appearances, whose gradients add up.",
        mean_over_texts,
    ),
    Mistake(
        "bias-not-summed",
        "b_1 has a gradient for each text",
        "There is one b_1 for all texts, and a gradient has the shape of what it is the gradient of.",
        bias_not_summed,
    ),
    Mistake(
        "bias-by-unit",
        "b_1's gradient is summed over the units and not over the texts",
        "b_1 has H numbers. Which of the two axes of dz has to go?",
        bias_by_unit,
    ),
)

task = Task(
    assignment="a3",
    name="step_back",
    label="Task 3a, one step back",
    points=10,
    function="step_backward",
    arguments=("params", "h_prev", "e_t", "h_t", "dh_t"),
    returns="a dict of five gradients",
    look="the equations in the text of task 3a, and *Shapes* in the first cell; "
    'lecture 06, "Backwards, in a dozen lines".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(finite,),
    tolerance=GRADIENTS,
)
check, grade, example = task.check, task.grade, task.example
