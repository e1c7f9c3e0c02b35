import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from file_server import FileServer, serve

from rnn_course.errors import DataError
from rnn_course.text import catalogue
from rnn_course.text.catalogue import DataFile, Dataset
from rnn_course.text.download import get_data
from rnn_course.text.locate import cache_folder, data_path, find_data, mirror_url
from rnn_course.text.transfer import Patience

PAGES = {"one.txt": b"one " * 5000, "two.txt": b"two " * 5000, "packed.bin": b"both " * 5000}
QUICK = Patience(attempts=2, connect=5, read=5, backoff=0.01)


def pinned(name: str, url: str | None = None) -> DataFile:
    return DataFile(name, f"sha256:{hashlib.sha256(PAGES[name]).hexdigest()}", len(PAGES[name]), url)


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serve() as running:
        yield running


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: FileServer) -> Dataset:
    """A catalogue of one corpus, `toy`, whose public address is `server`, and an empty cache."""
    files = tuple(pinned(name, server.url(f"public/{name}")) for name in ("one.txt", "two.txt"))
    dataset = Dataset("toy", "toy_folder", "two pages", "free", False, "Nobody 2000", (files,))
    monkeypatch.setattr(catalogue, "catalogue", lambda: {"toy": dataset})
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("RNN_COURSE_DATA", raising=False)
    return dataset


def fill(folder: Path, **changed: bytes) -> Path:
    (folder / "toy_folder").mkdir(parents=True)
    for name in ("one.txt", "two.txt"):
        (folder / "toy_folder" / name).write_bytes(changed.get(name.removesuffix(".txt"), PAGES[name]))
    return folder / "toy_folder"


def publish(server: FileServer, at: str = "public", **changed: bytes) -> None:
    for name in ("one.txt", "two.txt"):
        server.files[f"{at}/{name}"] = changed.get(name.removesuffix(".txt"), PAGES[name])


def test_what_is_nowhere_is_none_or_an_error_that_says_what_to_type() -> None:
    assert find_data("toy") is None
    with pytest.raises(DataError) as error:
        data_path("toy")
    assert "toy (two pages) is not on this computer" in str(error.value)
    assert "`python -m rnn_course data get toy`" in str(error.value)
    assert "toy_folder/one.txt" in str(error.value)


def test_a_folder_of_copies_comes_before_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = fill(cache_folder())
    assert find_data("toy") == cached
    copies = fill(tmp_path / "copies")
    monkeypatch.setenv("RNN_COURSE_DATA", str(tmp_path / "copies"))
    assert find_data("toy") == copies
    (copies / "two.txt").unlink()
    assert find_data("toy") == cached


def test_a_folder_of_copies_may_be_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = fill(tmp_path / "copies")
    monkeypatch.setenv("RNN_COURSE_DATA", str(tmp_path / "copies"))
    copies.chmod(0o500)
    before = sorted(tmp_path.rglob("*"))
    assert get_data("toy") == copies
    assert sorted(tmp_path.rglob("*")) == before
    copies.chmod(0o700)


def test_a_damaged_copy_is_an_error_not_a_surprise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cache_folder())
    fill(tmp_path / "copies", two=b"damaged")
    monkeypatch.setenv("RNN_COURSE_DATA", str(tmp_path / "copies"))
    for call in (find_data, data_path, get_data):
        with pytest.raises(DataError, match=r"two\.txt is damaged: got sha256:.* expected sha256:"):
            call("toy")


def test_a_setting_that_is_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNN_COURSE_DATA", "/no/such/folder")
    with pytest.raises(DataError, match="RNN_COURSE_DATA is '/no/such/folder', which is neither"):
        find_data("toy")


def test_get_fetches_from_the_public_address(server: FileServer) -> None:
    publish(server)
    fetched = []
    folder = get_data(
        "toy", progress=lambda name: fetched.append(name) or (lambda there, total: None), patience=QUICK
    )
    assert folder == find_data("toy") == cache_folder() / "toy_folder"
    assert fetched == ["one.txt", "two.txt"]
    assert get_data("toy") == folder
    assert len(server.requests) == 2


