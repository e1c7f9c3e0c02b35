"""a3, task 4: truncated backpropagation."""

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


def reference(params: Params, e: ndarray, h: ndarray, dh: ndarray, k1: int, k2: int) -> Gradients:
    """A right answer."""
    gradients = {name: np.zeros_like(array) for name, array in params.items()}
    for first in range(0, len(e), k1):
        end = min(first + k1, len(e))
        dh_later = np.zeros_like(h[0])
        for t in reversed(range(max(0, end - k2), end)):
            own = dh[t] if t >= first else 0.0
            dz = (own + dh_later) * (1 - h[t + 1] ** 2)
            gradients["W_h"] += dz.T @ h[t]
            gradients["W_e"] += dz.T @ e[t]
            gradients["b_1"] += dz.sum(axis=0)
            dh_later = dz @ params["W_h"]
    return gradients


def case(
    rng: np.random.Generator, sizes: Sizes, k1: int, k2: int, about: str = "", decimals: int | None = None
) -> Case:
    """Texts that were read, and the gradient of each step's loss at its state."""
    _, D, H, T, B = sizes
    cell = draw.only(draw.network(rng, sizes, decimals), "W_h", "W_e", "b_1")
    e = draw.rounded(rng.normal(size=(T, B, D)), decimals)
    h = draw.states(cell, e, draw.state(rng, sizes, decimals))
    return Case((cell, e, h, draw.rounded(rng.normal(size=(T, B, H)), decimals), k1, k2), about)


