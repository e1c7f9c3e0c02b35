"""What a confined process may use, and how strongly a machine can hold it to that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PurePosixPath

MARK = "RNN_COURSE_SANDBOX"  # environment variable: the tier that a server was started at


class SandboxError(RuntimeError):
    """The sandbox itself failed, or cannot be had. Never the fault of what runs inside."""


class Tier(Enum):
    """How a process is confined, strongest first."""

    NAMESPACES = "namespaces"
    BUBBLEWRAP = "bubblewrap"
    LIMITS = "limits"
    UNSAFE = "unsafe"


@dataclass(frozen=True)
class Confinement:
    """The limits of one confined process and of all that it starts.

    Args:
        memory_bytes: what the process may take beyond what it has when it is confined, bytes.
        processes: how many processes and threads there may be at a time, itself included.
        file_bytes: the largest file that may be written, bytes.
        open_files: how many files may be open at a time.
        cpu_seconds: processor time after which a process is ended, seconds; a backstop behind deadlines.
        disk_bytes: room in the private folder, bytes.
        readable: files and folders that may be read besides Python, its packages and the system's libraries.
        writable: folders outside that may be written to as well, by whoever the process is in the end.
        hidden: files and folders that may not be read although they lie in a readable one.
        files: name (relative, with `/`) and content of each file put into the private folder.
        local_sockets: whether the process may use Unix sockets, through which a kernel is spoken to.
    """

    memory_bytes: int = 2 << 30
    processes: int = 64
    file_bytes: int = 64 << 20
    open_files: int = 256
    cpu_seconds: int = 600
    disk_bytes: int = 256 << 20
    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    local_sockets: bool = False

    def __post_init__(self) -> None:
        for name in ("memory_bytes", "processes", "file_bytes", "open_files", "cpu_seconds", "disk_bytes"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"Confinement: {name} is {value!r}, expected a whole number, 1 or more")
        if self.open_files < 16:
            raise ValueError(f"Confinement: open_files is {self.open_files}, expected 16 or more")
        for name in ("readable", "writable", "hidden"):
            for path in getattr(self, name):
                if not Path(path).is_absolute():
                    raise ValueError(f"Confinement: {name} holds {path}, expected absolute paths")
        for name in self.files:
            parts = PurePosixPath(name).parts
            if not parts or name.startswith("/") or ".." in parts or "\0" in name:
                raise ValueError(f"Confinement: files holds {name!r}, expected a relative path")
