"""What is special to a5: the numbers of its texts, the package's own cells, torch, the race at its end."""

import re
from typing import Any

import numpy as np
import pytest

from assignments import SEED, cell, run_to_the_tests, source
from rnn_course.cells.gru import GRUParams, gru_forward
from rnn_course.cells.gru_reset_after import GRUResetAfterParams, gru_reset_after_forward
from rnn_course.cells.initialization import chrono_bias
from rnn_course.cells.lstm import LSTMParams, LSTMState, lstm_backward, lstm_forward
from rnn_course.checks import a5
from rnn_course.checks.a5.draw import Sizes
from rnn_course.experiments.memory import half_lives

SIZE = Sizes(T=6, B=3, D=4, H=5)
BY_NAME = {task.name: task for task in a5.TASKS}


@pytest.fixture(scope="module")
def notebook() -> Any:
    return source(a5.ASSIGNMENT)


@pytest.fixture
def solution(notebook: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the set-up and the reference solutions define."""
    monkeypatch.setenv("RNN_COURSE_SEED", SEED)
    return run_to_the_tests(a5.ASSIGNMENT, notebook)


def both(solution: dict[str, Any], task: str) -> list[Any]:
    """The notebook's solution of a task, and the checks' reference."""
    return [solution[BY_NAME[task].function], BY_NAME[task].reference]


def test_the_points_are_those_of_the_course() -> None:
    points = {task.name: task.points for task in a5.TASKS}
    assert points["lstm_forward"] == 15
    assert points["lstm_backward"] + points["weight_gradients"] == 30
    assert points["gru_forward"] == 15
    assert points["torch_lstm"] + points["torch_gru"] == 10
    assert points["forget_bias"] == 5
    assert points["carried_shares"] + points["recall_horizon"] == 15
    assert a5.ASSIGNMENT.points == 100


def test_the_worked_values_of_the_texts(solution: dict[str, Any]) -> None:
    ns = solution
    params, x, h_0, c_0 = a5.lstm_forward.example(1)
    assert params["b_f"] == [np.log(3)]
    assert (params["b_i"], params["b_o"], params["b_c"]) == ([0], [0], [100])
    cache = ns["lstm_forward"](params, x, h_0, c_0)
    assert (cache["f"][0], cache["i"][0], cache["o"][0], cache["c_tilde"][0]) == pytest.approx(
        (0.75, 0.5, 0.5, 1)
    )
    assert cache["c"].ravel() == pytest.approx([1, 1.25, 1.4375])
    assert cache["h"][1] == pytest.approx(0.4241, abs=5e-5)

    params, cache, dh, dc_T = a5.lstm_backward.example(1)
    assert not dh.any()
    assert dc_T == 1
    back = ns["lstm_backward"](params, cache, dh, dc_T)
    assert back["dc_0"] == pytest.approx(0.5625)
    assert back["dz_f"][-1] == pytest.approx(0.2344, abs=5e-5)

    found = ns["weight_gradients"](*a5.weight_gradients.example(1))
    assert (found["dW_f"], found["dU_f"], found["db_f"]) == pytest.approx((0.2, 1, 0.6))
    assert found["dx"].ravel() == pytest.approx([0.6, 1.1])

    h = ns["gru_forward"](*a5.gru_forward.example(1))["h"]
    assert h.ravel() == pytest.approx([0.2, 0.4, 0.55])

    numbered = {f"{a}_{g}": np.array([[n]] if a != "b" else [n]) for a in "WUb" for g, n in GATE_NUMBERS}
    assert ns["to_torch_lstm"](numbered)["weight_hh_l0"].tolist() == [[1], [2], [3], [4]]
    ours = ns["from_torch_gru"](*a5.torch_gru.example(1))
    assert (ours["W_r"], ours["W_u"], ours["W_h"]) == (10, -20, 30)

    assert ns["forget_bias"](2, 9 / 16) == pytest.approx(1.0986, abs=5e-5)
    (f,) = a5.carried_shares.example(1)
    assert f.tolist() == [[[0.2, 1]], [[0.5, 0.9]], [[0.5, 0.5]]]
    assert ns["carried_shares"](f) == pytest.approx([1, 0.5, 0.35, 0.25])
    lags, right, needed = a5.recall_horizon.example(1)
    assert lags.tolist() == [3, 3, 7, 7, 15, 15]
    assert np.flatnonzero(~right) == [3]
    assert ns["recall_horizon"](lags, right, needed) == ({3: 1, 7: 0.5, 15: 1}, 3)
    assert ns["recall_horizon"](lags, right, 0.5)[1] == 15


GATE_NUMBERS = (("i", 1), ("f", 2), ("c", 3), ("o", 4))


def test_the_lstm_is_the_package_s(solution: dict[str, Any]) -> None:
    rng = np.random.default_rng(1)
    weights, x, h_0, c_0 = a5.lstm_forward.arguments(rng, SIZE)
    outputs, kept = lstm_forward(LSTMParams(**weights), x, LSTMState(h_0, c_0))
    dh, dc = rng.standard_normal(outputs.shape), np.zeros(outputs.shape)
    dc[-1] = rng.standard_normal(dc[-1].shape)
    dparams, dx, dstate = lstm_backward(dh, kept, dc)
    for forward, back, of_weights in zip(
        *(both(solution, name) for name in ("lstm_forward", "lstm_backward", "weight_gradients")),
        strict=True,
    ):
        cache = forward(weights, x, h_0, c_0)
        np.testing.assert_allclose(cache["h"][1:], outputs, atol=1e-12)
        for name in ("f", "i", "o", "c_tilde"):
            np.testing.assert_allclose(cache[name], getattr(kept.gates, name), atol=1e-12)
        np.testing.assert_allclose(cache["c"], kept.c, atol=1e-12)
        gradients = back(weights, cache, dh, dc[-1])
        np.testing.assert_allclose(gradients["dh_0"], dstate.h, atol=1e-12)
        np.testing.assert_allclose(gradients["dc_0"], dstate.c, atol=1e-12)
        dz = {name: gradients[name] for name in ("dz_f", "dz_i", "dz_o", "dz_c")}
        found = of_weights(weights, x, cache["h"], dz)
        np.testing.assert_allclose(found.pop("dx"), dx, atol=1e-12)
        assert found.keys() == {f"d{name}" for name in weights}
        for name in weights:
            np.testing.assert_allclose(found[f"d{name}"], getattr(dparams, name), atol=1e-12)


def test_the_gru_is_the_package_s(solution: dict[str, Any]) -> None:
    weights, x, h_0 = a5.gru_forward.arguments(np.random.default_rng(2), SIZE)
    outputs, kept = gru_forward(GRUParams(**weights), x, h_0)
    for forward in both(solution, "gru_forward"):
        found = forward(weights, x, h_0)
        np.testing.assert_allclose(found["h"][1:], outputs, atol=1e-12)
        for name in ("u", "r", "h_tilde"):
            np.testing.assert_allclose(found[name], getattr(kept.gates, name), atol=1e-12)


def test_torch_computes_the_same_with_our_lstm_s_weights(solution: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    weights, x, h_0, c_0 = a5.lstm_forward.arguments(np.random.default_rng(3), SIZE)
    expected = lstm_forward(LSTMParams(**weights), x, LSTMState(h_0, c_0))[0]
    for convert in both(solution, "torch_lstm"):
        module = torch.nn.LSTM(SIZE.D, SIZE.H, dtype=torch.float64)
        module.load_state_dict({name: torch.tensor(array) for name, array in convert(weights).items()})
        theirs, _ = module(torch.tensor(x), tuple(torch.tensor(state)[None] for state in (h_0, c_0)))
        np.testing.assert_allclose(theirs.detach().numpy(), expected, atol=1e-12)


def test_our_gru_with_the_reset_after_computes_the_same_with_torch_s_weights(
    solution: dict[str, Any],
) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(4)
    module = torch.nn.GRU(SIZE.D, SIZE.H, dtype=torch.float64)
    x = np.random.default_rng(4).standard_normal((SIZE.T, SIZE.B, SIZE.D))
    expected = module(torch.tensor(x))[0].detach().numpy()
    weights = {name: tensor.detach().numpy() for name, tensor in module.named_parameters()}
    for convert in both(solution, "torch_gru"):
        outputs, _ = gru_reset_after_forward(GRUResetAfterParams(**convert(weights)), x)
        np.testing.assert_allclose(outputs, expected, atol=1e-12)


def test_the_forget_bias_gives_the_half_lives_of_lecture_11(solution: dict[str, Any]) -> None:
    lives = half_lives((0.0, 1.0, 3.0, 5.0), longest=1)
    for bias_for in both(solution, "forget_bias"):
        biases = [bias_for(steps, 0.5) for steps in lives.predicted]
        assert biases == pytest.approx([0, 1, 3, 5], abs=1e-9)
        # Tallec and Ollivier's approximation, log of the time, is near it for long memories
        assert bias_for(1000, np.exp(-1)) == pytest.approx(np.log(1000), abs=1e-3)
    assert chrono_bias(1, 1001.0, np.random.default_rng(0)).max() <= np.log(1000)


def test_the_horizon_agrees_with_the_package_s_recall_table(solution: dict[str, Any]) -> None:
    from rnn_course.experiments.recall_lag import RecallTable

    rng = np.random.default_rng(5)
    asked = np.array([3, 7, 15, 30])
    for _ in range(20):
        answers = rng.random((4, 8)) < rng.uniform(0.4, 1, (4, 1))
        accuracy = answers.mean(axis=1)
        table = RecallTable(("one",), asked, accuracy[None, :, None], np.zeros((1, 4, 1), int), 0.75)
        for horizon in both(solution, "recall_horizon"):
            found = horizon(np.repeat(asked, 8), answers.ravel(), 0.75)
            assert found == (dict(zip(asked.tolist(), accuracy.tolist(), strict=True)), table.reaches[0, 0])


def test_the_numbers_of_the_written_question(notebook: Any) -> None:
    answer = cell(notebook, "a5_written").source
    kept = 1 / (1 + np.exp(-3))
    assert ".5 to the power of 30 is 1e-9" in answer
    assert f"{0.5**30:.0e}" == "9e-10"
    assert f"with 3 it is {kept:.3f}".replace("0.", ".") in answer
    assert f"is {kept**30:.0%}".replace("%", " %") in answer.replace("\n", " ")


def test_a_wrong_equation_is_named_though_everything_after_it_is_wrong_too() -> None:
    weights, x, h_0, c_0 = a5.lstm_forward.example(3)
    swapped = a5.lstm_forward.task.mistake("f-and-i-swapped").implementation(weights, x, h_0, c_0)
    says = a5.lstm_forward.task.properties[-1].broken((weights, x, h_0, c_0), swapped)
    assert says is not None
    assert "c[t] = f[t - 1] * c[t - 1] + i[t - 1] * c_tilde[t - 1]" in says
    assert "from t = 1 on" in says
    late = a5.lstm_forward.reference(weights, x, h_0, c_0)
    late["h"][3:] *= 2
    says = a5.lstm_forward.task.properties[-1].broken((weights, x, h_0, c_0), late)
    assert says is not None
    assert "f[t - 1] =" in says or "h[t] = " in says
    right = a5.lstm_forward.reference(weights, x, h_0, c_0)
    for prop in a5.lstm_forward.task.properties:
        assert prop.broken((weights, x, h_0, c_0), right) is None


def test_the_latest_wrong_step_is_named_on_the_way_back() -> None:
    arguments, broken = a5.lstm_backward.example(4), a5.lstm_backward.task.properties[-1].broken
    value = a5.lstm_backward.reference(*arguments)
    assert broken(arguments, value) is None
    value["dc_0"] = value["dc_0"] + 1
    assert broken(arguments, value) == "All dz are right; dc_0 is not, which comes out of the step t = 1."
    value["dz_o"][1] += 1
    value["dz_f"][0] += 1
    says = "Going back, dz_o is wrong first at t = 2 (all later steps are right)."
    assert broken(arguments, value) == says
    value["dz_i"][-1] += 1
    assert broken(arguments, value) == "Going back, dz_i is wrong first at t = 5 (the last step)."


def test_the_ungraded_cells_show_what_their_texts_say(
    notebook: Any, solution: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    said = {}
    for name in ("counter", "nudge", "count-gru", "parity", "networks", "training", "race", "carried"):
        (found,) = (c for c in notebook.cells if c.id == f"a5-{name}")
        exec(found.source, solution)
        said[name] = capsys.readouterr().out
    above, below = said["counter"].splitlines()
    line, depths = above[2::3], [int(below[k : k + 3]) for k in range(0, len(below), 3)]
    assert depths == [line[: k + 1].count("(") - line[: k + 1].count(")") for k in range(len(line))]
    assert max(depths) == 4
    nudged = re.search(r"(\d+) weights nudged; the slopes differ by at most (\S+)", said["nudge"])
    assert nudged is not None
    assert nudged[1] == "160"
    assert float(nudged[2]) < 1e-8
    states = [float(row.split()[1]) for row in said["count-gru"].splitlines()]
    assert max(map(abs, states)) < 1
    assert states[-1] < -0.9
    assert states[3] == 0.961  # and back to about 0, as the cell below says
    assert abs(states[4]) < 0.05
    for row, state in zip(said["count-gru"].splitlines(), states, strict=True):
        left, right = row.split(maxsplit=2)[2].split("|")
        assert (len(left), len(right)) == (round(20 * max(0, -state)), round(20 * max(0, state)))
    lstm, gru, wrong = (float(row.split()[-1]) for row in said["parity"].splitlines())
    assert lstm < 1e-12
    assert gru < 1e-12
    assert wrong > 1e-3
    horizons = [int(row.split("horizon")[-1].split()[0]) for row in said["race"].splitlines()]
    elman, zero, one, three = horizons
    halves = [int(row.split(" (.5)")[0].split()[-1]) for row in said["race"].splitlines()]
    assert halves[0] <= 2
    assert halves[2:] == [60, 60]
    assert max(elman, zero, one) <= 10
    assert three >= 40
    (more,) = (c for c in notebook.cells if c.id == "a5-more")
    exec(more.source.replace("# ", ""), solution)
    assert int(capsys.readouterr().out.split()[-1]) >= 40  # what a budget of 150 updates does not show
    shares = {}
    for row in said["carried"].splitlines()[1:]:
        who, *numbers = re.split(r"\s{2,}", row.replace("before ", "before"))
        shares[who] = [float(number) for number in numbers]
    before, trained = (shares[f"LSTM, forget bias 3, {when}"] for when in ("before", "trained"))
    assert trained[-1] > before[-1]
