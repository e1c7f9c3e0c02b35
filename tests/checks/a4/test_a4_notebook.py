"""What is special to a4: worked values, the proven implementations, and what the cells to play with show."""

import contextlib
import io
import re
from typing import Any

import numpy as np
import pytest

from assignments import released, run_to_the_tests, source
from rnn_course.cells.cell import CELLS
from rnn_course.cells.elman import ElmanParams
from rnn_course.checks.a4 import (
    ASSIGNMENT,
    TASKS,
    agreement,
    bound,
    by_lag,
    certain,
    clipping,
    draw,
    jacobian,
    power_norms,
    radius,
)
from rnn_course.gradients import flow, matrices, powers, spectrum
from rnn_course.gradients.gamma_bound import gamma_bound
from rnn_course.tasks.agreement import agreement_accuracy, agreement_set, nearest_noun, number_of
from rnn_course.training.clipping import clip_gradients


@pytest.fixture(scope="module")
def ns() -> dict[str, Any]:
    """The names of the notebook with the solutions in it."""
    return run_to_the_tests(ASSIGNMENT, source(ASSIGNMENT))


def said_by(ns: dict[str, Any], cell_id: str) -> str:
    """What a cell to play with prints."""
    (cell,) = (cell for cell in source(ASSIGNMENT).cells if cell.id == cell_id)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(cell.source, dict(ns))
    return output.getvalue()


def test_points_are_those_of_the_course() -> None:
    points = {task.name: task.points for task in TASKS}
    assert points["jacobian"] == 15
    assert points["power_norms"] + points["radius"] == 15
    assert points["bound"] + points["certain"] == 15
    assert points["by_lag"] == 20
    assert points["clipping"] == 15
    assert points["agreement"] == 10


def test_the_worked_values_of_the_texts(ns: dict[str, Any]) -> None:
    """Every number that a text states in words comes out of the solution."""
    W_h, h = ns["toy_W_h"], ns["toy_h"]
    state_jacobian = ns["state_jacobian"]
    assert 1 - h[1:] ** 2 == pytest.approx(np.array([[1, 0.64], [0.36, 1]]))
    assert state_jacobian(W_h, h, 0, 1) == pytest.approx(np.array([[1, 2], [0, 0.64]]))
    assert state_jacobian(W_h, h, 1, 2) == pytest.approx(np.array([[0.36, 0.72], [0, 1]]))
    assert state_jacobian(W_h, h, 0, 2) == pytest.approx(np.array([[0.36, 1.1808], [0, 0.64]]))
    assert (state_jacobian(W_h, h, 1, 1) == np.eye(2)).all()
    assert ns["power_norms"](ns["stretches_once"], 3) == pytest.approx([1, 2, 0, 0])
    turning = np.array([[0, -2], [0.5, 0]])
    assert ns["spectral_radius"](turning) == pytest.approx(1)
    assert np.linalg.norm(turning, 2) == pytest.approx(2)
    assert ns["gamma_bound"](ns["stretches_once"], "tanh", 3) == pytest.approx(8)
    assert ns["certain_after"](ns["stretches_once"], "sigmoid", 0.01) == 7
    assert pytest.approx((0.0156, 0.0078), abs=5e-5) == (0.5**6, 0.5**7)
    assert ns["certain_after"](ns["stretches_once"], "tanh", 0.01) is None
    toy = [ns[f"toy_{name}"] for name in ("params", "e", "h_0", "dh_T")]
    assert ns["gradient_by_lag"](*toy) == pytest.approx(np.array([[1, 2], [0.5, 1], [0.16, 0.5]]))
    clipped, norm = ns["clip_by_global_norm"](ns["toy_gradients"], 1.0)
    assert norm == pytest.approx(5)
    assert (clipped["W_h"].max(), clipped["b_1"].max()) == pytest.approx((0.6, 0.8))
    table = ns["agreement_by_attractors"](ns["toy_nouns"], ns["toy_scores"])
    assert table == {0: pytest.approx((0.5, 1)), 1: pytest.approx((2 / 3, 0))}


