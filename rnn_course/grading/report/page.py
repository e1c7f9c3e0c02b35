"""Write the report: one page that needs nothing else, and a CSV file for each of its tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import jinja2

from rnn_course.grading.export import Table, as_csv, course_table
from rnn_course.grading.report.class_report import ClassReport

ASSETS = Path(__file__).parent / "assets"


def write_report(report: ClassReport, folder: Path, made: datetime) -> list[Path]:
    """Write `index.html` and the tables into `folder`, over what an earlier report left there.

    Args:
        made: when, for the page's foot. The tables hold no time: equal marks give equal bytes.

    Returns:
        The files, the page first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "index.html"
    page.write_text(as_html(report, made), encoding="utf-8")
    tables = {
        "submissions.csv": course_table(report.rows),
        "tasks.csv": tasks_table(report),
        "mistakes.csv": mistakes_table(report),
        "alike.csv": alike_table(report),
    }
    for name, table in tables.items():
        (folder / name).write_text(as_csv(table), encoding="utf-8", newline="")
    return [page, *(folder / name for name in tables)]


def as_html(report: ClassReport, made: datetime) -> str:
    """The page. Whatever came from a student is escaped, and no script is in it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = lambda value: f"{value:.3g}" if value < 100 else f"{value:.0f}"
    environment.filters["share"] = lambda value: f"{100 * value:.0f} %"
    return environment.get_template("report.html.j2").render(report=report, made=made) + "\n"


def tasks_table(report: ClassReport) -> Table:
    """A line for each task."""
    head = ["notebook", "task", "max_score", "marked", "mean", "share_full", "share_none"]
    table: Table = [[*head, "difficulty", "discrimination"]]
    for task in report.tasks:
        numbers = [task.mean, task.full, task.none, task.difficulty]
        discrimination = "" if task.discrimination is None else round(task.discrimination, 4)
        line = [task.notebook, task.grade_id, task.max_score, task.marked]
        table.append([*line, *(round(number, 4) for number in numbers), discrimination])
    return table


def mistakes_table(report: ClassReport) -> Table:
    """A line for each thing that went wrong, with all whom it happened to."""
    table: Table = [["task", "named", "what", "count", "students"]]
    for group in report.mistakes:
        students = ";".join(group.students)
        table.append(
            [group.grade_id, "yes" if group.named else "no", group.what, len(group.students), students]
        )
    return table


def alike_table(report: ClassReport) -> Table:
    """A line for each pair that looks alike."""
    table: Table = [["first", "second", "similarity", "shared_fingerprints"]]
    table.extend([pair.first, pair.second, round(pair.similarity, 3), pair.shared] for pair in report.pairs)
    return table