# All states are 0, where tanh has the slope 1; each step back is worth half of the one after it.
HALVES = {"W_h": np.array([[0.5]]), "W_e": np.array([[0.0]]), "b_1": np.array([0.0])}
FOUR = (HALVES, np.ones((4, 1, 1)), np.zeros((5, 1, 1)), np.ones((4, 1, 1)))
VISIBLE = (
    Case((*FOUR, 2, 3), "four steps, all as in the text"),
    Case((*FOUR, 2, 2), "k1 = k2: each block for itself"),
    case(np.random.default_rng(12), Sizes(0, 2, 3, 7, 2), 3, 5, "seven steps: the last block is short", 1),
    case(np.random.default_rng(13), Sizes(0, 3, 2, 5, 1), 2, 9, "k2 = 9 is longer than the text", 1),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for (T, k1, k2), like in zip(
        ((8, 2, 5), (7, 3, 3), (11, 4, 6), (6, 1, 3), (9, 4, 20), (3, 5, 7)),
        (*draw.LARGER, draw.SMALL, draw.ONE_TEXT, draw.LENGTH_1),
        strict=True,
    ):
        yield case(rng, like._replace(T=T), k1, k2)


def one_pass(params, e, h, dh, start, first, end, later=0.0):
    dW_h, dW_e, db_1 = (np.zeros_like(params[name]) for name in ("W_h", "W_e", "b_1"))
    later = later + np.zeros_like(h[0])
    for t in reversed(range(max(0, start), end)):
        dz = (later + (dh[t] if t >= first else 0)) * (1 - h[t + 1] ** 2)
        dW_h += dz.T @ h[t]
        dW_e += dz.T @ e[t]
        db_1 += dz.sum(axis=0)
        later = dz @ params["W_h"]
    return {"W_h": dW_h, "W_e": dW_e, "b_1": db_1}, later


def sum_of(passes):
    passes = list(passes)
    return {name: sum(one[name] for one in passes) for name in ("W_h", "W_e", "b_1")}


def blocks(T, k1):
    return [(first, min(first + k1, T)) for first in range(0, T, k1)]


def never_cut(params, e, h, dh, k1, k2):
    return one_pass(params, e, h, dh, 0, 0, len(e))[0]


def block_for_itself(params, e, h, dh, k1, k2):
    return sum_of(one_pass(params, e, h, dh, first, first, end)[0] for first, end in blocks(len(e), k1))


def each_loss_for_itself(params, e, h, dh, k1, k2):
    return sum_of(one_pass(params, e, h, dh, t + 1 - k2, t, t + 1)[0] for t in range(len(e)))


def losses_again(params, e, h, dh, k1, k2):
    return sum_of(one_pass(params, e, h, dh, end - k2, 0, end)[0] for _, end in blocks(len(e), k1))


def rest_dropped(params, e, h, dh, k1, k2):
    ends = range(k1, len(e) + 1, k1)
    nothing = one_pass(params, e, h, dh, 0, 0, 0)[0]
    return sum_of([nothing] + [one_pass(params, e, h, dh, end - k2, end - k1, end)[0] for end in ends])


def counted_from_a_whole_block(params, e, h, dh, k1, k2):
    return sum_of(
        one_pass(params, e, h, dh, first + k1 - k2, first, end)[0] for first, end in blocks(len(e), k1)
    )


def one_step_more(params, e, h, dh, k1, k2):
    return sum_of(
        one_pass(params, e, h, dh, end - k2 - 1, first, end)[0] for first, end in blocks(len(e), k1)
    )


def k2_beyond_the_block(params, e, h, dh, k1, k2):
    return sum_of(one_pass(params, e, h, dh, first - k2, first, end)[0] for first, end in blocks(len(e), k1))


def left_over_from_the_pass_before(params, e, h, dh, k1, k2):
    passes, later = [], 0.0
    for first, end in blocks(len(e), k1):
        one, later = one_pass(params, e, h, dh, end - k2, first, end, later)
        passes.append(one)
    return sum_of(passes)


def last_pass_alone(params, e, h, dh, k1, k2):
    first, end = blocks(len(e), k1)[-1]
    return one_pass(params, e, h, dh, end - k2, first, end)[0]


def mean_of_the_passes(params, e, h, dh, k1, k2):
    passes = [one_pass(params, e, h, dh, end - k2, first, end)[0] for first, end in blocks(len(e), k1)]
    return {name: array / len(passes) for name, array in sum_of(passes).items()}


def first_steps_part(params, e, h, dh, k1, k2):
    first, end = blocks(len(e), k1)[-1]
    at = max(0, end - k2)
    longer, shorter = (one_pass(params, e, h, dh, start, first, end)[0] for start in (at, at + 1))
    return {name: longer[name] - shorter[name] for name in longer}


def all_overwritten(params, e, h, dh, k1, k2):
    return first_steps_part(params, e, h, dh, k1, k2)


def only_W_h_overwritten(params, e, h, dh, k1, k2):
    passes = [one_pass(params, e, h, dh, end - k2, first, end)[0] for first, end in blocks(len(e), k1)]
    return {**sum_of(passes), "W_h": first_steps_part(params, e, h, dh, k1, k2)["W_h"]}


def nothing_flows_back(params, e, h, dh, k1, k2):
    return sum_of(one_pass(params, e, h, dh, t, t, t + 1)[0] for t in range(len(e)))


MISTAKES = (
    Mistake(
        "never-cut",
        "nothing is cut: this is the whole gradient",
        "A pass stops after k2 steps. Where does yours begin to walk, and where does it stop?",
        never_cut,
    ),
    Mistake(
        "block-for-itself",
        "each pass stops where its own block begins",
        "That is right for k1 = k2. A pass goes back k2 steps, into the blocks before its own.",
        block_for_itself,
    ),
    Mistake(
        "each-loss-for-itself",
        "each loss goes back k2 steps of its own",
        "A pass begins at the end of a block, and its k2 steps are counted from there, for all its losses.",
        each_loss_for_itself,
    ),
    Mistake(
        "losses-again",
        "a pass takes along the losses of the blocks before its own, which had their turn",
        "Each loss counts once. Which steps of the walk belong to this pass's block?",
        losses_again,
    ),
    Mistake(
        "rest-dropped",
        "the steps after the last whole block are left out",
        "7 steps with k1 = 3: the last block has one step, and its loss counts as well.",
        rest_dropped,
    ),
    Mistake(
        "counted-from-a-whole-block",
        "a short last block is treated as if it were whole when the k2 steps are counted",
        "Count the k2 steps from the last step that there is.",
        counted_from_a_whole_block,
    ),
    Mistake(
        "one-step-more",
        "each pass goes one step too far",
        "k2 steps in all: the last step of the block is the first of them.",
        one_step_more,
    ),
    Mistake(
        "k2-beyond-the-block",
        "the k2 steps are counted from the beginning of the block",
        "They are counted from its end: its own steps are among them.",
        k2_beyond_the_block,
    ),
    Mistake(
        "left-over-from-the-pass-before",
        "a pass begins with what the pass before it had left over",
        "What flows in from the right at the end of a block? No pass may hand on anything to another.",
        left_over_from_the_pass_before,
    ),
    Mistake(
        "last-pass-alone",
        "only the last pass is kept",
        "The parts of all passes add up.",
        last_pass_alone,
    ),
    Mistake(
        "overwritten",
        "only the part of one step is kept, the last one that the last pass came to",
        "A weight's gradient is the sum over its appearances. Is there a = in place of +=?",
        all_overwritten,
    ),
    Mistake(
        "state-weights-overwritten",
        "only the part of one step is kept of W_h's gradient",
        "A weight's gradient is the sum over its appearances. Is there a = in place of +=?",
        only_W_h_overwritten,
    ),
    Mistake(
        "mean-of-the-passes",
        "the passes are averaged, and not added",
        "The parts of all passes add up, as the appearances of a weight always do.",
        mean_of_the_passes,
    ),
    Mistake(
        "nothing-flows-back",
        "each loss reaches its own step alone",
        "Within a pass it is plain backpropagation through time: what does a step send to the one before?",
        nothing_flows_back,
    ),
)

task = Task(
    assignment="a3",
    name="truncated",
    label="Task 4, truncated",
    points=15,
    function="truncated_backward",
    arguments=("params", "e", "h", "dh", "k1", "k2"),
    returns="a dict of three gradients",
    look='the rules in the text of task 4, with k1 = 2 and k2 = 3 on paper; lecture 06, "Truncate it".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(finite,),
    tolerance=GRADIENTS,
)
check, grade, example = task.check, task.grade, task.example
