"""The notebook of a1: its form, its release, and every catalogued mistake planted in it.

Cells are run in a plain namespace here. The way through kernels and nbgrader is tested with the grader.
"""

import contextlib
import io
import re
from typing import Any

import a1_release
import pytest
from a1_release import cell
from nbformat import NotebookNode

from rnn_course.checks.a1 import ASSIGNMENT, TASKS
from rnn_course.checks.case import Mistake
from rnn_course.checks.feedback import CheckFailed
from rnn_course.checks.structure import grade_id
from rnn_course.checks.task import Task

SEED = "20240917"
TEST_CELL = """\
from rnn_course.checks import a1

assert a1.{name}.check({function})
### BEGIN HIDDEN TESTS
assert a1.{name}.grade({function})
### END HIDDEN TESTS"""


@pytest.fixture(scope="module")
def source() -> NotebookNode:
    return a1_release.source()


@pytest.fixture(scope="module")
def release() -> NotebookNode:
    return a1_release.released()


@pytest.fixture(autouse=True)
def _seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNN_COURSE_SEED", SEED)


def run_to_the_tests(notebook: NotebookNode, planted: dict[str, str] | None = None) -> dict[str, Any]:
    """A namespace in which the set-up and all answers were run, some of them replaced."""
    namespace: dict[str, Any] = {}
    exec(cell(notebook, "a1_setup").source, namespace)
    for task in TASKS:
        exec((planted or {}).get(task.answer_id, cell(notebook, task.answer_id).source), namespace)
    return namespace


def failing(notebook: NotebookNode, namespace: dict[str, Any]) -> dict[str, str]:
    """What the test cells that fail say, by task."""
    said = {}
    for task in TASKS:
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            try:
                exec(cell(notebook, task.test_id).source, dict(namespace))
            except CheckFailed as failure:
                said[task.name] = str(failure)
        passed = f"{task.label}: passed.\n"
        assert output.getvalue() == passed or (task.name in said and output.getvalue() in ("", passed))
    return said


def test_the_cells_are_as_the_checks_expect_them(source: NotebookNode) -> None:
    marks = [c.metadata.nbgrader for c in source.cells if grade_id(c)]
    order = [name for task in TASKS for name in (task.answer_id, task.test_id)]
    assert [m.grade_id for m in marks] == ["a1_setup", *order, "a1_written"]
    assert sum(m.get("points", 0) for m in marks) == 100
    for task in TASKS:
        answer, test = cell(source, task.answer_id), cell(source, task.test_id)
        assert (answer.metadata.nbgrader.solution, answer.metadata.nbgrader.locked) == (True, False)
        assert answer.source.startswith(f"def {task.function}({', '.join(task.arguments)}):\n")
        assert test.source == TEST_CELL.format(name=task.name, function=task.function)
        assert test.metadata.nbgrader.points == task.points
        assert (test.metadata.nbgrader.grade, test.metadata.nbgrader.locked) == (True, True)
    written = cell(source, "a1_written")
    assert written.cell_type == "markdown"
    assert (written.metadata.nbgrader.grade, written.metadata.nbgrader.solution) == (True, True)
    assert written.metadata.nbgrader.points == ASSIGNMENT.written[0].points


def test_it_is_committed_clean(source: NotebookNode) -> None:
    assert source.metadata.kernelspec.name == "python3"
    for c in source.cells:
        assert not c.get("outputs")
        assert c.get("execution_count") is None


def test_task_texts_are_short_and_complete(source: NotebookNode) -> None:
    texts = {
        grade_id(after): before.source for before, after in zip(source.cells, source.cells[1:], strict=False)
    }
    for task in TASKS:
        text = texts[task.answer_id]
        assert len([line for line in text.splitlines() if line.strip()]) <= 10 + text.count("#\n"), task.name
        assert f"`{task.function}({', '.join(task.arguments)})`" in text
        assert "By hand" in text
        assert "$" in text
        assert f"({task.points} points)" in text


def test_the_release_holds_no_answer_and_no_hidden_test(release: NotebookNode) -> None:
    text = "\n".join(c.source for c in release.cells)
    for secret in ("SOLUTION", "HIDDEN", ".grade(", SEED, "1,799"):
        assert secret not in text
    for task in TASKS:
        assert cell(release, task.answer_id).source.endswith(
            "    # YOUR CODE HERE\n    raise NotImplementedError()"
        )
        # nbgrader takes a bare number at the end of a test for partial credit
        assert cell(release, task.test_id).source.rstrip().splitlines()[-1].startswith("assert ")
    assert cell(release, "a1_written").source == "YOUR ANSWER HERE"


def test_the_solution_passes(source: NotebookNode) -> None:
    assert failing(source, run_to_the_tests(source)) == {}


