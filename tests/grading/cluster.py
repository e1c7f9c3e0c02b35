"""A Dask cluster of a scheduler and three workers, each a process that can be killed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

WORKERS = 3


class Cluster:
    """Started and ended by hand.

    Args:
        folder: an empty one, for its files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--no-dashboard")
        end = time.monotonic() + 60
        while not self.file.exists():
            assert time.monotonic() < end
            time.sleep(0.1)
        self.address: str = json.loads(self.file.read_text())["address"]
        self.workers = [self._start_worker() for _ in range(WORKERS)]

    def _start_worker(self) -> subprocess.Popen[bytes]:
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder))
        return self._start("worker", *options)

    def _start(self, role: str, *options: str) -> subprocess.Popen[bytes]:
        module = f"distributed.cli.dask_{role}"
        command = [sys.executable, "-m", module, "--scheduler-file", str(self.file), *options]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill_a_worker(self, number: int) -> None:
        """As a power cut would."""
        self.workers[number].kill()
        self.workers[number].wait()

    def replace_a_worker(self, number: int) -> None:
        """Kill one, and start another in its place."""
        self.kill_a_worker(number)
        self.workers[number] = self._start_worker()

    def close(self) -> None:
        """End them all."""
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()
