import re
from collections.abc import Callable
from pathlib import Path

import pytest

from rnn_course.errors import DataError
from rnn_course.text.catalogue import catalogue, find_dataset
from rnn_course.text.locate import verify


def test_it_has_what_the_course_speaks_of() -> None:
    assert set(catalogue()) == {
        "tinyshakespeare", "names", "ptb", "wikitext-2", "reuters", "ud-ewt", "sst", "linzen",
    }  # fmt: skip


@pytest.mark.parametrize("name", catalogue())
def test_every_file_is_pinned_twice(name: str) -> None:
    dataset = catalogue()[name]
    assert dataset.public_files
    for file in [file for group in dataset.file_sets for file in group]:
        assert re.fullmatch(r"sha256:[0-9a-f]{64}|git:[0-9a-f]{40}", file.checksum)
        assert file.size is None or file.size > 1000
        assert "/" not in file.name
    for file in dataset.public_files:
        assert re.fullmatch(rf"https://[^ ]*/[0-9a-f]{{40}}/([^ ]*/)?{re.escape(file.name)}", file.url or "")


def test_only_files_that_could_not_be_hashed_go_without_sha256() -> None:
    files = [file for dataset in catalogue().values() for group in dataset.file_sets for file in group]
    assert {file.name for file in files if not file.checksum.startswith("sha256:")} == {
        "train.txt",
        "reuters.zip",
    }


def test_licences_that_are_not_open_ask_for_a_yes() -> None:
    asks = {name for name, dataset in catalogue().items() if dataset.must_accept}
    assert asks == {"ptb", "reuters", "sst"}
    assert all(dataset.licence and dataset.source for dataset in catalogue().values())


def test_a_name_that_is_none() -> None:
    with pytest.raises(DataError, match=r"no corpus 'PTB'; there are tinyshakespeare, names, ptb,"):
        find_dataset("PTB")


@pytest.mark.realdata
@pytest.mark.parametrize("name", catalogue())
def test_the_checksums_are_those_of_the_corpora(name: str, real_data: Callable[[str], Path]) -> None:
    folder = real_data(name)
    present = [
        file for group in find_dataset(name).file_sets for file in group if (folder / file.name).exists()
    ]
    assert present
    for file in present:
        verify(folder / file.name, file)
        assert file.size == (folder / file.name).stat().st_size
