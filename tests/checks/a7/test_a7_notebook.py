"""What is special to a7: worked values of its texts, points, the report's numbers, proven implementations."""

import contextlib
import io
import math
import re
from typing import Any

import numpy as np
import pytest

from assignments import run_to_the_tests, source
from rnn_course import lm
from rnn_course.cells.cell import CELLS
from rnn_course.checks.a7 import ASSIGNMENT, TASKS, budget, curve, mixture, protocol
from rnn_course.checks.a7.race import PARAMETERS, TRAIN, VALID, race
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.recurrent import RecurrentLM
from rnn_course.text.vocabulary import Vocabulary

Namespace = dict[str, Any]


@pytest.fixture(scope="module")
def ns() -> Namespace:
    """The names of the notebook with the solutions in it."""
    return run_to_the_tests(ASSIGNMENT, source(ASSIGNMENT))


def said_by(ns: Namespace, cell_id: str) -> str:
    """What a cell to play with prints."""
    (found,) = (cell for cell in source(ASSIGNMENT).cells if cell.id == cell_id)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(found.source, ns)
    return output.getvalue()


def test_the_points_are_those_of_the_course() -> None:
    points = {task.name: task.points for task in TASKS}
    assert points["protocol"] == 10
    assert points["budget"] + points["mixture"] == 20
    assert points["curve"] == 10
    assert points["held_out"] == 40
    assert ASSIGNMENT.written[0].points == 20


def test_the_worked_values_of_the_texts(ns: Namespace) -> None:
    prepared = ns["prepare"](ns["diary"], 3, 1)
    assert len(ns["diary"][2] + ns["diary"][5]) == 5
    assert prepared["test"] == [9, 2, 7, 6, 1, 9, 2, 7, 2, 1]
    assert prepared["vocabulary"][9] == "the"
    assert len(prepared["vocabulary"]) == 3 + 7
    assert protocol.task.example(1) == (ns["diary"], 3, 1)
    assert ns["largest_hidden"]("elman", 10, 4, 1, 150) == (5, 150)
    assert ns["largest_hidden"]("gru", ns["V"], 16, 1, 20_000) == (54, 19_809)
    log_probs = np.log([[1 / 2, 1 / 2], [1 / 4, 1 / 2]])
    assert ns["mixture_weights"](log_probs, 1) == pytest.approx([7 / 12, 5 / 12])
    read = ns["read_curve"]([2.5, 2.0, 1.5, 1.0, 0.5], [2.5, 2.0, 2.1, 2.2, 1.9], 2)
    assert read == {"best": 2, "stop": 4, "perplexity": pytest.approx(7.389, abs=5e-4), "gap": 0.0}
    share = math.log(8.4 / 6.3) / math.log(8.4 / 4.7)
    assert round(40 * share * 2) / 2 == 20


def test_the_first_visible_case_of_every_task_is_the_worked_one() -> None:
    assert budget.task.example(1) == ("elman", 10, 4, 1, 150)
    assert mixture.task.example(1)[1] == 1
    assert curve.task.example(1)[1:] == ([2.5, 2.0, 2.1, 2.2, 1.9], 2)


@pytest.mark.parametrize("kind", ["elman", "gru", "lstm"])
def test_parameters_are_counted_as_the_package_has_them(kind: str) -> None:
    V, D, H = 30, 7, 11
    model = RecurrentLM.init(
        Vocabulary([f"w{i}" for i in range(V - 3)]), CELLS[kind], D, H, np.random.default_rng(0)
    )
    n = sum(getattr(model.params, name).size for name in ("E", "U", "b_2"))
    n += sum(weight.size for weight in model.params.cell)
    assert budget.reference(kind, V, D, 1, n) == (H, n)


def test_the_mixture_s_weights_are_the_best_ones() -> None:
    """No other weights make the text more probable, once the steps have settled."""
    rng = np.random.default_rng(3)
    log_probs = np.log(rng.uniform(0.05, 0.9, size=(2, 40)))
    found = mixture.reference(log_probs, 500)
    grid = np.linspace(0.001, 0.999, 999)
    J = [np.log(np.array([w, 1 - w]) @ np.exp(log_probs)).mean() for w in grid]
    assert found[0] == pytest.approx(grid[int(np.argmax(J))], abs=2e-3)


