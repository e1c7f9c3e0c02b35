"""Truncated backpropagation through time: every k1 steps, back through the last k2.

Full backpropagation must keep the activations of all T steps and cannot begin before the text has ended.
Truncation cuts off what flows further back than k2 steps. What it computes is not the gradient of the loss,
but a part of it: the terms of dJ^(t)/dW at the steps t - k2 .. t, without those before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.cell import Cell, Params, State, state_at
from rnn_course.cells.parameters import map_arrays
from rnn_course.errors import CourseError
from rnn_course.layers import ReadoutParams, embedding_backward, embedding_forward
from rnn_course.models.encoder import EncoderParams
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.models.scoring import repeat_state
from rnn_course.models.softmax_loss import softmax_loss_backward, softmax_loss_forward
from rnn_course.models.trainable import Step
from rnn_course.text.batching import Batch

OutputGradient = Callable[[slice, ndarray], ndarray]


class TruncatedGradients(NamedTuple):
    """What truncated backpropagation gives.

    Attributes:
        params: gradients of the cell's parameters, truncated.
        x: of the inputs, [time, batch, embed], truncated.
        state: the cell's state after the last step, detached.
    """

    params: Params
    x: Float[ndarray, "time batch embed"]
    state: State


def truncated_backward(
    cell: Cell,
    params: Params,
    x: Float[ndarray, "time batch embed"],
    output_gradient: OutputGradient,
    state_0: State = None,
    *,
    k1: int,
    k2: int,
) -> TruncatedGradients:
    """BPTT(k2; k1): after every k1 steps, their losses' gradients go back through the last k2 steps.

        dJ/dW = sum over blocks of k1 steps, over t in the block, over the steps s > end - k2, s <= t
                of (dJ^(t)/dW at step s)

    Each loss is counted once. It goes back through k2 steps at the end of its block and through k2 - k1 + 1
    at its beginning. k1 = k2 is the form used in practice: chunks whose state is carried on, detached. With
    k2 >= T nothing is cut off, and the gradient is the full one whatever k1 is.

    Only k2 steps' activations are kept: each window is read again from the state at its beginning, which
    makes k2 / k1 forward and backward steps for every step of the text.

    Args:
        cell: any that reads from left to right.
        x: inputs, [time, batch, embed].
        output_gradient: (steps, outputs) -> the loss's gradient at the outputs of these steps. It is called
            once for each block, in the order of time, with a slice of steps and outputs [k1, batch, output].
        state_0: the state before the first step; zeros if left out.
        k1: steps between one backward pass and the next.
        k2: steps that each goes back, at least k1.

    Raises:
        CourseError: unless 1 <= k1 <= k2, or if the cell sees the future.
        ShapeError: if the weights, x, state_0 and the gradients disagree on a size.

    Source: Williams & Peng 1990 (with h = k2 and h' = k1).
    """
    check_truncation(cell, k1, k2)
    T, B = x.shape[:2]
    gradients = map_arrays(np.zeros_like, params)
    dx = np.zeros_like(x)
    state = cell.initial_state(params, B) if state_0 is None else state_0
    start, at_start = 0, state  # where the window begins, and the state before it
    for block in range(0, T, k1):
        end = min(block + k1, T)
        outputs, cache = cell.forward(params, x[start:end], at_start)
        doutputs = np.zeros_like(outputs)
        doutputs[block - start :] = output_gradient(slice(block, end), outputs[block - start :])
        of_window, dx_of_window, _ = cell.backward(doutputs, cache)
        _accumulate(gradients, of_window)
        dx[start:end] += dx_of_window
        states = cell.states(cache)
        state = state_at(states)
        following = max(0, min(end + k1, T) - k2)
        if following > start:
            at_start, start = _state_before(following - start, states), following
    return TruncatedGradients(gradients, dx, state)


def truncated_step(model: RecurrentLM, batch: Batch, state: State = None, *, k1: int, k2: int) -> Step:
    """`model.loss_and_gradients` with the gradient truncated, and without dropout.

    Args:
        model: with memory "text", so that something flows back past the beginnings of sentences.
        batch: as long as one likes; only k2 steps' activations are kept at a time.
        state: what the batch before this one returned.
        k1, k2: see `truncated_backward`.

    Raises:
        CourseError: as `truncated_backward`, or if the model's memory is not "text".
    """
    if model.memory != "text":
        raise CourseError(f'truncated_step takes a model with memory "text", got {model.memory!r}')
    inputs, targets = batch
    params = model.params
    if state is None and model.start is not None:
        state = repeat_state(model.start, inputs.shape[1])
    x, of_embedding = embedding_forward(params.E, inputs)
    dreadout = ReadoutParams(*map(np.zeros_like, params.readout))
    loss = 0.0

    def output_gradient(steps: slice, outputs: ndarray) -> ndarray:
        nonlocal loss
        rows, expected = outputs.reshape(-1, outputs.shape[-1]), targets[steps].ravel()
        J, cache = softmax_loss_forward(params.readout, rows, expected, model.vocabulary.bos_id)
        share = len(rows) / targets.size  # J is the block's mean, the loss is that of all targets
        of_block, drows = softmax_loss_backward(cache)
        _accumulate(dreadout, of_block, share)
        loss += share * J
        return share * drows.reshape(outputs.shape)

    dcell, dx, state = truncated_backward(model.cell, params.cell, x, output_gradient, state, k1=k1, k2=k2)
    dencoder = EncoderParams(embedding_backward(dx, of_embedding), dcell)
    return Step(loss, targets.size, model.gather(dencoder, dreadout), state)


def detached_chunks(model: RecurrentLM, batch: Batch, state: State = None, *, steps: int) -> Step:
    """The gradient of a long batch as practice has it: chunk by chunk, each from the state the last one left.

    It is `truncated_step` with k1 = k2 = `steps` where `steps` divides the batch's length, written as a
    training loop would, and for any memory. (A shorter last chunk goes back to its own beginning only.)

    Raises:
        CourseError: if steps < 1.
    """
    if steps < 1:
        raise CourseError(f"steps is at least 1, got {steps}")
    gradients: Any = map_arrays(np.zeros_like, model.params)
    loss = 0.0
    for t in range(0, len(batch.inputs), steps):
        chunk = Batch(batch.inputs[t : t + steps], batch.targets[t : t + steps])
        share = chunk.targets.size / batch.targets.size
        step = model.loss_and_gradients(chunk, state)
        _accumulate(gradients, step.gradients, share)
        loss, state = loss + share * step.loss, step.state
    return Step(loss, batch.targets.size, gradients, state)


def check_truncation(cell: Cell, k1: int, k2: int) -> None:
    """Hold k1 and k2 to 1 <= k1 <= k2, and the cell to one direction.

    Raises:
        CourseError: if they are not so.
    """
    if cell.sees_future:
        raise CourseError(f"a {cell.name} network reads from both ends: there is no last step to truncate at")
    if not 1 <= k1 <= k2:
        raise CourseError(
            f"k1, the steps between two backward passes, is at least 1, and k2, the steps that each goes "
            f"back, at least k1 (else some losses would be left out); got k1 = {k1}, k2 = {k2}"
        )


def _state_before(step: int, states: State) -> State:
    """A copy of the state before a step of a window, the first of which is step 0."""
    return map_arrays(lambda array: array[step - 1].copy(), states)


def _accumulate(total: Any, part: Any, share: float = 1.0) -> None:
    """total += share * part, array by array, in place."""

    def add(array: ndarray, other: ndarray) -> None:
        array += share * other

    map_arrays(add, total, part)
