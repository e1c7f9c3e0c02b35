"""Cells over torch's kernels: the same outputs, states and gradients as written out, under the same names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS, Cell
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError

torch = pytest.importorskip("torch")

from rnn_course.torch_cells import LSTM, from_numpy  # noqa: E402
from rnn_course.torch_models.fused import FusedLSTM, fuse  # noqa: E402

T, B, D, H = 9, 4, 3, 5
LENGTHS = np.array([7, 9, 1, 4])
NETWORKS: dict[str, tuple[Cell, Any]] = {
    "elman": (CELLS["elman"], None),
    "lstm": (CELLS["lstm"], None),
    "gru_reset_after": (CELLS["gru_reset_after"], None),
    "bidirectional lstm": (bidirectional(CELLS["lstm"]), None),
    "bidirectional gru": (bidirectional(CELLS["gru_reset_after"]), None),
    "2-layer lstm": (stacked(CELLS["lstm"], 2), None),
    "3-layer gru residual": (stacked(CELLS["gru_reset_after"], 3, skip="residual"), "residual"),
    "3-layer elman dense": (stacked(CELLS["elman"], 3, skip="dense"), "dense"),
    "2-layer bidirectional elman": (stacked(bidirectional(CELLS["elman"]), 2), None),
}


def run(network: Any, params: Any, lengths: np.ndarray | None, seed: int = 4) -> tuple[Any, ...]:
    """Outputs where there is no padding, last states, and every gradient of a loss over all of them."""
    rng = np.random.default_rng(seed)
    x = torch.tensor(rng.standard_normal((T, B, D)), requires_grad=True)
    state_0 = map_arrays(
        lambda s: torch.tensor(rng.uniform(-1, 1, tuple(s.shape)), requires_grad=True),
        network.initial_state(B),
    )
    outputs, last = network(x, state_0, None if lengths is None else torch.tensor(lengths))
    inside = torch.arange(T)[:, None] < torch.tensor(np.full(B, T) if lengths is None else lengths)
    loss = (outputs * torch.tensor(rng.standard_normal(outputs.shape)))[inside].sum()
    for _, part in named_arrays(last):
        loss = loss + (part * torch.tensor(rng.standard_normal(part.shape))).sum()
    loss.backward()
    of_state = map_arrays(lambda s: s.grad, state_0)
    return outputs[inside], last, x.grad, of_state, network.gradients_to_numpy()


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["full", "padded"])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_kernel_computes_what_the_cell_says(name: str, lengths: np.ndarray | None) -> None:
    cell, skip = NETWORKS[name]
    params = cell.init(D, H, np.random.default_rng(0))
    taught, fused = (from_numpy(params, skip=skip) for _ in range(2))
    fused = fuse(fused)
    expected, got = (run(network, params, lengths) for network in (taught, fused))
    for (path, a), (_, b) in zip(named_arrays(got), named_arrays(expected), strict=True):
        torch.testing.assert_close(
            torch.as_tensor(a),
            torch.as_tensor(b),
            rtol=0,
            atol=1e-10,
            msg=lambda words, path=path: path + words,
        )
    assert [n for n, _ in fused.named_parameters()] == [n for n, _ in taught.named_parameters()]
    for (path, a), (_, b) in zip(named_arrays(fused.to_numpy()), named_arrays(params), strict=True):
        np.testing.assert_array_equal(a, b, err_msg=path)


def test_a_fused_cell_has_the_parameters_of_the_one_it_was_made_from() -> None:
    cell = LSTM(D, H, np.random.default_rng(0))
    fused = fuse(cell)
    assert isinstance(fused, FusedLSTM)
    assert all(a is b for a, b in zip(cell.parameters(), fused.parameters(), strict=True))
    assert fuse(fused) is fused


def test_what_torch_has_no_kernel_for_is_refused_and_left_alone() -> None:
    gru = from_numpy(stacked(CELLS["gru"], 2).init(D, H, np.random.default_rng(0)))
    with pytest.raises(CourseError, match="no kernel for GRU, only for Elman, LSTM, GRUResetAfter"):
        fuse(gru)
    with pytest.raises(CourseError, match="no cell to put over a kernel in Linear"):
        fuse(torch.nn.Linear(2, 2))
