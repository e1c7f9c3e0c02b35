"""Stock `nbgrader validate` says of every solution that it passes, and of a release that it does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command_line import nbgrader

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ASSIGNMENTS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())


def validated(part: str, name: str, folder: Path) -> str:
    """What is said of a notebook of `solutions` or `assignments`."""
    shutil.copyfile(ROOT / "nbgrader_config.py", folder / "nbgrader_config.py")
    shutil.copytree(ROOT / part / name, folder / part)
    done = nbgrader(folder, "validate", f"{part}/{name}.ipynb", seed="7")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_a_solution_is_valid(name: str, tmp_path: Path) -> None:
    assert "Success! Your notebook passes all the tests." in validated("solutions", name, tmp_path)


def test_a_release_is_not(tmp_path: Path) -> None:
    said = validated("assignments", ASSIGNMENTS[0], tmp_path)
    assert "Success" not in said
    assert "still to do" in said
