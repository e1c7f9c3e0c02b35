"""The same notebooks in one process: weaker, with the same limits and the same form of result."""

from split_notebook import SEED, Ran, answer, notebook_of, plan_of, setup, test, text_of
from test_split_endings import QUICK

from rnn_course.grading.sandbox import strongest
from rnn_course.grading.single import run_single
from rnn_course.grading.split import failed_tests


def run(*cells: object) -> Ran:
    notebook = notebook_of(*cells)  # type: ignore[arg-type]
    plan = plan_of(notebook)
    return Ran(run_single(notebook, plan, files={}, seed=SEED, limits=QUICK, tier=strongest()))


def test_tests_see_the_objects_themselves() -> None:
    ran = run(
        setup("import math"),
        answer("class Money:\n    __eq__ = lambda s, o: o == 5\nshared = []"),
        test("assert Money() == 5\nshared.append(1)\nimport os\nprint(os.environ['RNN_COURSE_SEED'])"),
        answer("import os\nprint(shared, 'RNN_COURSE_SEED' in os.environ)"),
        test("assert Money() == 6"),
    )
    assert list(ran.errors) == ["test2"]
    assert text_of(ran.named("test")) == "5150\n"
    assert text_of(ran.named("answer2")) == "[1] False\n"
    assert list(failed_tests(ran.execution.notebook, plan_of(ran.execution.notebook))) == ["test2"]


def test_cells_that_end_the_process_are_left_out() -> None:
    ran = run(
        answer("def f():\n    return 1"),
        test("assert f() == 1"),
        answer("import os\nos._exit(2)"),
        answer("while True: pass"),
        test("assert f() == 1"),
    )
    assert list(ran.errors) == ["answer2", "answer3"]
    assert ran.execution.problems == (
        "cell answer2: ended the process that ran it: it ended with status 2",
        "cell answer3: ran past the 1 s that a cell may take",
    )


def test_an_answer_that_was_sent_before_does_not_count() -> None:
    ran = run(
        answer(
            "import gc\nfrom rnn_course.grading.wire import Channel, encode\n"
            "(channel,) = [c for c in gc.get_objects() if type(c) is Channel]\n"
            "forged = encode(('answer', {'outputs': [], 'bound': [], 'nonce': ''}))\n"
            "channel.send(forged)\nchannel.send(forged)"
        ),
        test("assert False"),
    )
    assert "test" in ran.errors