def test_the_first_visible_cases_are_the_worked_values(ns: dict[str, Any]) -> None:
    """What is worked by hand in a text is what the check asks first."""
    given = {
        "jacobian": (ns["toy_W_h"], ns["toy_h"], 0, 2),
        "power_norms": (ns["stretches_once"], 3),
        "radius": (np.array([[0, -2], [0.5, 0]]),),
        "bound": (ns["stretches_once"], "tanh", 3),
        "certain": (ns["stretches_once"], "sigmoid", 0.01),
        "by_lag": tuple(ns[f"toy_{name}"] for name in ("params", "e", "h_0", "dh_T")),
        "clipping": (ns["toy_gradients"], 1.0),
        "agreement": (ns["toy_nouns"], ns["toy_scores"]),
    }
    for task in TASKS:
        np.testing.assert_equal(task.example(1), given[task.name], err_msg=task.name)


# The references beside the implementations that the package's own tests have proven


def network(seed: int, time: int, batch: int) -> tuple[dict[str, Any], Any, Any, Any]:
    """Weights, inputs, a first state and a last gradient."""
    rng = np.random.default_rng(seed)
    params = draw.elman(rng, 3, 4)
    e, h_0 = draw.embedded(rng, time, batch, 3), draw.states(rng, batch - 1, 4)
    return params, e, h_0, rng.standard_normal((batch, 4))


def test_the_gradient_by_lag_is_that_of_the_cell() -> None:
    params, e, h_0, dh_T = network(1, 6, 3)
    found = flow.gradient_by_lag(CELLS["elman"], ElmanParams(**params), e, dh_T, h_0)
    ours = by_lag.reference(params, e, h_0, dh_T)
    assert ours[1:] == pytest.approx(found.total)
    assert ours[0] == pytest.approx(found.at_loss)


def test_the_jacobian_is_that_of_the_cell() -> None:
    params, e, h_0, _ = network(2, 7, 1)
    elman = ElmanParams(**params)
    states, _ = CELLS["elman"].forward(elman, e, h_0)
    h = np.concatenate([h_0, states[:, 0]])
    for s, t in ((0, 7), (2, 5), (4, 5)):
        found = flow.state_jacobian(CELLS["elman"], elman, e[s:t, 0], h[s][None])
        assert jacobian.reference(params["W_h"], h, s, t) == pytest.approx(found.matrix)


def test_matrices_are_measured_as_the_package_does() -> None:
    rng = np.random.default_rng(3)
    for W_h in (matrices.non_normal(6, rng), matrices.gaussian(5, rng), matrices.nilpotent(4)):
        assert radius.reference(W_h) == pytest.approx(spectrum.spectrum(W_h).spectral_radius)
        logs = powers.power_norms(W_h, 8).log_two
        assert power_norms.reference(W_h, 8) == pytest.approx(np.exp(logs))
        for nonlinearity in ("tanh", "sigmoid"):
            found = gamma_bound(W_h, rng.standard_normal((9, len(W_h))), nonlinearity=nonlinearity)
            ours = [bound.reference(W_h, nonlinearity, lag) for lag in range(10)]
            assert ours == pytest.approx(np.exp(found.log_bound))
            assert (certain.reference(W_h, nonlinearity, 0.1) is not None) == found.must_vanish


def test_clipping_is_that_of_the_training_loop() -> None:
    for case in (*clipping.VISIBLE, *clipping.task.hidden_cases(4)):
        gradients, max_norm = case.arguments
        clipped, norm = clipping.reference(gradients, max_norm)
        copies = {name: array.copy() for name, array in gradients.items()}
        np.testing.assert_allclose(norm, clip_gradients(copies, max_norm))
        for name, array in clipped.items():
            np.testing.assert_allclose(array, copies[name])


def test_agreement_is_counted_as_the_package_does() -> None:
    pairs = agreement_set(20, np.random.default_rng(5), most=3, same_number=2)
    nouns = [[str(number_of(word)) for word in pair.context if number_of(word)] for pair in pairs]
    table = agreement.reference(nouns, [(0.0, -1.0)] * len(pairs))
    baseline = agreement_accuracy(pairs, nearest_noun).accuracy
    assert {n: shares[1] for n, shares in table.items()} == pytest.approx(baseline)
    assert {shares[0] for shares in table.values()} == {0.5}  # half of the subjects are singular


# What is said beside the tasks