def test_the_untouched_release_fails_everywhere(source: NotebookNode, release: NotebookNode) -> None:
    untouched = run_to_the_tests(release)
    assert failing(source, untouched).keys() == {task.name for task in TASKS}
    said = failing(release, untouched)
    assert all(f"{task.label}: still to do." in said[task.name] for task in TASKS)


def test_no_answer_calls_another(source: NotebookNode) -> None:
    """So that one mistake costs once."""
    for task in TASKS:
        words = set(re.findall(r"\w+", cell(source, task.answer_id).source))
        assert words & {other.function for other in TASKS} == {task.function}


def plant(notebook: NotebookNode, task: Task, mistake: Mistake) -> dict[str, str]:
    return failing(notebook, run_to_the_tests(notebook, {task.answer_id: mistake.as_answer(task.function)}))


@pytest.mark.parametrize("task", [TASKS[0], TASKS[-2], TASKS[-1]], ids=lambda task: task.name)
def test_a_planted_mistake_costs_its_own_task_alone(task: Task, source: NotebookNode) -> None:
    said = plant(source, task, task.mistakes[0])
    assert said.keys() == {task.name}
    assert task.mistakes[0].what in said[task.name]


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_planted_mistake_costs_its_own_task_alone(task: Task, source: NotebookNode) -> None:
    for mistake in task.mistakes:
        said = plant(source, task, mistake)
        assert said.keys() == {task.name}, mistake.name
        assert mistake.what in said[task.name], mistake.name


def test_the_worked_values_of_the_texts(source: NotebookNode) -> None:
    """Every number that a text states in words comes out of the solution."""
    ns = run_to_the_tests(source)
    assert ns["bigrams"] == ns["count_ngrams"](ns["text"], 2)
    assert ns["bigrams"]["<s>", "the"] == 3
    assert ns["count_ngrams"](ns["text"], 1)[("</s>",)] == 4
    assert ns["count_ngrams"]([[]], 1) == {("</s>",): 1}
    table = ns["mle_table"](ns["bigrams"])
    assert table[("the",)] == {"cat": 2 / 3, "dog": 1 / 3}
    assert ns["sentence_log_prob"](table, ["the", "cat", "sat"]) == pytest.approx(-1.7918, abs=5e-5)
    log = ns["math"].log
    assert ns["perplexity"]([[log(1 / 2)] * 3, [log(1 / 32)]]) == pytest.approx(4)
    tokens = ["<s>", "</s>", "<unk>", "the", "a", "cat", "dog", "sat", "ran"]
    assert ns["add_k_distribution"](ns["bigrams"], ("the",), 1, tokens)["cat"] == pytest.approx(3 / 11)
    tables = [ns["mle_table"](ns["count_ngrams"](ns["text"], n)) for n in (1, 2, 3)]
    mixed = [
        ns["interpolated_distribution"](tables, [0.2, 0.3, 0.5], (a, "dog"))["sat"] for a in ("the", "a")
    ]
    assert mixed == pytest.approx([0.8267, 0.6533], abs=5e-5)
    continuation = ns["continuation_distribution"](ns["bigrams"])
    assert (continuation["cat"], continuation["the"]) == pytest.approx((2 / 11, 1 / 11))
    kneser_ney = ns["kneser_ney_distribution"](ns["bigrams"], continuation, ("the",), 0.5)
    assert kneser_ney["cat"] == pytest.approx(0.5606, abs=5e-5)
    drawn = ns["sample_sentences"](table, 1000, 10, 5)
    assert abs(drawn.count(["a", "cat"]) - 83) <= 20


def test_the_written_question_s_numbers() -> None:
    """add-one 300 and 880, Kneser-Ney 70 and 53: the question and the rubric state them rounded."""
    from rnn_course import lm
    from rnn_course.models.kneser_ney import KneserNey
    from rnn_course.models.ngram import AddK
    from rnn_course.text.sources import language_reference

    corpus = language_reference()
    assert 1_600 < len(corpus.vocabulary) < 2_100
    assert 38_000 < len(corpus.train) < 52_000

    def perplexities(fit: Any, **options: float) -> tuple[float, float]:
        models = [fit(corpus.train, corpus.vocabulary, order=n, **options) for n in (2, 3)]
        return lm.perplexity(models[0], corpus.test), lm.perplexity(models[1], corpus.test)

    assert perplexities(AddK.fit) == pytest.approx((300, 880), rel=0.2)
    for k in (0.1, 0.01, 0.001):
        bigram, trigram = perplexities(AddK.fit, k=k)
        assert trigram > 1.5 * bigram
    assert perplexities(KneserNey.fit) == pytest.approx((70, 53), rel=0.2)
