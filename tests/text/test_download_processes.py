import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from file_server import FileServer
from served_corpus import CONTENT, FILE, fetch, left_in

from rnn_course.text.catalogue import DataFile
from rnn_course.text.transfer import DiskError

RUN = """
import sys
from pathlib import Path
from rnn_course.errors import DataError
from rnn_course.text.catalogue import DataFile
from rnn_course.text.download import download
url, folder, checksum, size, limit = sys.argv[1:]
if int(limit):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
print("ready", flush=True)
try:
    download(DataFile("corpus.txt", checksum, int(size) or None), [url], Path(folder))
except DataError as error:
    print(f"{type(error).__name__}: {error}")
    raise SystemExit(2)
"""


def start(
    server: FileServer, folder: Path, *, size: int = FILE.size or 0, limit: int = 0
) -> subprocess.Popen:
    arguments = [server.url("corpus.txt"), str(folder), FILE.checksum, str(size), str(limit)]
    return subprocess.Popen([sys.executable, "-c", RUN, *arguments], stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name == "nt", reason="needs signals and limits of POSIX")
def test_a_process_killed_in_the_middle_loses_nothing(server: FileServer, tmp_path: Path) -> None:
    server.stall_after = 200_000
    process = start(server, tmp_path)
    assert server.stalled.wait(30)
    part = tmp_path / "corpus.txt.part"
    deadline = time.monotonic() + 20
    while (not part.exists() or part.stat().st_size < 65_536) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert left_in(tmp_path) == {"corpus.txt.part", "corpus.txt.part.from"}
    kept = part.stat().st_size
    assert CONTENT[:kept] == part.read_bytes()
    assert 65_536 <= kept < len(CONTENT)
    server.stall_after = None
    server.go_on.set()
    server.requests.clear()
    assert fetch(server, tmp_path).read_bytes() == CONTENT  # the lock died with the process
    assert [request.range for request in server.requests] == [f"bytes={kept}-"]


@pytest.mark.skipif(os.name == "nt", reason="needs limits of POSIX")
def test_two_processes_at_once_fetch_it_once(server: FileServer, tmp_path: Path) -> None:
    server.stall_after = 100_000
    first = start(server, tmp_path)
    assert server.stalled.wait(30)
    second = start(server, tmp_path)
    assert second.stdout.readline() == "ready\n"
    time.sleep(0.5)  # for its request, if it made one
    server.stall_after = None
    server.go_on.set()
    assert (first.wait(60), second.wait(60)) == (0, 0)
    assert (tmp_path / "corpus.txt").read_bytes() == CONTENT
    assert left_in(tmp_path) == {"corpus.txt"}
    assert server.sent == len(CONTENT)


@pytest.mark.skipif(os.name == "nt", reason="needs limits of POSIX")
def test_a_file_larger_than_the_limit_leaves_nothing(server: FileServer, tmp_path: Path) -> None:
    process = start(server, tmp_path, limit=100_000)
    printed = process.communicate(timeout=60)[0]
    assert process.returncode == 2
    assert "DiskError: no room for corpus.txt" in printed
    assert "File too large" in printed
    assert left_in(tmp_path) == set()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 kB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_seen_before_the_download(server: FileServer, small_disk: Path) -> None:
    with pytest.raises(
        DiskError, match=r"no room for corpus.txt in .*400,000 bytes are to come, .* are free"
    ):
        fetch(server, small_disk)
    assert left_in(small_disk) == set()


def test_a_disk_that_fills_up_leaves_nothing(server: FileServer, small_disk: Path) -> None:
    server.announces_length = False  # so that only writing shows that there is no room
    with pytest.raises(DiskError, match=r"no room for corpus.txt in .*No space left on device"):
        fetch(server, small_disk, DataFile("corpus.txt", FILE.checksum))
    assert left_in(small_disk) == set()