def test_a_push_goes_where_the_jacobian_says(ns: dict[str, Any]) -> None:
    rows = [
        [float(x) for x in re.findall(r"\d\.\d+e-\d+", line)] for line in said_by(ns, "a4-push").splitlines()
    ]
    assert len(rows) == 7
    assert all(moved == pytest.approx(foretold, rel=0.02) for moved, foretold in rows)
    assert rows[-1][0] < 1e-6 * rows[0][0]  # forgotten


def test_the_matrix_that_grows_first(ns: dict[str, Any]) -> None:
    said = said_by(ns, "a4-grows")
    assert "spectral radius 0.90" in said
    assert "largest: 13.5, at lag 6" in said
    norms = ns["power_norms"](ns["grows_first"], 60)
    assert next(lag for lag in range(7, 61) if norms[lag] < 1) in range(30, 40)
    steeper = ns["power_norms"](np.array([[0.9, 40.0], [0.0, 0.8]]), 60)
    assert max(steeper) > 100


def test_the_bound_and_the_truth(ns: dict[str, Any]) -> None:
    rows = [line.split() for line in said_by(ns, "a4-truth").splitlines()[1:]]
    truth = {float(size): float(true) for size, _, _, true in rows}
    assert [float(size) for size, certain_lag, _, _ in rows if certain_lag != "None"] == [0.75, 0.95]
    assert all(float(true) <= float(allowed) for _, _, allowed, true in rows)
    assert max(truth[size] for size in (0.75, 0.95, 1.0, 1.3)) < 0.01
    assert truth[3.0] > 100


def test_the_trained_network_forgets(ns: dict[str, Any]) -> None:
    (cell,) = (cell for cell in source(ASSIGNMENT).cells if cell.id == "a4-trained")
    names = dict(ns)
    exec(cell.source, names)
    radius_said, reach = re.findall(r"[\d.]+", names["title"].replace("1 %", ""))
    assert float(radius_said) > 2
    assert 5 <= int(reach) <= 25


def test_the_cliff(ns: dict[str, Any]) -> None:
    without, clipped = said_by(ns, "a4-cliff").splitlines()
    assert without.endswith("loss 0.0900")
    assert float(clipped.split()[-1]) < 0.01
    assert float(re.findall(r"gradient +([\d.]+)", without)[0]) > 100


def test_readers_with_a_window(ns: dict[str, Any]) -> None:
    tables = {}
    for line in said_by(ns, "a4-windows").splitlines():
        window, rest = line.split(" words:")
        found = re.findall(r"(\d): ([\d.]+) ([\d.]+)", rest)
        tables[int(window)] = {int(n): float(model) for n, model, _ in found}
        assert [float(near) for _, _, near in found] == [1, 0, 0, 0]
    assert tables[2][1] < 0.1  # it sees the last noun alone
    assert tables[5][1] > 0.9
    assert tables[5][2] < 0.1
    assert 0.4 < tables[11][3] < 0.6  # the subject is in the window, but the window was never seen before


def test_the_written_question_s_numbers() -> None:
    W_h = matrices.grows_first()
    assert radius.reference(W_h) == pytest.approx(0.9)
    norm = np.linalg.norm(W_h, 2)
    assert norm == pytest.approx(5.1, abs=0.05)
    norms = power_norms.reference(W_h, 100)
    assert norms[6] == pytest.approx(13.5, abs=0.05)
    # without inputs the states are 0 and every slope is 1, so that tanh allows this growth
    assert jacobian.reference(W_h, np.zeros((7, 2)), 0, 6) == pytest.approx(np.linalg.matrix_power(W_h, 6))
    assert bound.reference(W_h, "tanh", 6) == pytest.approx(18_500, rel=0.01)
    assert pytest.approx(17_600, rel=0.001) == 5.1**6
    assert norms[100] == pytest.approx(50 * 0.9**100, rel=0.01)
    assert norms[100] == pytest.approx(0.0013, abs=5e-5)
    squared = clipping.task.mistake("squared-norm-to-scale").implementation
    clipped, _ = squared({"W_h": np.array([[30.0, 40.0]])}, 1.0)
    assert np.linalg.norm(clipped["W_h"]) == pytest.approx(0.02)


def test_the_release_does_not_tell_the_written_answer() -> None:
    text = "\n".join(cell.source for cell in released(ASSIGNMENT).cells)
    for told in ("18,000", "squared norm", "0.25"):
        assert told not in text