def test_the_text_in_the_notebook_is_what_rehearsals_train_on(ns: Namespace) -> None:
    drawn = race(7)
    assert (len(drawn.train), len(drawn.valid)) == (TRAIN, VALID) == (2000, 200)
    assert drawn.train == ns["train_text"]
    assert drawn.valid == ns["valid_text"]
    assert drawn.V == ns["V"] == 117
    assert PARAMETERS == 20_000


def test_what_the_cells_to_play_with_show(ns: Namespace) -> None:
    sizes = said_by(ns, "a7-sizes")
    assert "all bigrams: 13,689 numbers" in sizes
    assert re.search(r"gru +with 1 layer +H = +54, 19,809 numbers", sizes)
    bigram, trigram, mixed = map(float, re.findall(r"perplexity +([\d.]+)", said_by(ns, "a7-pair")))
    assert mixed < bigram < trigram  # a worse model makes a better mixture
    tales = said_by(ns, "a7-tales")
    assert "27,342 tokens" in tales
    assert "perplexity of the language itself: 4.28" in tales


def valid_perplexity(ns: Namespace, model: Any) -> tuple[float, np.ndarray[Any, Any]]:
    """Perplexity of a model of the notebook's on valid_text, and log P of its sentences."""
    text = ns["valid_text"]
    logs = [
        rows.astype(float)[np.arange(len(s) + 1), [*s, 1]]
        for rows, s in zip(ns["predict"](model, text), text, strict=True)
    ]
    return math.exp(-np.concatenate(logs).mean()), np.array([row.sum() for row in logs])


def test_the_numbers_of_the_report(ns: Namespace) -> None:
    """Those of the reference answer, and those that the rubric names."""
    valid = np.array([i for s in ns["valid_text"] for i in [*s, 1]])
    train = np.array([i for s in ns["train_text"] for i in [*s, 1]])
    assert len(valid) == 2787
    assert len(train) == 27_342
    language = ns["language"]
    assert lm.perplexity(language, valid) == pytest.approx(4.28, abs=0.005)
    bigram, trigram, _ = map(float, re.findall(r"perplexity +([\d.]+)", said_by(ns, "a7-pair")))
    assert (bigram, trigram) == pytest.approx((8.34, 10.5), abs=0.05)
    for order, stated in ((2, 8.49), (3, 7.70), (5, 6.95)):
        found = lm.perplexity(KneserNey.fit(train, language.vocabulary, order=order), valid)
        assert found == pytest.approx(stated, abs=0.01)
    assert math.log(8.34 / 6.95) / math.log(8.34 / 4.28) == pytest.approx(0.27, abs=0.005)
    assert math.log(8.34 / 4.52) / math.log(8.34 / 4.28) == pytest.approx(0.92, abs=0.005)
    assert math.log(8.34 / 4.9) / math.log(8.34 / 4.28) == pytest.approx(0.80, abs=0.005)


@pytest.mark.slow
def test_the_report_s_networks(ns: Namespace) -> None:
    """4.52, 4.85 with half the units, 4.64 with twice the epochs, and how sure that is."""
    (answer,) = (c.source for c in source(ASSIGNMENT).cells if c.id == "a7-held-out")
    found = {}
    for name, change in (("final", "54, 10, 24"), ("half", "27, 10, 24"), ("longer", "54, 20, 24")):
        other = dict(ns)
        exec(answer.replace("54, 10, 24", change), other)
        model = other["train"](other["train_text"], other["valid_text"], other["V"], 1)
        found[name] = (*valid_perplexity(other, model), sum(v.size for v in model.values()))
    assert found["final"][0] == pytest.approx(4.52, rel=0.02)
    assert found["half"][0] == pytest.approx(4.85, rel=0.03)
    assert found["longer"][0] == pytest.approx(4.64, rel=0.03)
    assert (found["final"][2], found["half"][2]) == (19_809, 8_712)
    loss = found["final"][1] - found["longer"][1]
    error = loss.std() * math.sqrt(len(loss))
    assert loss.sum() > 2 * error  # worse, and not by luck
    assert error / 2787 == pytest.approx(0.006, abs=0.002)


def test_the_friend_s_number_is_no_luck(ns: Namespace) -> None:
    """3.9 on 2,500 tokens is some four standard errors below the language itself."""
    error = race(7).truth.std() / math.sqrt(2500)
    assert 3 < math.log(4.28 / 3.9) / error < 6
