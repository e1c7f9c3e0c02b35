"""Every notebook keeps to the rules, and the rules catch what they are for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from notebook_rules import LECTURE, broken_rules

ROOT = Path(__file__).resolve().parents[1]
LECTURES = sorted((ROOT / "lectures").glob("*.ipynb"))
OTHERS = sorted([*(ROOT / "solutions").rglob("*.ipynb"), *(ROOT / "assignments").rglob("*.ipynb")])


def name(path: Path) -> str:
    """The notebook's path in the repository."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*LECTURES, *OTHERS], ids=name)
def test_keeps_the_rules(path: Path) -> None:
    assert broken_rules(path) == []


def test_lectures_stand_in_teaching_order() -> None:
    numbers = [path.name[:3] for path in LECTURES]
    assert numbers == [f"{number:02}_" for number in range(len(LECTURES))]
    assert LECTURES[0].name == "00_welcome.ipynb"


# The rules themselves: a notebook that keeps them all, and a change for each thing that a rule is to catch.


def good_notebook() -> Any:
    notebook = new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    opening = (
        "# A lecture\n\n**Objectives.** You can\n\n1. count words;\n2. cast dice.\n\n"
        "**30 minutes**. **Prerequisites**: none."
    )
    closing = "## Summary\n\nNumbers come.\n\n## Sources\n\nShannon 1948. [This lecture](lecture.ipynb)"
    notebook.cells = [
        new_markdown_cell(opening),
        new_code_cell("import numpy as np\n\nseed = 1\nrng = np.random.default_rng(seed)"),
        new_markdown_cell("Predict first: which number comes next? " * 8),
        new_code_cell("rng.integers(6)"),
        new_code_cell("rng.random()"),
        new_code_cell('quiz("Which?", {})', metadata={"rnn_course": {"objectives": [1, 2]}}),
        new_markdown_cell(closing),
    ]
    return notebook


def edit(position: int, old: str, new: str) -> Callable[[Any], None]:
    def change(notebook: Any) -> None:
        assert old in notebook.cells[position].source
        notebook.cells[position].source = notebook.cells[position].source.replace(old, new)

    return change


def lengthen_all(notebook: Any) -> None:
    for cell in notebook.cells[3:6]:
        cell.source = "six()\n" * 8 + cell.source


def add_output(notebook: Any) -> None:
    notebook.cells[3].outputs = [nbformat.v4.new_output("stream", text="4")]


def add_count(notebook: Any) -> None:
    notebook.cells[3].execution_count = 7


def add_times(notebook: Any) -> None:
    notebook.cells[3].metadata["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00"}


def add_widget_state(notebook: Any) -> None:
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}


def change_kernel(notebook: Any) -> None:
    notebook.metadata.kernelspec.name = "my_venv"


def change_format(notebook: Any) -> None:
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        del cell["id"]


def repeat_cell_id(notebook: Any) -> None:
    notebook.cells[1].id = notebook.cells[3].id = "first"


def repeat_grade_id(notebook: Any) -> None:
    for cell in notebook.cells[1], notebook.cells[3]:
        cell.metadata["nbgrader"] = {"grade_id": "a1_counts"}


def break_the_schema(notebook: Any) -> None:
    notebook.cells[1].source = 5


CHANGES = [
    (break_the_schema, "not a valid notebook"),
    (change_format, "format 4.4"),
    (change_kernel, "the kernel is not python3"),
    (repeat_cell_id, "the cell id first stands 2 times"),
    (repeat_grade_id, "the grade_id a1_counts stands 2 times"),
    (add_output, "cell 3 has outputs"),
    (add_count, "cell 3 has the execution count 7"),
    (add_times, "cell 3 holds the times"),
    (add_widget_state, "state of widgets"),
    (edit(3, "6", "len('/home/someone/text.txt')"), "cell 3 names the path /home/someone"),
    (edit(3, "6", r"len('C:\\Users\\someone')"), r"cell 3 names the path C:"),
    (edit(6, "come", "come from /tmp/answers"), "cell 6 names the path /tmp/answers"),
    (edit(6, "lecture.ipynb", "missing.ipynb"), "the link missing.ipynb leads nowhere"),
    (edit(3, "rng.integers(6)", "!pip install text"), "cell 3 is not plain Python"),
    (edit(3, "rng.integers(6)", "%matplotlib inline"), "cell 3 is not plain Python"),
    (edit(3, "rng.integers(6)", "six()\n" * 31), "code cell 1 has 31 lines; at most 30"),
    (lengthen_all, "the median code cell has 9 lines; at most 8"),
    (edit(3, "rng.integers(6)", ""), "code cell 1 is empty"),
    (edit(3, "6", "+ 6 " * 60), "words beside"),
    (edit(1, "import numpy as np\n", "print()\n"), "does not begin with imports"),
    (edit(1, "seed = 1\nrng = np.random.default_rng(seed)", "rng = np.random.default_rng()"), "sets no seed"),
    (edit(0, "Objectives", "Aims"), "the opening says nothing of objectives"),
    (edit(0, "30 minutes", "An hour"), "the opening says nothing of minutes"),
    (edit(0, "Prerequisites", "Before"), "the opening says nothing of prerequisites"),
    (edit(0, "1. count", "- count"), "the objectives are no numbered list"),
    (edit(0, "2. cast dice", "2. cast dice\n3. fly"), "no question tests objective 3"),
    (edit(0, "2. cast dice.", ""), "a question tests objective 2, which there is not"),
    (edit(5, "quiz", "ask"), "no question tests objective 1, 2"),
    (edit(2, "Predict", "Think"), "nothing is to be predicted"),
    (edit(6, "## Summary", "Summary"), "no heading for a summary"),
    (edit(6, "## Sources", "Sources"), "no heading for the sources"),
    (edit(6, "1948", "and others"), "the sources have no years"),
]


def test_a_good_notebook_keeps_every_rule(tmp_path: Path) -> None:
    nbformat.write(good_notebook(), tmp_path / "lecture.ipynb")
    assert broken_rules(tmp_path / "lecture.ipynb", LECTURE) == []


@pytest.mark.parametrize(("change", "sentence"), CHANGES, ids=[sentence for _, sentence in CHANGES])
def test_a_rule_catches(change: Callable[[Any], None], sentence: str, tmp_path: Path) -> None:
    notebook = good_notebook()
    change(notebook)
    path = tmp_path / "lecture.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    broken = broken_rules(path, LECTURE)
    assert len(broken) == 1, broken
    assert sentence in broken[0]
