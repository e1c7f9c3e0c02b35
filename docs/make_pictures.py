"""Make the pictures of the README anew: `python docs/make_pictures.py` (needs Chromium and the `dev` extra).

The student's is lecture 01 in a real JupyterLab. The instructor's is the formgrader over a class of ten,
made, released and graded in a temporary folder. The widgets stand alone on a page: `make_pictures.py widgets`
makes these only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
sys.path.insert(0, str(ROOT / "tests"))

from browser.chromium import chromium  # noqa: E402
from browser.lab import lab  # noqa: E402
from browser.stage import Stage  # noqa: E402
from grading.class_of_ten import make_class  # noqa: E402

from rnn_course.checks.assignment import assignment  # noqa: E402
from rnn_course.experiments.number_keeper import number_keeper  # noqa: E402
from rnn_course.grading.course import open_course  # noqa: E402
from rnn_course.widgets.cliff import ClippingCliff  # noqa: E402
from rnn_course.widgets.gates import GateExplorer  # noqa: E402
from rnn_course.widgets.powers import Powers  # noqa: E402


def student(browser: Any, folder: Path) -> None:
    """The n-gram explorer where a student meets it."""
    with lab(folder) as running:
        shutil.copytree(ROOT / "lectures", running.root / "lectures")
        with running.open(browser, "lectures/01_ngram_language_models.ipynb", width=1100) as notebook:
            notebook.run_all()
            page = notebook.page
            page.set_viewport_size({"width": 1100, "height": 1100})
            heading = page.get_by_role("heading", name="Predictive typing")
            heading.evaluate("heading => heading.scrollIntoView({ block: 'start' })")
            page.wait_for_timeout(1000)
            page.screenshot(path=PICTURES / "student.png")


def instructor(browser: Any, folder: Path) -> None:
    """The formgrader after `release`, ten submissions and `grade`."""
    course = folder / "notebooks"  # what `lab` serves
    course.mkdir()
    shutil.copytree(ROOT / "solutions", course / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    run("release", "a1", cwd=course)
    make_class(open_course(course), assignment("a1"))
    run("grade", "a1", cwd=course, statuses=(0, 1))
    with lab(folder) as running:
        page = browser.new_page(viewport={"width": 1100, "height": 720})
        page.goto(f"{running.url}/lab?token={running.token}")  # logs in
        page.goto(f"{running.url}/formgrader/manage_submissions/a1_ngrams")
        page.wait_for_selector("td:has-text('s00_perfect')")
        page.wait_for_timeout(500)
        page.screenshot(path=PICTURES / "instructor.png")


def widgets(browser: Any, folder: Path) -> None:
    """Powers of W_h, gates, and the cliff."""
    keeper = number_keeper()
    gates = GateExplorer(keeper.model, keeper.sentence, watch=keeper.watch, unit=keeper.unit, from_step=4)
    shown = {
        "powers": Powers(kind="non-normal", radius=0.9, lag=5),
        "gates": gates,
        "cliff": ClippingCliff(),
    }
    for name, widget in shown.items():
        stage = Stage(browser, widget, width=940)
        stage.page.wait_for_timeout(500)
        stage.page.locator(".rnn-widget").screenshot(path=PICTURES / f"{name}.png")
        stage.close()


def run(*arguments: str, cwd: Path, statuses: tuple[int, ...] = (0,)) -> None:
    """One command of the course, in `cwd`."""
    environment = {**os.environ, "RNN_COURSE_SEED": "0"}
    command = [sys.executable, "-m", "rnn_course", *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, check=False)
    if done.returncode not in statuses:
        raise SystemExit(f"{' '.join(arguments)} ended with {done.returncode}")


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, tempfile.TemporaryDirectory() as temporary:
        for draw in (student, instructor, widgets):
            if sys.argv[1:] and draw.__name__ not in sys.argv[1:]:
                continue
            place = Path(temporary, draw.__name__)
            place.mkdir()
            draw(browser, place)
