"""Kernels in the sandbox: a kernel provisioner for Jupyter, `rnn-course-sandbox`.

The kernel specification of the same name uses it. With `c.Execute.kernel_name = "rnn-course-sandbox"` in
nbgrader_config.py the stock `nbgrader autograde`, and the formgrader's button for it, run students' notebooks
in such kernels. There, tests and answers are still in one process; but no file, no network and no other
submission can be reached.
"""

from __future__ import annotations

import os
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Integer, Unicode

import rnn_course
from rnn_course.checks.seed import SEED_VARIABLE
from rnn_course.grading.sandbox import Child, Confinement, SandboxError, Tier, launch, strongest
from rnn_course.grading.seed import find_seed

CONNECTION = "connection.json"
MOST_BESIDE = 64 << 20  # bytes of files beside a notebook that its kernel gets copies of


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel in the strongest sandbox of the machine, and speaks to it through Unix sockets.

    The kernel works in a private folder with copies of the files of the notebook's folder. Its environment
    holds nothing but what its specification gives it, and the instructor's seed where hidden tests need it.
    """

    memory_mebibytes = Integer(2048, min=64, help="What a kernel and all that it starts may have.").tag(
        config=True
    )
    tier = Unicode("", help="namespaces, bubblewrap or limits; the best there is if empty.").tag(config=True)

    room: tempfile.TemporaryDirectory[str] | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Take Unix sockets in a folder that both sides see: in the sandbox there is no network."""
        manager = self.parent
        if self.room is None and manager is not None:
            self.room = tempfile.TemporaryDirectory(prefix="rnn-course-kernel-")
            if os.geteuid() == 0:
                os.chmod(self.room.name, 0o777)  # the kernel will be nobody; messages are signed with a key
            manager.transport, manager.cache_ports = "ipc", False
            manager.ip = str(Path(self.room.name, "socket"))
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel confined.

        Raises:
            SandboxError: if it cannot be confined.
        """
        folder = Path(kwargs.get("cwd") or Path.cwd()).resolve()
        assert self.room is not None
        assert self.parent is not None
        connection = Path(self.parent.connection_file)
        files = {**files_beside(folder), CONNECTION: connection.read_bytes()}
        environment = {**(self.kernel_spec.env or {})}
        environment["PYTHONPATH"] = str(Path(rnn_course.__file__).parents[1])
        environment["JUPYTER_RUNTIME_DIR"] = "."  # where it looks for the connection file: the private folder
        if seed := seed_above(folder):
            environment[SEED_VARIABLE] = seed
        child = launch(
            [CONNECTION if part == str(connection) else part for part in cmd],
            Confinement(
                memory_bytes=self.memory_mebibytes << 20,
                disk_bytes=MOST_BESIDE * 2,
                writable=(Path(self.room.name).resolve(),),
                files=files,
                local_sockets=True,
            ),
            Tier(self.tier) if self.tier else strongest(),
            env=environment,
        )
        process: Any = Process(child)
        self.process, self.pid, self.pgid = process, child.pid, None
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the folder of the sockets, unless the kernel is to be started again."""
        await super().cleanup(restart)
        if not restart and self.room is not None:
            self.room.cleanup()
            self.room = None


class Process:
    """A confined child with the face of subprocess.Popen, as far as a provisioner looks at it."""

    stdin = stdout = stderr = None

    def __init__(self, child: Child) -> None:
        self.child = child
        self.pid = child.pid

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        ending = self.child.wait(0)
        return None if ending is None else ending.code if ending.kind == "exit" else -ending.code

    def wait(self) -> int | None:
        """Wait for its end."""
        self.child.wait()
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send a signal; whatever ends a process ends all that it started."""
        if number in (signal.SIGKILL, signal.SIGTERM):
            self.child.kill()
        else:
            self.child.signal(number)

    def kill(self) -> None:
        """End it."""
        self.child.kill()

    terminate = kill


def files_beside(folder: Path) -> dict[str, bytes]:
    """The files of a notebook's folder by their relative paths, without notebooks and links.

    Raises:
        SandboxError: if they are too large to be copied.
    """
    found: dict[str, bytes] = {}
    size = 0
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.suffix == ".ipynb":
            continue
        size += path.stat().st_size
        if size > MOST_BESIDE:
            raise SandboxError(f"the files in {folder} are larger than {MOST_BESIDE >> 20} MiB together")
        with suppress(OSError):
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def seed_above(folder: Path) -> str | None:
    """The instructor's seed: the environment's, or that of the course that a folder lies in."""
    return next((seed for place in (folder, *folder.parents) if (seed := find_seed(place))), None)
