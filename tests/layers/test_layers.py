"""The layers around the cells: values by hand, gradients by differences, and torch as the oracle."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.errors import CourseError, DataError, ShapeError, VocabularyError
from rnn_course.gradients.check import check_gradients
from rnn_course.layers import (
    ReadoutParams,
    cross_entropy_backward,
    cross_entropy_forward,
    dropout_backward,
    dropout_forward,
    embedding_backward,
    embedding_forward,
    log_softmax,
    readout_backward,
    readout_forward,
    softmax,
)

RNG = np.random.default_rng(0)


def test_embedding_picks_rows_and_adds_the_gradients_of_a_repeated_token() -> None:
    E = np.arange(8.0).reshape(4, 2)
    e, cache = embedding_forward(E, np.array([[3], [1], [3]]))
    np.testing.assert_array_equal(e, [[[6, 7]], [[2, 3]], [[6, 7]]])
    dE = embedding_backward(np.array([[[1.0, 10]], [[2, 20]], [[4, 40]]]), cache)
    np.testing.assert_array_equal(dE, [[0, 0], [2, 20], [0, 0], [5, 50]])


@given(st.integers(0, 2**32 - 1), st.integers(0, 6), st.integers(1, 3))
def test_embedding_backward_adds_row_by_row(seed: int, length: int, batch: int) -> None:
    rng = np.random.default_rng(seed)
    E, tokens = rng.standard_normal((4, 3)), rng.integers(0, 4, (length, batch))
    de = rng.standard_normal((length, batch, 3))
    expected = np.zeros_like(E)
    for token, row in zip(tokens.ravel(), de.reshape(-1, 3), strict=True):
        expected[token] += row
    dE = embedding_backward(de, embedding_forward(E, tokens)[1])
    np.testing.assert_allclose(dE, expected, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        (np.array([0, 4]), "id 4 has"),
        (np.array([-1]), "id -1 has"),
        (np.array([1.0]), "integers"),
    ],
)
def test_ids_without_a_row_are_refused(tokens: np.ndarray, words: str) -> None:
    with pytest.raises(VocabularyError, match=words):
        embedding_forward(np.zeros((4, 2)), tokens)


@pytest.mark.parametrize("seed", range(3))
def test_all_gradients_of_the_layers_together(seed: int) -> None:
    """tokens -> embedding -> dropout -> readout -> cross-entropy, with padding and repeated tokens."""
    rng = np.random.default_rng(seed)
    E, readout = (
        rng.standard_normal((5, 3)),
        ReadoutParams(rng.standard_normal((5, 3)), rng.standard_normal(5)),
    )
    tokens, targets = rng.integers(0, 5, (2, 7, 2))
    mask = rng.random((7, 2)) < 0.7

    def forward(p: dict) -> tuple:
        e, of_embedding = embedding_forward(p["E"], tokens)
        y, scaled_mask = dropout_forward(e, 0.4, np.random.default_rng(9))
        z, of_readout = readout_forward(p["readout"], y)
        J, of_loss = cross_entropy_forward(z, targets, mask)
        return J, of_embedding, scaled_mask, of_readout, of_loss

    params = {"E": E, "readout": readout}
    _, of_embedding, scaled_mask, of_readout, of_loss = forward(params)
    dreadout, dy = readout_backward(cross_entropy_backward(of_loss), of_readout)
    dE = embedding_backward(dropout_backward(dy, scaled_mask), of_embedding)
    check_gradients(lambda p: forward(p)[0], params, {"E": dE, "readout": dreadout}).require()


def test_cross_entropy_of_equal_logits_is_log_vocab() -> None:
    loss, _ = cross_entropy_forward(np.zeros((2, 3, 7)), np.ones((2, 3), int))
    assert loss == pytest.approx(math.log(7), abs=1e-15)


def test_cross_entropy_by_hand() -> None:
    """Logits log 1, log 2, log 5: probabilities 1/8, 2/8, 5/8."""
    z = np.log([[1.0, 2, 5], [1, 2, 5]])
    loss, cache = cross_entropy_forward(z, np.array([2, 0]))
    assert loss == pytest.approx(-(math.log(5 / 8) + math.log(1 / 8)) / 2)
    expected = np.array([[1 / 8, 2 / 8, 5 / 8 - 1], [1 / 8 - 1, 2 / 8, 5 / 8]]) / 2
    np.testing.assert_allclose(cross_entropy_backward(cache), expected, atol=1e-15)


def test_padding_counts_neither_in_the_loss_nor_in_its_gradient() -> None:
    rng = np.random.default_rng(0)
    z, targets = rng.standard_normal((6, 2, 4)), rng.integers(0, 4, (6, 2))
    mask = np.ones((6, 2), bool)
    mask[4:, 1] = mask[5:, 0] = False
    loss, cache = cross_entropy_forward(z, np.where(mask, targets, -100), mask)
    assert loss == pytest.approx(cross_entropy_forward(z[mask], targets[mask])[0], abs=1e-15)
    z[~mask] = 1e6
    again, cache_again = cross_entropy_forward(z, targets, mask)
    assert again == loss
    np.testing.assert_array_equal(cross_entropy_backward(cache), cross_entropy_backward(cache_again))
    assert not cross_entropy_backward(cache)[~mask].any()


def test_cross_entropy_and_its_gradient_equal_torch() -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    z, targets = 5 * rng.standard_normal((30, 11)), rng.integers(0, 11, 30)
    loss, cache = cross_entropy_forward(z, targets)
    z_torch = torch.tensor(z, requires_grad=True)
    J_torch = torch.nn.functional.cross_entropy(z_torch, torch.tensor(targets))
    J_torch.backward()
    assert loss == pytest.approx(J_torch.item(), abs=1e-13)
    np.testing.assert_allclose(cross_entropy_backward(cache), z_torch.grad.numpy(), atol=1e-15)


@pytest.mark.parametrize("size", [1e4, 1e30, 1e308])
def test_huge_logits_overflow_nowhere(size: float) -> None:
    z = np.array([[size, -size, 0.0]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_array_equal(softmax(z * 0.5), [[1, 0, 0]])
        assert cross_entropy_forward(z * 0.5, np.array([0]))[0] == 0
        assert np.isfinite(cross_entropy_forward(z * 0.5, np.array([1]))[0])


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=8), st.floats(-1e3, 1e3))
def test_softmax_sums_to_one_and_ignores_a_common_shift(logits: list[float], shift: float) -> None:
    z = np.array(logits)
    assert softmax(z).sum() == pytest.approx(1, abs=1e-14)
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-11, atol=1e-300)
    np.testing.assert_allclose(np.exp(log_softmax(z)), softmax(z), rtol=1e-15)


def test_dropout_keeps_the_expectation_and_is_repeatable() -> None:
    x = np.ones((200, 500), np.float32)
    y, scaled_mask = dropout_forward(x, 0.3, np.random.default_rng(4))
    assert set(np.unique(y)) == {np.float32(0), np.float32(1) / np.float32(0.7)}
    assert y.mean() == pytest.approx(1, abs=0.01)
    assert (y == 0).mean() == pytest.approx(0.3, abs=0.005)
    assert y.dtype == scaled_mask.dtype == np.float32
    np.testing.assert_array_equal(y, dropout_forward(x, 0.3, np.random.default_rng(4))[0])
    np.testing.assert_array_equal(dropout_backward(2 * x, scaled_mask), 2 * y)
    np.testing.assert_array_equal(dropout_forward(x, 0.0, np.random.default_rng(4))[0], x)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: dropout_forward(np.ones(3), 1.0, np.random.default_rng(0)),
            CourseError,
            r"\[0, 1\), got 1.0",
        ),
        (
            lambda: cross_entropy_forward(np.zeros((2, 4)), np.zeros(3, int)),
            ShapeError,
            r"targets are \(3,\)",
        ),
        (
            lambda: cross_entropy_forward(np.zeros((1, 4)), np.array([4])),
            VocabularyError,
            "target 4 has no logit",
        ),
        (
            lambda: cross_entropy_forward(np.zeros((1, 4)), np.zeros(1, int), np.zeros(1, bool)),
            DataError,
            "no position counts",
        ),
        (
            lambda: cross_entropy_forward(np.zeros((1, 4)), np.zeros(1, int), np.ones(1)),
            ShapeError,
            "mask is float64",
        ),
        (
            lambda: readout_forward(ReadoutParams(np.zeros((5, 3)), np.zeros(5)), np.zeros((7, 2, 4))),
            ShapeError,
            r"readout_forward: h has hidden size 4 \(h is \(7, 2, 4\)\), but U \(5, 3\) expects 3",
        ),
        (
            lambda: embedding_backward(
                np.zeros((2, 3)), embedding_forward(np.zeros((4, 2)), np.zeros(2, int))[1]
            ),
            ShapeError,
            r"de is \(2, 3\), but e is \(2, 2\)",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(call: Callable, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        call()
