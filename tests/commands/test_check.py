"""`rnn-course check`, from the command line to a real kernel and back."""

import copy
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner, Result
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "checks"))

import assignments
from assignments import cell
from rnn_course.checks.a1 import ASSIGNMENT, TASKS, perplexity
from rnn_course.checks.assignment import assignment
from rnn_course.checks.self_check import SelfCheck, TaskResult
from rnn_course.cli import rnn_course
from rnn_course.commands.check import report


def run(*arguments: object) -> Result:
    return CliRunner().invoke(rnn_course, ["check", *map(str, arguments)])


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    def written(notebook: NotebookNode, name: str = "a1_ngrams.ipynb") -> Path:
        path = tmp_path / name
        nbformat.write(notebook, path)
        return path

    return written


def states(output: str) -> dict[str, str]:
    """What the table says of each task."""
    lines = [line.rsplit("points", 1) for line in output.splitlines() if line.startswith("  Task ")]
    return {label.strip().rsplit(None, 1)[0]: state.strip() for label, state in lines}


def test_a_solved_notebook(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = write(assignments.solved(ASSIGNMENT))
    before = path.read_bytes()
    result = run(tmp_path)
    assert result.exit_code == 0, result.output
    assert states(result.output) == {
        **{task.label: "passed" for task in TASKS},
        "Task 7, in words": "answered; your instructor marks it",
    }
    assert "Visible tests: 90 of 90 points." in result.output
    assert "besides" not in result.output
    assert "mended" not in result.output
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_notebook_with_many_faults(write) -> None:  # type: ignore[no-untyped-def]
    notebook = assignments.solved(ASSIGNMENT)
    mistake = perplexity.task.mistake("averaged-perplexities")
    cell(notebook, "a1_perplexity").source = mistake.as_answer("perplexity")
    cell(notebook, "a1_mle").source = cell(assignments.released(ASSIGNMENT), "a1_mle").source
    cell(notebook, "a1_chain_rule").source = "def sentence_log_prob(table, sentence)\n    return 0"
    cell(notebook, "a1_add_k").source = "add_k = None"
    cell(notebook, "a1_interpolation_test").source = "assert True"
    cell(notebook, "a1_written").source = "YOUR ANSWER HERE"
    notebook.cells.remove(cell(notebook, "a1_continuation_test"))
    notebook.cells.append(copy.deepcopy(cell(notebook, "a1_counts")))
    notebook.cells[-1]["id"] = "another"
    notebook.cells += [
        new_code_cell("\n1 / 0  # my own"),
        new_code_cell("import sys; print(1, file=sys.stderr)"),
    ]
    result = run(write(notebook, "mine.ipynb"))
    output = result.output
    assert result.exit_code == 1, output
    assert states(output) == {
        "Task 1, counts": "passed",
        "Task 2a, maximum likelihood": "still to do",
        "Task 2b, chain rule": "not yet",
        "Task 3, perplexity": "not yet",
        "Task 4a, add-k": "not yet",
        "Task 4b, interpolation": "not yet",
        "Task 5a, continuation": "not yet",
        "Task 5b, Kneser-Ney": "passed",
        "Task 6, sampling": "passed",
        "Task 7, in words": "no answer yet",
    }
    with pytest.raises(Exception, match="not yet") as visible:
        perplexity.check(mistake.implementation)
    assert str(visible.value) in output  # the same words as in the notebook
    assert "the cell with your answer fails.\n\n  SyntaxError: " in output
    assert "there is no function add_k_distribution. Has it another name?" in output
    assert "Task 4b, interpolation: its test cell was edited" in output
    assert "its test cell a1_continuation_test is missing" in output
    assert "the cell a1_counts is there 2 times" in output
    assert "(`1 / 0  # my own`): ZeroDivisionError: division by zero" in output
    assert output.count("besides") == 1
    assert "NotImplementedError" not in output  # the cell that waits for task 2a is not called a failure
    assert "Traceback" not in output
    assert "Visible tests: 40 of 90 points." in output
    assert "Hand it in under the name a1_ngrams.ipynb; this file is mine.ipynb." in output


def test_the_untouched_release(write) -> None:  # type: ignore[no-untyped-def]
    result = run(write(assignments.released(ASSIGNMENT)))
    assert result.exit_code == 1
    assert set(states(result.output).values()) == {"still to do", "no answer yet"}
    assert "Visible tests: 0 of 90 points." in result.output


def test_by_name(write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """A name is looked up here, then in assignments/ of the course around, then of the package's."""
    from rnn_course.commands.check import find_notebook

    folder = tmp_path / "course" / "assignments" / "a1_ngrams"
    folder.mkdir(parents=True)
    (tmp_path / "course" / "nbgrader_config.py").touch()
    (folder / "a1_ngrams.ipynb").touch()
    monkeypatch.chdir(tmp_path / "course")
    assert find_notebook("a1") == find_notebook("a1_ngrams") == folder / "a1_ngrams.ipynb"
    monkeypatch.chdir(folder)
    assert find_notebook("a1") == folder / "a1_ngrams.ipynb"
    assert find_notebook(".") == Path("a1_ngrams.ipynb")
    assert find_notebook("../../assignments/a1_ngrams") == Path("../../assignments/a1_ngrams/a1_ngrams.ipynb")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.ipynb", None, "there is no file"),
        ("a99", None, "no assignment of that name (a1"),
        ("empty.ipynb", b"", "is empty"),
        ("cut.ipynb", b'{"cells": [\n', "broken in line 2, column 1"),
        ("conflict.ipynb", b'{\n<<<<<<< HEAD\n"cells": []}', "broken in line 2, column 1"),
        ("latin1.ipynb", b'{"cells": "\xe9"}', "cannot be read"),
        ("list.ipynb", b"[1, 2]", "is not a notebook"),
        ("other.ipynb", b'{"a": 1}', "is not a notebook"),
        (
            "cells.ipynb",
            b'{"cells": [3], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
            "is not a notebook",
        ),
        (
            "none.ipynb",
            b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
            "no cell of an assignment",
        ),
        ("folder/", None, "no notebook a1_ngrams.ipynb"),
    ],
)
def test_what_cannot_be_checked(
    name: str, content: bytes | None, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path(name).write_bytes(content)
    elif name.endswith("/"):
        Path(name).mkdir()
    result = run(name)
    assert result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output


def test_without_a_kernel(write, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from rnn_course.checks import run_notebook

    monkeypatch.setattr(run_notebook, "KERNEL", "no-such-kernel")
    result = run(write(assignments.solved(ASSIGNMENT)))
    assert result.exit_code == 2
    assert "there is no kernel 'no-such-kernel'" in result.output


def only(notebook: NotebookNode, *names: str) -> None:
    """Leave these cells and the set-up, so that the notebook runs quickly."""
    keep = ("a1_setup", *names)
    notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") in keep]


def test_a_cell_that_takes_too_long(write) -> None:  # type: ignore[no-untyped-def]
    notebook = assignments.solved(ASSIGNMENT)
    only(notebook, "a1_counts", "a1_counts_test", "a1_mle", "a1_mle_test")
    notebook.cells.insert(3, new_code_cell("import time\ntime.sleep(60)"))
    result = run(write(notebook), "--timeout", 5)
    assert result.exit_code == 1
    assert "(`import time`): TooSlow: it was still running after 5 seconds" in result.output
    found = states(result.output)
    assert found["Task 1, counts"] == found["Task 2a, maximum likelihood"] == "passed"


@pytest.mark.slow
def test_a_cell_that_cannot_be_interrupted(write, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from rnn_course.checks import run_notebook

    monkeypatch.setattr(run_notebook, "SECONDS_TO_ANSWER", 2)
    notebook = assignments.solved(ASSIGNMENT)
    only(notebook, "a1_counts", "a1_counts_test", "a1_mle", "a1_mle_test")
    stubborn = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    notebook.cells.insert(3, new_code_cell(stubborn))
    result = run(write(notebook), "--timeout", 5)
    assert result.exit_code == 1
    assert "nothing after cell 4 was run: it could not be interrupted" in result.output
    found = states(result.output)
    assert (found["Task 1, counts"], found["Task 2a, maximum likelihood"]) == ("passed", "not yet")
    assert "not run, since the notebook stopped at cell 4" in result.output


@pytest.mark.slow
def test_a_cell_that_ends_python(write) -> None:  # type: ignore[no-untyped-def]
    notebook = assignments.solved(ASSIGNMENT)
    only(notebook, "a1_counts", "a1_counts_test", "a1_mle", "a1_mle_test")
    notebook.cells.insert(3, new_code_cell("import os\nos._exit(3)"))
    result = run(write(notebook))
    assert result.exit_code == 1
    assert "nothing after cell 4 was run: Python came to its end" in result.output
    assert states(result.output)["Task 1, counts"] == "passed"


def test_the_checks_need_neither_nbgrader_nor_torch_nor_nbclient() -> None:
    """Students have no nbgrader; and a test cell is not to wait for torch."""
    import subprocess

    program = (
        "import sys\nfrom rnn_course.checks import a1\n"
        "assert a1.counts.check(a1.counts.reference)\n"
        "print(sorted({'nbgrader', 'torch', 'nbclient', 'nbformat', 'matplotlib'} & set(sys.modules)))\n"
        "import rnn_course.commands.check, rnn_course.checks.run_notebook\n"
        "print('nbgrader' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["Task 1, counts: passed.", "[]", "False"]


def test_a_task_on_a_scale_is_not_among_the_points_that_are_promised() -> None:
    which = assignment("a7")
    results = [TaskResult(t.label, t.points, "passed", on_a_scale=t.on_a_scale) for t in which.tasks]
    found = SelfCheck(which, tuple(results), (("Task 5, the report", 20, True),), (), ())
    assert found.points == (40, 40)
    said = report(found, Path(which.notebook))
    assert "40 points   passed; held-out text decides how many\n" in said
    assert "Visible tests: 40 of 40 points." in said
