"""The options `--tier` and `--unsafe`: how strongly submissions are confined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])
NAMES = ("namespaces", "bubblewrap", "limits")


def tier_option(function: Function) -> Function:
    """Give a command the parameter `tier`: a Tier, or None for the strongest that this machine has."""
    unsafe = click.option(
        "--unsafe", "is_unsafe", is_flag=True, expose_value=False, callback=_allow,
        is_eager=True, help="Grade even where nothing confines the submissions.",
    )  # fmt: skip
    tier = click.option(
        "--tier", type=click.Choice(NAMES), callback=_as_tier,
        help="The sandbox to use, instead of the best there is.",
    )  # fmt: skip
    return tier(unsafe(function))


def _allow(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    context.meta[__name__] = value


def _as_tier(context: click.Context, parameter: click.Parameter, value: str | None) -> Any:
    from rnn_course.grading.sandbox import Tier, available

    if context.meta.get(__name__):
        if value:
            raise click.UsageError("--tier and --unsafe exclude each other")
        return Tier.UNSAFE
    if value is None:
        return None
    tier = Tier[value.upper()]
    if why := available()[tier]:
        raise click.UsageError(f"--tier {value}: this machine does not have it: {why}")
    return tier
