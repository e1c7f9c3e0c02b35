"""A real JupyterLab, started for the tests, and a notebook in it.

The server runs in folders of its own: no configuration, extension setting, workspace or open notebook of the
person who runs the tests takes part.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

ROOT = Path(__file__).resolve().parents[2]

SETTINGS = {
    # no question about news, which would cover the notebook
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # every cell is in the page, also those that are scrolled out of view
    "notebook-extension/tracker": {"windowingMode": "none"},
}


class LabNotebook:
    """An open notebook.

    Attributes:
        page: Playwright's page.
        problems: what went wrong in the page itself (uncaught errors).
    """

    def __init__(self, page: Any) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def run_all(self, *, timeout: float = 120) -> None:
        """Run all cells, and wait until each code cell has its execution count. An error in a cell fails."""
        self.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function(
            """() => cells().filter((c) => c.model.type === "code" && c.model.sharedModel.getSource().trim())
                 .every((c) => c.model.executionCount !== null && c.model.executionState !== "running")""",
            timeout=1000 * timeout,
        )
        errors = self.page.evaluate(
            """() => cells().filter((c) => c.model.type === "code").flatMap((c) => c.model.outputs.toJSON())
                 .filter((o) => o.output_type === "error").map((o) => `${o.ename}: ${o.evalue}`)"""
        )
        assert errors == []

    def in_kernel(self, expression: str) -> str:
        """The value of a Python expression in the notebook's kernel, as text."""
        return self.page.evaluate(
            """async (code) => {
              const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
              const question = { code: "", user_expressions: { value: code }, store_history: false };
              const reply = await kernel.requestExecute(question).done;
              const { data, evalue } = reply.content.user_expressions.value;
              return data ? data["text/plain"] : evalue;
            }""",
            expression,
        )

    def expect_in_kernel(self, expression: str, value: str, *, timeout: float = 5) -> None:
        """Wait until the expression has this value: the front end tells the kernel when the hand rests."""
        deadline = time.monotonic() + timeout
        while (found := self.in_kernel(expression)) != value and time.monotonic() < deadline:
            self.page.wait_for_timeout(50)
        assert found == value

    def active_cell(self) -> int:
        """Index of the cell that JupyterLab's own commands would act on."""
        return self.page.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex")

    def mode(self) -> str:
        """ "edit" or "command"."""
        return self.page.evaluate("jupyterapp.shell.currentWidget.content.mode")

    def collapsed(self) -> list[bool]:
        """For each Markdown cell whether its section is collapsed."""
        return self.page.evaluate(
            "() => cells().filter((c) => c.model.type === 'markdown').map((c) => Boolean(c.headingCollapsed))"
        )


class Lab:
    """A running JupyterLab.

    Attributes:
        root: the folder that it serves; put notebooks here.
    """

    def __init__(self, url: str, token: str, root: Path) -> None:
        self.url = url
        self.token = token
        self.root = root

    def get(self, path: str) -> Any:
        """GET from the server's REST API."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    @contextmanager
    def open(
        self, browser: Any, name: str, *, width: int = 1280, timeout: float = 60
    ) -> Iterator[LabNotebook]:
        """Open the notebook `name` of the served folder, and wait until its kernel can be used."""
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        notebook = LabNotebook(page)
        try:
            page.goto(f"{self.url}/doc/tree/{quote(name)}?token={self.token}")
            page.wait_for_function(
                """() => window.jupyterapp?.shell.currentWidget?.content?.widgets?.length
                     && jupyterapp.shell.currentWidget.context.isReady""",
                timeout=1000 * timeout,
            )
            page.evaluate("() => { window.cells = () => jupyterapp.shell.currentWidget.content.widgets; }")
            self._wait_for_kernel(page, name, timeout)
            yield notebook
        finally:
            context.close()

    def _wait_for_kernel(self, page: Any, name: str, timeout: float) -> None:
        # "Idle" is shown before there is a kernel: ask the server for the session, the page for its link.
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            states = [s["kernel"]["execution_state"] for s in self.get("/api/sessions") if s["path"] == name]
            connection = page.evaluate(
                "jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.connectionStatus"
            )
            if states and states[0] in ("idle", "busy") and connection == "connected":
                return
            page.wait_for_timeout(100)
        pytest.fail(f"the kernel of {name} was not ready after {timeout:g} s")


@contextmanager
def lab(folder: Path, *, dark: bool = False, timeout: float = 60) -> Iterator[Lab]:
    """Start JupyterLab for the folder `folder / "notebooks"`, which is made if it is not there."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
    root = folder / "notebooks"
    root.mkdir(exist_ok=True)
    token = secrets.token_hex(16)
    port = _free_port()
    log = folder / "jupyterlab.log"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"),
        *("--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}"),
        *("--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"),
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            cwd=root,
            env=_environment(folder, dark),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            running = Lab(f"http://127.0.0.1:{port}", token, root)
            _wait_for_server(running, server, log, timeout)
            yield running
        finally:
            _stop(server)


def _environment(folder: Path, dark: bool) -> dict[str, str]:
    settings = {
        **SETTINGS,
        "apputils-extension/themes": {"theme": f"JupyterLab {'Dark' if dark else 'Light'}"},
    }
    for name, values in settings.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    own = {
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "IPYTHONDIR": folder / "ipython",
    }
    scripts = str(Path(sys.executable).parent)  # tools such as alembic are called by name
    return {
        **os.environ,
        **{name: str(path) for name, path in own.items()},
        "PATH": os.pathsep.join([scripts, os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
        "OMP_NUM_THREADS": "1",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for_server(running: Lab, server: subprocess.Popen[bytes], log: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and server.poll() is None:
        try:
            running.get("/api/status")
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"JupyterLab did not answer within {timeout:g} s:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels, which are in its process group."""
    if server.poll() is None:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(10)
    try:
        os.killpg(server.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    server.wait(10)
