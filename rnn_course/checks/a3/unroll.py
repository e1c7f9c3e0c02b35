"""a3, task 2a: the states of a whole text."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy import ndarray

from rnn_course.checks.a3 import draw
from rnn_course.checks.a3.draw import Params, Sizes
from rnn_course.checks.a3.states import begins_with_h_0, between_minus_one_and_one
from rnn_course.checks.across import causal, changed_from, remembers
from rnn_course.checks.call import Outcome
from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.plain import type_name
from rnn_course.checks.properties import finite
from rnn_course.checks.task import Task


def reference(params: Params, tokens: ndarray, h_0: ndarray) -> ndarray:
    """A right answer."""
    return draw.states(params, params["E"][tokens], h_0)


def case(rng: np.random.Generator, sizes: Sizes, about: str = "", decimals: int | None = None) -> Case:
    """A network, the tokens that it reads, and the states that it begins in."""
    params = draw.only(draw.network(rng, sizes, decimals), "E", "W_h", "W_e", "b_1")
    tokens, _ = draw.text(rng, sizes)
    return Case((params, tokens, draw.state(rng, sizes, decimals)), about)


def with_changes(at_first: Case, first: int, last: int) -> Iterator[Case]:
    """The case with an early row of tokens changed, and with a late one."""
    params, tokens, _ = at_first.arguments
    for time in (first, last):
        others = (tokens[time] + 1) % len(params["E"])
        yield changed_from(at_first, 1, time, others, about=f"the same, with other tokens at t = {time}")


HELLO = draw.only(draw.hello(), "E", "W_h", "W_e", "b_1")
FOUR_TEXTS = case(np.random.default_rng(3), draw.SMALL, "four texts, from a state that is not zero", 1)
VISIBLE = (
    Case((HELLO, draw.hello_text()[0], np.zeros((1, 3))), '"hell", from the state zero'),
    FOUR_TEXTS,
    *with_changes(FOUR_TEXTS, 1, 4),
    case(np.random.default_rng(5), Sizes(V=4, D=2, H=3, T=0, B=2), "texts of no token at all", decimals=1),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for sizes in (*draw.LARGER, draw.LENGTH_1, draw.ONE_TEXT):
        yield case(rng, sizes)
    at_first = case(rng, Sizes(V=6, D=2, H=4, T=7, B=3))
    yield at_first
    yield from with_changes(at_first, 2, 5)
    yield case(rng, Sizes(V=4, D=2, H=3, T=0, B=2), "texts of no token at all")


def one_step(params, h_prev, e_t):
    return np.tanh(h_prev @ params["W_h"].T + e_t @ params["W_e"].T + params["b_1"])


def state_lost(params, tokens, h_0):
    return np.stack([h_0] + [one_step(params, h_0, params["E"][x]) for x in tokens])


def h_0_ignored(params, tokens, h_0):
    h = [np.zeros_like(h_0)]
    for x in tokens:
        h.append(one_step(params, h[-1], params["E"][x]))
    return np.stack(h)


def h_0_left_out(params, tokens, h_0):
    h, states = h_0, []
    for x in tokens:
        h = one_step(params, h, params["E"][x])
        states.append(h)
    return np.array(states)


def only_the_last(params, tokens, h_0):
    h = h_0
    for x in tokens:
        h = one_step(params, h, params["E"][x])
    return h


def batch_first(params, tokens, h_0):
    h = [h_0]
    for x in tokens:
        h.append(one_step(params, h[-1], params["E"][x]))
    return np.stack(h, axis=1)


def read_backwards(params, tokens, h_0):
    h = [h_0]
    for x in tokens[::-1]:
        h.append(one_step(params, h[-1], params["E"][x]))
    return np.stack(h)


def one_array_for_all(params, tokens, h_0):
    h = h_0.copy()
    states = [h]
    for x in tokens:
        h[:] = one_step(params, h, params["E"][x])
        states.append(h)
    return np.stack(states)


def begins_with_the_second(params, tokens, h_0):
    h = np.zeros((len(tokens) + 1, *h_0.shape))
    h[0] = h_0
    for t in range(1, len(tokens)):
        h[t] = one_step(params, h[t - 1], params["E"][tokens[t]])
    return h


def last_token_unread(params, tokens, h_0):
    h = [h_0]
    for x in tokens[:-1]:
        h.append(one_step(params, h[-1], params["E"][x]))
    return np.stack(h)


MISTAKES = (
    Mistake(
        "state-lost",
        "every step begins in h_0",
        "The state after one token is the state before the next. What does your loop hand on?",
        state_lost,
    ),
    Mistake(
        "h-0-ignored",
        "the states begin with zeros, whatever h_0 is",
        "h_0 is an argument: a text may go on where another one ended.",
        h_0_ignored,
    ),
    Mistake(
        "h-0-left-out",
        "the T states after the tokens are returned, without h_0",
        "h[t] is to be the state after t tokens. What is h[0]?",
        h_0_left_out,
    ),
    Mistake(
        "only-the-last",
        "only the last state is returned",
        "All states are asked for, [T + 1, B, H]: the loss needs each of them, and so does the way back.",
        only_the_last,
    ),
    Mistake(
        "batch-first",
        "the result is laid out [B, T + 1, H]",
        "Time is the first axis in this course, so that h[t] is the state of all texts after t tokens.",
        batch_first,
    ),
    Mistake(
        "read-backwards",
        "the text is read from its end",
        "In which order does the loop meet the rows of tokens?",
        read_backwards,
    ),
    Mistake(
        "one-array-for-all",
        "all states are one array, which every step overwrites",
        "A list holds no copies. Does each step make a new array, or fill the old one?",
        one_array_for_all,
    ),
    Mistake(
        "begins-with-the-second",
        "the first token is never read, and the last state stays empty",
        "tokens[t] leads from h[t] to h[t + 1]: arrays count from 0. Write both rows down for t = 0.",
        begins_with_the_second,
    ),
    Mistake(
        "last-token-unread",
        "the last token is not read",
        "T tokens make T steps, and with h_0 there are T + 1 states.",
        last_token_unread,
    ),
)


def after_tokens(h: ndarray) -> ndarray:
    """The states without h_0, so that place t holds what has read the tokens at t."""
    return h[1:]


def is_an_array(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> tuple[int, str] | None:
    """What reads the states takes `h[:, 0]`, which a list of arrays does not know."""
    for at, outcome in enumerate(outcomes):
        if not isinstance(outcome.value, ndarray):
            kind = type_name(outcome.value)
            return at, f"The states are right, but they came in a {kind}: make one array of it (np.stack)."
    return None


task = Task(
    assignment="a3",
    name="unroll",
    label="Task 2a, unrolled",
    points=8,
    function="unroll",
    arguments=("params", "tokens", "h_0"),
    returns="an array of states [T + 1, B, H]",
    look='the text of task 2a, and what h[0] is; lecture 05, "The recurrence in three lines".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    together=is_an_array,
    properties=(begins_with_h_0, between_minus_one_and_one, finite),
    across=(
        causal(1, out=after_tokens, name="the row of tokens"),
        remembers(1, out=after_tokens, name="the row of tokens"),
    ),
)
check, grade, example = task.check, task.grade, task.example
