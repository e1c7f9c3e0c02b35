"""Task 4 of a7: honest models are accepted, leaks are found and named, marks lie on the scale."""

import contextlib
import io
import math
import re
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from a7_models import MODELS

from assignments import marked, names_it, run_to_the_tests, source, words_of
from rnn_course.checks.a7 import ASSIGNMENT, held_out
from rnn_course.checks.a7.exam import Fault, count
from rnn_course.checks.a7.held_out_mistakes import Leak, Pair, ask, fit
from rnn_course.checks.a7.race import BEST_OF_OURS, PARAMETERS, race, result
from rnn_course.checks.case import Mistake
from rnn_course.errors import CourseError

TASK = held_out.task
SEEN_ONLY_ON_THE_WHOLE = {"no-better-than-a-bigram"}
NETWORKS = {"elman", "torch-gru", "ensemble"}  # some seconds of training each
SLOW = {"over-time"}  # it takes the ten seconds that it is stopped after, twice
each_leak = pytest.mark.parametrize(
    "leak",
    [
        pytest.param(m, id=f"a7-held_out-{m.name}", marks=[pytest.mark.slow] if m.name in SLOW else [])
        for m in TASK.mistakes
    ],
)


@pytest.fixture(autouse=True)
def _seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNN_COURSE_SEED", "20240917")


def graded(train: Callable[..., Any], predict: Callable[..., Any], seed: int = 4) -> float:
    """The points of two functions; what is printed is thrown away."""
    with contextlib.redirect_stdout(io.StringIO()):
        assert TASK.check(train, predict)
        return TASK.grade(train, predict, seed=seed)


def pair_of(leak: Mistake) -> Pair:
    """The two functions of a catalogued mistake."""
    assert isinstance(leak.implementation, Pair)
    return leak.implementation


@each_leak
def test_a_leak_is_found_and_named(leak: Mistake) -> None:
    pair = pair_of(leak)
    if leak.name not in SEEN_ONLY_ON_THE_WHOLE:
        says = words_of(lambda: TASK.check(*pair))
        assert names_it(TASK, leak, says), says
        assert says.startswith("Task 4, held-out text: not yet.")
        assert max(map(len, says.splitlines())) <= 110
    for seed in (1, 2) if leak.name not in SLOW else (1,):
        says = words_of(lambda: TASK.grade(*pair, seed=seed))  # noqa: B023
        assert names_it(TASK, leak, says), says
        assert says.startswith("Task 4, held-out text: not yet (hidden tests).")


@pytest.mark.slow
def test_every_seed_names_every_leak() -> None:
    for seed in range(100, 110):
        for leak in TASK.mistakes:
            if leak.name not in SLOW:
                says = words_of(lambda: TASK.grade(*pair_of(leak), seed=seed))  # noqa: B023
                assert names_it(TASK, leak, says), f"seed {seed}, {leak.name}:\n{says}"


def test_a_planted_leak_costs_its_task_and_its_cell_needs_nothing_of_the_package() -> None:
    notebook = source(ASSIGNMENT)
    for leak in TASK.mistakes:
        text = leak.as_answer("train")
        assert "rnn_course" not in text
        assert text.count("\ndef train(") == text.count("\ndef predict(") == 1
    for name in ("reads-the-rest", "model-outside"):
        leak = TASK.mistake(name)
        namespace = run_to_the_tests(ASSIGNMENT, notebook, {TASK.answer_id: leak.as_answer("train")})
        found = marked(TASK, notebook, namespace)
        assert names_it(TASK, leak, found.says)
        assert found.points == 0


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in NETWORKS else []) for name in MODELS],
)
def test_honest_models_of_every_kind_earn_what_they_earn(name: str) -> None:
    train, predict, least, most = MODELS[name]
    assert least <= graded(train, predict) <= most


def test_points_follow_the_perplexity() -> None:
    drawn = race(11)
    for share in (0.0, 0.25, 0.5, 1.0):
        at = drawn.bigram.mean() + share * BEST_OF_OURS * (drawn.truth.mean() - drawn.bigram.mean())
        found = result(drawn, np.full(len(drawn.answers), at))
        assert TASK.points_for(found) == pytest.approx(40 * share)
        assert found.model == pytest.approx(math.exp(-at))
    assert result(drawn, drawn.truth).share == 1.0  # better than ours is all points, and not more
    assert result(drawn, drawn.bigram - 1).share == 0.0
    assert result(drawn, np.full(len(drawn.answers), -np.inf)).share == 0.0


def test_nothing_held_out_is_ever_handed_over() -> None:
    """The answers are never arguments, and no beginning goes on as its answer would have it."""
    asked: list[Any] = []

    def watching(parameters: Any, sentences: Any) -> Any:
        asked.append([list(s) for s in sentences])
        return ask(parameters, sentences)

    with contextlib.suppress(held_out.CheckFailed), contextlib.redirect_stdout(io.StringIO()):
        TASK.grade(fit, watching, seed=4)
    (largest,) = [a for a in {repr(a): a for a in asked}.values() if len(a) > 1000]
    drawn = next(r for r in _races(4) if largest == r.beginnings)
    trained = {tuple(s) for s in drawn.train}
    new = [b for b in drawn.beginnings if tuple(b) not in trained]
    assert len(new) > 0.9 * len(drawn.beginnings)
    assert len(drawn.answers) == len(drawn.beginnings) == 2500


def _races(seed: int) -> list[Any]:
    from rnn_course.checks.seed import rng_for

    return [race(int(rng_for(seed, TASK.answer_id).integers(1 << 62)))]


