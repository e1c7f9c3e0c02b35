"""`rnn-course release`: the student version of an assignment, made out of its source."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnn_course.commands.confinement import tier_option

if TYPE_CHECKING:
    from rnn_course.grading.sandbox import Tier


def _shown(folder: Path) -> str:
    # Short where the folder lies in the course, which is where the command is run.
    return os.path.relpath(folder) if folder.is_relative_to(Path.cwd()) else str(folder)


@click.command()
@click.argument("assignments", nargs=-1)
@click.option("--check", is_flag=True, help="Change nothing; say whether the release is up to date.")
@tier_option
def release(assignments: tuple[str, ...], check: bool, tier: Tier | None) -> None:
    """Make the students' notebooks of ASSIGNMENTS (default: all) out of their sources.

    Before anything is changed, the reference solution must have full marks and the untouched notebook none.
    Exit status: 0 done (or up to date); 1 refused (or out of date); 2 could not run.
    """
    from tqdm import tqdm

    from rnn_course.grading.course import open_course
    from rnn_course.grading.errors import GradingError, ReleaseError
    from rnn_course.grading.release import check_drift
    from rnn_course.grading.release import release as release_one
    from rnn_course.grading.single import LABEL

    course = open_course()
    names = [course.find_assignment(name) for name in assignments] or course.assignments()
    if not names:
        raise GradingError(f"there is no assignment in {course.folder('source', 'NAME').parent}")
    failed = False
    for name in names:
        if check:
            drift = check_drift(course, name)
            failed |= bool(drift)
            click.echo(f"{name}: {'out of date' if drift else 'up to date'}")
            click.echo("".join(f"  {line}\n" for line in drift), nl=False)
            continue
        steps = tqdm(total=4, desc=name, bar_format="{desc}: {n_fmt}/{total_fmt} [{elapsed}]", leave=False)
        try:

            def show(step: str, bar: tqdm = steps, name: str = name) -> None:
                bar.set_description_str(f"{name}: {step}")
                bar.update()

            done = release_one(course, name, show, tier)
        except ReleaseError as error:
            failed = True
            steps.close()
            click.echo(str(error), err=True)
            continue
        finally:
            steps.close()
        manual = f", {done.manual_points:g} by hand" if done.manual_points else ""
        what = "written" if done.changed else "unchanged"
        click.echo(f"{name}: {what} in {_shown(done.folder)} ({done.points:g} points by tests{manual})")
        for label in done.labels:
            if label.mode == "single":
                click.echo(f"  {label.notebook}: {LABEL}. Its tests need more than values:")
                click.echo(
                    "".join(f"    {cell}: {reason}\n" for cell, reason in label.reasons.items()), nl=False
                )
    if failed:
        raise SystemExit(1)
