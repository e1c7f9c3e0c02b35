"""What the lectures on gradients state in words, each number inside its band."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rnn_course.cells.cell import CELLS
from rnn_course.cells.parameters import named_arrays
from rnn_course.cells.stacked import stacked
from rnn_course.errors import CourseError
from rnn_course.experiments import depth, jacobians, truncation
from rnn_course.torch_cells import networks


def test_eigenvalues_say_where_powers_end_not_how_they_get_there() -> None:
    shown = jacobians.powers_of_matrices()
    row = {name: k for k, name in enumerate(shown.names)}
    ends = {name: shown.log_norms[k, -1] for name, k in row.items()}
    symmetric = shown.log_norms[row["symmetric, radius 0.9"]]
    np.testing.assert_allclose(symmetric, shown.lags * np.log(0.9), atol=1e-9)
    np.testing.assert_allclose(shown.log_norms[row["orthogonal"]], 0, atol=1e-9)
    for name in ("non-normal, radius 0.9", "2 by 2, radius 0.9"):
        k = row[name]
        assert shown.spectral_radii[k] == pytest.approx(0.9)
        assert 13 < shown.peaks[k] < 14, "lecture 09: first grows to 13.5"
        assert shown.kreiss_constants[k] > 8, "and the Kreiss constant foretells it"
        assert ends[name] < np.log(0.1)
    assert ends["nilpotent, radius 0"] == -np.inf
    assert shown.peaks[row["nilpotent, radius 0"]] == pytest.approx(2.0**31)
    assert ends["Gaussian, radius 1.1"] > np.log(100)
    above_one = shown.largest_singular_values > 1.01
    assert (above_one & (shown.log_norms[:, -1] < np.log(0.1))).sum() >= 3, "not a sign of explosion"
    assert (shown.kreiss_constants <= shown.peaks * (1 + 1e-9))[shown.spectral_radii < 1].all()


@pytest.mark.parametrize("nonlinearity", ["tanh", "sigmoid"])
def test_the_gamma_bound_is_sufficient_and_not_necessary(nonlinearity: jacobians.Nonlinearity) -> None:
    shown = jacobians.bound_against_truth(nonlinearity=nonlinearity)
    assert (shown.log_norms <= shown.log_bounds + 1e-9).all()
    assert shown.vanished[shown.must_vanish].all(), "sufficient"
    assert (shown.vanished & ~shown.must_vanish).sum() >= 4, "not necessary"
    assert not shown.vanished[-1], "and twice the threshold is enough to explode here"
    assert shown.must_vanish.sum() == 4


def test_the_bars_sum_to_autograds_gradient() -> None:
    """Lecture 06: to 1e-10, against torch."""
    problem = truncation.new_network(only_last=True)
    bars = truncation.contribution_bars(problem)
    network = networks.from_numpy(problem.params)
    outputs, _ = network(torch.tensor(problem.x))
    (outputs * torch.tensor(problem.doutputs)).sum().backward()
    autograd = dict(named_arrays(network.gradients_to_numpy()))["W_h"]
    np.testing.assert_allclose(bars.full, autograd, rtol=0, atol=1e-10 * abs(autograd).max())
    assert bars.sum_error < 1e-12
    assert bars.along.sum() == pytest.approx(1)
    # lecture 06: "the last three steps make up 99 % of it"
    assert 0.98 < bars.along[-3:].sum() < 1
    assert (np.diff(bars.norms[-12:]) > 0).all(), "the bars fall towards the past"


def test_bars_of_an_lstm_that_remembers_are_spread() -> None:
    problem = truncation.new_network(cell_name="lstm", forget_bias=3.0, only_last=True)
    bars = truncation.contribution_bars(problem, name="W_f")
    assert bars.sum_error < 1e-12
    assert bars.along[-3:].sum() < 0.2


def test_truncation_costs_an_elman_network_little_and_an_lstm_much() -> None:
    elman = truncation.truncation_quality()
    lstm = truncation.truncation_quality(truncation.new_network(cell_name="lstm", forget_bias=3.0))
    at = list(elman.steps)
    # lecture 06: "after 5 steps the cosine is 0.999; the LSTM's is 0.6, and 0.9 after 20"
    assert elman.cosines[at.index(5)] > 0.999
    assert 0.5 < lstm.cosines[at.index(5)] < 0.75
    assert 0.8 < lstm.cosines[at.index(20)] < 0.95
    assert (np.diff(lstm.cosines) > 0).all()
    whole = truncation.truncation_quality(steps=[40, 100])
    np.testing.assert_allclose([whole.cosines, whole.lengths], 1, rtol=1e-12)


def test_plain_depth_loses_the_gradient_and_shortcuts_keep_it() -> None:
    found = depth.gradient_by_layer(50)
    plain, residual, dense, highway = found.lowest_to_top
    assert 1e-13 < plain < 1e-9
    assert 10 < residual < 100
    assert 1 < dense < 10
    assert 0.03 < highway < 0.3
    falls = np.log10(found.norms[0])
    assert np.corrcoef(np.arange(50), falls)[0, 1] > 0.99, "a straight line on a log axis, as over time"


def test_a_highway_keeps_what_its_gates_let_by() -> None:
    """Per layer about 1 - sigmoid(b_tau), so that 50 layers need a bias well below the usual -1."""
    ratios = [
        depth.gradient_by_layer(skips=["highway"], seeds=[0], transform_bias=bias).lowest_to_top[0]
        for bias in (-1.0, -3.0, -5.0)
    ]
    assert ratios[0] < 1e-5
    assert 0.03 < ratios[1] < 0.3
    assert 0.5 < ratios[2] < 1.2


@pytest.mark.slow
def test_fifty_layers_of_lstms() -> None:
    found = depth.gradient_by_layer(50, cell_name="lstm", seeds=range(2))
    plain, residual, dense, highway = found.lowest_to_top
    assert 0.02 < highway < 0.3
    assert plain < 1e-30
    assert 1 < residual < 10
    assert 0.1 < dense < 2


def test_the_gradient_of_a_layer_is_that_of_its_biases() -> None:
    """One layer of a two-layer stack by autograd."""
    found = depth.gradient_by_layer(2, skips=("residual",), seeds=[3], hidden_size=4, steps=3, batch_size=2)
    rng = np.random.default_rng(3)
    cell = stacked(CELLS["elman"], 2, skip="residual")
    network = networks.from_numpy(cell.init(4, 4, rng), skip="residual")
    outputs, _ = network(torch.tensor(rng.standard_normal((3, 2, 4))))
    (outputs[-1] * torch.tensor(rng.standard_normal((2, 4)))).sum().backward()
    expected = [np.linalg.norm(layer.b_1) for layer in network.gradients_to_numpy().layers]
    np.testing.assert_allclose(found.norms[0], expected, rtol=1e-9)


def test_arguments_are_checked() -> None:
    with pytest.raises(CourseError, match="'transformer'"):
        depth.gradient_by_layer(2, cell_name="transformer")
    with pytest.raises(CourseError, match="depth"):
        depth.gradient_by_layer(0)
    with pytest.raises(CourseError, match="skip 'wide'"):
        depth.gradient_by_layer(2, skips=("wide",))  # type: ignore[arg-type]
    with pytest.raises(CourseError, match="'cnn'"):
        truncation.new_network(cell_name="cnn")
    with pytest.raises(CourseError, match="scales above 0"):
        jacobians.bound_against_truth(scales=[0.5, 0])
