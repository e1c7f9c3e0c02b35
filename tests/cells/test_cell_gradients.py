"""Every gradient of every cell, against differences of a loss over all outputs and the last state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS, TAUGHT_CELLS, Cell, state_at, state_at_backward
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.gradients.check import check_gradients
from rnn_course.layers import embedding_backward, embedding_forward

FAST = {name: cell for name, cell in CELLS.items() if cell is not TAUGHT_CELLS[name]}
SIZES = [  # time, batch, embed, hidden: all unequal, so that no transposition passes
    (7, 2, 3, 4),
    (9, 3, 5, 2),
    (12, 1, 2, 3),
    (8, 4, 1, 1),
]


def random_state(cell: Cell, params: Any, batch: int, rng: np.random.Generator) -> Any:
    zero = cell.initial_state(params, batch)
    return map_arrays(lambda s: rng.uniform(-0.8, 0.8, s.shape), zero)


def dot(tree: Any, other: Any) -> float:
    """Sum over all arrays of the sum of products: a scalar that depends on every entry."""
    pairs = zip(named_arrays(tree), named_arrays(other), strict=True)
    return float(sum((a * b).sum() for (_, a), (_, b) in pairs))


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(
    "cell",
    [*TAUGHT_CELLS.values(), *FAST.values()],
    ids=[*TAUGHT_CELLS, *(f"{name} fast" for name in FAST)],
)
def test_gradients_through_a_cell(cell: Cell, sizes: tuple[int, int, int, int], seed: int) -> None:
    """J = sum of random weights times outputs, states and the final state, with repeated tokens."""
    T, B, D, H = sizes
    rng = np.random.default_rng(seed)
    E = rng.standard_normal((3, D))  # three words over T >= 7 steps: every sequence repeats tokens
    tokens = rng.integers(0, 3, (T, B))
    params = cell.init(D, H, rng)
    state_0 = random_state(cell, params, B, rng)
    outputs, cache = cell.forward(params, E[tokens], state_0)
    doutputs = rng.standard_normal(outputs.shape)
    dlast = map_arrays(lambda s: rng.standard_normal(s.shape), state_0)

    def loss(arrays: dict[str, Any]) -> float:
        outputs, cache = cell.forward(
            arrays["params"], embedding_forward(arrays["E"], tokens)[0], arrays["state_0"]
        )
        return dot(outputs, doutputs) + dot(state_at(cell.states(cache)), dlast)

    dstates = state_at_backward(dlast, cell.states(cache))
    first = cell.backward(doutputs, cache, dstates)
    dparams, dx, dstate_0 = cell.backward(
        doutputs, cache, dstates
    )  # a second call: nothing may have piled up
    for (name, once), (_, twice) in zip(
        named_arrays(first), named_arrays((dparams, dx, dstate_0)), strict=True
    ):
        np.testing.assert_array_equal(once, twice, err_msg=name)
    dE = embedding_backward(dx, embedding_forward(E, tokens)[1])
    report = check_gradients(
        loss,
        {"params": params, "E": E, "state_0": state_0},
        {"params": dparams, "E": dE, "state_0": dstate_0},
    )
    report.require()
