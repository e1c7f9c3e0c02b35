import hashlib
import socket
import subprocess
from pathlib import Path

import pytest
from file_server import FileServer
from served_corpus import CONTENT, FILE, QUICK, fetch, left_in

from rnn_course.errors import DataError
from rnn_course.text.catalogue import DataFile
from rnn_course.text.download import download
from rnn_course.text.transfer import DiskError, Patience


def test_the_file_arrives_whole_and_nothing_else_is_left(server: FileServer, tmp_path: Path) -> None:
    seen = []
    path = download(
        FILE,
        [server.url("corpus.txt")],
        tmp_path / "new" / "folder",
        report=lambda there, total: seen.append((there, total)),
    )
    assert path.read_bytes() == CONTENT
    assert left_in(path.parent) == {"corpus.txt"}
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert seen == sorted(seen)


def test_what_is_there_is_not_fetched_again(server: FileServer, tmp_path: Path) -> None:
    fetch(server, tmp_path)
    fetch(server, tmp_path)
    assert len(server.requests) == 1


def test_a_cut_connection_goes_on_where_it_broke(server: FileServer, tmp_path: Path) -> None:
    server.cut_after = [150_000, 100_000, 0]
    assert fetch(server, tmp_path).read_bytes() == CONTENT
    assert [request.range is None for request in server.requests] == [True, False, False, False]
    assert {request.if_range for request in server.requests[1:]} == {'"one"'}
    starts = [int(request.range[6:-1]) for request in server.requests[1:]]
    assert starts[0] > 100_000
    assert starts[1] > starts[0]
    assert server.sent < len(CONTENT) + 3 * (1 << 13)  # only what was under way is sent twice
    assert left_in(tmp_path) == {"corpus.txt"}


def test_any_number_of_cuts_is_borne_while_bytes_arrive(server: FileServer, tmp_path: Path) -> None:
    server.cut_after = [70_000] * 5  # more than the three attempts that may bring nothing
    assert fetch(server, tmp_path).read_bytes() == CONTENT


def test_a_later_run_goes_on_too(server: FileServer, tmp_path: Path) -> None:
    server.cut_after = [200_000, 0, 0, 0]
    with pytest.raises(DataError, match=r"cannot be fetched: .* bytes have come and are kept"):
        fetch(server, tmp_path)
    assert left_in(tmp_path) == {"corpus.txt.part", "corpus.txt.part.from"}
    kept = (tmp_path / "corpus.txt.part").stat().st_size
    assert kept > 100_000
    server.requests.clear()
    assert fetch(server, tmp_path).read_bytes() == CONTENT
    assert [request.range for request in server.requests] == [f"bytes={kept}-"]
    assert left_in(tmp_path) == {"corpus.txt"}


def test_a_server_without_ranges_sends_everything_again(server: FileServer, tmp_path: Path) -> None:
    server.knows_ranges = False
    server.cut_after = [150_000]
    assert fetch(server, tmp_path).read_bytes() == CONTENT
    assert len(server.requests) == 2


def test_a_file_that_changed_on_the_server_comes_whole(server: FileServer, tmp_path: Path) -> None:
    server.files["corpus.txt"] = bytes(len(CONTENT))
    server.cut_after = [200_000, 0, 0, 0]
    with pytest.raises(DataError, match="bytes have come and are kept"):
        fetch(server, tmp_path)
    server.files["corpus.txt"] = CONTENT
    server.etag = '"two"'
    server.requests.clear()
    assert fetch(server, tmp_path).read_bytes() == CONTENT
    assert [request.if_range for request in server.requests] == [
        '"one"'
    ]  # refused, so all of it came at once


def test_a_wrong_beginning_is_found_and_everything_fetched_once_more(
    server: FileServer, tmp_path: Path
) -> None:
    (tmp_path / "corpus.txt.part").write_bytes(bytes(1000))  # nothing says where this is from
    assert fetch(server, tmp_path).read_bytes() == CONTENT
    assert [request.range for request in server.requests] == ["bytes=1000-", None]


def test_wrong_bytes_are_deleted_and_told(server: FileServer, tmp_path: Path) -> None:
    wrong = CONTENT[:-1] + b"?"
    server.files["corpus.txt"] = wrong
    with pytest.raises(DataError) as error:
        fetch(server, tmp_path)
    assert f"got sha256:{hashlib.sha256(wrong).hexdigest()}" in str(error.value)
    assert f"expected {FILE.checksum}" in str(error.value)
    assert left_in(tmp_path) == set()


