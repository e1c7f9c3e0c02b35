"""What every notebook of the course keeps to. `python tests/notebook_rules.py NOTEBOOK...` checks some."""

from __future__ import annotations

import ast
import json
import re
import statistics
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat

LONGEST_CELL = 30  # lines
LONGEST_MEDIAN = 8  # lines
MACHINE_PATH = re.compile(
    r"(?<![\w.~/:-])(/(home|root|Users|work|opt|tmp|mnt|var)/[\w.-]+|[A-Z]:\\\\?\w+)", re.IGNORECASE
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
Notebook = Any  # nbformat's NotebookNode gives its keys as attributes, which no checker of types can know
Rule = Callable[[Notebook, Path], Iterator[str]]


def broken_rules(path: Path, rules: list[Rule] | None = None) -> list[str]:
    """What the notebook at `path` does not keep to, one sentence each.

    Args:
        rules: by default those of the folder it is in: lectures/ has more than solutions/ and assignments/.
    """
    try:
        text = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nbformat.validate(json.loads(text))  # a copy, since validating mends some of what is wrong
    except (OSError, ValueError, nbformat.ValidationError) as error:
        return [f"not a valid notebook: {error}"]
    notebook = nbformat.v4.reads(text)
    if rules is None:
        rules = LECTURE if path.resolve().parent.name == "lectures" else ANY
    return [sentence for rule in rules for sentence in rule(notebook, path)]


def code_cells(notebook: Notebook) -> list[Any]:
    """The cells that hold code, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook: Notebook) -> str:
    """All that is written in words."""
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def has_one_format(notebook: Notebook, path: Path) -> Iterator[str]:
    """Version 4.5 of the format, whose cells have ids, and the kernel that every installation has."""
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        yield f"format {notebook.nbformat}.{notebook.nbformat_minor}, expected 4.5"
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernel is not python3"
    ids = [cell.id for cell in notebook.cells if "id" in cell]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"the cell id {twice} stands {ids.count(twice)} times"
    names = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]
    for twice in sorted({name for name in names if names.count(name) > 1}):
        yield f"the grade_id {twice} stands {names.count(twice)} times"


def is_clean(notebook: Notebook, path: Path) -> Iterator[str]:
    """Nothing of a run is left in it: no output, count, widget state, or time of execution."""
    for number, cell in enumerate(notebook.cells):
        if cell.get("outputs"):
            yield f"cell {number} has outputs"
        if cell.get("execution_count") is not None:
            yield f"cell {number} has the execution count {cell.execution_count}"
        if "execution" in cell.metadata:
            yield f"cell {number} holds the times of its execution"
    if "widgets" in notebook.metadata:
        yield "the notebook holds the state of widgets"


def names_no_machine(notebook: Notebook, path: Path) -> Iterator[str]:
    """No path that exists on the author's computer alone."""
    for number, cell in enumerate(notebook.cells):
        for found in MACHINE_PATH.finditer(cell.source):
            yield f"cell {number} names the path {found[0]}"


def links_lead_somewhere(notebook: Notebook, path: Path) -> Iterator[str]:
    """A relative link leads to a file that exists."""
    for target in LINK.findall(prose(notebook)):
        file = target.split("#")[0]
        if file and ":" not in file and not (path.parent / file).exists():
            yield f"the link {target} leads nowhere"


def is_plain_python(notebook: Notebook, path: Path) -> Iterator[str]:
    """Every code cell parses: no magics, no shell."""
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            try:
                ast.parse(cell.source)
            except SyntaxError as error:
                yield f"cell {number} is not plain Python: {error}"


def has_short_cells(notebook: Notebook, path: Path) -> Iterator[str]:
    """One idea a cell: few lines each, and none empty."""
    sizes = [len(cell.source.strip().splitlines()) for cell in code_cells(notebook)]
    for number, size in enumerate(sizes):
        if size > LONGEST_CELL:
            yield f"code cell {number} has {size} lines; at most {LONGEST_CELL}"
        if size == 0:
            yield f"code cell {number} is empty"
    if sizes and statistics.median(sizes) > LONGEST_MEDIAN:
        yield f"the median code cell has {statistics.median(sizes):g} lines; at most {LONGEST_MEDIAN}"


def has_more_words_than_code(notebook: Notebook, path: Path) -> Iterator[str]:
    """At least as many words as code, both counted as what stands between spaces."""
    words = len(prose(notebook).split())
    code = sum(len(cell.source.split()) for cell in code_cells(notebook))
    if words < code:
        yield f"{words} words beside {code} of code"


def begins_with_imports_and_seed(notebook: Notebook, path: Path) -> Iterator[str]:
    """The first code cell imports, and sets the seed."""
    cells = code_cells(notebook)
    if not cells:
        yield "there is no code"
        return
    try:
        tree = ast.parse(cells[0].source)
    except SyntaxError:
        return  # said by `is_plain_python`
    if not tree.body or not isinstance(tree.body[0], ast.Import | ast.ImportFrom):
        yield "the first code cell does not begin with imports"
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name | ast.arg)}
    if not names & {"seed", "SEED"}:
        yield "the first code cell sets no seed"


