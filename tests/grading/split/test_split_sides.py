"""Which side sees what: seed, hidden tests, answers, files, names; and what comes back as a notebook."""

# ruff: noqa: E501 (cells stand in one line each)

import pytest
from split_notebook import SEED, answer, extra, plain, run, setup, test, text_of

from rnn_course.grading.names import idle_in_tests, names_in
from rnn_course.grading.plan import Plan, Side
from rnn_course.grading.split import cells_of

LOOK = """
import os, gc, sys
held = " ".join(str(found) for found in gc.get_objects() if type(found) in (str, bytes))
held += " ".join(text for found in gc.get_objects() if type(found) is dict for text in map(str, found.values())
                 if len(text) < 10_000)
"""


def test_the_student_sees_neither_seed_nor_tests() -> None:
    ran = run(
        setup("shown = 1"),
        answer("def f(x):\n    return x"),
        test("assert f(1) == 1\n### BEGIN HIDDEN TESTS\nassert f('okapi') == 'okapi'\n### END HIDDEN TESTS"),
        answer(
            LOOK
            + f"print('RNN_COURSE_SEED' in os.environ, '{SEED}' + 'x' in held, 'HIDDEN' + ' TESTS' in held)"
        ),
        answer("print('assert f(1)' + ' == 1' in held)"),
        test("import os\nassert os.environ['RNN_COURSE_SEED'] == '5150'"),
    )
    assert ran.errors == {}
    assert text_of(ran.named("answer2")) == "False False False\n"
    assert text_of(ran.named("answer3")) == "False\n"
    assert "okapi" in ran.named("test").source


def test_answers_cannot_be_imported() -> None:
    ran = run(
        answer("from rnn_course.models.ngram import AddK"),
        answer("import rnn_course.models"),
        answer("import importlib\nimportlib.import_module('rnn_course.models.ngram')"),
        answer("import rnn_course.text.vocabulary"),
        test("import rnn_course.models.ngram"),
        hidden_modules=("rnn_course.models",),
    )
    assert list(ran.errors) == ["answer", "answer2", "answer3"]
    assert "cannot be imported while this assignment is graded: it holds answers" in ran.error("answer")


def test_the_instructors_names_are_not_replaced() -> None:
    ran = run(
        setup("import math\nexpected = [2, 4]\ndef close(a, b):\n    return abs(a - b) < 1e-9"),
        answer(
            "def f(x):\n    return 0\nexpected = [0, 0]\nclose = lambda a, b: True\nmath.sqrt = lambda x: 0\n"
            "class math:\n    sqrt = lambda x: 0"
        ),
        test("assert [f(1), f(2)] == expected"),
        test("assert close(f(1), 2)"),
        test("assert f(4) == math.sqrt(4)"),
    )
    assert list(ran.errors) == ["test", "test2", "test3"]
    assert "binds close, expected, math anew; tests use the instructor's" in ran.execution.notes[0]


def test_libraries_that_the_student_changes_are_not_those_of_the_tests() -> None:
    ran = run(
        setup("import numpy as np"),
        answer(
            "import numpy.testing, builtins, sys\nnumpy.testing.assert_allclose = lambda *a, **k: None\n"
            "builtins.abs = lambda x: 0\nsys.settrace(lambda *a: None)\nget_ipython().ast_transformers.clear()\n"
            "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass'])\ndef f(x):\n    return x"
        ),
        test("np.testing.assert_allclose(f(1), 2)"),
        test("assert abs(f(-1) - 3) < 1e-9"),
    )
    assert list(ran.errors) == ["test", "test2"]


def test_both_sides_have_the_files_and_only_tests_their_own() -> None:
    look = "from pathlib import Path\n"
    ran = run(
        answer(look + "text = Path('data/a.txt').read_text()\nprint(Path('expected.txt').exists())"),
        test(look + "assert text == Path('data/a.txt').read_text() == Path('expected.txt').read_text()"),
        files={"data/a.txt": b"alpha"},
        tester_files={"expected.txt": b"alpha"},
    )
    assert ran.errors == {}
    assert text_of(ran.named("answer")) == "False\n"


def test_a_cell_of_the_students_with_an_error_stops_no_other() -> None:
    ran = run(answer("1 / 0"), answer("def f():\n    return 1"), test("assert f() == 1"))
    assert ran.errors == {"answer": "ZeroDivisionError: division by zero"}
    assert not ran.execution.problems


