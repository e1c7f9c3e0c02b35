"""A student's process that dies, hangs, lies or talks nonsense costs what it is to cost, and no more."""

# ruff: noqa: E501 (cells stand in one line each)

import time

import pytest
from split_notebook import answer, error_of, extra, run, setup, test, text_of

from rnn_course.grading.plan import Limits
from rnn_course.grading.sandbox import Tier

QUICK = Limits(cell_seconds=1, seconds=20, memory_bytes=300 << 20)
DIES = {
    "exit": "import os\nos._exit(0)",
    "crash": "import ctypes\nctypes.string_at(0)",
    "abort": "import os\nos.abort()",
    "loop": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "sleep": "import time\ntime.sleep(60)",
    "closed": "import os\nos.closerange(3, 100)",
}


@pytest.mark.parametrize("source", DIES.values(), ids=DIES)
def test_a_cell_that_ends_its_process_is_left_out(source: str) -> None:
    ran = run(
        answer("def f(x):\n    return 2 * x"),
        answer(source),
        answer("def g(x):\n    return f(x) + 1"),
        test("assert f(1) == 2"),
        test("assert g(1) == 3"),
        limits=QUICK,
    )
    assert list(ran.errors) == ["answer2"]
    assert ran.error("answer2").startswith("CellStopped: this cell ")
    (problem,) = ran.execution.problems
    assert problem.startswith("cell answer2: ")


@pytest.mark.parametrize("source", DIES.values(), ids=DIES)
def test_a_call_that_ends_its_process_loses_its_test_only(source: str) -> None:
    body = source.replace("\n", "\n    ")
    ran = run(
        answer("def f(x):\n    return 2 * x"),
        test("assert f(1) == 2"),
        answer(f"def g(x):\n    {body}"),
        test("try:\n    g(1)\nexcept Exception:\n    pass"),
        test("assert f(2) == 4"),
        limits=QUICK,
    )
    assert list(ran.errors) == ["test2"]
    assert ran.execution.problems[0].startswith("cell test2: ")


@pytest.mark.slow
@pytest.mark.parametrize("number", ["SIGKILL", "SIGSTOP"])
def test_signals_to_itself(number: str) -> None:
    # Only where it is not the first process of a namespace: that one is deaf to its own signals.
    ran = run(
        answer(f"import os, signal\nos.kill(os.getpid(), signal.{number})"),
        test("assert True"),
        limits=QUICK,
        tier=Tier.UNSAFE,
    )
    assert list(ran.errors) == ["answer"]


def test_the_reason_is_told() -> None:
    ran = run(answer("import os\nos._exit(3)"), limits=QUICK)
    assert ran.execution.problems == ("cell answer: ended the process that ran it: it ended with status 3",)
    ran = run(answer("import time\ntime.sleep(9)"), limits=QUICK)
    assert ran.execution.problems == ("cell answer: ran past the 1 s that a cell may take",)


def test_too_much_memory_is_an_error_of_the_cell_that_wants_it() -> None:
    ran = run(
        answer("def f():\n    return len(bytearray(10**10))"),
        test("f()"),
        answer("def g():\n    return 1"),
        test("assert g() == 1"),
        limits=QUICK,
    )
    assert list(ran.errors) == ["test"]


def test_a_test_that_runs_for_ever_is_left_out_and_the_others_count() -> None:
    ran = run(
        setup("calls = []"),
        answer("def f():\n    return 1"),
        test("helper = 7"),
        test("while f(): pass"),
        test("assert helper == 7 and f() == 1"),
        limits=QUICK,
    )
    assert list(ran.errors) == ["test2"]
    ran = run(answer("x = 1"), test("while True: pass"), test("assert x == 1"), limits=QUICK)
    assert ran.errors == {"test": "CellStopped: this cell ran past the 1 s that a cell may take"}


def test_a_test_that_ends_its_own_process_is_left_out() -> None:
    ran = run(answer("x = 1"), test("import os\nos._exit(0)"), test("assert x == 1"), limits=QUICK)
    assert list(ran.errors) == ["test"]
    assert "ended the process with the tests" in ran.error("test")


