"""Gradient descent with momentum, and Adam: from a gradient to a change of the parameters.

An optimizer is two functions: `init` makes its memory, a named tuple of trees like the parameters, and
`update` changes parameters and memory in place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import CourseError, ShapeError

Params = Any


class SGDState(NamedTuple):
    """velocity: the decaying sum of past gradients, a tree like the parameters."""

    velocity: Params


class AdamState(NamedTuple):
    """m, v: running means of the gradients and of their squares, trees like the parameters; t: updates."""

    m: Params
    v: Params
    t: Int[ndarray, ""]


@dataclass(frozen=True)
class Optimizer:
    """What the training loop needs of an optimizer.

    Args:
        init: (params) -> state.
        update: (params, gradients, state, learning_rate) -> None, in place.
    """

    init: Callable[[Params], Any]
    update: Callable[[Params, Params, Any, float], None]


def _check_params(function: str, params: Params) -> None:
    """Hold parameters to what can be changed in place: floating point, writeable, each array once."""
    seen: dict[int, str] = {}
    for name, array in named_arrays(params):
        if not isinstance(array, ndarray) or array.dtype.kind != "f" or not array.flags.writeable:
            found = getattr(array, "dtype", type(array).__name__)
            raise CourseError(f"{function}: {name} is a writeable array of floating point, got {found}")
        if id(array) in seen:
            raise CourseError(
                f"{function}: {name} and {seen[id(array)]} are one array, which would be changed twice"
            )
        seen[id(array)] = name


def _pairs(function: str, params: Params, gradients: Params) -> list[tuple[ndarray, ndarray]]:
    """Each parameter with its gradient, after a check that they belong together."""
    named, of_named = list(named_arrays(params)), list(named_arrays(gradients))
    if [name for name, _ in named] != [name for name, _ in of_named]:
        names, others = ({name for name, _ in arrays} for arrays in (named, of_named))
        raise ShapeError(f"{function}: parameters and gradients differ in {sorted(names ^ others)}")
    for (name, array), (_, gradient) in zip(named, of_named, strict=True):
        if array.shape != gradient.shape:
            raise ShapeError(f"{function}: {name} is {array.shape}, but its gradient is {gradient.shape}")
    return [(array, gradient) for (_, array), (_, gradient) in zip(named, of_named, strict=True)]


def sgd_init(params: Params) -> SGDState:
    """A velocity of 0.

    Raises:
        CourseError: if an array of `params` cannot be changed in place, or stands there twice.
    """
    _check_params("sgd_init", params)
    return SGDState(map_arrays(np.zeros_like, params))


def sgd_update(
    params: Params, gradients: Params, state: SGDState, learning_rate: float, *, momentum: float = 0.0
) -> None:
    """One step of gradient descent, in place.

        velocity <- momentum * velocity + g
        theta <- theta - learning_rate * velocity

    Args:
        gradients: a tree like `params`; it is not changed.
        state: what `sgd_init` returned, changed in place.
        momentum: share of the velocity that is kept, in [0, 1); 0 is plain gradient descent.

    Raises:
        ShapeError: if gradients and parameters do not match.

    Source: Polyak 1964; Sutskever et al. 2013.
    """
    pairs = _pairs("sgd_update", params, gradients)
    if not momentum:
        for theta, g in pairs:
            theta -= learning_rate * g
        return
    for (theta, g), (_, velocity) in zip(pairs, named_arrays(state.velocity), strict=True):
        velocity *= momentum
        velocity += g
        theta -= learning_rate * velocity


def adam_init(params: Params) -> AdamState:
    """m = 0, v = 0, t = 0.

    Raises:
        CourseError: if an array of `params` cannot be changed in place, or stands there twice.
    """
    _check_params("adam_init", params)
    m, v = (map_arrays(np.zeros_like, params) for _ in "mv")
    return AdamState(m, v, np.zeros((), np.int64))


def adam_update(
    params: Params,
    gradients: Params,
    state: AdamState,
    learning_rate: float,
    *,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-8,
) -> None:
    """One step of Adam, in place.

        t <- t + 1
        m <- beta_1 m + (1 - beta_1) g               running mean of the gradient
        v <- beta_2 v + (1 - beta_2) g^2             and of its square
        m_hat = m / (1 - beta_1^t),   v_hat = v / (1 - beta_2^t)     both began at 0: this makes up for it
        theta <- theta - learning_rate * m_hat / (sqrt(v_hat) + epsilon)

    Each entry moves by about the learning rate, however large its gradient is.

    Args:
        gradients: a tree like `params`; it is not changed.
        state: what `adam_init` returned, changed in place.

    Raises:
        ShapeError: if gradients and parameters do not match.

    Source: Kingma & Ba 2015, algorithm 1.
    """
    pairs = _pairs("adam_update", params, gradients)
    state.t[...] += 1
    t = int(state.t)
    rate = learning_rate / (1 - beta_1**t)
    root = (1 - beta_2**t) ** 0.5
    memory = zip(named_arrays(state.m), named_arrays(state.v), strict=True)
    for (theta, g), ((_, m), (_, v)) in zip(pairs, memory, strict=True):
        m *= beta_1
        m += (1 - beta_1) * g
        v *= beta_2
        v += (1 - beta_2) * g * g
        denominator = np.sqrt(v)
        denominator /= root
        denominator += epsilon
        np.divide(m, denominator, out=denominator)
        denominator *= rate
        theta -= denominator
