"""`rnn-course reproduce`: the tables whose making takes longer than a lecture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rnn_course.experiments.ladder import Rung
    from rnn_course.experiments.recall_lag import RecallRun
    from rnn_course.text.corpus import Corpus

GUESSING = 0.25
"""Below this share of right answers, where chance is 1/8, longer lags of recall are not tried."""

HEAD = (
    f"{'model':22} {'perplexity':>10} {'(valid)':>8} {'numbers':>10} {'seconds':>8} {'epochs':>6}  ended by"
)


@click.command()
@click.argument("table", type=click.Choice(["ladder", "recall"]))
@click.option("--corpus", default="language-reference", show_default=True, metavar="NAME",
              help="language-reference, docstrings, or a name of `rnn-course data list`.")  # fmt: skip
@click.option("--models", multiple=True, metavar="NAME", help="Only this model; can be given more than once.")
@click.option("--seed", default=0, show_default=True, help="Of the networks.")
@click.option("--max-seconds", default=180.0, show_default=True, type=click.FloatRange(min=1),
              help="CPU seconds for each network of the ladder.")  # fmt: skip
@click.option("--max-updates", default=2000, show_default=True, type=click.IntRange(min=1),
              help="Updates for each network and lag of recall.")  # fmt: skip
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(min=1),
              help="How many seeds of recall, from --seed on.")  # fmt: skip
@click.option("--lag", "lags", multiple=True, type=click.IntRange(min=1), metavar="STEPS",
              help="Only this lag of recall; can be given more than once.")  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the table as JSON, too."
)
def reproduce(
    table: str,
    corpus: str,
    models: tuple[str, ...],
    seed: int,
    max_seconds: float,
    max_updates: int,
    seeds: int,
    lags: tuple[int, ...],
    output: Path | None,
) -> None:
    """Make TABLE anew and print it, line by line.

    ladder: every kind of language model of the course on one text. It takes about ten minutes.

    recall: how many steps back each cell remembers, by its first weights, for lags of 7, 15, 30, 50 and
    100, with three seeds. Who only guesses at one lag is not asked about longer ones. It takes about ten
    minutes.
    """
    if table == "recall":
        _recall(models, range(seed, seed + seeds), max_updates, lags, output)
        return
    from rnn_course.experiments.ladder import ladder

    text = _corpus(corpus)
    click.echo(f"{text.summary()}\n\n{HEAD}")
    rungs = ladder(
        text, models or None, seed=seed, max_seconds=max_seconds, on_rung=lambda rung: click.echo(line(rung))
    )
    if output:
        rows = [rung._asdict() for rung in rungs]
        _write(output, {"corpus": corpus, "seed": seed, "max_seconds": max_seconds}, {"rungs": rows})


def _recall(
    models: tuple[str, ...], seeds: range, max_updates: int, lags: tuple[int, ...], output: Path | None
) -> None:
    from rnn_course.experiments.recall_lag import ALL, recall_by_lag

    runs: list[RecallRun] = []

    def show(run: RecallRun) -> None:
        runs.append(run)
        click.echo(f"{run.name:22} {run.lag:>5} {run.seed:>5} {run.accuracy:>9.1%} {run.updates:>8,}")

    click.echo(f"{'network':22} {'lag':>5} {'seed':>5} {'accuracy':>9} {'updates':>8}")
    table = recall_by_lag(
        sorted(set(lags)) or (7, 15, 30, 50, 100),
        models or ALL,
        seeds=seeds,
        max_updates=max_updates,
        give_up_below=GUESSING,
        on_run=show,
    )
    if output:
        settings = {
            "max_updates": max_updates,
            "solved_above": table.solved_above,
            "give_up_below": GUESSING,
        }
        _write(output, settings, {"runs": [run._asdict() for run in runs]})


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


def _write(path: Path, settings: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> None:
    import json
    import platform

    import numpy as np

    made_with = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
    table = {**settings, "made_with": made_with, **rows}
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
