"""The ground on which a class is attacked: what could be read, changed or reached, and whether it was."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from .assignment import NAME
from .attack import Place

LEFTOVERS = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/", "/root", "/etc/cron.d")
READ_WHOLE = 1 << 26  # bytes; of a larger file the size must do


class Listeners:
    """Somebody to connect to on 127.0.0.1, ::1, a socket in the file system and an abstract one."""

    def __init__(self, path: Path, mark: str) -> None:
        self.heard: list[str] = []
        self._stack = ExitStack()
        loopback = self._listen(socket.AF_INET, ("127.0.0.1", 0), "loopback")
        self.port: int = loopback.getsockname()[1]
        if socket.has_dualstack_ipv6():
            self._listen(socket.AF_INET6, ("::1", self.port), "loopback 6")
        self._listen(socket.AF_UNIX, str(path), "UNIX socket")
        if sys.platform == "linux":
            self._listen(socket.AF_UNIX, f"\0{mark}", "abstract socket")

    def _listen(self, family: int, address: object, name: str) -> socket.socket:
        server = self._stack.enter_context(socket.socket(family))
        server.bind(address)  # type: ignore[arg-type]
        server.listen()
        threading.Thread(target=self._hear, args=(server, name), daemon=True).start()
        return server

    def _hear(self, server: socket.socket, name: str) -> None:
        while True:
            try:
                peer, _ = server.accept()
            except OSError:
                return
            self.heard.append(name)
            peer.close()

    def close(self) -> None:
        """Listen no more."""
        self._stack.close()


class Ground:
    """A place, and what it was like before.

    Args:
        place: what the attacks are told.
    """

    def __init__(self, place: Place, listeners: Listeners) -> None:
        self.place = place
        self.listeners = listeners
        self._before: dict[str, str] = {}

    def remember(self) -> Self:
        """Keep what everything that must not change is like now."""
        self._before = self._now()
        return self

    def changes(self) -> list[str]:
        """What has changed, come or gone since `remember`; programs may note things in the home folder."""
        now = self._now()
        before = self._before
        different = [path for path in before.keys() | now.keys() if before.get(path) != now.get(path)]
        return sorted(path for path in different if path in before or not self._is_a_note(Path(path)))

    def left_behind(self) -> list[str]:
        """Files anywhere outside that carry the mark, or lie where the grader has its temporary files."""
        found = [str(path) for path in (self.place.root.parent / "tmp").iterdir()]
        roots = [*LEFTOVERS, os.path.dirname(os.__file__), *sys.path, sys.prefix]
        roots += [self.place.home, self.place.root]
        for root in {str(root) for root in roots if root}:
            if os.path.isdir(root):
                found += [os.path.join(root, name) for name in os.listdir(root) if self.place.mark in name]
        return [path for path in found if not str(self.place.root.parent).startswith(path)]

    def _is_a_note(self, path: Path) -> bool:
        if not path.is_relative_to(self.place.home):
            return False
        mark = self.place.mark
        return mark not in str(path) and not (path.is_file() and mark.encode() in path.read_bytes())

    def _now(self) -> dict[str, str]:
        root = self.place.root
        parts = [root / "source", root / "release", root / "submitted", self.place.outside, self.place.home]
        parts += [root / "nbgrader_config.py", root / ".instructor_seed"]
        return {str(path): description for part in parts for path, description in described(part)}


def described(part: Path) -> Iterator[tuple[Path, str]]:
    """Every file, folder and link under a folder, with what it is and holds."""
    if not part.is_dir():
        yield part, _description(part)
        return
    for folder, folders, files in os.walk(part):
        for name in [*folders, *files]:
            yield Path(folder, name), _description(Path(folder, name))


def _description(path: Path) -> str:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return "absent"
    kind = f"{stat.filemode(status.st_mode)} {status.st_uid}"
    if stat.S_ISLNK(status.st_mode):
        return f"{kind} -> {os.readlink(path)}"
    if not stat.S_ISREG(status.st_mode):
        return kind
    if status.st_size > READ_WHOLE:
        return f"{kind} {status.st_size}"
    return f"{kind} {hashlib.sha256(path.read_bytes()).hexdigest()}"


@contextmanager
def ground(root: Path) -> Iterator[Ground]:
    """Make a ground under a folder; somebody listens until the `with` ends."""
    mark = f"atk{secrets.token_hex(4)}"  # short enough for the name of a process
    for name in ("course", "home", "outside", "tmp"):
        (root / name).mkdir()
    (root / "outside").chmod(0o700)
    (root / "outside" / "secret.txt").write_text("def double(x):\n    return 2 * x\n")
    (root / "home" / ".netrc").write_text("return 2 * x")
    (root / "home" / ".bashrc").write_text("# nothing\n")
    path = Path("/tmp") / f"{mark}.socket" if len(str(root)) > 80 else root / "socket"
    listeners = Listeners(path, mark)
    place = Place(root / "course", root / "home", root / "outside", mark, listeners.port, path)
    try:
        yield Ground(place, listeners)
    finally:
        listeners.close()
        path.unlink(missing_ok=True)


def submitted(place: Place, student: str) -> Path:
    """Where a student's submission lies."""
    return place.root / "submitted" / student / NAME
