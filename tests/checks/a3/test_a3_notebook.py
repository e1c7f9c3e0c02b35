"""What is special to a3: the numbers of its texts and its question, the package's network, ungraded cells."""

from typing import Any

import numpy as np
import pytest

from assignments import SEED, cell, run_to_the_tests, source
from rnn_course.cells.cell import CELLS
from rnn_course.cells.elman import ElmanParams, elman_backward, elman_forward, elman_step
from rnn_course.checks import a3
from rnn_course.checks.a3 import draw
from rnn_course.checks.a3.draw import Params, Sizes
from rnn_course.gradients.check import check_gradients
from rnn_course.layers import (
    ReadoutParams,
    cross_entropy_backward,
    cross_entropy_forward,
    embedding_backward,
    embedding_forward,
    readout_backward,
    readout_forward,
)
from rnn_course.models.truncated import truncated_backward
from rnn_course.tasks.hello import work_by_hand

BY_NAME = {task.name: task for task in a3.TASKS}
Answers = dict[str, Any]


@pytest.fixture(scope="module")
def notebook() -> Any:
    return source(a3.ASSIGNMENT)


@pytest.fixture
def solution(notebook: Any, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """The names that the set-up and the reference solutions define."""
    monkeypatch.setenv("RNN_COURSE_SEED", SEED)
    return run_to_the_tests(a3.ASSIGNMENT, notebook)


def both(solution: Answers, task: str) -> list[Any]:
    """The notebook's solution of a task, and the checks' reference."""
    return [solution[BY_NAME[task].function], BY_NAME[task].reference]


def cell_of(params: Params) -> ElmanParams:
    return ElmanParams(params["W_h"], params["W_e"], params["b_1"])


def test_the_points_are_those_of_the_course() -> None:
    points = {task.name: task.points for task in a3.TASKS}
    assert points["cell"] == 10
    assert points["unroll"] + points["loss"] == 15
    assert points["step_back"] + points["bptt"] == 30
    assert points["truncated"] == 15
    assert points["batches"] == 10
    assert points["sampling"] == 10
    assert a3.ASSIGNMENT.points == 100


def test_the_given_network_is_that_of_the_lecture(solution: Answers) -> None:
    for name, array in draw.hello().items():
        assert np.array_equal(solution["hello"][name], array), name
    assert [solution["hell"].tolist(), solution["ello"].tolist()] == [a.tolist() for a in draw.hello_text()]


def test_the_worked_values_of_the_texts(solution: Answers) -> None:
    ns, hello, zero = solution, solution["hello"], np.zeros((1, 3))
    first = [0.6640, -0.1974, 0.2913]
    assert ns["elman_step"](hello, zero, np.eye(4)[:1])[0] == pytest.approx(first, abs=5e-5)
    h = ns["unroll"](hello, ns["hell"], zero)
    assert h.shape == (5, 1, 3)
    assert not h[0].any()
    assert h[1, 0] == pytest.approx(first, abs=5e-5)
    by_hand = {"U": np.zeros((2, 1)), "b_2": np.array([np.log(3), 0.0])}
    assert ns["sequence_loss"](by_hand, np.zeros((3, 1, 1)), np.array([[0], [1]])) == pytest.approx(
        0.8370, abs=5e-5
    )
    back = ns["step_backward"](*a3.step_back.example(1))
    assert (back["b_1"][0], back["h_prev"][0, 0], back["W_h"][0, 0]) == pytest.approx((0.64, 0.32, 0.128))
    J, gradients = ns["bptt"](hello, ns["hell"], ns["ello"], zero)
    assert round(J, 4) == 0.9229
    assert gradients["b_2"][2] == pytest.approx(-0.1275, abs=5e-5)
    assert work_by_hand().probs[:, 2] == pytest.approx([0.222, 0.373, 0.420, 0.475], abs=5e-4)
    params, e, states, dh, *_ = a3.truncated.example(1)
    cut = {k: ns["truncated_backward"](params, e, states, dh, *k)["b_1"][0] for k in ((2, 3), (2, 2), (4, 4))}
    assert cut == pytest.approx({(2, 3): 5.75, (2, 2): 5.0, (4, 4): 6.125})
    (first_pair, second_pair) = ns["stateful_batches"](np.arange(10), 2, 3)
    assert [part.tolist() for part in first_pair] == [[[0, 4], [1, 5], [2, 6]], [[1, 5], [2, 6], [3, 7]]]
    assert [part.tolist() for part in second_pair] == [[[3, 7]], [[4, 8]]]


def test_the_worked_shares_of_the_sampler(solution: Answers) -> None:
    coin = {
        "E": np.zeros((2, 1)),
        "W_h": np.zeros((1, 1)),
        "W_e": np.zeros((1, 1)),
        "b_1": np.zeros(1),
        "U": np.zeros((2, 1)),
        "b_2": np.array([np.log(3), 0.0]),
    }
    for temperature, share in ((1, 3 / 4), (0.5, 9 / 10), (2, 0.634)):
        drawn = solution["sample_tokens"](coin, [0], 4000, 2, temperature, 1)
        assert np.mean(drawn == 0) == pytest.approx(share, abs=0.03)
        assert a3.sampling.shares(coin, [0], 1, temperature)["0"] == pytest.approx(share, abs=5e-4)


@pytest.mark.parametrize("sizes", [draw.SMALL, *draw.LARGER, draw.ONE_TEXT, draw.LENGTH_1])
def test_the_answers_are_those_of_the_package(sizes: Sizes, solution: Answers) -> None:
    rng = np.random.default_rng(6)
    params, h_0 = draw.network(rng, sizes), draw.state(rng, sizes)
    inputs, targets = draw.text(rng, sizes)
    e, of_E = embedding_forward(params["E"], inputs)
    h, of_cell = elman_forward(cell_of(params), e, h_0)
    z, of_readout = readout_forward(ReadoutParams(params["U"], params["b_2"]), h)
    J, of_loss = cross_entropy_forward(z, targets)
    dreadout, dh = readout_backward(cross_entropy_backward(of_loss), of_readout)
    dcell, de, dh_0 = elman_backward(dh, of_cell)
    right = {**dcell._asdict(), **dreadout._asdict(), "E": embedding_backward(de, of_E), "h_0": dh_0}

    for step in both(solution, "cell"):
        assert step(params, h_0, e[0]) == pytest.approx(elman_step(cell_of(params), h_0, e[0]))
    for unroll in both(solution, "unroll"):
        assert unroll(params, inputs, h_0) == pytest.approx(of_cell.h)
    for loss in both(solution, "loss"):
        assert loss(params, of_cell.h, targets) == pytest.approx(J)
    for bptt in both(solution, "bptt"):
        got_J, gradients = bptt(params, inputs, targets, h_0)
        assert got_J == pytest.approx(J)
        assert gradients.keys() == right.keys()
        for name, array in right.items():
            assert gradients[name] == pytest.approx(array), name
    for back in both(solution, "step_back"):
        _, of_one = elman_forward(cell_of(params), e[:1], h_0)
        one, de_1, dh_before = elman_backward(dh[:1], of_one)
        gradients = back(params, h_0, e[0], of_one.h[1], dh[0])
        for name, array in {**one._asdict(), "e_t": de_1[0], "h_prev": dh_before}.items():
            assert gradients[name] == pytest.approx(array), name
    for truncated in both(solution, "truncated"):
        for k1, k2 in ((1, 1), (2, 3), (3, 3), (4, 20)):
            package = truncated_backward(
                CELLS["elman"], cell_of(params), e, lambda steps, _: dh[steps], h_0, k1=k1, k2=k2
            ).params
            gradients = truncated(params, e, of_cell.h, dh, k1, k2)
            for name, array in package._asdict().items():
                assert gradients[name] == pytest.approx(array), (name, k1, k2)


def test_the_reference_agrees_with_finite_differences() -> None:
    params, inputs, targets, h_0 = a3.bptt.task.hidden_cases(1)[0].arguments

    def loss(weights: dict[str, Any]) -> float:
        own = {name: array for name, array in weights.items() if name != "h_0"}
        return a3.bptt.reference(own, inputs, targets, weights["h_0"])[0]

    check_gradients(
        loss, {**params, "h_0": h_0}, a3.bptt.reference(params, inputs, targets, h_0)[1]
    ).require()


def test_batches_read_the_stream_once_and_go_on_where_they_were(solution: Answers) -> None:
    stream = np.random.default_rng(7).integers(50, size=103)
    for batches in both(solution, "batches"):
        pairs = batches(stream, 4, 7)
        inputs, targets = (np.concatenate(parts).T for parts in zip(*pairs, strict=True))
        assert inputs.ravel().tolist() == stream[:100].tolist()
        assert targets.ravel().tolist() == stream[1:101].tolist()
        assert [len(x) for x, _ in pairs] == [7, 7, 7, 4]


@pytest.mark.slow
def test_the_share_of_a_thousand_draws_never_strays_as_far_as_the_tolerance() -> None:
    """A right sampler fails by chance less than once in a million checks; 100 seeds stay far inside."""
    worst = 0.0
    for seed in range(100):
        for case in a3.sampling.VISIBLE[::2]:
            arguments = (*case.arguments[:2], 1000, *case.arguments[3:5], seed)
            drawn = a3.sampling.summary(arguments, a3.sampling.reference(*arguments))
            right = a3.sampling.expected(*arguments)
            worst = max(worst, *(abs(drawn[key] - right[key]) for key in right if key.startswith("share")))
    assert 0 < worst < 0.07


# The written question


def friends_error(T: int, seed: int) -> tuple[float, float]:
    """The friend's largest error as a share of the largest entry, and the cosine, over all six weights."""
    case = a3.bptt.case(np.random.default_rng(seed), Sizes(V=6, D=4, H=5, T=T, B=3))
    right, hers = (bptt(*case.arguments)[1] for bptt in (a3.bptt.reference, friend))
    one, other = (np.concatenate([g[name].ravel() for name in case.arguments[0]]) for g in (right, hers))
    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    return np.abs(one - other).max() / np.abs(one).max(), cosine


friend = a3.bptt.task.mistake("recurrent-term-missing").implementation


def test_the_question_s_first_two_results() -> None:
    assert all(friends_error(1, seed)[0] < 1e-12 for seed in range(5))
    at_seven = [friends_error(7, seed) for seed in range(5)]
    assert all(0.3 < error < 0.8 and 0.85 < cosine < 0.97 for error, cosine in at_seven)
    losses = []
    for bptt in (a3.bptt.reference, friend):
        params = draw.hello()
        for _ in range(401):
            J, gradients = bptt(params, *draw.hello_text(), np.zeros((1, 3)))
            params = {name: array - 0.5 * gradients[name] for name, array in params.items()}
        losses.append(J)
    assert losses == pytest.approx([0.0054, 0.0072], abs=5e-5)


def recalled(bptt: Any, lag: int, seed: int, new_network: Any) -> float:
    """The share of first symbols that a network names which was trained with these gradients."""
    rng = np.random.default_rng(seed)
    params = {**new_network(6, 6, 16, seed), "W_e": rng.normal(size=(16, 6)) * 0.5 / np.sqrt(6)}
    params["W_h"] = 0.95 * np.linalg.qr(rng.normal(size=(16, 16)))[0]
    seen = {name: np.zeros_like(array) for name, array in params.items()}

    def texts(how_many: int) -> tuple[Any, Any]:
        text = np.full((lag + 2, how_many), 4)
        text[0] = text[-1] = rng.integers(4, size=how_many)
        text[lag] = 5
        return text[:-1], text[1:]

    for _ in range(1500):
        _, gradients = bptt(params, *texts(16), np.zeros((16, 16)))
        length = np.sqrt(sum((gradients[name] ** 2).sum() for name in params))
        for name in params:
            step = gradients[name] / max(1, length)
            seen[name] += step**2
            params[name] = params[name] - 0.1 * step / np.sqrt(seen[name] + 1e-8)
    read, right = texts(400)
    h = a3.unroll.reference(params, read, np.zeros((400, 16)))[-1]
    return float(np.mean((h @ params["U"].T + params["b_2"]).argmax(axis=1) == right[-1]))


@pytest.mark.slow
def test_the_question_s_third_result(solution: Answers) -> None:
    new_network = solution["new_network"]
    whole = [recalled(a3.bptt.reference, 6, seed, new_network) for seed in range(3)]
    hers = [recalled(friend, 6, seed, new_network) for seed in range(3)]
    assert min(whole) > 0.97
    assert sorted(hers) == pytest.approx([0.24, 0.53, 0.73], abs=0.15)
    assert min(recalled(friend, 1, seed, new_network) for seed in range(3)) > 0.97


# The ungraded cells


def test_the_reader_learns_and_the_referee_agrees(
    notebook: Any, solution: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = {c.id: c.source for c in notebook.cells}
    exec(cells["a3-referee"], solution)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7
    assert all(float(line.split("apart")[1]) < 1e-10 for line in lines)
    assert any(line.startswith("h_0[") for line in lines)
    exec(cells["a3-hello"], solution)
    said = capsys.readouterr().out
    assert "helll" in said.splitlines()[0]
    assert said.splitlines()[-1].endswith("hello")
    exec(cells["a3-reads"], solution)
    said = capsys.readouterr().out
    assert said.count("updates: ") == 4
    assert float(said.split("batch: ")[1].split(" nats")[0]) < 2.2


def test_what_the_other_cells_show(
    notebook: Any, solution: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    """The smallest W_h forgets, the largest never does; the cut costs more where more is remembered."""
    exec(cell_source(notebook, "a3-echo"), solution)
    apart = [float(line.split()[3]) for line in capsys.readouterr().out.splitlines() if "after" in line]
    assert apart[6] < 1e-3
    assert apart[13] < 0.1
    assert apart[20] > 1
    assert apart[18] > 1.5 * apart[14]
    exec(cell_source(notebook, "a3-cosine"), solution)
    cosines = [float(line.split()[6]) for line in capsys.readouterr().out.splitlines()]
    assert cosines[2] < 0.99 < cosines[3]  # k = 5 and 10
    assert cosines[10] < 0.97  # k = 20
    assert cosines[11] > 0.99  # k = 30


def cell_source(notebook: Any, cell_id: str) -> str:
    """The source of an ungraded cell."""
    (found,) = (c.source for c in notebook.cells if c.id == cell_id)
    return str(found)


def test_the_answer_in_words_is_about_as_long_as_asked(notebook: Any) -> None:
    assert 130 < len(cell(notebook, "a3_written").source.split()) < 260
