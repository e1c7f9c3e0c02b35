"""`rnn-course export`: the marks as CSV."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rnn_course.grading.export import Row, Table


@click.command()
@click.argument("assignments", nargs=-1)
@click.option("--format", "form", type=click.Choice(["csv", "nbgrader", "canvas", "moodle"]), default="csv",
              show_default=True, help="csv: a column for every task. nbgrader: as `nbgrader export`. "
              "canvas, moodle: what these platforms import, one line per student.")  # fmt: skip
@click.option("--output", default="marks.csv", show_default=True, metavar="FILE",
              help="Where to write; - is the screen.")  # fmt: skip
def export(assignments: tuple[str, ...], form: str, output: str) -> None:
    """Write the marks of ASSIGNMENTS (default: all) as CSV, marks given by hand included."""
    from rnn_course.grading.course import open_course
    from rnn_course.grading.errors import GradingError
    from rnn_course.grading.export import as_csv, collect

    course = open_course()
    if not course.has_gradebook():
        raise GradingError("there is no gradebook yet: run `rnn-course grade ASSIGNMENT` first")
    names = [course.find_assignment(name) for name in assignments]
    rows = collect(course, names)
    if not rows:
        raise GradingError(f"the gradebook holds no marks for {', '.join(names) or 'any assignment'}")
    text = as_csv(formats()[form](rows))
    if output == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise GradingError(f"cannot write {output}: {error.strerror}") from error
    waiting = sum(row.needs_manual_grade > 0 for row in rows)
    left = ", left empty" if form in ("canvas", "moodle") else ""
    note = f"; {waiting} with tasks still to be marked by hand{left}" if waiting else ""
    click.echo(f"{output}: {len(rows)} marks{note}")


def formats() -> dict[str, Callable[[list[Row]], Table]]:
    """Every format by its name: a function from the gradebook's rows to a table."""
    from rnn_course.grading.export import course_table, nbgrader_table
    from rnn_course.grading.platforms import canvas_table, moodle_table

    return {"csv": course_table, "nbgrader": nbgrader_table, "canvas": canvas_table, "moodle": moodle_table}
