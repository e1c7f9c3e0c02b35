"""`rnn-course lab`: JupyterLab, at the first lecture."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from rnn_course.commands.checkout import find_checkout, run_instead


@click.command()
@click.option("--no-browser", is_flag=True, help="Print the address and open no browser.")
@click.option("--port", type=click.IntRange(1, 65535), help="Serve there; the next free port if it is taken.")
def lab(no_browser: bool, port: int | None) -> None:
    """Open the course in JupyterLab, at lectures/00_welcome. Ctrl-C twice ends it."""
    root = find_checkout()
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    command.append("--LabApp.default_url=/lab/tree/lectures/00_welcome.ipynb")
    # What is left of the log is the address, and what goes wrong.
    command += ["--ServerApp.log_level=WARN", "--LabApp.log_level=WARN"]
    if no_browser:
        command.append("--no-browser")
    if port:
        command.append(f"--port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # the only user of many containers
    # The kernel of this environment, not one of the same name in the home folder.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    # A newcomer's first screen is the lecture, without a question about news; long lines of code wrap.
    settings = [str(Path(__file__).parent / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, settings))
    run_instead(command, root)
