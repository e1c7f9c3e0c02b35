"""`rnn-course reproduce`: the tables whose making takes longer than a lecture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rnn_course.experiments.ladder import Rung
    from rnn_course.text.corpus import Corpus

HEAD = (
    f"{'model':22} {'perplexity':>10} {'(valid)':>8} {'numbers':>10} {'seconds':>8} {'epochs':>6}  ended by"
)


@click.command()
@click.argument("table", type=click.Choice(["ladder"]))
@click.option("--corpus", default="language-reference", show_default=True, metavar="NAME",
              help="language-reference, docstrings, or a name of `rnn-course data list`.")  # fmt: skip
@click.option("--models", multiple=True, metavar="NAME", help="Only this model; can be given more than once.")
@click.option("--seed", default=0, show_default=True, help="Of the networks.")
@click.option("--max-seconds", default=180.0, show_default=True, type=click.FloatRange(min=1),
              help="CPU seconds for each network.")  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the table as JSON, too."
)
def reproduce(
    table: str, corpus: str, models: tuple[str, ...], seed: int, max_seconds: float, output: Path | None
) -> None:
    """Make TABLE anew and print it, line by line.

    ladder: every kind of language model of the course on one text. It takes about ten minutes.
    """
    from rnn_course.experiments.ladder import ladder

    text = _corpus(corpus)
    click.echo(f"{text.summary()}\n\n{HEAD}")
    rungs = ladder(
        text, models or None, seed=seed, max_seconds=max_seconds, on_rung=lambda rung: click.echo(line(rung))
    )
    if output:
        _write(output, rungs, corpus, seed, max_seconds)


def line(rung: Rung) -> str:
    """One line of the printed table."""
    return (
        f"{rung.name:22} {rung.perplexity:10.1f} {rung.valid_perplexity:8.1f} {rung.numbers:10,} "
        f"{rung.seconds:8.1f} {rung.epochs:6}  {rung.limit}"
    ).rstrip()


def _corpus(name: str) -> Corpus:
    from rnn_course.text import datasets, sources

    if name == "language-reference":
        return sources.language_reference()
    if name == "docstrings":
        return sources.standard_library_docstrings()
    return datasets.load(name)


def _write(path: Path, rungs: list[Rung], corpus: str, seed: int, max_seconds: float) -> None:
    import json
    import platform

    import numpy as np

    made_with = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
    table = {
        "corpus": corpus,
        "seed": seed,
        "max_seconds": max_seconds,
        "made_with": made_with,
        "rungs": [rung._asdict() for rung in rungs],
    }
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