def test_the_time_for_the_notebook_is_kept() -> None:
    started = time.monotonic()
    cells = [answer("import time\ntime.sleep(0.8)") for _ in range(10)]
    ran = run(*cells, test("assert True"), limits=Limits(cell_seconds=2, seconds=3))
    assert time.monotonic() - started < 10
    assert (
        ran.error("test") == "CellStopped: this cell was not run to its end: 3 s for the notebook were over"
    )
    assert not ran.error("answer")


# What the student's code can do with the connection itself.
CONNECTION = """
import gc, socket, struct
from rnn_course.grading.wire import Channel, encode
(channel,) = [found for found in gc.get_objects() if type(found) is Channel]
"""
FORGED = {
    "noise": "channel.socket.send(b'x' * 1000)",
    "huge": "channel.socket.send(struct.pack('<Q', 1 << 62))",
    "answer": "channel.send(encode(('answer', {'succeeded': True, 'outputs': [], 'bound': []})))",
    "odd answer": "channel.send(encode(('answer', 3)))",
    "no outputs": "channel.send(encode(('answer', {'outputs': 3, 'bound': [1]})))",
    "half": "channel.socket.send(struct.pack('<Q', 100) + b'x')",
    "no value": "channel.send(encode(('answer', ('value', 1))))",
    "no callback": "channel.send(encode(('callback', 1, (), {})))",
    "pickle": "import pickle\nchannel.send(pickle.dumps(print))",
    "many": "for _ in range(100): channel.send(encode(('answer', ('value', 4, []))))",
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("place", ["cell", "call"])
def test_forged_messages_give_nothing(forged: str, place: str) -> None:
    source = CONNECTION + (forged if place == "cell" else "def f(x):\n    " + forged.replace("\n", "\n    "))
    ran = run(
        setup("import numpy as np"),
        answer("def f(x):\n    return 0\n\ndef g(x):\n    return 2 * x"),
        test("assert g(2) == 4"),
        answer(source),
        test("assert f(2) == 5 and f(3) == 7"),
        limits=QUICK,
    )
    assert ran.error("test2")
    assert not ran.error("test")


def test_endless_things_end() -> None:
    ran = run(
        answer(
            "class Endless:\n    def __iter__(self):\n        while True: yield 1\n"
            "def f():\n    return Endless()\ndef deep():\n    x = []\n    for _ in range(10**5): x = [x]\n    return x\n"
            "def loop():\n    x = []\n    x.append(x)\n    return x\ndef wide():\n    return [0] * 10**8"
        ),
        test("list(f())"),
        test("assert deep() == 1"),
        test("assert loop() == 1"),
        test("assert wide() == 1"),
        test("assert True"),
        limits=Limits(cell_seconds=4, seconds=60),
    )
    assert list(ran.errors) == ["test", "test2", "test3", "test4"]


def test_too_much_output_is_cut() -> None:
    ran = run(
        answer("for i in range(10**5): print('x' * 100)"),
        extra("from IPython.display import display\nfor i in range(2000): display(i)"),
        limits=Limits(cell_seconds=10, output_bytes=10_000),
    )
    for cell in ran.cells:
        assert len(str(cell.outputs)) < 100_000
        assert "cut off" in text_of(cell)
        assert not error_of(cell)


def test_a_set_up_cell_that_ends_one_side_only_is_there_on_the_other() -> None:
    ran = run(
        setup("import os\nimport numpy as np\nif 'RNN_COURSE_SEED' not in os.environ: os._exit(1)"),
        answer("def f(x):\n    return x"),
        test("assert f(np.float64(2)) == 2"),
        limits=QUICK,
    )
    assert list(ran.errors) == ["setup"]
    ran = run(
        setup("import os\nkept = 1\nif 'RNN_COURSE_SEED' in os.environ: os._exit(1)"),
        answer("def f(x):\n    return x"),
        test("assert f(2) == 2"),
        limits=QUICK,
    )
    assert list(ran.errors) == ["setup"]


def test_a_student_cannot_make_points_out_of_what_is_printed() -> None:
    show = "channel.send(encode(('answer', ('value', 0, [{'output_type': 'execute_result', 'data': "
    show += "{'text/plain': '100'}, 'execution_count': 1, 'metadata': {}}]))))"
    ran = run(answer(CONNECTION + "def f(x):\n    " + show), test("f(2)\nNone"), limits=QUICK)
    assert all(output.output_type != "execute_result" for output in ran.named("test").outputs)
