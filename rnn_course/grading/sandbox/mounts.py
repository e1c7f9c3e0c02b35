"""A file system for one process: what it may read, and one private folder of a fixed size (Linux)."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from contextlib import suppress
from pathlib import Path

from rnn_course.grading.sandbox.confinement import Confinement
from rnn_course.grading.sandbox.system_calls import MOUNT_SETATTR, MOVE_MOUNT, OPEN_TREE, call, mount, unmount
from rnn_course.grading.sandbox.view import DEVICES, hidden_paths, readable_paths

WRITABLE = Path("/student")  # the one place that can be written to
PRIVATE = WRITABLE / "work"
TEMPORARY = WRITABLE / "tmp"
SHARED = WRITABLE / "shm"

NO_SETUID, NO_DEVICES, NO_PROGRAMS = 2, 4, 8  # the same numbers for mount(2) and mount_setattr(2)
READ_ONLY = 1
PRIVATE_TREE = (1 << 14) | (1 << 18)  # MS_REC | MS_PRIVATE
HERE, CLONE, CLOSE_ON_EXEC = -100, 1, 0o2000000  # AT_FDCWD, OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC
EMPTY_PATH, RECURSIVE = 0x1000, 0x8000
MOVE_FROM_DESCRIPTOR = 4
PIVOT_ROOT = (155, 41)
MOST_FILES = 16384  # in the private folder
STANDINS = ("/tmp", "/mnt", "/media", "/usr")  # any folder will do to put the new root on for a moment

NOTHING = ".hidden"  # a file that nobody may read, shown instead of hidden ones
PASSWD = "student:x:{uid}:{gid}:student:{home}:/bin/sh\n"
GROUP = "student:x:{gid}:\n"


def build_root(confinement: Confinement, owner: tuple[int, int], *, column: int) -> None:
    """Give this process, in a mount namespace of its own, a root that holds nothing else.

    Args:
        confinement: what may be read, what is hidden, the private folder's size.
        owner: user and group of the private folder.
        column: of the architecture in tables of numbers.

    Raises:
        OSError: which mount failed, and why.
    """
    mount("none", "/", None, PRIVATE_TREE)
    trees = [(path, _copy(path)) for path in readable_paths(confinement.readable) if not path.is_symlink()]
    links = [path for path in readable_paths(confinement.readable) if path.is_symlink()]
    devices = [(Path(name), _copy(Path(name))) for name in DEVICES if os.path.exists(name)]
    shared = [(path, _copy(path)) for path in confinement.writable]
    hidden = hidden_paths(confinement)  # looked for now, before anything covers it
    base = next(name for name in STANDINS if os.path.isdir(name))
    mount("tmpfs", base, "tmpfs", NO_SETUID | NO_DEVICES, "mode=755,size=4m")
    root = Path(base)
    for path in links:
        _inside(root, path).parent.mkdir(parents=True, exist_ok=True)
        _inside(root, path).symlink_to(os.readlink(path))
    for path, tree in trees:
        _protect(tree, READ_ONLY | NO_SETUID | NO_DEVICES)
        _place(tree, _inside(root, path))
    for path, tree in shared:
        _protect(tree, NO_SETUID | NO_DEVICES | NO_PROGRAMS)
        _place(tree, _inside(root, path))
    for path, tree in devices:
        _place(tree, _inside(root, path))
    (root / "proc").mkdir()
    mount("proc", str(root / "proc"), "proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS)
    (root / NOTHING).touch()
    (root / NOTHING).chmod(0)
    for path in hidden:
        _hide(_inside(root, path), root / NOTHING)
    _make_private(root, confinement, owner)
    _write_names(root, owner)
    mount_read_only(base)
    os.chdir(base)
    call(PIVOT_ROOT[column], b".", b".", what="pivot_root")
    unmount(".")
    os.chdir("/")


def cover_root(confinement: Confinement, owner: tuple[int, int]) -> None:
    """Inside a root that `build_root` built for a server: a private folder and a /proc of one's own over its.

    Cheaper than another root. What the server may read and this process may not, Landlock has to close.
    """
    root = Path("/")
    mount("proc", "/proc", "proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS)
    for path in hidden_paths(confinement):
        _hide(path, root / NOTHING)
    _make_private(root, confinement, owner)


def mount_read_only(path: str) -> None:
    """Make one mounted file system read-only."""
    attributes = ctypes.create_string_buffer(struct.pack("QQQQ", READ_ONLY, 0, 0, 0), 32)
    call(MOUNT_SETATTR, HERE, os.fsencode(path), 0, attributes, 32, what=f"making {path} read-only")


def _copy(path: Path) -> int:
    flags = CLONE | CLOSE_ON_EXEC | RECURSIVE
    return call(OPEN_TREE, HERE, os.fsencode(path), flags, what=f"copying the mount of {path}")


def _protect(tree: int, flags: int) -> None:
    attributes = struct.pack("QQQQ", flags, 0, 0, 0)
    buffer = ctypes.create_string_buffer(attributes, 32)
    call(MOUNT_SETATTR, tree, b"", EMPTY_PATH | RECURSIVE, buffer, 32, what="protecting a mount")


def _place(tree: int, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if stat.S_ISDIR(os.fstat(tree).st_mode):
            target.mkdir(exist_ok=True)
        elif not target.exists():
            target.touch()
        call(MOVE_MOUNT, tree, b"", HERE, os.fsencode(target), MOVE_FROM_DESCRIPTOR, what=f"placing {target}")
    finally:
        os.close(tree)


def _hide(target: Path, nothing: Path) -> None:
    if target.is_dir():
        mount("tmpfs", str(target), "tmpfs", READ_ONLY | NO_SETUID | NO_DEVICES, "mode=000,size=4k")
    elif target.exists():
        _place(_copy(nothing), target)


def _make_private(root: Path, confinement: Confinement, owner: tuple[int, int]) -> None:
    place = _inside(root, WRITABLE)
    place.mkdir(exist_ok=True)
    options = f"mode=700,size={confinement.disk_bytes},nr_inodes={MOST_FILES}"
    mount("tmpfs", str(place), "tmpfs", NO_SETUID | NO_DEVICES | NO_PROGRAMS, options)
    for folder in (PRIVATE, TEMPORARY, SHARED):
        _inside(root, folder).mkdir(mode=0o700)
    put_files(confinement, _inside(root, PRIVATE))
    if owner != (os.geteuid(), os.getegid()):
        for path in [place, *place.rglob("*")]:
            os.chown(path, *owner)
    for link, target in (("tmp", TEMPORARY), ("dev/shm", SHARED), ("dev/fd", Path("/proc/self/fd"))):
        (root / link).parent.mkdir(exist_ok=True)
        with suppress(FileExistsError):
            (root / link).symlink_to(target)


def _write_names(root: Path, owner: tuple[int, int]) -> None:
    folder = root / "etc"
    folder.mkdir(exist_ok=True)
    uid, gid = owner
    (folder / "passwd").write_text(PASSWD.format(uid=uid, gid=gid, home=PRIVATE), encoding="ascii")
    (folder / "group").write_text(GROUP.format(gid=gid), encoding="ascii")


def put_files(confinement: Confinement, folder: Path) -> None:
    """Write the confinement's files into the private folder."""
    for name, content in confinement.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _inside(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")
