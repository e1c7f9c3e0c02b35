"""Numpy by hand, torch with autograd, and torch.nn: the same outputs and the same gradients, to 1e-10."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn_course.cells.cell import CELLS, TAUGHT_CELLS, Cell, state_at, state_at_backward
from rnn_course.cells.parameters import map_arrays, named_arrays

torch = pytest.importorskip("torch")

from rnn_course.errors import CourseError  # noqa: E402
from rnn_course.torch_cells import GRU, LSTM, Elman, GRUResetAfter  # noqa: E402
from rnn_course.torch_cells.layouts import from_torch_nn, to_torch_nn  # noqa: E402

TWINS = {"elman": Elman, "lstm": LSTM, "gru": GRU, "gru_reset_after": GRUResetAfter}
RNG = np.random.default_rng(0)
SIZES = [(7, 2, 3, 4), (12, 3, 5, 2), (30, 4, 8, 16)]
FORMS = {**TAUGHT_CELLS, **{f"{name} fast": CELLS[name] for name in ("elman", "lstm", "gru")}}


def assert_close(got: Any, expected: Any) -> None:
    for (name, a), (_, b) in zip(named_arrays(got), named_arrays(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-10, err_msg=name)


def as_numpy(tree: Any) -> Any:
    return map_arrays(lambda tensor: tensor.detach().numpy(), tree)


class Problem:
    """A cell, inputs, an initial state that is not zero, and a loss over all outputs and the last state."""

    def __init__(self, cell: Cell, sizes: tuple[int, int, int, int], seed: int) -> None:
        T, B, D, H = sizes
        rng = np.random.default_rng(seed)
        self.params = cell.init(D, H, rng)
        self.x = rng.standard_normal((T, B, D))
        self.state_0 = map_arrays(lambda s: rng.uniform(-1, 1, s.shape), cell.initial_state(self.params, B))
        self.dh = rng.standard_normal((T, B, H))
        self.dlast = map_arrays(lambda s: rng.standard_normal(s.shape), self.state_0)

    def by_hand(self, cell: Cell) -> tuple[Any, ...]:
        """Outputs, last state, and the gradients of params, x and state_0."""
        outputs, cache = cell.forward(self.params, self.x, self.state_0)
        states = cell.states(cache)
        dstates = state_at_backward(self.dlast, states)
        return outputs, state_at(states), *cell.backward(self.dh, cache, dstates)

    def tensors(self) -> tuple[Any, Any]:
        x = torch.tensor(self.x, requires_grad=True)
        return x, map_arrays(lambda s: torch.tensor(s, requires_grad=True), self.state_0)

    def backward(self, outputs: Any, last: Any) -> None:
        loss = (outputs * torch.tensor(self.dh)).sum()
        for (_, tensor), (_, weight) in zip(named_arrays(last), named_arrays(self.dlast), strict=True):
            loss = loss + (tensor.reshape(weight.shape) * torch.tensor(weight)).sum()
        loss.backward()


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("form", FORMS)
def test_our_torch_twin_agrees(form: str, sizes: tuple[int, int, int, int]) -> None:
    cell = FORMS[form]
    problem = Problem(cell, sizes, seed=1)
    twin = TWINS[cell.name].from_numpy(problem.params)
    x, state_0 = problem.tensors()
    outputs, last = twin(x, state_0)
    problem.backward(outputs, last)
    gradients = twin.gradients_to_numpy(), x.grad.numpy(), map_arrays(lambda s: s.grad.numpy(), state_0)
    assert_close(problem.by_hand(cell), (as_numpy(outputs), as_numpy(last), *gradients))
    assert type(gradients[0]) is type(problem.params)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("form", ["elman", "elman fast", "lstm", "lstm fast", "gru_reset_after"])
def test_torch_nn_agrees(form: str, sizes: tuple[int, int, int, int]) -> None:
    cell = FORMS[form]
    problem = Problem(cell, sizes, seed=2)
    module = to_torch_nn(problem.params)
    x, state_0 = problem.tensors()
    given = map_arrays(lambda s: s[None], state_0)  # torch.nn has an axis for layers
    outputs, last = module(x, tuple(given) if isinstance(given, tuple) else given)
    problem.backward(outputs, last)
    last = map_arrays(lambda s: s[0], type(state_0)(*last) if isinstance(last, tuple) else last)
    of_state = map_arrays(lambda s: s.grad.numpy(), state_0)
    gradients = from_torch_nn(module, gradients=True), x.grad.numpy(), of_state
    assert_close(problem.by_hand(cell), (as_numpy(outputs), as_numpy(last), *gradients))


def test_there_and_back_is_the_identity() -> None:
    rng = np.random.default_rng(0)
    for name in ("elman", "lstm", "gru_reset_after"):
        params = TAUGHT_CELLS[name].init(3, 4, rng)
        assert_close(from_torch_nn(to_torch_nn(params)), params)
        assert_close(TWINS[name].from_numpy(params).to_numpy(), params)
    module = torch.nn.LSTM(3, 4, num_layers=2, bidirectional=True).double()
    parts = [from_torch_nn(module, layer=k, reverse=r) for k in (0, 1) for r in (False, True)]
    again = to_torch_nn(parts, bidirectional=True)
    x = torch.tensor(np.random.default_rng(1).standard_normal((5, 2, 3)))
    torch.testing.assert_close(module(x)[0], again(x)[0], rtol=0, atol=1e-12)


def test_torch_modules_without_bias_are_read_as_zero() -> None:
    module = torch.nn.LSTM(3, 4, bias=False).double()
    params = from_torch_nn(module)
    assert not params.b_f.any()
    x = torch.tensor(np.random.default_rng(1).standard_normal((5, 2, 3)))
    outputs, _ = TAUGHT_CELLS["lstm"].forward(params, x.numpy())
    np.testing.assert_allclose(outputs, module(x)[0].detach().numpy(), atol=1e-12)


def test_the_gru_of_the_lecture_and_of_torch_differ_only_by_the_place_of_the_reset_gate() -> None:
    """They agree to the last digit when r = 1, and not otherwise."""
    rng = np.random.default_rng(0)
    params = TAUGHT_CELLS["gru"].init(3, 4, rng)
    after = TAUGHT_CELLS["gru_reset_after"].init(3, 4, rng)._replace(**params._asdict(), b_hr=np.zeros(4))
    x, h_0 = rng.standard_normal((9, 2, 3)), rng.uniform(-1, 1, (2, 4))
    lecture = TAUGHT_CELLS["gru"].forward(params, x, h_0)[0]
    torch_nn = TAUGHT_CELLS["gru_reset_after"].forward(after, x, h_0)[0]
    assert np.abs(lecture - torch_nn).max() > 1e-3
    params.b_r[:] = after.b_r[:] = 1000
    lecture = TAUGHT_CELLS["gru"].forward(params, x, h_0)[0]
    np.testing.assert_allclose(TAUGHT_CELLS["gru_reset_after"].forward(after, x, h_0)[0], lecture, atol=1e-14)


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_is_an_ordinary_module(name: str) -> None:
    twin = TWINS[name](3, 4, np.random.default_rng(5), dtype=torch.float64, orthogonal=True)
    params = TAUGHT_CELLS[name].init(3, 4, np.random.default_rng(5), orthogonal=True)
    assert_close(twin.to_numpy(), params)
    assert list(twin.state_dict()) == list(params._fields)
    assert not any(array.any() for _, array in named_arrays(twin.gradients_to_numpy()))
    x = torch.tensor(np.random.default_rng(1).standard_normal((6, 2, 3)))
    outputs, last = twin(x)
    state = twin.initial_state(2)
    for t in range(6):
        output, state = twin.step(state, x[t])
        torch.testing.assert_close(output, outputs[t], rtol=0, atol=1e-12)
    torch.testing.assert_close(tuple(last), tuple(state), rtol=0, atol=1e-12)
    assert TWINS[name](3, 4, np.random.default_rng(5)).to_numpy()[0].dtype == np.float32
    twin.to_numpy()[0][:] = 0  # a copy: the module keeps its weights
    torch.testing.assert_close(twin(x)[0], outputs)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: to_torch_nn(TAUGHT_CELLS["gru"].init(3, 4, RNG)), "reset gate after"),
        (lambda: from_torch_nn(torch.nn.RNN(3, 4, nonlinearity="relu")), "no cell with relu"),
        (lambda: from_torch_nn(torch.nn.LSTM(3, 4, proj_size=2)), "projections"),
        (lambda: from_torch_nn(torch.nn.LSTM(3, 4), layer=1), "no weight_hh_l1"),
        (lambda: from_torch_nn(torch.nn.LSTM(3, 4), reverse=True), "no weight_hh_l0_reverse"),
        (lambda: from_torch_nn(torch.nn.LSTM(3, 4), gradients=True), "no gradient yet"),
        (
            lambda: to_torch_nn([TAUGHT_CELLS[n].init(3, 4, RNG) for n in ("elman", "lstm")]),
            "of one kind",
        ),
        (
            lambda: to_torch_nn([TAUGHT_CELLS["elman"].init(3, 4, RNG)] * 2),
            r"layer 1: weight_ih is \(4, 3\), expected \(4, 4\)",
        ),
    ],
)
def test_what_cannot_be_converted_is_refused(call: Any, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()
