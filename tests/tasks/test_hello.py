"""The example worked by hand, against torch and against the course's own cell."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from rnn_course.cells.elman import ElmanParams, elman_backward, elman_forward
from rnn_course.layers import (
    ReadoutParams,
    cross_entropy_backward,
    cross_entropy_forward,
    readout_backward,
    readout_forward,
)
from rnn_course.tasks.hello import SYMBOLS, HelloWeights, hello_inputs, hello_weights, work_by_hand

EXACT = {"rtol": 1e-13, "atol": 1e-15}


def test_it_reads_hell_and_writes_ello() -> None:
    inputs, targets = hello_inputs()
    assert "".join(SYMBOLS[i] for i in inputs) == "hell"
    assert "".join(SYMBOLS[i] for i in targets) == "ello"


def test_the_first_state_on_paper() -> None:
    # h^(1) = tanh(W_e[:, "h"] + b_1), since h^(0) is 0
    np.testing.assert_allclose(work_by_hand().h[1], np.tanh([0.8, -0.2, 0.3]), **EXACT)


def test_every_number_is_that_of_torch() -> None:
    """torch.nn.RNN and autograd; dJ/dh^(t) by asking for the gradient at each state."""
    rng = np.random.default_rng(0)
    other = HelloWeights(*(array + rng.standard_normal(array.shape) for array in hello_weights()))
    for weights in (hello_weights(), other):
        hand = work_by_hand(weights)
        W_h, W_e, b_1, U, b_2 = tensors = [torch.tensor(w, requires_grad=True) for w in weights]
        inputs, targets = map(torch.tensor, hello_inputs())
        h = torch.zeros(3, dtype=torch.float64)
        states = []
        for x in inputs:
            h = torch.tanh(W_h @ h + W_e[:, x] + b_1)
            h.retain_grad()
            states.append(h)
        z = torch.stack(states) @ U.T + b_2
        losses = cross_entropy(z, targets, reduction="none")
        losses.mean().backward()
        np.testing.assert_allclose(hand.h[1:], torch.stack(states).detach(), **EXACT)
        np.testing.assert_allclose(hand.z, z.detach(), **EXACT)
        np.testing.assert_allclose(hand.probs, z.softmax(-1).detach(), **EXACT)
        np.testing.assert_allclose(hand.losses, losses.detach(), **EXACT)
        np.testing.assert_allclose(hand.loss, losses.mean().item(), **EXACT)
        np.testing.assert_allclose(hand.dh, torch.stack([h.grad for h in states]), rtol=1e-12, atol=1e-15)
        for got, tensor in zip(hand.gradients, tensors, strict=True):
            np.testing.assert_allclose(got, tensor.grad, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(hand.W_h_by_step.sum(axis=0), W_h.grad, rtol=1e-12, atol=1e-15)


def test_the_cell_and_the_layers_of_the_course_give_the_same() -> None:
    weights, hand = hello_weights(), work_by_hand()
    inputs, targets = hello_inputs()
    e = np.eye(4)[inputs][:, None]
    h, cell_cache = elman_forward(ElmanParams(*weights[:3]), e)
    z, readout_cache = readout_forward(ReadoutParams(*weights[3:]), h)
    J, cache = cross_entropy_forward(z, targets[:, None])
    dreadout, dh = readout_backward(cross_entropy_backward(cache), readout_cache)
    dcell, _, _ = elman_backward(dh, cell_cache)
    np.testing.assert_allclose(J, hand.loss, **EXACT)
    np.testing.assert_allclose(h[:, 0], hand.h[1:], **EXACT)
    for got, expected in zip((*dcell, *dreadout), hand.gradients, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-15)


def test_weights_are_new_arrays_each_time() -> None:
    hello_weights().W_h[:] = 0
    assert hello_weights().W_h.any()