def test_a_file_of_another_size_is_not_even_fetched(server: FileServer, tmp_path: Path) -> None:
    server.files["corpus.txt"] = CONTENT + b"more"
    with pytest.raises(DataError, match="400,004 bytes, expected 400,000: it is another file"):
        fetch(server, tmp_path)
    assert left_in(tmp_path) == set()


def test_a_file_may_be_pinned_by_its_git_id(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "content").write_bytes(CONTENT)
    git = subprocess.run(
        ["git", "hash-object", tmp_path / "content"], capture_output=True, text=True, check=True
    )
    pinned = DataFile("corpus.txt", f"git:{git.stdout.strip()}")
    server.announces_length = False
    assert fetch(server, tmp_path / "to", pinned).read_bytes() == CONTENT
    server.files["corpus.txt"] = CONTENT[:-1]
    (tmp_path / "to" / "corpus.txt").unlink()
    with pytest.raises(DataError, match="got git:"):
        fetch(server, tmp_path / "to", pinned)
    assert left_in(tmp_path / "to") == set()


def test_a_server_in_trouble_is_asked_again(server: FileServer, tmp_path: Path) -> None:
    server.answers = [503, 500]
    assert fetch(server, tmp_path).read_bytes() == CONTENT
    server.answers = [503] * 3
    with pytest.raises(DataError, match="the server answered 503 Service Unavailable"):
        fetch(server, tmp_path / "other")


def test_a_missing_file_is_not_asked_for_again(server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere: the server answered 404 Not Found"):
        download(FILE, [server.url("nowhere")], tmp_path, patience=QUICK)
    assert len(server.requests) == 1
    assert left_in(tmp_path) == set()


def test_the_next_address_is_tried(server: FileServer, tmp_path: Path) -> None:
    urls = [server.url("nowhere"), server.url("corpus.txt")]
    assert download(FILE, urls, tmp_path, patience=QUICK).read_bytes() == CONTENT


def test_everything_was_there_but_the_name(server: FileServer, tmp_path: Path) -> None:
    unknown_size = DataFile("corpus.txt", FILE.checksum)
    for file in (FILE, unknown_size):
        (tmp_path / "corpus.txt").unlink(missing_ok=True)
        (tmp_path / "corpus.txt.part").write_bytes(CONTENT)
        assert fetch(server, tmp_path, file).read_bytes() == CONTENT
    assert server.sent == 0


def test_a_kept_part_that_is_too_long_is_thrown_away(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "corpus.txt.part").write_bytes(CONTENT + b"more")
    assert fetch(server, tmp_path).read_bytes() == CONTENT


def test_a_damaged_file_is_replaced(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "corpus.txt").write_bytes(b"damaged")
    with pytest.raises(DataError, match="404"):
        download(FILE, [server.url("nowhere")], tmp_path, patience=QUICK)
    assert left_in(tmp_path) == set()
    (tmp_path / "corpus.txt").write_bytes(b"damaged")
    assert fetch(server, tmp_path).read_bytes() == CONTENT


def test_no_network(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/corpus.txt"
        with pytest.raises(DataError, match=r"Connection refused\. Is this computer online"):
            download(FILE, [url], tmp_path, patience=QUICK)
    assert left_in(tmp_path) == set()
    with pytest.raises(DataError, match="cannot be fetched"):
        download(FILE, ["http:///corpus.txt"], tmp_path, patience=QUICK)


def test_a_server_that_falls_silent(server: FileServer, tmp_path: Path) -> None:
    patience = Patience(attempts=1, connect=5, read=0.3, backoff=0.01)
    urls = [server.url("corpus.txt")]
    server.stall_after = 1  # less than a block, so that nothing is won by asking again
    with pytest.raises(DataError, match=r"timed out\. Is this computer online"):
        download(FILE, urls, tmp_path, patience=patience)
    assert len(server.requests) == 1
    server.stall_after = 150_000
    assert download(FILE, urls, tmp_path, patience=patience).read_bytes() == CONTENT
    assert len(server.requests) > 2


def test_a_folder_that_cannot_be_made(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(DiskError, match="cannot write"):
        fetch(server, tmp_path / "folder" / "below")