def test_the_seed_decides_on_the_language() -> None:
    first, same, other = race(21), race(21), race(22)
    assert first is same
    assert first.train != other.train
    assert abs(first.bigram.mean() - other.bigram.mean()) > 1e-6


def test_a_model_with_everything_just_within_the_budget_passes() -> None:
    def filled(train_text: Any, valid_text: Any, V: int, seed: int) -> Any:
        model = fit(train_text, valid_text, V, seed)
        return {**model, "rest": np.zeros(PARAMETERS - model["P"].size)}

    def one_more(train_text: Any, valid_text: Any, V: int, seed: int) -> Any:
        return {**filled(train_text, valid_text, V, seed), "one": 1.0}

    with contextlib.redirect_stdout(io.StringIO()):
        assert TASK.check(filled, ask)
    assert "20,001 numbers" in words_of(lambda: TASK.check(one_more, ask))


@pytest.mark.parametrize(
    "parameters",
    [None, 3, [1.0], {"a": "text"}, {"a": [1, 2]}, {1: 2.0}, {"a": np.array(["x"])}, {"x" * 50: 1.0}],
    ids=str,
)
def test_parameters_are_named_arrays(parameters: Any) -> None:
    with pytest.raises(Fault):
        count(parameters)
    words_of(lambda: TASK.check(lambda *given: parameters, ask))


@pytest.mark.parametrize(
    "answer",
    [None, 0.0, [], {}, "text", [None] * 30, np.zeros(3), [np.zeros((3, 117))] * 30, float("nan")],
    ids=lambda a: type(a).__name__ + str(a)[:12],
)
def test_constants_fail(answer: Any) -> None:
    words_of(lambda: TASK.check(fit, lambda parameters, sentences: answer))
    words_of(lambda: TASK.check(lambda *given: answer, ask))


def test_nan_is_told() -> None:
    def broken(parameters: Any, sentences: Any) -> Any:
        return [np.full((len(s) + 1, 117), np.nan) for s in sentences]

    assert "NaN" in words_of(lambda: TASK.check(fit, broken))


def test_a_rehearsal_tells_zero_points_without_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    TASK.rehearse(fit, ask)
    says = capsys.readouterr().out
    assert "That would be 0 of 40 points." in says
    assert re.search(r"13,689 of 20,000 numbers, 0\.\d of 5 seconds\.", says)

    def fails(*arguments: Any) -> Any:
        return {}["h"]

    assert 'return {}["h"]' in words_of(lambda: TASK.rehearse(fails, ask))
    assert "should be a function" in words_of(lambda: TASK.rehearse(None, ask))  # type: ignore[arg-type]
    slow = held_out.Timed(fit)
    slow.seconds = 7.0
    assert slow.words() == "7.0 of 5 seconds: too long, a slower machine would stop it"


def test_stubs_exceptions_and_changed_arguments_are_told() -> None:
    def stub(*arguments: object) -> None:
        raise NotImplementedError

    def fails(*arguments: Any) -> Any:
        return {}["h"]

    def eats(parameters: Any, sentences: Any) -> Any:
        answers = ask(parameters, sentences)
        sentences[0].append(1)
        return answers

    assert "still to do" in words_of(lambda: TASK.check(stub, stub))
    assert "still to do" in words_of(lambda: TASK.check(fit, stub))
    says = words_of(lambda: TASK.check(fails, ask))
    assert "train(train_text, valid_text, V, seed)" in says
    assert "KeyError: 'h'" in says
    assert "predict(parameters, sentences)" in words_of(lambda: TASK.check(fit, fails))
    assert "It changed its argument sentences" in words_of(lambda: TASK.check(fit, eats))
    assert "should be a function" in words_of(lambda: TASK.check(fit, {"P": 1}))  # type: ignore[arg-type]


def test_a_leak_that_waits_for_more_text_is_found_when_it_counts() -> None:
    """Treating the small text of the check apart does not help."""
    honest, leaking = pair_of(TASK.mistake("sees-the-answer")).predict, ask

    def by_size(parameters: Any, sentences: Any) -> Any:
        return (leaking if parameters["n"] < 1000 else honest)(parameters, sentences)

    def sized(train_text: Any, valid_text: Any, V: int, seed: int) -> Any:
        return {**fit(train_text, valid_text, V, seed), "n": len(train_text)}

    with contextlib.redirect_stdout(io.StringIO()):
        assert TASK.check(sized, by_size)
    says = words_of(lambda: TASK.grade(sized, by_size, seed=4))
    assert names_it(TASK, TASK.mistake("sees-the-answer"), says)


def test_there_is_no_one_right_answer() -> None:
    with pytest.raises(CourseError, match="no one right answer"):
        TASK.reference()
    assert isinstance(TASK.mistakes[0], Leak)
    assert TASK.functions == ("train", "predict")


@pytest.mark.slow
def test_the_solution_earns_all_points_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    notebook = source(ASSIGNMENT)
    namespace = run_to_the_tests(ASSIGNMENT, notebook)
    started = time.process_time()
    with capsys.disabled(), contextlib.redirect_stdout(io.StringIO()):
        TASK.check(namespace["train"], namespace["predict"])
    assert time.process_time() - started < 2
    found = marked(TASK, notebook, namespace)
    assert (found.points, found.says) == (40, "")
    assert "40 of 40 points." in found.printed
    assert time.process_time() - started < 20
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        held_out.rehearse(namespace["train"], namespace["predict"], seed=8)
    assert "That would be 40 of 40 points." in output.getvalue()
    assert re.search(r"19,809 of 20,000 numbers, \d\.\d of 5 seconds", output.getvalue())
