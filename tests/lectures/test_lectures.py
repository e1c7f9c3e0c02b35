"""Every lecture runs as it is from a clean kernel, and what it says in words is what it computes."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .minutes import reader_minutes
from .run import BUDGET, NUMBERS, ROOT, numbers_of, run

LECTURES = sorted((ROOT / "lectures").glob("*.ipynb"))


@pytest.fixture
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a kernel nor a start-up file of whoever runs the tests."""
    import matplotlib.font_manager  # noqa: F401  builds matplotlib's list of fonts, which it announces on stderr

    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))


@pytest.mark.slow
@pytest.mark.usefixtures("own_settings")
@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_runs_and_says_what_it_computes(path: Path) -> None:
    with run(path) as lecture:
        assert lecture.stderr() == []
        assert lecture.without_alt() == []
        assert lecture.seconds < BUDGET
        stated = int(re.search(r"(\d+) minutes", lecture.notebook.cells[0].source)[1])  # type: ignore[index]
        assert 0.7 < stated / reader_minutes(lecture.notebook, lecture.seconds) < 1.4
        for number in numbers_of(path.stem):
            value = lecture.value(number.value)
            assert number.least <= value <= number.most, f"“{number.said}” is {value}: {number.value}"


@pytest.mark.parametrize("path", sorted(NUMBERS.glob("*.toml")), ids=lambda path: path.stem)
def test_what_is_held_in_a_band_is_said(path: Path) -> None:
    lecture = ROOT / "lectures" / f"{path.stem}.ipynb"
    cells = nbformat.read(lecture, as_version=4).cells
    prose = " ".join(" ".join(cell.source.split()) for cell in cells if cell.cell_type == "markdown")
    numbers = numbers_of(path.stem)
    assert numbers
    for number in numbers:
        assert " ".join(number.said.split()) in prose
        assert number.least < number.most


def test_lectures_with_numbers_of_their_own_are_held_to_them() -> None:
    held = {path.stem for path in NUMBERS.glob("*.toml")}
    assert {path.stem for path in LECTURES if path.name >= "03"} <= held


@pytest.mark.usefixtures("own_settings")
def test_a_warning_a_bare_picture_and_a_value_are_seen(tmp_path: Path) -> None:
    picture = (
        "from IPython.display import display\n"
        "for alt in 'an image', 'Line chart. Perplexity falls with n.':\n"
        "    html = f'<img alt=\"{alt}\">'\n"
        "    display({'image/png': '', 'text/html': html, 'text/plain': alt}, raw=True)"
    )
    cells = [
        new_code_cell("import warnings\nwarnings.warn('the text is short')"),
        new_markdown_cell("Words."),
        new_code_cell(picture),
        new_code_cell("a = 2\nb = float('inf')"),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "warns.ipynb")
    with run(tmp_path / "warns.ipynb") as lecture:
        assert "the text is short" in lecture.stderr()[0]
        assert lecture.without_alt() == ["an image"]
        assert lecture.value("a / 3") == pytest.approx(2 / 3)
        assert lecture.value("b") == float("inf")
