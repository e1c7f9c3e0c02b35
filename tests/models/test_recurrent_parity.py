"""The recurrent model against torch.nn's Embedding, recurrent layers and Linear, by autograd, to 1e-10."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from recurrent_cases import WORDS, assert_trees_equal, random_state, random_stream

from rnn_course.cells.cell import CELLS, Cell
from rnn_course.cells.parameters import named_arrays
from rnn_course.cells.stacked import StackedParams, stacked
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.batching import Batch, stateful_batches

torch = pytest.importorskip("torch")

from rnn_course.torch_cells import from_torch_nn, to_torch_nn  # noqa: E402

NETWORKS: dict[str, Cell] = {
    "elman": CELLS["elman"],
    "lstm": CELLS["lstm"],
    "gru_reset_after": CELLS["gru_reset_after"],
    "2-layer lstm": stacked(CELLS["lstm"], 2),
}
T, B, D, H = 9, 4, 3, 5


class TorchLM:
    """torch.nn's modules with a model's weights; the scores of `<s>` are held at -inf."""

    def __init__(self, model: RecurrentLM) -> None:
        E, cell, U, b_2 = model.params
        self.layers = list(cell.layers) if isinstance(cell, StackedParams) else [cell]
        self.embedding = torch.nn.Embedding.from_pretrained(torch.tensor(E), freeze=False)
        self.recurrent = to_torch_nn(self.layers)
        self.readout = torch.nn.Linear(H, len(WORDS), dtype=torch.float64)
        self.readout.bias.data = torch.tensor(b_2)
        tied = self.embedding.weight
        self.readout.weight = tied if U is None else torch.nn.Parameter(torch.tensor(U))
        self.stacked = isinstance(cell, StackedParams)

    def loss_sum(self, inputs: np.ndarray, targets: np.ndarray, state: Any) -> tuple[Any, Any]:
        outputs, state = self.recurrent(self.embedding(torch.tensor(inputs)), state)
        z = self.readout(outputs).masked_fill(torch.arange(len(WORDS)) == WORDS.bos_id, -torch.inf)
        loss = torch.nn.functional.cross_entropy(
            z.flatten(0, 1), torch.tensor(targets).flatten(), reduction="sum"
        )
        return loss, state

    def gradients(self, model: RecurrentLM) -> Any:
        cells = [from_torch_nn(self.recurrent, layer=k, gradients=True) for k in range(len(self.layers))]
        dU = None if model.params.U is None else self.readout.weight.grad.numpy()
        return type(model.params)(
            self.embedding.weight.grad.numpy(),
            StackedParams(tuple(cells)) if self.stacked else cells[0],
            dU,
            self.readout.bias.grad.numpy(),
        )


def to_torch_state(state: Any, is_stack: bool) -> Any:
    """[layers, batch, hidden] for each part of the state."""
    layers = state if is_stack else (state,)
    parts = [layer if isinstance(layer, tuple) else (layer,) for layer in layers]
    stacks = [torch.tensor(np.stack([layer[k] for layer in parts])) for k in range(len(parts[0]))]
    return tuple(stacks) if len(stacks) > 1 else stacks[0]


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_two_chunks_with_the_state_carried(name: str, tied: bool) -> None:
    rng = np.random.default_rng(0)
    size = H if tied else D
    model = RecurrentLM.init(WORDS, NETWORKS[name], size, H, rng, memory="text", tied=tied)
    model.params.b_2[:] = rng.standard_normal(len(WORDS))
    twin = TorchLM(model)
    state = random_state(model, B, rng)
    torch_state = to_torch_state(state, twin.stacked)
    for inputs, targets in stateful_batches(random_stream(rng, 2 * T * B), B, T):
        step = model.loss_and_gradients(Batch(inputs, targets), state)
        for module in (twin.embedding, twin.recurrent, twin.readout):
            module.zero_grad()
        loss, torch_state = twin.loss_sum(inputs, targets, torch_state)
        (loss / targets.size).backward()
        assert step.loss == pytest.approx(loss.item() / targets.size, abs=1e-12)
        assert_trees_equal(step.gradients, twin.gradients(model), 1e-10)
        state = step.state
        torch_state = (
            tuple(part.detach() for part in torch_state)
            if isinstance(torch_state, tuple)
            else torch_state.detach()
        )
        for (_, ours), theirs in zip(
            named_arrays(to_torch_state(state, twin.stacked)), named_arrays(torch_state), strict=True
        ):
            torch.testing.assert_close(ours, theirs[1], rtol=0, atol=1e-10)


@pytest.mark.parametrize("memory", ["sentence", "none"])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_state_that_begins_anew(name: str, memory: Any) -> None:
    """torch reads each piece between two beginnings by itself, in a loop."""
    rng = np.random.default_rng(1)
    model = RecurrentLM.init(WORDS, NETWORKS[name], D, H, rng, memory=memory)
    twin = TorchLM(model)
    (batch,) = stateful_batches(random_stream(rng, 2 * T * B), B, 2 * T)
    inputs, targets = batch
    total: Any = 0.0
    for b in range(B):
        cuts = [t for t in range(1, 2 * T) if memory == "none" or inputs[t, b] == WORDS.bos_id]
        for start, end in zip([0, *cuts], [*cuts, 2 * T], strict=True):
            loss, _ = twin.loss_sum(inputs[start:end, [b]], targets[start:end, [b]], None)
            total = total + loss
    (total / targets.size).backward()
    step = model.loss_and_gradients(batch)
    assert step.loss == pytest.approx(total.item() / targets.size, abs=1e-12)
    assert_trees_equal(step.gradients, twin.gradients(model), 1e-10)
