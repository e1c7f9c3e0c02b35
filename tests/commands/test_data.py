import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from file_server import FileServer, serve

from rnn_course.commands import data as command
from rnn_course.text import catalogue
from rnn_course.text.catalogue import DataFile, Dataset

CONTENT = b"to be or not to be\n" * 1000


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serve() as running:
        running.files["text.txt"] = CONTENT
        yield running


@pytest.fixture(autouse=True)
def shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: FileServer) -> Path:
    """Two corpora with the same file, one of them with a licence that asks; returns the cache."""
    file = DataFile(
        "text.txt", f"sha256:{hashlib.sha256(CONTENT).hexdigest()}", len(CONTENT), server.url("text.txt")
    )
    entries = {
        name: Dataset(name, name, "a text", "MIT", name == "strict", "Nobody 2000", ((file,),))
        for name in ("free", "strict")
    }
    monkeypatch.setattr(catalogue, "catalogue", lambda: entries)
    monkeypatch.setattr(command, "catalogue", lambda: entries)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("RNN_COURSE_DATA", raising=False)
    return command.cache_folder()


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(command.data, arguments, input=answer)


def test_list_shows_what_there_is_and_what_is_here() -> None:
    lines = run("list").output.splitlines()
    assert lines[0].split() == ["free", "0.0", "MB", "not", "here", "a", "text"]
    assert lines[1] == " " * 37 + "Nobody 2000. Licence: MIT"
    run("get", "free")
    assert run("list").output.splitlines()[0].split()[3:] == ["here", "a", "text"]


def test_get_shows_the_licence_before_and_where_it_is_after(shelf: Path) -> None:
    result = run("get", "free")
    assert result.exit_code == 0
    assert result.output.index("Licence: MIT") < result.output.index("fetching text.txt")
    assert f"free is in {shelf / 'free'}. Cite: Nobody 2000. Licence: MIT" in result.output
    assert (shelf / "free" / "text.txt").read_bytes() == CONTENT


def test_where_prints_a_path_and_nothing_else(shelf: Path) -> None:
    run("get", "free")
    assert run("where", "free").output == f"{shelf / 'free'}\n"
    missing = run("where", "strict")
    assert missing.exit_code != 0
    assert "`python -m rnn_course data get strict`" in str(missing.exception)


def test_where_alone_prints_the_places(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("where").output.splitlines() == [
        "RNN_COURSE_DATA: not set",
        f"downloads: {shelf}",
        "free             not here",
        "strict           not here",
    ]
    monkeypatch.setenv("RNN_COURSE_DATA", "http://127.0.0.1:1/mirror/")
    assert run("where").output.startswith("RNN_COURSE_DATA: http://127.0.0.1:1/mirror\n")


def test_a_licence_that_is_not_open_needs_a_yes(shelf: Path, server: FileServer) -> None:
    refused = run("get", "strict")
    assert "--accept-licence" in str(refused.exception)
    assert server.requests == []
    assert run("get", "strict", "--accept-licence").exit_code == 0
    assert (shelf / "strict" / "text.txt").exists()
    assert run("get", "strict").exit_code == 0  # it is here: nothing to agree to


@pytest.mark.parametrize(("answer", "fetched"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_on_a_terminal_the_yes_is_asked_for(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, answer: str, fetched: bool
) -> None:
    monkeypatch.setattr(command, "_on_terminal", lambda: True)
    result = run("get", "strict", answer=answer)
    assert "May you use the corpus under it?" in result.output
    assert (shelf / "strict" / "text.txt").exists() == fetched
    assert (result.exit_code == 0) == fetched


def test_to_fetches_into_a_folder(tmp_path: Path, shelf: Path) -> None:
    assert run("get", "free", "--to", str(tmp_path / "stick")).exit_code == 0
    assert (tmp_path / "stick" / "free" / "text.txt").read_bytes() == CONTENT
    assert not (shelf / "free").exists()


def test_a_damaged_file_is_shown_and_mended(shelf: Path) -> None:
    run("get", "free")
    (shelf / "free" / "text.txt").write_bytes(b"?")
    assert run("list").output.split()[3] == "damaged"
    assert run("get", "free").exit_code == 0
    assert (shelf / "free" / "text.txt").read_bytes() == CONTENT


def test_the_bar_counts_bytes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with command._bars() as progress:
        report = progress("text.txt")
        for there in (500_000, 750_000, 1_000_000):
            report(there, 1_000_000)
    printed = capsys.readouterr().err
    assert "text.txt:  50%" in printed
    assert "text.txt: 100%" in printed
    assert "1.00M/1.00M" in printed


@pytest.mark.realdata
def test_the_whole_command_against_a_mirror_of_real_text(
    server: FileServer, tmp_path: Path, real_data: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the real catalogue
    folder = real_data("ptb")
    for path in folder.glob("ptb.*.txt"):
        server.files[f"class/ptb/{path.name}"] = path.read_bytes()
    server.cut_after = [1_000_000, 2_000_000]
    environment = os.environ | {"RNN_COURSE_DATA": server.url("class"), "XDG_CACHE_HOME": str(tmp_path)}
    start = "from rnn_course.cli import main; raise SystemExit(main())"
    done = subprocess.run(
        [sys.executable, "-c", start, "data", "get", "ptb", "--accept-licence"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    fetched = tmp_path / "rnn-course" / "ptb"
    for path in folder.glob("ptb.*.txt"):
        assert (fetched / path.name).read_bytes() == path.read_bytes()
