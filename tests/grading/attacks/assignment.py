"""The assignment that is attacked: four tasks with visible and hidden tests, and one question for a person.

Its tests use plain values (`assert`, numpy.testing), as any instructor's do; none of this course's checks.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small_course import cell_of, graded

NAME = "basics"
FILE = f"{NAME}.ipynb"
CELL_SECONDS = 5
SEED = "5ca1ab1e"
POINTS = {"double": 2.0, "normalize": 3.0, "lengths": 3.0, "tally": 2.0}  # test cells: X_test
OPINION_POINTS = 5

CONFIG = f"""
c = get_config()
c.CourseDirectory.course_id = "attacked"
c.Execute.timeout = {CELL_SECONDS}
"""

SETUP = "import matplotlib.pyplot as plt\nimport numpy as np"
DATA = """rates = [0.5, 1.5]


def close(a, b):
    return abs(a - b) < 1e-9"""

RIGHT = {
    "double": "def double(x):\n    return 2 * x",
    "normalize": """def normalize(rows):
    rows = np.asarray(rows, dtype=float)
    return rows / rows.sum(axis=1, keepdims=True)""",
    "lengths": "def lengths(text):\n    return {word: len(word) for word in text.split()}",
    "tally": """class Tally:
    def __init__(self):
        self.seen = {}

    def add(self, word):
        self.seen[word] = self.seen.get(word, 0) + 1

    def count(self, word):
        return self.seen.get(word, 0)

    def total(self):
        return sum(self.seen.values())""",
    "opinion": "The second one, since it is shorter.",
}
# Defined, called without an exception, and wrong in every test.
WRONG = {
    "double": "def double(x):\n    return x",
    "normalize": "def normalize(rows):\n    return rows",
    "lengths": "def lengths(text):\n    return {}",
    "tally": """class Tally:
    def add(self, word):
        pass

    def count(self, word):
        return -1

    def total(self):
        return -1""",
}

# `okapi` stands in hidden tests only: who knows it has read them.
TESTS = {
    "double": """assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(-1.5) == -3.0
assert double("okapi") == "okapiokapi"
assert [double(rate) for rate in rates] == [1.0, 3.0]
assert close(double(0.1), 0.2)
### END HIDDEN TESTS""",
    "normalize": """np.testing.assert_allclose(normalize(np.array([[1.0, 3.0]])), [[0.25, 0.75]])
### BEGIN HIDDEN TESTS
counts = np.array([[2.0, 2.0, 4.0], [1.0, 0.0, 0.0]])
okapi = normalize(counts)
np.testing.assert_allclose(okapi, [[0.25, 0.25, 0.5], [1.0, 0.0, 0.0]])
assert okapi.shape == (2, 3)
assert np.allclose(okapi.sum(axis=1), 1)
### END HIDDEN TESTS""",
    "lengths": """assert lengths("to be") == {"to": 2, "be": 2}
### BEGIN HIDDEN TESTS
assert lengths("") == {}
found = lengths("the okapi  the end")
assert isinstance(found, dict)
assert sorted(found) == ["end", "okapi", "the"]
assert found["okapi"] == 5
### END HIDDEN TESTS""",
    "tally": """tally = Tally()
tally.add("a")
tally.add("a")
assert tally.count("a") == 2
### BEGIN HIDDEN TESTS
tally.add("okapi")
assert (tally.count("okapi"), tally.count("zebra"), tally.total()) == (1, 0, 3)
assert Tally().total() == 0
### END HIDDEN TESTS""",
}


# A test that changes a name which the answer looks up: it passes only where both run in one process.
SHARED = "def shared():\n    ### BEGIN SOLUTION\n    return factor\n    ### END SOLUTION"
SHARED_TEST = "factor = 3\nassert shared() == 3"


def write_course(root: Path, *, one_process: bool = False) -> None:
    """Write the configuration and the source of the assignment into a folder.

    Args:
        one_process: whether there is also a test that keeps the assignment from being graded in two.
    """
    folder = root / "source" / NAME
    folder.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    (root / ".instructor_seed").write_text(f"{SEED}\n", encoding="utf-8")
    notebook = source_notebook()
    if one_process:
        notebook.cells.append(graded("shared", SHARED, solution=True))
        notebook.cells.append(graded("shared_test", SHARED_TEST, grade=True, locked=True, points=1))
    nbformat.write(notebook, folder / FILE)


def source_notebook() -> NotebookNode:
    """The instructor's notebook, with solutions and hidden tests."""
    cells = [
        new_markdown_cell("# Basics", id="title"),
        graded("setup", SETUP, locked=True),
        new_code_cell(DATA, id="data"),
    ]
    for task, points in POINTS.items():
        head, _, body = RIGHT[task].partition("\n")
        solution = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
        cells.append(graded(task, solution, solution=True))
        cells.append(graded(f"{task}_test", TESTS[task], grade=True, locked=True, points=points))
    cells.append(
        graded(
            "opinion", "Which one?", cell_type="markdown", grade=True, solution=True, points=OPINION_POINTS
        )
    )
    return new_notebook(
        cells=cells,
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )


def answered(release: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """The released notebook with answers typed into its cells; changed in place."""
    for grade_id, source in answers.items():
        cell_of(release, grade_id).source = source
    return release
