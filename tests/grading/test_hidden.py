"""No line of a hidden test may reach a student's page."""

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from small_course import GREET_TEST, source_notebook

from rnn_course.grading.hidden import split_hidden, strip_hidden_tests

SECRETS = ("secret_names = [", "for secret_name in", 'greet(secret_name) == "Hello, "')


def as_text(notebook: NotebookNode) -> str:
    return str(notebook)


def traceback_of(source: str, line: int) -> list[str]:
    """A traceback as IPython writes it, with colours and the five lines around."""
    lines = [
        f"\x1b[31m{'---> ' if n == line else '     '}{n}\x1b[39m \x1b[38;5;28;01m{text}\x1b[39;00m"
        for n, text in enumerate(source.split("\n"), start=1)
    ]
    return ["\x1b[31m------\x1b[39m", "\n".join(["Cell In[7], line 5", *lines]), "AssertionError: no"]


def test_split() -> None:
    visible, hidden = split_hidden(GREET_TEST)
    assert visible.startswith('assert greet("Ada")')
    assert "BEGIN" not in visible
    assert len(hidden) == 3


def test_an_unended_region_is_hidden_to_the_end() -> None:
    assert split_hidden("a\n### BEGIN HIDDEN TESTS\nb\nc") == ("a", ["b", "c"])


def test_sources_and_tracebacks_are_stripped() -> None:
    notebook = source_notebook()
    cell = next(c for c in notebook.cells if c.source == GREET_TEST)
    trace = traceback_of(GREET_TEST, 5)
    cell.outputs = [new_output("error", ename="AssertionError", evalue="no", traceback=trace)]
    assert all(secret in as_text(notebook) for secret in SECRETS)
    strip_hidden_tests(notebook)
    for secret in SECRETS:
        assert secret not in as_text(notebook)
    shown = "\n".join(cell.outputs[0].traceback)
    assert 'assert greet("Ada")' in shown, "the visible line may be quoted"
    assert "AssertionError: no" in shown
    assert "[lines of a hidden test]" in shown


def test_a_line_quoted_in_another_way_leaves_the_message_only() -> None:
    notebook = source_notebook()
    cell = next(c for c in notebook.cells if c.source == GREET_TEST)
    quoted = 'somewhere in >>> secret_names = ["Grace", "Barbara"] <<<'
    cell.outputs = [new_output("error", ename="NameError", evalue="x", traceback=[quoted, "NameError: x"])]
    strip_hidden_tests(notebook)
    assert cell.outputs[0].traceback == ["NameError: x"]


def test_what_a_student_printed_of_them_is_masked() -> None:
    notebook = new_notebook(cells=[new_code_cell(GREET_TEST), new_code_cell("print(In[1])")])
    notebook.cells[1].outputs = [
        new_output("stream", name="stdout", text=GREET_TEST),
        new_output("execute_result", data={"text/plain": GREET_TEST}, execution_count=1),
    ]
    strip_hidden_tests(notebook)
    for secret in SECRETS:
        assert secret not in as_text(notebook)


def test_a_notebook_without_hidden_tests_is_left_alone() -> None:
    cell = new_code_cell("print(1)", outputs=[new_output("stream", name="stdout", text="1\n")])
    notebook = new_notebook(cells=[cell])
    before = str(notebook)
    assert str(strip_hidden_tests(notebook)) == before
