"""SGD, Adam and clipping against torch, and against their formulas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.cells.elman import ElmanParams, elman_init
from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import CourseError, ShapeError
from rnn_course.training.clipping import clip_gradients, global_norm
from rnn_course.training.optimizers import adam_init, adam_update, sgd_init, sgd_update


def tree(seed: int = 0, dtype: Any = np.float64) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {"E": rng.standard_normal((7, 3)).astype(dtype), "cell": elman_init(3, 4, rng, dtype=dtype)}


SETTINGS: list[tuple[str, dict[str, float]]] = [
    ("sgd", {}),
    ("sgd", {"momentum": 0.9}),
    ("adam", {}),
    ("adam", {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
]


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_torch_takes_the_same_steps(name: str, settings: dict[str, float]) -> None:
    torch = pytest.importorskip("torch")
    params = tree()
    tensors = [torch.tensor(array, requires_grad=True) for _, array in named_arrays(params)]
    if name == "sgd":
        theirs: Any = torch.optim.SGD(tensors, lr=1.0, **settings)
        state: Any = sgd_init(params)
    else:
        betas = settings.get("beta_1", 0.9), settings.get("beta_2", 0.999)
        theirs = torch.optim.Adam(tensors, lr=1.0, betas=betas, eps=settings.get("epsilon", 1e-8))
        state = adam_init(params)
    for k in range(30):
        rate = 0.1 / (1 + k)
        gradients = tree(seed=100 + k)
        for tensor, (_, gradient) in zip(tensors, named_arrays(gradients), strict=True):
            tensor.grad = torch.tensor(gradient)
        theirs.param_groups[0]["lr"] = rate
        theirs.step()
        update: Any = sgd_update if name == "sgd" else adam_update
        update(params, gradients, state, rate, **settings)
    for tensor, (path, array) in zip(tensors, named_arrays(params), strict=True):
        np.testing.assert_allclose(array, tensor.detach().numpy(), rtol=0, atol=1e-12, err_msg=path)


def test_an_update_is_in_place_and_leaves_the_gradients_alone() -> None:
    params, gradients = tree(dtype=np.float32), tree(1, np.float32)
    arrays = [array for _, array in named_arrays(params)]
    before = [array.copy() for array in arrays]
    kept = map_arrays(np.copy, gradients)
    for init, update in ((sgd_init, sgd_update), (adam_init, adam_update)):
        update(params, gradients, init(params), 0.1)
    assert all(a is b for a, (_, b) in zip(arrays, named_arrays(params), strict=True))
    assert all(a.dtype == np.float32 for a in arrays)
    assert not any(np.array_equal(a, b) for a, b in zip(arrays, before, strict=True))
    for (_, a), (_, b) in zip(named_arrays(kept), named_arrays(gradients), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_first_step_of_adam_is_the_learning_rate_long_in_every_entry() -> None:
    params, gradients = tree(), tree(1)
    before = map_arrays(np.copy, params)
    adam_update(params, gradients, adam_init(params), 0.01, epsilon=1e-12)
    for (_, a), (_, b), (_, g) in zip(*map(named_arrays, (params, before, gradients)), strict=True):
        np.testing.assert_allclose(a - b, -0.01 * np.sign(g), rtol=1e-6)


@pytest.mark.parametrize("max_norm", [0.1, 3.0, 1e6])
def test_clipping_agrees_with_torch(max_norm: float) -> None:
    """torch divides by ||g|| + 1e-6."""
    torch = pytest.importorskip("torch")
    gradients = tree()
    tensors = [torch.zeros(array.shape, dtype=torch.float64) for _, array in named_arrays(gradients)]
    for tensor, (_, array) in zip(tensors, named_arrays(gradients), strict=True):
        tensor.grad = torch.tensor(array)
    expected = torch.nn.utils.clip_grad_norm_(tensors, max_norm).item()
    assert clip_gradients(gradients, max_norm) == pytest.approx(expected, rel=1e-14)
    for tensor, (_, array) in zip(tensors, named_arrays(gradients), strict=True):
        np.testing.assert_allclose(array, tensor.grad.numpy(), rtol=2e-6 / expected, atol=0)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=12), st.floats(1e-3, 1e3), st.integers(-150, 150))
def test_clipping_bounds_the_norm_and_keeps_the_direction(
    entries: list[float], max_norm: float, exponent: int
) -> None:
    g = np.array(entries) * 10.0**exponent
    largest = np.abs(g).max()
    norm = largest * math.sqrt(sum((x / largest) ** 2 for x in g)) if largest else 0.0
    max_norm *= 10.0**exponent
    gradients = [g[:3].copy(), (g[3:].copy(),)]
    assert clip_gradients(gradients, max_norm) == pytest.approx(norm, rel=1e-12)
    clipped = np.concatenate([array for _, array in named_arrays(gradients)])
    assert global_norm([clipped]) <= max_norm * (1 + 1e-12)
    np.testing.assert_allclose(clipped, g * (max_norm / norm if norm > max_norm else 1), rtol=1e-12)


def test_the_norm_of_float32_neither_overflows_nor_vanishes() -> None:
    for scale in (1e30, 1e-30):
        gradients = [np.full(4, scale, np.float32), np.full((3, 4), scale, np.float32)]
        assert global_norm(gradients) == pytest.approx(4 * scale, rel=1e-6)
        clip_gradients(gradients, scale)
        assert global_norm(gradients) == pytest.approx(scale, rel=1e-6)


def test_what_is_not_finite_is_told_and_not_changed() -> None:
    for entry, check in ((np.nan, math.isnan), (np.inf, math.isinf)):
        gradients = [np.array([1.0, entry]), np.ones(3)]
        assert check(clip_gradients(gradients, 0.5))
        np.testing.assert_array_equal(gradients[1], 1)
    assert global_norm([]) == global_norm([np.zeros(3), np.zeros(0)]) == 0


def test_what_cannot_be_updated_is_refused() -> None:
    shared = np.zeros(3)
    frozen = np.zeros(3)
    frozen.flags.writeable = False
    for params, words in (
        ({"U": shared, "E": shared}, "E and U are one array"),
        ({"E": np.zeros(3, int)}, "E is a writeable array of floating point, got int64"),
        ({"E": frozen}, "writeable"),
        ({"E": [1.0]}, "E.0 is a writeable array of floating point, got float"),
    ):
        for init in (sgd_init, adam_init):
            with pytest.raises(CourseError, match=words):
                init(params)
    params = tree()
    with pytest.raises(ShapeError, match=r"E is \(7, 3\), but its gradient is \(3, 7\)"):
        sgd_update(params, {**params, "E": np.zeros((3, 7))}, sgd_init(params), 0.1)
    with pytest.raises(ShapeError, match=r"differ in \['cell.W_e', 'cell.W_h', 'cell.b_1'\]"):
        adam_update(params, {"E": params["E"]}, adam_init(params), 0.1)
    with pytest.raises(CourseError, match="max_norm is above 0, got 0"):
        clip_gradients(params, 0)
    assert isinstance(params["cell"], ElmanParams)
