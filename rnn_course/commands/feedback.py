"""`rnn-course feedback`: a page for every student."""

from __future__ import annotations

import click


@click.command()
@click.argument("assignment")
@click.option("--students", multiple=True, metavar="NAMES", help="Only these, separated by commas.")
def feedback(assignment: str, students: tuple[str, ...]) -> None:
    """Write the feedback pages for ASSIGNMENT, without the hidden tests.

    Exit status: 0 all written; 1 some could not be (they are listed); 2 could not run.
    """
    from tqdm import tqdm

    from rnn_course.grading.course import open_course
    from rnn_course.grading.feedback import write_feedback

    course = open_course()
    name = course.find_assignment(assignment)
    only = [student.strip() for names in students for student in names.split(",") if student.strip()]
    written, failed = 0, []
    for student, reason in tqdm(write_feedback(course, name, only or None), desc=name, unit=" students"):
        if reason:
            failed.append(f"  {student}: {reason}")
        else:
            written += 1
    folder = course.folder("feedback", name, "STUDENT").relative_to(course.root)
    click.echo(f"{name}: {written} students' pages are in {folder}")
    if failed:
        click.echo("\n".join(["No page for:", *failed]), err=True)
        raise SystemExit(1)
