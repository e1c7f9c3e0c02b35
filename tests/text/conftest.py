"""A server with one file, for the tests of downloads."""

from collections.abc import Iterator

import pytest
from file_server import FileServer, serve
from served_corpus import CONTENT


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serve() as running:
        running.files["corpus.txt"] = CONTENT
        yield running
