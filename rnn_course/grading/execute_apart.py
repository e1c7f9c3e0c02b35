"""The step of nbgrader's autograding that runs the notebook, moved into a process of its own with deadlines.

Nothing that a notebook does to its kernel (an endless loop, `os._exit`, a crash) ends the grading. The cell
that did it is left out, the notebook is run again without it, and its reason is kept.

This is no sandbox: the student's code still runs with the rights of whoever grades.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade

from rnn_course.grading.errors import InfrastructureError
from rnn_course.grading.seed import SEED_VARIABLE

# Without the grammar of web addresses that jsonschema loads where it finds it: nothing here needs it, and it
# takes longer to load than most notebooks take to run.
LAUNCH = """
import sys
sys.modules["rfc3987_syntax"] = None
from rnn_course.grading.execution_process import main
main()
"""
GRACE = 20.0  # seconds past its deadline after which the process is ended from outside


class ExecuteApart(Execute):
    """nbgrader's Execute with the same settings (`c.Execute.timeout`), in a process of its own."""

    def __init__(self, *, limit_seconds: float, seed: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit_seconds = limit_seconds
        self.seed = seed
        self.problems: list[str] = []  # cells that could not be run to their end: `cell a1_counts: why`

    def preprocess(self, nb: NotebookNode, resources: Any = None, km: Any = None) -> tuple[NotebookNode, Any]:
        """Run the notebook; cells that stop it are left out, and it is run again.

        Raises:
            InfrastructureError: if not even the kernel started.
        """
        end = time.monotonic() + self.limit_seconds
        left_out: dict[int, str] = {}
        careful = False
        while True:
            # A run without the cell that stopped the last one needs time too, but not for ever.
            seconds = max(self.limit_seconds / 4, end - time.monotonic())
            report = self._run_once(nb, resources, seconds, left_out, careful)
            if report["state"] == "failed":
                raise InfrastructureError(f"the notebook could not be started: {report['why']}")
            if report["state"] == "finished":
                break
            if report["why"] == "died" and not careful:
                careful = True  # once more, to be sure which cell it was
                continue
            left_out[report["cell"]] = self._reason(report["why"])
        executed: NotebookNode = report["notebook"]
        left_out |= dict.fromkeys(report["timed_out"], self._reason("timeout"))
        for index in report["not_run"]:
            left_out[index] = f"was not run to its end: {self.limit_seconds:g} s for the notebook were over"
        stopped: dict[str, list[str]] = {}
        for index, reason in sorted(left_out.items()):
            name = _mark_as_stopped(executed.cells[index], index, reason)
            stopped.setdefault(reason, []).append(name)
        self.problems += [f"{', '.join(names)}: {reason}" for reason, names in stopped.items()]
        for cell in executed.cells:
            _keep_warnings_harmless(cell)
        return executed, resources

    def _reason(self, why: str) -> str:
        if why == "timeout":
            return f"ran past the {self.timeout:g} s that a cell may take"
        if why == "died":
            return "ended the Python process that ran it"
        return f"stopped the notebook ({why})"

    def _run_once(
        self, nb: NotebookNode, resources: Any, seconds: float, left_out: dict[int, str], careful: bool
    ) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="rnn-course-", ignore_cleanup_errors=True) as scratch:
            folder = Path(scratch)
            job = {
                "working_folder": os.path.abspath(resources["metadata"]["path"]),
                "kernel_name": nb.metadata.get("kernelspec", {}).get("name", "python3"),
                "cell_timeout": self.timeout,
                "startup_timeout": self.startup_timeout,
                "seconds": seconds,
                "left_out": list(left_out),
                "careful": careful,
            }
            (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
            nbformat.write(nb, folder / "notebook.ipynb", version=nbformat.NO_CONVERT)
            log = self._run_process(folder, seconds + self.startup_timeout + GRACE)
            return self._report(folder, log)

    def _run_process(self, folder: Path, limit: float) -> str:
        # The kernel of this environment, not one of the same name in the home folder.
        environment = {**os.environ, SEED_VARIABLE: self.seed, "JUPYTER_PREFER_ENV_PATH": "1"}
        log = folder / "log.txt"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", LAUNCH, str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,  # Ctrl-C ends the grading, and the grading ends this
            )
            try:
                process.wait(timeout=limit)
            except subprocess.TimeoutExpired:
                pass
            finally:
                kernel = _read_json(folder / "progress.json").get("kernel")
                end_processes([process.pid if process.poll() is None else None, kernel])
                process.wait()
        return log.read_text(encoding="utf-8", errors="replace")

    def _report(self, folder: Path, log: str) -> dict[str, Any]:
        report = _read_json(folder / "report.json")
        progress = _read_json(folder / "progress.json")
        if not report:  # the process itself was ended
            last = log.strip().splitlines()[-1:] or ["its process ended without a word"]
            why = "died" if "cell" in progress else last[0]
            report = {"state": "stopped" if "cell" in progress else "failed", "why": why}
        if report["state"] == "stopped":
            if "cell" not in progress:
                return {"state": "failed", "why": report["why"]}
            report["cell"] = progress["cell"]
        if report["state"] == "finished":
            report["notebook"] = nbformat.read(folder / "executed.ipynb", as_version=4)
        return report


def end_processes(pids: list[int | None]) -> None:
    """End these processes, their children, and the groups that they lead, without asking."""
    for pid in pids:
        if pid is None:
            continue
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            for child in process.children(recursive=True):
                with suppress(psutil.Error):
                    child.kill()
            process.kill()
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)


def _mark_as_stopped(cell: NotebookNode, index: int, reason: str) -> str:
    name = cell.metadata.get("nbgrader", {}).get("grade_id") or f"number {index + 1}"
    text = f"this cell {reason}"
    cell.outputs = [new_output("error", ename="CellStopped", evalue=text, traceback=[f"CellStopped: {text}"])]
    return f"cell {name}"


def _keep_warnings_harmless(cell: NotebookNode) -> None:
    # nbgrader takes any text on stderr in a test cell for a failure, so that honest code that prints a
    # warning loses its mark. Only an exception is a failure; what was printed stays to be read.
    if is_grade(cell) and cell.cell_type == "code":
        for output in cell.outputs:
            if output.output_type == "stream":
                output.name = "stdout"


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
