"""Whether this Python has what the course needs: `check_environment()` is run in the first lecture."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from html import escape
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import NamedTuple

import psutil
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

OK, LOOK, MISSING = "ok", "look", "missing"
COLOURS = {OK: "#009E73", LOOK: "#E69F00", MISSING: "#D55E00"}  # Okabe & Ito 2008
REPAIR = "`python -m rnn_course lab` in a terminal repairs it"

# The browser's half of the widgets: without it a widget shows as a line of text.
FRONT_ENDS = {"ipywidgets": "@jupyter-widgets/jupyterlab-manager", "anywidget": "anywidget"}
MEMORY_WANTED = 4e9  # bytes; the largest lecture takes under 2 GB beside a browser
DISK_WANTED = 0.5e9  # bytes; room for the corpora and for checkpoints


class Finding(NamedTuple):
    """One row: what was looked at, what was found, its state (ok, look or missing), and what to do."""

    subject: str
    found: str
    state: str = OK
    advice: str = ""


class Findings(tuple[Finding, ...]):
    """All rows. It shows as a table, in a terminal and in a notebook."""

    @property
    def ok(self) -> bool:
        """Whether nothing is missing. A row that says `look` is worth a look, and nothing more."""
        return all(finding.state != MISSING for finding in self)

    def summary(self) -> str:
        """One sentence."""
        missing = [finding.subject for finding in self if finding.state == MISSING]
        if missing:
            return f"Not ready: see {', '.join(missing)}."
        return "Ready: this environment has what the course needs."

    def __str__(self) -> str:
        width = max(len(finding.subject) for finding in self)
        lines = []
        for subject, found, state, advice in self:
            lines.append(f"{state:8} {subject:{width}}  {found}")
            if advice:
                lines.append(f"{'':8} {'':{width}}  -> {advice}")
        return "\n".join([*lines, self.summary()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = []
        for subject, found, state, advice in self:
            text = "<br>".join(escape(part) for part in (found, advice) if part)
            rows.append(
                f'<tr><td style="color:{COLOURS[state]}"><b>{state}</b></td>'
                f'<th scope="row">{escape(subject)}</th><td style="text-align:left">{text}</td></tr>'
            )
        return f"<table><caption>{escape(self.summary())}</caption>{''.join(rows)}</table>"


def check_environment(root: Path | None = None) -> Findings:
    """Look at Python, the packages, the widgets' front end, memory and disk.

    Args:
        root: the course's folder, where constraints.txt says which versions it was tested with; by default
            the folder that this package was loaded from.
    """
    root = root or Path(__file__).resolve().parents[1]
    checks: list[Callable[[], Iterator[Finding]]] = [
        check_python,
        lambda: check_package("numpy"),
        check_torch,
        lambda: check_package("matplotlib"),
        check_jupyter,
        lambda: check_pins(root / "constraints.txt"),
        check_machine,
        lambda: check_disk(root),
    ]
    return Findings(finding for check in checks for finding in check())


def check_python() -> Iterator[Finding]:
    """The version of Python, and where it is."""
    found = f"{platform.python_version()} at {sys.prefix}"
    try:
        wanted = SpecifierSet(distribution("rnn-course").metadata["Requires-Python"] or "")
    except PackageNotFoundError:
        yield Finding("Python", found, MISSING, f"the course is not installed in it; {REPAIR}")
        return
    if platform.python_version() in wanted:
        yield Finding("Python", found)
    else:
        yield Finding("Python", found, MISSING, f"the course needs {wanted}; {REPAIR}")


def check_package(name: str) -> Iterator[Finding]:
    """Whether a package can be imported, which a broken installation cannot."""
    try:
        __import__(name)
        yield Finding(name, version(name))
    except ImportError as error:
        yield Finding(name, f"cannot be imported: {error}", MISSING, REPAIR)


def check_torch() -> Iterator[Finding]:
    """Whether torch can differentiate, and what it runs on."""
    try:
        import torch

        x = torch.tensor(3.0, requires_grad=True)
        (x**2).backward()
        works = x.grad is not None and x.grad.item() == 6
    except (ImportError, OSError) as error:  # OSError: a library of the system is missing (Windows)
        advice = REPAIR
        if sys.platform == "win32":
            advice = "install Microsoft's Visual C++ Redistributable (x64), then start again"
        yield Finding("torch", f"cannot be imported: {error}", MISSING, advice)
        return
    device = "CUDA and CPU" if torch.cuda.is_available() else "CPU"
    found = f"{version('torch')} on {device}, {torch.get_num_threads()} threads"
    yield (
        Finding("torch", found)
        if works
        else Finding("torch", f"{found}; d(x^2)/dx is wrong", MISSING, REPAIR)
    )


def check_jupyter() -> Iterator[Finding]:
    """JupyterLab, and the browser's half of the widgets."""
    from jupyter_core.paths import jupyter_path

    yield from check_package("jupyterlab")
    for package, extension in FRONT_ENDS.items():
        subject = f"widgets ({package})"
        folders = [Path(folder, extension) for folder in jupyter_path("labextensions")]
        if not any((folder / "package.json").exists() for folder in folders):
            yield Finding(subject, "its part for the browser is not installed", MISSING, REPAIR)
        else:
            yield from (finding._replace(subject=subject) for finding in check_package(package))


def check_pins(constraints: Path) -> Iterator[Finding]:
    """Whether the installed versions are those that the course was tested with."""
    subject = "versions"
    if not constraints.exists():
        yield Finding(subject, f"no {constraints.name} to compare with", LOOK)
        return
    same, other = 0, []
    for line in constraints.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pin = Requirement(line)
        if pin.marker is not None and not pin.marker.evaluate():
            continue
        try:
            installed = version(pin.name)
        except PackageNotFoundError:  # a part that this environment does without
            continue
        if installed in pin.specifier:
            same += 1
        else:
            other.append(f"{pin.name} {installed}, tested with {str(pin.specifier).lstrip('=')}")
    if other:
        yield Finding(subject, f"{len(other)} of {same + len(other)} differ: " + "; ".join(other[:5]), LOOK)
    else:
        yield Finding(subject, f"{same} packages, each in the version the course was tested with")


def check_machine() -> Iterator[Finding]:
    """Cores that this process may use, and memory."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield Finding("cores", f"{cores} ({platform.machine()}, {platform.system()})")
    memory = psutil.virtual_memory()
    found = f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB free"
    if memory.total < MEMORY_WANTED:
        yield Finding("memory", found, LOOK, "close other programs before the lectures that train a network")
    else:
        yield Finding("memory", found)


def check_disk(folder: Path) -> Iterator[Finding]:
    """Room beside the notebooks."""
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free at {folder}"
    if free < DISK_WANTED:
        yield Finding("disk", found, LOOK, f"corpora and models need about {DISK_WANTED / 1e9} GB")
    else:
        yield Finding("disk", found)
