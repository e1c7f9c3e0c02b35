"""a6, task 4: what students get wrong in a stack with connections past its layers."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.a6.given import elman_states
from rnn_course.checks.case import Mistake


def skip_ignored(layers, x, h_0, skip):
    levels, last = [x], []
    for params, start in zip(layers, h_0, strict=True):
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below, start)
        levels.append(h)
        last.append(h[-1])
    return levels[-1], last


def begins_in_zeros(layers, x, h_0, skip):
    levels, last = [x], []
    for params in layers:
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below)
        last.append(h[-1])
        passes = skip == "residual" and h.shape == below.shape
        levels.append(h + below if passes else h)
    return levels[-1], last


def one_state_for_all(layers, x, h_0, skip):
    levels, last = [x], []
    for params in layers:
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below, h_0[0])
        last.append(h[-1])
        passes = skip == "residual" and h.shape == below.shape
        levels.append(h + below if passes else h)
    return levels[-1], last


def states_handed_up(layers, x, h_0, skip):
    levels, last = [x], []
    start = h_0[0]
    for params in layers:
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below, start)
        start = h[-1]
        last.append(h[-1])
        passes = skip == "residual" and h.shape == below.shape
        levels.append(h + below if passes else h)
    return levels[-1], last


def levels_as_states(layers, x, h_0, skip):
    levels, last = [x], []
    for params, start in zip(layers, h_0, strict=True):
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below, start)
        passes = skip == "residual" and h.shape == below.shape
        levels.append(h + below if passes else h)
        last.append(levels[-1][-1])
    return levels[-1], last


def sum_inside_the_recurrence(layers, x, h_0, skip):
    levels, last = [x], []
    for params, start in zip(layers, h_0, strict=True):
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        passes = skip == "residual" and len(params["b_1"]) == below.shape[-1]
        h, rows = start, []
        for x_t in below:
            h = elman_states(params, x_t[None], h)[0]
            h = h + x_t if passes else h
            rows.append(h)
        levels.append(np.array(rows))
        last.append(h)
    return levels[-1], last


def words_added_each_time(layers, x, h_0, skip):
    levels, last = [x], []
    for params, start in zip(layers, h_0, strict=True):
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below, start)
        last.append(h[-1])
        passes = skip == "residual" and h.shape == x.shape
        levels.append(h + x if passes else h)
    return levels[-1], last


def one_skip_past_all(layers, x, h_0, skip):
    levels, last = [x], []
    for params, start in zip(layers, h_0, strict=True):
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below, start)
        last.append(h[-1])
        levels.append(h)
    passes = skip == "residual" and levels[-1].shape == x.shape
    return (levels[-1] + x if passes else levels[-1]), last


def top_without_skip(layers, x, h_0, skip):
    levels, last = [x], []
    for k, (params, start) in enumerate(zip(layers, h_0, strict=True), start=1):
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below, start)
        last.append(h[-1])
        passes = skip == "residual" and h.shape == below.shape and k < len(layers)
        levels.append(h + below if passes else h)
    return levels[-1], last


def tanh_of_the_sum(layers, x, h_0, skip):
    levels, last = [x], []
    for params, start in zip(layers, h_0, strict=True):
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below, start)
        last.append(h[-1])
        passes = skip == "residual" and h.shape == below.shape
        levels.append(np.tanh(h + below) if passes else h)
    return levels[-1], last


def dense_from_the_top(layers, x, h_0, skip):
    levels, last = [x], []
    for params, start in zip(layers, h_0, strict=True):
        below = np.concatenate(levels[::-1], axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below, start)
        last.append(h[-1])
        passes = skip == "residual" and h.shape == below.shape
        levels.append(h + below if passes else h)
    return levels[-1], last


def dense_returns_all_levels(layers, x, h_0, skip):
    levels, last = [x], []
    for params, start in zip(layers, h_0, strict=True):
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below, start)
        last.append(h[-1])
        passes = skip == "residual" and h.shape == below.shape
        levels.append(h + below if passes else h)
    return (np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]), last


def top_state_only(layers, x, h_0, skip):
    levels, last = [x], []
    for params, start in zip(layers, h_0, strict=True):
        below = np.concatenate(levels, axis=-1) if skip == "dense" else levels[-1]
        h = elman_states(params, below, start)
        last = [h[-1]]
        passes = skip == "residual" and h.shape == below.shape
        levels.append(h + below if passes else h)
    return levels[-1], last


MISTAKES = (
    Mistake(
        "skip-ignored",
        "nothing is added past the layers where `skip` is residual",
        "residual: y_l is the layer's states plus what the layer read.",
        skip_ignored,
    ),
    Mistake(
        "begins-in-zeros",
        "the layers begin in zeros instead of in h_0",
        "Read a sentence in two pieces: without h_0, what would the second know of the first?",
        begins_in_zeros,
    ),
    Mistake(
        "one-state-for-all",
        "all layers begin in the first layer's state",
        "h_0 has one state for each layer.",
        one_state_for_all,
    ),
    Mistake(
        "states-handed-up",
        "a layer begins in the last state of the layer below it",
        "A state goes on in time, within its layer. Between layers it is y that goes up.",
        states_handed_up,
    ),
    Mistake(
        "levels-as-states",
        "y at the last word is returned as the layers' last states",
        "With a residual connection y is not the state. What does the recurrence go on with?",
        levels_as_states,
    ),
    Mistake(
        "sum-inside-the-recurrence",
        "what passes a layer is added to the state itself, word by word",
        "The recurrence goes on with h. What passes the layer is added on the way up, not on the way on.",
        sum_inside_the_recurrence,
    ),
    Mistake(
        "words-added-each-time",
        "x is added at every layer",
        "A layer's connection passes that layer: what is added is what this layer read.",
        words_added_each_time,
    ),
    Mistake(
        "one-skip-past-all",
        "x is added once, past all layers together",
        "There is one connection for each layer.",
        one_skip_past_all,
    ),
    Mistake(
        "top-without-skip",
        "nothing passes the top layer",
        "The top layer is a layer like the others.",
        top_without_skip,
    ),
    Mistake(
        "tanh-of-the-sum",
        "a tanh is taken of the sum",
        "On the way past a layer nothing is squashed; that is what it is good for.",
        tanh_of_the_sum,
    ),
    Mistake(
        "dense-from-the-top",
        "the levels stand side by side in the wrong order",
        "[y_0; ...; y_(l-1)]: x comes first. The columns of W_e expect it so.",
        dense_from_the_top,
    ),
    Mistake(
        "dense-returns-all-levels",
        "with dense connections all levels are returned",
        "The layers read all levels; what comes out is the top one, y_L.",
        dense_returns_all_levels,
    ),
    Mistake(
        "top-state-only",
        "only the top layer's last state is returned",
        "To read on, layer 1 needs its own past, and it stands nowhere else.",
        top_state_only,
    ),
)
