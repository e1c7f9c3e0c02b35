"""`rnn-course test`: the test suite, from wherever it is called."""

from __future__ import annotations

import sys

import click

from rnn_course.commands.checkout import find_checkout, run_instead


@click.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Run the fast tests; ARGUMENTS go to pytest as they are (-m slow, -k vocabulary, --help)."""
    run_instead([sys.executable, "-m", "pytest", *arguments], find_checkout())
