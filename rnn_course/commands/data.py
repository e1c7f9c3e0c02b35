"""`rnn-course data list | get NAME | where [NAME]`: the corpora that are not in the repository."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnn_course.errors import DataError
from rnn_course.text.catalogue import Dataset, catalogue, find_dataset
from rnn_course.text.locate import ENVIRONMENT, cache_folder, copies_folder, find_data, mirror_url
from rnn_course.text.transfer import Report

if TYPE_CHECKING:
    from rnn_course.text.download import Progress


@click.group()
def data() -> None:
    """List, fetch and find the corpora.

    Lectures and assignments need none of them: the default texts come with Python. Where the variable
    RNN_COURSE_DATA names a folder of copies, that is looked at first; where it is the address of a mirror,
    `get` tries that first.
    """


@data.command("list")
def list_() -> None:
    """Show what there is, and what is on this computer."""
    for dataset in catalogue().values():
        click.echo(f"{dataset.name:16} {_size(dataset):>8}  {_state(dataset):9}  {dataset.about}")
        click.echo(f"{'':37}{dataset.source}. Licence: {dataset.licence}")


@data.command(short_help="Fetch the corpus NAME, unless it is here.")
@click.argument("name")
@click.option("--accept-licence", is_flag=True, help="Agree to the licence without being asked.")
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Fetch into this folder, to pass it on or to serve it as a mirror.",
)
def get(name: str, accept_licence: bool, to: Path | None) -> None:
    """Fetch the corpus NAME, unless it is here; an interrupted download goes on where it stopped."""
    from rnn_course.text.download import get_data

    dataset = find_dataset(name)
    click.echo(f"{dataset.name}: {dataset.about}\nSource: {dataset.source}\nLicence: {dataset.licence}")
    if dataset.must_accept and not accept_licence and (to is not None or _state(dataset) != "here"):
        _ask(dataset)
    try:
        with _bars() as progress:
            folder = get_data(name, to=to, progress=progress)
    except KeyboardInterrupt:
        click.echo("Stopped. The same command goes on from here.", err=True)
        raise SystemExit(130) from None
    click.echo(f"{dataset.name} is in {folder}. Cite: {dataset.source}. Licence: {dataset.licence}")


@data.command(short_help="Print where NAME lies, or where is looked.")
@click.argument("name", required=False)
def where(name: str | None) -> None:
    """Print the folder of the corpus NAME, or the places that are looked at."""
    if name is not None:
        folder = find_data(name)
        if folder is None:
            raise DataError(f"{name} is not here; fetch it with `python -m rnn_course data get {name}`")
        click.echo(folder)
        return
    click.echo(f"{ENVIRONMENT}: {mirror_url() or copies_folder() or 'not set'}")
    click.echo(f"downloads: {cache_folder()}")
    for dataset in catalogue().values():
        click.echo(f"{dataset.name:16} {_state(dataset)}")


def _ask(dataset: Dataset) -> None:
    if not _on_terminal():
        raise DataError(
            f"the licence of {dataset.name} is not an open one: {dataset.licence}. If it allows what you "
            f"want to do, say so: `python -m rnn_course data get {dataset.name} --accept-licence`"
        )
    if not click.confirm("This licence is not an open one. May you use the corpus under it?"):
        raise DataError(f"{dataset.name} was not fetched")


def _state(dataset: Dataset) -> str:
    try:
        return "here" if find_data(dataset.name) else "not here"
    except DataError:
        return "damaged"


def _size(dataset: Dataset) -> str:
    sizes = [file.size for file in dataset.public_files]
    known = sum(size or 0 for size in sizes) / 1e6
    return f"{'> ' if None in sizes else ''}{known:.1f} MB"


@contextmanager
def _bars() -> Iterator[Progress]:
    """A progress bar for each file on a terminal, a line for each elsewhere."""
    from tqdm import tqdm

    bars: list[tqdm] = []

    def progress(name: str) -> Report:
        if not sys.stderr.isatty():
            click.echo(f"fetching {name}", err=True)
            return lambda there, total: None
        begun = False

        def report(there: int, total: int | None) -> None:
            nonlocal begun
            if not begun:  # with the first report, so that what was kept does not count as speed
                close()
                bars.append(tqdm(desc=name, total=total, initial=there, unit="B", unit_scale=True))
                begun = True
            bars[-1].total = total
            bars[-1].update(there - bars[-1].n)

        return report

    def close() -> None:
        for bar in bars:
            bar.close()

    try:
        yield progress
    finally:
        close()


def _on_terminal() -> bool:
    return sys.stdin.isatty()
