"""Runs one notebook in a kernel; the body of a process of its own, started by execute_apart.py.

Its only argument is a folder, which holds `job.json` and `notebook.ipynb`. Written into it: `progress.json`
before every cell (so that it is known which cell was running when this process died), then `executed.ipynb`
and `report.json`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

SETTLE = 5.0  # seconds in which a kernel that still listens answers, also on a busy machine


class WatchedClient(NotebookClient):
    """nbclient's client, which says where it is, keeps to a deadline and leaves out cells."""

    def __init__(self, notebook: NotebookNode, folder: Path, job: dict[str, Any]) -> None:
        super().__init__(
            notebook,
            resources={"metadata": {"path": job["working_folder"]}},
            kernel_manager_class=AsyncKernelManager,
            allow_errors=True,  # an exception in a cell is a wrong answer, not the end
            timeout_func=self.seconds_left,
            interrupt_on_timeout=False,  # done here, in `interrupted`: a loop may swallow the interrupt
            shutdown_kernel="immediate",
            startup_timeout=job["startup_timeout"],
            on_cell_executed=self.note_reply,
            kernel_name=job["kernel_name"],
        )
        self.folder = folder
        self.cell_timeout: float | None = job["cell_timeout"]
        self.deadline = time.monotonic() + job["seconds"]
        self.left_out = {int(index) for index in job["left_out"]}
        self.careful: bool = job["careful"]
        self.not_run: list[int] = []
        self.timed_out: list[int] = []
        self.exiting = False

    def seconds_left(self, cell: NotebookNode | None = None) -> float:
        """Seconds that a cell may still take: its own limit, or what is left for the whole notebook."""
        left = max(1.0, self.deadline - time.monotonic())
        return min(left, self.cell_timeout) if self.cell_timeout and self.cell_timeout > 0 else left

    async def async_execute_cell(self, cell: NotebookNode, cell_index: int, *args: Any, **kwargs: Any) -> Any:
        """Run one cell, unless it is left out or no time is left."""
        if cell.cell_type != "code" or not cell.source.strip() or cell_index in self.left_out:
            return cell
        if time.monotonic() >= self.deadline:
            self.not_run.append(cell_index)
            return cell
        write_json(self.folder / "progress.json", {"cell": cell_index, "kernel": self.kernel_process()})
        try:
            done = await super().async_execute_cell(cell, cell_index, *args, **kwargs)
        except CellTimeoutError:
            if time.monotonic() >= self.deadline - 0.5:
                self.not_run.append(cell_index)
                self.deadline = time.monotonic()  # the cells that follow are not run either
                return cell
            if not await self.interrupted():
                raise
            self.timed_out.append(cell_index)
            return cell
        # A cell may end its kernel after its answer: let it be known as this cell, not as the next one.
        if self.exiting or (self.careful and not await self.answers(SETTLE)):
            raise DeadKernelError("Kernel died")
        return done

    async def interrupted(self) -> bool:
        """Interrupt the kernel, and say whether it listens again."""
        if self.km is None:
            return False
        await ensure_async(self.km.interrupt_kernel())
        return await self.answers(SETTLE)

    async def answers(self, seconds: float) -> bool:
        """Whether the kernel answers within some seconds."""
        if self.kc is None or self.km is None:
            return False
        # Not kernel_info, which ipykernel answers from a thread of its own while a cell is running.
        asked = self.kc.execute("", silent=True, store_history=False)
        end = time.monotonic() + seconds
        while time.monotonic() < end and await ensure_async(self.km.is_alive()):
            with suppress(Empty):
                message = await ensure_async(self.kc.shell_channel.get_msg(timeout=0.5))
                if message["parent_header"].get("msg_id") == asked:
                    return True
        return False

    def note_reply(self, *, cell: NotebookNode, execute_reply: dict[str, Any], **_: Any) -> None:
        """Look at the kernel's answer to a cell."""
        reply = execute_reply["content"]
        record_silent_error(cell, reply)
        asked = [entry.get("source") for entry in reply.get("payload") or [] if not entry.get("keepkernel")]
        self.exiting = "ask_exit" in asked  # exit() or quit(): the kernel is gone in a moment

    def kernel_process(self) -> int | None:
        """The kernel's process id."""
        provisioner = getattr(self.km, "provisioner", None)
        return getattr(provisioner, "pid", None)


def record_silent_error(cell: NotebookNode, reply: dict[str, Any]) -> None:
    """Make every failed cell show an error, also where the student's code silenced tracebacks."""
    if reply["status"] != "error":
        return
    name = reply.get("ename", "Error")
    if not any(output.output_type == "error" and output.ename == name for output in cell.outputs):
        traceback = reply.get("traceback") or [f"{name}: the traceback was silenced"]
        cell.outputs.append(
            new_output("error", ename=name, evalue=str(reply.get("evalue", "")), traceback=traceback)
        )


def run(folder: Path) -> dict[str, Any]:
    """Run the notebook and return the report: `finished`, or `stopped` at a cell, or `failed`."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    notebook = nbformat.read(folder / "notebook.ipynb", as_version=4)
    client = WatchedClient(notebook, folder, job)
    try:
        client.execute()
    except CellTimeoutError:
        return {"state": "stopped", "why": "timeout"}
    except DeadKernelError:
        return {"state": "stopped", "why": "died"}
    except Exception as error:
        if not (folder / "progress.json").exists():
            return {"state": "failed", "why": f"{type(error).__name__}: {error}"}
        return {"state": "stopped", "why": f"{type(error).__name__}: {error}"}
    nbformat.write(notebook, folder / "executed.ipynb", version=nbformat.NO_CONVERT)
    return {"state": "finished", "not_run": client.not_run, "timed_out": client.timed_out}


def write_json(path: Path, value: Any) -> None:
    """Write a small file whole or not at all."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(value), encoding="utf-8")
    os.replace(temporary, path)


def main() -> None:
    """Run the job in the folder that the command line names."""
    folder = Path(sys.argv[1])
    write_json(folder / "report.json", run(folder))