def test_a_failing_set_up_cell_is_told() -> None:
    ran = run(setup("import os\nos.environ['RNN_COURSE_SEED']\n1 / 0"), test("assert True"))
    assert ran.error("setup").startswith("KeyError")  # what the student's side shows
    assert ran.execution.notes == ("cell setup failed in the tester's process: division by zero",)


def test_a_run_can_be_repeated() -> None:
    cells = (
        setup("import random\nimport numpy as np"),
        answer("a = random.random(), np.random.rand(), hash('a'), list({'x', 'y', 'z'})\nprint(a)"),
        test("print(random.random(), np.random.rand(), hash('b'))"),
    )
    once, again = run(*cells), run(*cells)
    assert [cell.outputs for cell in once.cells] == [cell.outputs for cell in again.cells]


def test_the_notebook_that_is_given_is_left_alone_and_the_result_is_valid() -> None:
    import nbformat

    ran = run(setup("x = 1"), answer("print('\\ud800')\nx"), extra("x + 1"), test("x"))
    nbformat.validate(ran.execution.notebook)
    nbformat.writes(ran.execution.notebook).encode()
    assert [cell.execution_count for cell in ran.cells] == [1, 2, 3, 4]
    assert text_of(ran.cells[2]) == "2"


def test_figures_are_shown() -> None:
    ran = run(answer("import matplotlib.pyplot as plt\nplt.plot([1, 2]);"))
    (output,) = [o for o in ran.named("answer").outputs if o.output_type == "display_data"]
    assert output.data["image/png"].startswith("iVBOR")


def test_a_probe_runs_beside_the_object() -> None:
    ran = run(
        setup("from rnn_course.checks.probe import on_student_side"),
        answer("class Net:\n    def __init__(self):\n        self.w = [3.0]\nnet = Net()"),
        test(
            "@on_student_side\ndef norms(net):\n    import os\n    return [abs(w) for w in net.w], "
            "'RNN_COURSE_SEED' in os.environ\n\nassert norms(net) == ([3.0], False)"
        ),
    )
    assert ran.errors == {}


def test_where_cells_run() -> None:
    cells = (setup("a = 1"), plain("b = 2"), answer("c = 3"), extra("d = 4"), test("assert a"))
    from split_notebook import notebook_of, plan_of

    notebook = notebook_of(*cells)
    plan = plan_of(notebook)
    assert [plan.side(cell) for cell in notebook.cells] == [
        Side.BOTH,
        Side.BOTH,
        Side.STUDENT,
        Side.STUDENT,
        Side.TESTER,
    ]
    assert [(there is None, here is None) for _, there, here, _ in cells_of(notebook, plan)] == [
        (False, False),
        (False, False),
        (False, True),
        (False, True),
        (True, False),
    ]


@pytest.mark.parametrize(
    ("cells", "tests", "idle"),
    [
        (["import os", "print(f(2))"], ["assert f(1)"], {1}),
        (["import os", "y = f(2)"], ["assert y"], set()),
        (["rows = []", "rows.append(f(2))"], ["assert rows"], set()),
        (["y = f(1)", "z = y + 1"], ["assert z"], set()),
        (["y = f(1)", "z = y + 1", "print(z)"], ["assert y"], {1, 2}),
        (["import numpy as np", "print(np.array(f(2)))"], ["assert np.all(f(1))"], {1}),
        (["import random", "random.seed(1)"], ["assert f(1)"], set()),
        (["print(f(2))"], ["not python:"], set()),
    ],
)
def test_what_the_tester_may_leave_out(cells: list[str], tests: list[str], idle: set[int]) -> None:
    assert idle_in_tests(list(enumerate(cells)), tests) == idle


def test_names_of_a_cell() -> None:
    names = names_in(
        "import a.b\nfrom c import d\n%time\ndef f(x):\n    y = x + g\n    return y\nn += 1\n[u for u in v]"
    )
    assert names is not None
    assert names.used == {"g", "v", "n"}
    assert names.bound == {"a", "d", "f", "n"}
    assert names.imported == {"a.b", "c", "c.d"}
    assert names_in("def f(:") is None


def test_the_plan_says_what_to_load() -> None:
    tests = {
        "t": "import rnn_course.text\n### BEGIN HIDDEN TESTS\nimport rnn_course.layers\n### END HIDDEN TESTS"
    }
    plan = Plan(tests=tests, preload=("numpy",))
    assert plan.modules(tests=False) == ("numpy", "rnn_course.text")
    assert plan.modules(tests=True) == ("numpy", "rnn_course.layers", "rnn_course.text")