def has_its_parts(notebook: Notebook, path: Path) -> Iterator[str]:
    """Objectives, minutes, prerequisites before the first code; a prediction; a summary; dated sources."""
    start = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            break
        start.append(cell.source)
    opening, text = "\n\n".join(start), prose(notebook)
    for part, pattern in (
        ("objectives", r"objectives"),
        ("minutes", r"\d+\s+minutes"),
        ("prerequisites", r"prerequisites"),
    ):
        if not re.search(pattern, opening, re.IGNORECASE):
            yield f"the opening says nothing of {part}"
    if not re.search(r"\bpredict", text, re.IGNORECASE) and not path.name.startswith("00"):
        yield "nothing is to be predicted"
    if not re.search(r"^#+ .*\bsummary\b", text, re.IGNORECASE | re.MULTILINE):
        yield "there is no heading for a summary"
    sources = re.search(r"^#+ [^\n]*\bsources\b(.*)", text, re.IGNORECASE | re.MULTILINE | re.DOTALL)
    if not sources:
        yield "there is no heading for the sources"
    elif not re.search(r"\b(19|20)\d\d\b", sources[1]):
        yield "the sources have no years"


def tests_its_objectives(notebook: Notebook, path: Path) -> Iterator[str]:
    """Each objective of the opening's numbered list is named in the metadata of a question."""
    if path.name.startswith("00"):
        return
    opening = notebook.cells[0].source if notebook.cells else ""
    promised = {int(number) for number in re.findall(r"^(\d+)\. ", opening, re.MULTILINE)}
    asked = {
        number
        for cell in code_cells(notebook)
        if re.search(r"^quiz\(", cell.source, re.MULTILINE)
        for number in cell.metadata.get("rnn_course", {}).get("objectives", [])
    }
    if 1 not in promised:
        yield "the objectives are no numbered list"
        return
    if untested := sorted(promised - asked):
        yield f"no question tests objective {', '.join(map(str, untested))}"
    for number in sorted(asked - promised):
        yield f"a question tests objective {number}, which there is not"


ANY: list[Rule] = [
    has_one_format,
    is_clean,
    names_no_machine,
    links_lead_somewhere,
    is_plain_python,
]
LECTURE: list[Rule] = [
    *ANY,
    has_short_cells,
    has_more_words_than_code,
    begins_with_imports_and_seed,
    has_its_parts,
    tests_its_objectives,
]


if __name__ == "__main__":
    broken = {name: broken_rules(Path(name)) for name in sys.argv[1:]}
    for name, sentences in broken.items():
        for sentence in sentences:
            print(f"{name}: {sentence}")
    sys.exit(any(broken.values()))