def test_get_fetches_only_what_is_missing_or_damaged(server: FileServer) -> None:
    publish(server)
    folder = fill(cache_folder(), two=b"damaged")
    with pytest.raises(DataError, match="is damaged"):
        find_data("toy")
    assert get_data("toy", patience=QUICK) == folder
    assert find_data("toy") == folder
    assert [request.path for request in server.requests] == ["/public/two.txt"]


def test_a_mirror_is_tried_first(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(server)
    publish(server, at="class/toy_folder")
    monkeypatch.setenv("RNN_COURSE_DATA", server.url("class/"))
    assert mirror_url() == server.url("class")
    get_data("toy", patience=QUICK)
    assert {request.path for request in server.requests} == {
        "/class/toy_folder/one.txt",
        "/class/toy_folder/two.txt",
    }
    assert find_data("toy") == cache_folder() / "toy_folder"


@pytest.mark.parametrize("fault", ["gone", "other bytes", "other size"])
def test_a_mirror_with_a_fault_falls_back(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    publish(server)
    if fault != "gone":
        wrong = PAGES["two.txt"].upper() if fault == "other bytes" else b"short"
        publish(server, at="class/toy_folder", two=wrong)
    monkeypatch.setenv("RNN_COURSE_DATA", server.url("class"))
    folder = get_data("toy", patience=QUICK)
    assert (folder / "two.txt").read_bytes() == PAGES["two.txt"]
    assert {path.name for path in folder.iterdir()} == {"one.txt", "two.txt", ".lock"}


def test_both_faults_are_told(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(server, two=PAGES["two.txt"].upper())
    monkeypatch.setenv("RNN_COURSE_DATA", server.url("class"))
    with pytest.raises(DataError, match=r"404 Not Found; .*other bytes than it should"):
        get_data("toy", patience=QUICK)
    assert find_data("toy") is None


def test_other_files_will_do(server: FileServer, monkeypatch: pytest.MonkeyPatch, toy: Dataset) -> None:
    """The first set of files is on mirrors only, the other one is public."""
    private = (pinned("one.txt"), pinned("two.txt"))
    packed = (pinned("packed.bin", server.url("public/packed.bin")),)
    either = Dataset("toy", "toy_folder", "two pages", "free", False, "Nobody 2000", (private, packed))
    monkeypatch.setattr(catalogue, "catalogue", lambda: {"toy": either})
    server.files["public/packed.bin"] = PAGES["packed.bin"]
    folder = get_data("toy", patience=QUICK)
    assert find_data("toy") == folder
    assert [request.path for request in server.requests] == ["/public/packed.bin"]
    (folder / "packed.bin").unlink()
    monkeypatch.setenv("RNN_COURSE_DATA", server.url("class"))
    publish(server, at="class/toy_folder")
    get_data("toy", patience=QUICK)
    assert {path.name for path in folder.iterdir()} == {"one.txt", "two.txt", ".lock"}


def test_a_corpus_with_no_public_address_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    private = Dataset("toy", "toy_folder", "", "", False, "", ((pinned("one.txt"),),))
    monkeypatch.setattr(catalogue, "catalogue", lambda: {"toy": private})
    with pytest.raises(DataError, match="toy has no public address: set RNN_COURSE_DATA"):
        get_data("toy")


def test_to_makes_a_folder_that_others_can_use(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(server)
    fill(cache_folder())
    assert get_data("toy", to=tmp_path / "stick", patience=QUICK) == tmp_path / "stick" / "toy_folder"
    monkeypatch.setenv("RNN_COURSE_DATA", str(tmp_path / "stick"))
    assert find_data("toy") == tmp_path / "stick" / "toy_folder"
