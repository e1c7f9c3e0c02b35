"""The command `rnn-course`. Each subcommand is a module of `rnn_course.commands`, imported when called."""

from __future__ import annotations

import os
import sys
import sysconfig
from importlib import import_module
from typing import Any

import click

from rnn_course.commands import COMMANDS


class LazyGroup(click.Group):
    """A group whose list of commands is a table, so that `--help` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"rnn_course.commands.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        from rnn_course.errors import CourseError

        try:
            return super().invoke(ctx)
        except CourseError as error:
            if ctx.params["debug"]:
                raise
            click.echo(f"{ctx.info_name}: {error}", err=True)
        except ModuleNotFoundError as error:
            if ctx.params["debug"] or (error.name or "").startswith("rnn_course"):
                raise
            hint = f"`python -m rnn_course {' '.join(sys.argv[1:2])}` installs what the command needs."
            click.echo(f"{ctx.info_name}: {error.name} is not installed in {sys.prefix}. {hint}", err=True)
        ctx.exit(2)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the whole traceback of an error.")
@click.version_option(package_name="rnn-course")
def rnn_course(debug: bool) -> None:
    """Recurrent neural networks for language: read, run, solve and grade the course."""


def main(arguments: list[str] | None = None) -> int:
    """Run `rnn-course` with `arguments`, those of the process by default; returns the exit status."""
    # nbgrader calls other programs by name, so this environment's own have to be found first.
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    launched_as_module = os.path.basename(sys.argv[0]) == "__main__.py"
    try:
        rnn_course.main(
            args=arguments, prog_name="python -m rnn_course" if launched_as_module else "rnn-course"
        )
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
