"""`rnn-course export`: the marks as CSV."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("assignments", nargs=-1)
@click.option("--format", "form", type=click.Choice(["csv", "nbgrader"]), default="csv", show_default=True,
              help="csv: a column for every task. nbgrader: the columns of `nbgrader export`.")  # fmt: skip
@click.option("--output", default="marks.csv", show_default=True, metavar="FILE",
              help="Where to write; - is the screen.")  # fmt: skip
def export(assignments: tuple[str, ...], form: str, output: str) -> None:
    """Write the marks of ASSIGNMENTS (default: all) as CSV, marks given by hand included."""
    from rnn_course.grading.course import open_course
    from rnn_course.grading.errors import GradingError
    from rnn_course.grading.export import FORMATS, as_csv, collect

    course = open_course()
    if not course.has_gradebook():
        raise GradingError("there is no gradebook yet: run `rnn-course grade ASSIGNMENT` first")
    names = [course.find_assignment(name) for name in assignments]
    rows = collect(course, names)
    if not rows:
        raise GradingError(f"the gradebook holds no marks for {', '.join(names) or 'any assignment'}")
    text = as_csv(FORMATS[form](rows))
    if output == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise GradingError(f"cannot write {output}: {error.strerror}") from error
    waiting = sum(row.needs_manual_grade > 0 for row in rows)
    note = f"; {waiting} of them with tasks still to be marked by hand" if waiting else ""
    click.echo(f"{output}: {len(rows)} rows{note}")
