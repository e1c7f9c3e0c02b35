"""`rnn-course grade`: a whole class, with a mark or a reason for everybody."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import click

from rnn_course.commands.confinement import tier_option

if TYPE_CHECKING:
    from rnn_course.grading.class_run import ClassRun
    from rnn_course.grading.results import Result
    from rnn_course.grading.sandbox import Tier

INTERRUPTED = 130  # what a shell gives for Ctrl-C


@click.command()
@click.argument("assignment")
@click.option("--students", multiple=True, metavar="NAMES", help="Only these, separated by commas.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N",
              help="Submissions that are graded at a time. [default: one for each core]")  # fmt: skip
@click.option("--scheduler", default="", metavar="ADDRESS",
              help="Grade on a Dask cluster with this scheduler, such as tcp://10.0.0.1:8786.")  # fmt: skip
@click.option("--force", is_flag=True, help="Grade again what has not changed since the last time.")
@click.option("--limit-time", type=click.FloatRange(min=1), default=600, metavar="SECONDS", show_default=True,
              help="For one notebook as a whole; a cell's own limit is Execute.timeout.")  # fmt: skip
@click.option("--limit-memory", type=click.IntRange(min=64), default=2048, metavar="MEBIBYTES",
              show_default=True, help="For one submission and all that it starts.")  # fmt: skip
@tier_option
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def grade(
    assignment: str,
    students: tuple[str, ...],
    workers: int | None,
    scheduler: str,
    force: bool,
    limit_time: float,
    limit_memory: int,
    tier: Tier | None,
    as_json: bool,
) -> None:
    """Grade what was handed in for ASSIGNMENT (its name, or the beginning of it).

    What was graded before and has not changed is not graded again.
    Exit status: 0 all graded; 1 some need a human (they are listed); 2 could not run.
    """
    from rnn_course.grading.bundle import unsupported_settings
    from rnn_course.grading.class_run import prepare
    from rnn_course.grading.course import open_course
    from rnn_course.grading.plan import MEBIBYTE, Limits

    course = open_course()
    name = course.find_assignment(assignment)
    only = [student.strip() for names in students for student in names.split(",") if student.strip()]
    for setting in unsupported_settings(course):
        click.echo(f"nbgrader_config.py: {setting}.", err=True)
    limits = Limits(seconds=limit_time, memory_bytes=limit_memory * MEBIBYTE)
    prepared = prepare(
        course,
        name,
        only=only or None,
        force=force,
        limits=limits,
        workers=workers,
        scheduler=scheduler,
        tier=tier,
    )
    with prepared as run:
        results = sorted(graded(run), key=lambda result: result.student)
        single = [label.notebook for label in run.labels if label.mode == "single"]
        used = run.bundle.tier
    click.echo(as_report(name, results, used, single) if as_json else as_table(name, results, used, single))
    if any(result.status.needs_a_human for result in results):
        raise SystemExit(1)


def graded(run: ClassRun) -> list[Result]:
    """Grade everybody, with a progress bar.

    Raises:
        SystemExit: on Ctrl-C, after what is done has been stored.
    """
    from tqdm import tqdm

    results: list[Result] = []
    counts: Counter[str] = Counter()
    with tqdm(total=len(run.students), desc=run.bundle.assignment, unit="submission") as bar:
        try:
            with closing(run.results()) as stream:
                for result in stream:
                    results.append(result)
                    counts[result.status.value] += 1
                    bar.set_postfix_str(
                        ", ".join(f"{number} {status}" for status, number in counts.items()), refresh=False
                    )
                    bar.update()
        except KeyboardInterrupt:
            bar.close()
            done = len(results) + run.unseen
            click.echo(
                f"Stopped: {done} of {len(run.students)} are done and stored. "
                "The same command goes on with the others.",
                err=True,
            )
            raise SystemExit(INTERRUPTED) from None
    return results


def as_report(assignment: str, results: list[Result], tier: str, single: list[str]) -> str:
    """The results as JSON."""
    report = {
        "assignment": assignment,
        "tier": tier.lower(),
        "in_one_process": single,
        "counts": Counter(result.status.value for result in results),
        "results": [result.as_dict() for result in results],
    }
    return json.dumps(report, indent=1)


def as_table(assignment: str, results: list[Result], tier: str, single: list[str]) -> str:
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
    if single:
        from rnn_course.grading.single import LABEL

        lines.append(f"{', '.join(single)}: {LABEL}")
    if tier in ("LIMITS", "UNSAFE"):
        lines.append(f"Sandbox: {tier.lower()} only. What that does not prevent: `rnn-course doctor`")
    return "\n".join(lines)
