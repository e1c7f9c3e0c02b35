"""`rnn-course doctor`: what this computer has, and what to do about what it lacks."""

from __future__ import annotations

import sys

import click

from rnn_course.environment import check_environment


@click.command()
def doctor() -> None:
    """Say whether this computer has what the course needs. The exit status is 1 if something is missing."""
    findings = check_environment()
    click.echo(str(findings))
    sys.exit(0 if findings.ok else 1)
