"""Every gradient of every cell, against differences of a loss over all outputs and the last state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cell_forms import ALL, SINGLE

from rnn_course.cells.cell import state_at, state_at_backward
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.gradients.check import check_gradients
from rnn_course.layers import embedding_backward, embedding_forward

SIZES = [  # time, batch, embed, hidden: all unequal, so that no transposition passes
    (7, 2, 3, 4),
    (9, 3, 5, 2),
    (12, 1, 2, 3),
    (8, 4, 1, 1),
]


def dot(tree: Any, other: Any) -> float:
    """Sum over all arrays of the sum of products: a scalar that depends on every entry."""
    pairs = zip(named_arrays(tree), named_arrays(other), strict=True)
    return float(sum((a * b).sum() for (_, a), (_, b) in pairs))


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("name", ALL)
def test_every_gradient_equals_differences(name: str, sizes: tuple[int, int, int, int]) -> None:
    """J = sum of random weights times the outputs and the last state, from a state that is not zero."""
    cell = ALL[name]
    T, B, D, H = sizes
    rng = np.random.default_rng(T)
    E = rng.standard_normal((3, D))  # three words over T >= 7 steps: every sequence repeats tokens
    tokens = rng.integers(0, 3, (T, B))
    params = cell.init(D, H, rng)
    state_0 = map_arrays(lambda s: rng.uniform(-0.8, 0.8, s.shape), cell.initial_state(params, B))
    lengths = np.linspace(T, 2, B).astype(int)  # what is read of the states; the outputs are all read

    def forward(arrays: dict[str, Any]) -> tuple[Any, Any, Any]:
        e, of_embedding = embedding_forward(arrays["E"], tokens)
        outputs, cache = cell.forward(arrays["params"], e, arrays["state_0"])
        return outputs, cache, of_embedding

    arrays = {"params": params, "E": E, "state_0": state_0}
    outputs, cache, of_embedding = forward(arrays)
    doutputs = rng.standard_normal(outputs.shape)
    dlast = map_arrays(lambda s: rng.standard_normal(s.shape), state_0)

    def loss(arrays: dict[str, Any]) -> float:
        outputs, cache, _ = forward(arrays)
        return dot(outputs, doutputs) + dot(state_at(cell.states(cache), lengths), dlast)

    dstates = state_at_backward(dlast, cell.states(cache), lengths)
    first = cell.backward(doutputs, cache, dstates)
    second = cell.backward(doutputs, cache, dstates)  # nothing may have piled up
    for (path, once), (_, twice) in zip(named_arrays(first), named_arrays(second), strict=True):
        np.testing.assert_array_equal(once, twice, err_msg=path)
    dparams, dx, dstate_0 = first
    gradients = {"params": dparams, "E": embedding_backward(dx, of_embedding), "state_0": dstate_0}
    report = check_gradients(loss, arrays, gradients, max_entries=12 if name in SINGLE else 3, rng=rng)
    report.require()
    assert report.worst_error < 1e-6
    assert dict(named_arrays(gradients)).keys() == dict(named_arrays(arrays)).keys()
