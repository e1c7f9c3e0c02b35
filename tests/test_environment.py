"""The environment check: what it finds, what it says to do, and how it shows."""

from __future__ import annotations

import builtins
import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from rnn_course import environment
from rnn_course.environment import LOOK, MISSING, OK, Finding, Findings, check_environment

Usage = namedtuple("Usage", "total used free")
Memory = namedtuple("Memory", "total available")


def the(findings: Findings, subject: str) -> Finding:
    (found,) = [finding for finding in findings if finding.subject == subject]
    return found


def test_this_environment_is_ready() -> None:
    findings = check_environment()
    assert findings.ok
    assert [the(findings, name).state for name in ("Python", "numpy", "torch", "jupyterlab")] == [OK] * 4
    assert str(findings).splitlines()[-1] == "Ready: this environment has what the course needs."
    assert all(finding.found for finding in findings)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Exception], None]:
    """`without("torch", error)`: importing torch raises that error."""

    def break_import(name: str, error: Exception) -> None:
        real = builtins.__import__

        def importing(module: str, *arguments: Any, **keywords: Any) -> Any:
            if module == name:
                raise error
            return real(module, *arguments, **keywords)

        monkeypatch.setattr(builtins, "__import__", importing)

    return break_import


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("torch", ImportError("no module named torch")),
        ("torch", OSError("c10.dll was not found")),
        ("numpy", ImportError("libopenblas.so is missing")),
        ("jupyterlab", ModuleNotFoundError("no module named jupyterlab")),
    ],
)
def test_what_cannot_be_imported_is_missing(
    name: str, error: Exception, without: Callable[[str, Exception], None]
) -> None:
    without(name, error)
    findings = check_environment()
    assert the(findings, name).state == MISSING
    assert str(error) in the(findings, name).found
    assert the(findings, name).advice
    assert not findings.ok
    assert f"Not ready: see {name}." in str(findings)


def test_on_windows_torch_may_want_a_library_of_the_system(
    without: Callable[[str, Exception], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    without("torch", OSError("c10.dll was not found"))
    monkeypatch.setattr(environment.sys, "platform", "win32")
    (finding,) = environment.check_torch()
    assert "Visual C++ Redistributable" in finding.advice


def test_widgets_without_their_half_in_the_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(tmp_path)])
    found = {finding.subject: finding.state for finding in environment.check_jupyter()}
    assert found == {"jupyterlab": OK, "widgets (ipywidgets)": MISSING, "widgets (anywidget)": MISSING}
    (tmp_path / "anywidget").mkdir()
    (tmp_path / "anywidget" / "package.json").touch()
    found = {finding.subject: finding.state for finding in environment.check_jupyter()}
    assert found["widgets (anywidget)"] == OK


def test_versions_that_differ_are_named(tmp_path: Path) -> None:
    pins = tmp_path / "constraints.txt"
    pins.write_text(
        "# comment\n\nnumpy==1.0\npackage-that-nobody-has==1.0\npsutil==1.0 ; sys_platform == 'nowhere'\n"
    )
    (finding,) = environment.check_pins(pins)
    assert finding.state == LOOK
    assert finding.found.startswith("1 of 1 differ: numpy ")
    assert finding.found.endswith("tested with 1.0")


def test_a_local_build_counts_as_the_same_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "version", lambda name: "2.13.0+cpu")
    (tmp_path / "constraints.txt").write_text("torch==2.13.0\n")
    (finding,) = environment.check_pins(tmp_path / "constraints.txt")
    assert finding.state == OK


def test_no_pins_to_compare_with(tmp_path: Path) -> None:
    (finding,) = environment.check_pins(tmp_path / "constraints.txt")
    assert finding.state == LOOK


def test_little_memory_and_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: Memory(2e9, 1e9))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1e9, 1e9, 1e6))
    findings = Findings([*environment.check_machine(), *environment.check_disk(tmp_path)])
    assert (the(findings, "memory").state, the(findings, "disk").state) == (LOOK, LOOK)
    assert findings.ok  # worth a look, and nothing is missing


def test_a_python_without_the_course(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_installed(name: str) -> Any:
        raise environment.PackageNotFoundError(name)

    monkeypatch.setattr(environment, "distribution", not_installed)
    (finding,) = environment.check_python()
    assert finding.state == MISSING


def test_a_python_that_is_not_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.platform, "python_version", lambda: "3.10.4")
    (finding,) = environment.check_python()
    assert finding.state == MISSING
    assert "3.10.4" in finding.found


ROWS = Findings(
    [Finding("torch", "cannot be imported: <none>", MISSING, "run `this & that`"), Finding("disk", "9 GB")]
)


def test_shown_as_text() -> None:
    assert str(ROWS).splitlines() == [
        "missing  torch  cannot be imported: <none>",
        "                -> run `this & that`",
        "ok       disk   9 GB",
        "Not ready: see torch.",
    ]


def test_shown_as_a_table_that_says_in_words_what_it_says_in_colour() -> None:
    html = ROWS._repr_html_()
    assert html.count("<tr>") == 2
    assert "<b>missing</b>" in html
    assert "<b>ok</b>" in html
    assert "cannot be imported: &lt;none&gt;<br>run `this &amp; that`" in html
    assert "<caption>Not ready: see torch.</caption>" in html
