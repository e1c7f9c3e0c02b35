"""`rnn-course grade`: a whole class, with a mark or a reason for everybody."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rnn_course.grading.results import Result

INTERRUPTED = 130  # what a shell gives for Ctrl-C


@click.command()
@click.argument("assignment")
@click.option("--students", multiple=True, metavar="NAMES", help="Only these, separated by commas.")
@click.option("--force", is_flag=True, help="Grade again what has not changed since the last time.")
@click.option("--limit-time", type=click.FloatRange(min=1), default=600, metavar="SECONDS", show_default=True,
              help="For one submission as a whole; a cell's own limit is Execute.timeout.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def grade(assignment: str, students: tuple[str, ...], force: bool, limit_time: float, as_json: bool) -> None:
    """Grade what was handed in for ASSIGNMENT (its name, or the beginning of it).

    What was graded before and has not changed is not graded again.
    Exit status: 0 all graded; 1 some need a human (they are listed); 2 could not run.
    """
    from tqdm import tqdm

    from rnn_course.grading.autograde import Limits
    from rnn_course.grading.class_run import prepare
    from rnn_course.grading.course import open_course

    course = open_course()
    name = course.find_assignment(assignment)
    only = [student.strip() for names in students for student in names.split(",") if student.strip()]
    results: list[Result] = []
    counts: Counter[str] = Counter()
    with prepare(course, name, only=only or None, force=force, limits=Limits(limit_time)) as run:
        bar = tqdm(total=len(run.students), desc=name, unit="submission")
        try:
            for result in run.results():
                results.append(result)
                counts[result.status.value] += 1
                bar.set_postfix_str(", ".join(f"{number} {status}" for status, number in counts.items()))
                bar.update()
        except KeyboardInterrupt:
            bar.close()
            click.echo(
                f"Stopped: {len(results)} of {len(run.students)} are done and stored. "
                "The same command goes on with the others.",
                err=True,
            )
            raise SystemExit(INTERRUPTED) from None
        finally:
            bar.close()
    click.echo(as_report(name, results) if as_json else as_table(name, results))
    if any(result.status.needs_a_human for result in results):
        raise SystemExit(1)


def as_report(assignment: str, results: list[Result]) -> str:
    """The results as JSON."""
    counts = Counter(result.status.value for result in results)
    report = {"assignment": assignment, "counts": counts, "results": [result.as_dict() for result in results]}
    return json.dumps(report, indent=1)


def as_table(assignment: str, results: list[Result]) -> str:
    """The results for a reader: a line for each student, then those that need somebody."""
    width = max(len("student"), *(len(result.student) for result in results))
    lines = [f"{'student':{width}}  {'status':14}  points"]
    for result in results:
        points = "" if result.score is None else f"{result.score:g} / {result.max_score:g}"
        by_hand = f"  ({result.needs_manual_grade} to mark by hand)" if result.needs_manual_grade else ""
        lines.append(f"{result.student:{width}}  {result.status.value:14}  {points}{by_hand}".rstrip())
    remarks = [
        f"  {result.student}: {'; '.join(part for part in (result.reason, *result.notes) if part)}"
        for result in results
        if result.reason or result.notes
    ]
    if remarks:
        lines += ["", "Remarks:", *remarks]
    counts = Counter(result.status.value for result in results)
    summary = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
    lines += ["", f"{assignment}: {summary}"]
    human = [result.student for result in results if result.status.needs_a_human]
    if human:
        lines.append(f"Somebody should look at: {', '.join(human)}")
    return "\n".join(lines)
