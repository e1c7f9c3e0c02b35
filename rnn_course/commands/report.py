"""`rnn-course report`: what the instructor wants to know of an assignment, as a page and as tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click


@click.command()
@click.argument("assignment")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FOLDER", help="Default: reports/ASSIGNMENT."
)
def report(assignment: str, output: Path | None) -> None:
    """Write a report on ASSIGNMENT: a page to read, and CSV files.

    It shows how the marks are distributed, how hard each task was and how well it tells students apart, the
    most frequent mistakes, what needs a person, the slowest submissions, and those that look alike.
    """
    from tqdm import tqdm

    from rnn_course.grading.course import open_course
    from rnn_course.grading.errors import GradingError
    from rnn_course.grading.report.class_report import read_class
    from rnn_course.grading.report.page import write_report

    course = open_course()
    name = course.find_assignment(assignment)
    if not course.has_gradebook():
        raise GradingError("there is no gradebook yet: run `rnn-course grade ASSIGNMENT` first")
    with tqdm(desc=name, unit=" students", delay=1) as bar:
        found = read_class(course, name, progress=lambda student: bar.update() and None)
    folder = output or course.root / "reports" / name
    try:
        page, *tables = write_report(found, folder, datetime.now())
    except OSError as error:
        raise GradingError(f"cannot write to {folder}: {error.strerror}") from error
    click.echo(f"{page}\n{', '.join(table.name for table in tables)} beside it")
