"""Bidirectional and stacked networks: numpy, our torch and torch.nn agree to 1e-10, with padding as well."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn_course.cells.bidirectional import bidirectional
from rnn_course.cells.cell import CELLS, Cell, state_at, state_at_backward
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.cells.stacked import stacked

torch = pytest.importorskip("torch")
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence  # noqa: E402

from rnn_course.torch_cells import from_numpy, to_torch_nn  # noqa: E402

NETWORKS: dict[str, tuple[Cell, Any]] = {
    "bidirectional elman": (bidirectional(CELLS["elman"]), None),
    "bidirectional lstm": (bidirectional(CELLS["lstm"]), None),
    "bidirectional gru": (bidirectional(CELLS["gru"]), None),
    "2-layer lstm": (stacked(CELLS["lstm"], 2), None),
    "3-layer gru residual": (stacked(CELLS["gru"], 3, skip="residual"), "residual"),
    "3-layer elman dense": (stacked(CELLS["elman"], 3, skip="dense"), "dense"),
    "3-layer lstm highway": (stacked(CELLS["lstm"], 3, skip="highway"), "highway"),
    "2-layer bidirectional gru highway": (stacked(bidirectional(CELLS["gru"]), 2, skip="highway"), "highway"),
    "2-layer bidirectional lstm": (stacked(bidirectional(CELLS["lstm"]), 2), None),
}
T, B, D, H = 9, 4, 3, 5
LENGTHS = np.array([9, 7, 4, 1])


def assert_close(got: Any, expected: Any) -> None:
    for (name, a), (_, b) in zip(named_arrays(got), named_arrays(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["full", "padded"])
@pytest.mark.parametrize("name", NETWORKS)
def test_our_torch_twin_agrees(name: str, lengths: np.ndarray | None) -> None:
    cell, skip = NETWORKS[name]
    rng = np.random.default_rng(4)
    params, x = cell.init(D, H, rng), rng.standard_normal((T, B, D))
    state_0 = map_arrays(lambda s: rng.uniform(-1, 1, s.shape), cell.initial_state(params, B))
    outputs, cache = cell.forward(params, x, state_0, lengths)
    states = cell.states(cache)
    last = state_at(states, lengths)
    inside = np.arange(T)[:, None] < (np.full(B, T) if lengths is None else lengths)
    weights = rng.standard_normal(outputs.shape) * inside[..., None]
    of_last = map_arrays(lambda s: rng.standard_normal(s.shape), last)
    by_hand = cell.backward(weights, cache, state_at_backward(of_last, states, lengths))

    twin = from_numpy(params, skip=skip)
    x_tensor = torch.tensor(x, requires_grad=True)
    state_tensors = map_arrays(lambda s: torch.tensor(s, requires_grad=True), state_0)
    torch_lengths = None if lengths is None else torch.tensor(lengths)
    torch_outputs, torch_last = twin(x_tensor, state_tensors, torch_lengths)
    loss = (torch_outputs * torch.tensor(weights)).sum()
    for (_, tensor), (_, weight) in zip(named_arrays(torch_last), named_arrays(of_last), strict=True):
        loss = loss + (tensor * torch.tensor(weight)).sum()
    loss.backward()
    assert_close(outputs[inside], torch_outputs.detach().numpy()[inside])
    assert_close(last, map_arrays(lambda s: s.detach().numpy(), torch_last))
    of_state = map_arrays(lambda s: s.grad.numpy(), state_tensors)
    assert_close(by_hand, (twin.gradients_to_numpy(), x_tensor.grad.numpy(), of_state))
    assert_close(twin.to_numpy(), params)
    assert [n for n, _ in twin.named_parameters()] == [n for n, _ in named_arrays(params)]


@pytest.mark.parametrize("base", ["elman", "lstm", "gru_reset_after"])
def test_torch_nn_with_packed_sequences_agrees(base: str) -> None:
    """Two bidirectional layers over padded sequences: torch.nn's own way of leaving padding out."""
    cell = stacked(bidirectional(CELLS[base]), 2)
    rng = np.random.default_rng(6)
    params, x = cell.init(D, H, rng), rng.standard_normal((T, B, D))
    outputs, cache = cell.forward(params, x, lengths=LENGTHS)
    module = to_torch_nn([direction for layer in params.layers for direction in layer], bidirectional=True)
    packed = pack_padded_sequence(torch.tensor(x), torch.tensor(LENGTHS))
    expected, last = module(packed)
    assert_close(outputs, pad_packed_sequence(expected, total_length=T)[0].detach().numpy())
    last = last if isinstance(last, tuple) else (last,)
    ours = state_at(cell.states(cache), LENGTHS)
    for index, direction in enumerate(direction for layer in ours for direction in layer):
        parts = direction if isinstance(direction, tuple) else (direction,)
        assert_close(parts, tuple(part[index].detach().numpy() for part in last))


def test_a_stack_steps_and_drops_only_while_it_trains() -> None:
    cell = stacked(CELLS["lstm"], 2)
    twin = from_numpy(cell.init(D, H, np.random.default_rng(0)), dropout=0.5)
    x = torch.tensor(np.random.default_rng(1).standard_normal((6, B, D)))
    assert (twin(x)[0] - twin(x)[0]).abs().max() > 1e-3
    twin.eval()
    outputs, _ = twin(x)
    state = twin.initial_state(B)
    for t in range(6):
        output, state = twin.step(state, x[t])
        torch.testing.assert_close(output, outputs[t], rtol=0, atol=1e-12)
    assert from_numpy(twin.to_numpy(), dtype=torch.float32)(x.float())[0].dtype == torch.float32
