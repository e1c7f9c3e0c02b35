"""Run a notebook from top to bottom in a clean kernel, and take down which cells fail."""

from __future__ import annotations

import asyncio
import copy
import logging
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from nbformat import NotebookNode

from rnn_course.errors import CourseError

SECONDS_TO_ANSWER = 10  # for a kernel that was interrupted, and for one that is asked whether it lives
KERNEL = "python3"  # the one of this environment, whatever the notebook names


class Failure(NamedTuple):
    """Why a cell did not run through."""

    name: str  # the exception's type
    message: str


class Run(NamedTuple):
    """What came of a notebook.

    Attributes:
        failures: by the cell's index.
        stopped: why the cells from `stopped_at` on were not run; empty if all were.
        stopped_at: index of the cell that brought the kernel to its end.
    """

    failures: dict[int, Failure]
    stopped: str = ""
    stopped_at: int | None = None


def run_notebook(
    notebook: NotebookNode,
    folder: Path,
    *,
    seconds: int = 60,
    progress: Callable[[int], None] = lambda index: None,
) -> Run:
    """Run a copy of `notebook` as JupyterLab would, with `folder` as the current one.

    A cell that fails does not keep the others from being run.

    Args:
        seconds: time for each cell.
        progress: called with the index of every cell before it is run.

    Raises:
        CourseError: if no kernel can be started.
    """
    return asyncio.run(_run(copy.deepcopy(notebook), folder, seconds, progress))


async def _run(notebook: NotebookNode, folder: Path, seconds: int, progress: Callable[[int], None]) -> Run:
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    client = NotebookClient(
        notebook,
        kernel_name=KERNEL,
        timeout=seconds,
        allow_errors=True,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        log=_silent(),
    )
    failures: dict[int, Failure] = {}
    try:
        async with client.async_setup_kernel(stderr=subprocess.DEVNULL):  # its log is no news to students
            for index, cell in enumerate(notebook.cells):
                progress(index)
                try:
                    await client.async_execute_cell(cell, index)
                except CellTimeoutError:
                    failures[index] = Failure("TooSlow", f"it was still running after {seconds} seconds")
                    if not await _interrupted(client):
                        return Run(failures, "it could not be interrupted", index)
                except DeadKernelError:
                    failures[index] = Failure("Crash", "Python came to its end in it")
                    return Run(failures, "Python came to its end (a crash, or no memory left)", index)
                else:
                    failures.update(_failure(cell, index))
    except NoSuchKernel:
        raise CourseError(
            f"there is no kernel {KERNEL!r}; `python -m rnn_course doctor` says what is missing"
        ) from None
    except (RuntimeError, OSError) as error:
        raise CourseError(f"the kernel could not be started: {error}") from None
    return Run(failures)


def _failure(cell: NotebookNode, index: int) -> dict[int, Failure]:
    for output in cell.get("outputs", ()):
        if output.output_type == "error":
            return {index: Failure(output.ename, output.evalue)}
    return {}


async def _interrupted(client: Any) -> bool:
    """Interrupt the kernel; whether it listens again."""
    await client.km.interrupt_kernel()
    asked = client.kc.execute("pass", silent=True)
    try:
        while True:
            reply = await client.kc.get_shell_msg(timeout=SECONDS_TO_ANSWER)
            if reply["parent_header"].get("msg_id") == asked:
                return True
    except Exception:  # queue.Empty, or whatever a dying kernel's channel raises: it does not listen
        return False


def _silent() -> logging.Logger:
    logger = logging.getLogger("rnn_course.checks.run_notebook")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
