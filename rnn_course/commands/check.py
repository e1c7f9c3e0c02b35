"""`rnn-course check`: the student's own check of a notebook before handing it in."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import rnn_course
from rnn_course.checks.assignment import NAMES, assignment
from rnn_course.checks.seed import COURSE_FILE
from rnn_course.checks.self_check import SelfCheck, self_check
from rnn_course.errors import CourseError

RULE = "-" * 80


@click.command()
@click.argument("notebook", metavar="PATH|NAME")
@click.option(
    "--timeout", "seconds", default=60, show_default=True, type=click.IntRange(min=1), help="Seconds a cell."
)
@click.pass_context
def check(ctx: click.Context, notebook: str, seconds: int) -> None:
    """Run your notebook in a clean kernel and say which visible tests pass.

    NAME is that of an assignment, such as a1. Your notebook is not changed. The exit status is 0 if all
    visible tests pass, 1 if not yet, 2 if the notebook could not be run.
    """
    from tqdm import tqdm

    path = find_notebook(notebook)
    click.echo(f"Checking {path}")
    with tqdm(unit="cell", leave=False, file=sys.stderr, disable=None) as bar:  # silent where nobody looks

        def progress(index: int, total: int) -> None:
            bar.total = total
            bar.update(index - bar.n)

        found = self_check(path, seconds=seconds, progress=progress)
    click.echo(report(found, path))
    ctx.exit(0 if found.all_passed else 1)


def find_notebook(name: str) -> Path:
    """The notebook that a student means: a path, a folder that holds it, or the name of an assignment.

    Raises:
        CourseError: if there is none.
    """
    path = Path(name)
    if path.is_file():
        return path
    known = [assignment(each) for each in NAMES if path.is_dir() or name.partition("_")[0] == each]
    if path.is_dir():
        places = [path]
        wanted = [each.notebook for each in known]
    else:
        places = [Path.cwd()]
        wanted = [each.notebook for each in known if name in (each.name, each.folder)]
        if not wanted:
            raise CourseError(f"there is no file {name}, and no assignment of that name ({', '.join(NAMES)})")
        places += [root / "assignments" / Path(file).stem for root in _course_roots() for file in wanted]
    for place in places:
        for file in wanted:
            if (place / file).is_file():
                return place / file
    where = " nor in ".join(map(str, places))
    raise CourseError(f"no notebook {' or '.join(wanted)} in {where}; name the file itself")


def _course_roots() -> list[Path]:
    here = Path.cwd()
    package = Path(rnn_course.__file__).resolve().parents[1]
    around = [place for place in (here, *here.parents) if (place / COURSE_FILE).is_file()]
    return list(dict.fromkeys([*around[:1], package]))


def report(found: SelfCheck, path: Path) -> str:
    """What is printed: a line for each task, the words of those that do not pass, and the points."""
    labels = [task.label for task in found.tasks] + [label for label, *_ in found.written]
    width = max(map(len, labels)) + 2
    lines = [""]
    for task in found.tasks:
        measured = task.on_a_scale and task.passed
        shown: str = "passed; held-out text decides how many" if measured else task.state
        lines.append(f"  {task.label:{width}}{task.points:3} points   {shown}")
    for label, points, answered in found.written:
        state = "answered; your instructor marks it" if answered else "no answer yet"
        lines.append(f"  {label:{width}}{points:3} points   {state}")
    for task in found.tasks:
        if task.state == "not yet":
            lines += ["", RULE, task.says]
    lines += ["", RULE]
    for title, said in (("Cells that fail besides", found.elsewhere), ("To be mended", found.damage)):
        if said:
            lines += [f"{title}:", *(f"  - {words}" for words in said), ""]
    reached, of = found.points
    lines.append(
        f"Visible tests: {reached} of {of} points. Your instructor's tests use other inputs, and decide."
    )
    if path.name != found.assignment.notebook:
        lines.append(f"Hand it in under the name {found.assignment.notebook}; this file is {path.name}.")
    return "\n".join(lines)
