"""The kernels for AVX-512 are asked for where they run, and nobody's own choice is changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_course.bootstrap import start
from rnn_course.bootstrap.blas_kernels import AVX512, VARIABLE, choose_kernels

ROOT = Path(__file__).resolve().parents[2]
FLAGS = "fpu sse2 avx avx2 fma " + " ".join(sorted(AVX512))


def cpuinfo(tmp_path: Path, vendor: str, flags: str) -> Path:
    path = tmp_path / "cpuinfo"
    one = f"processor\t: 0\nvendor_id\t: {vendor}\ncpu family\t: 26\nflags\t\t: {flags}\nbugs\t\t: none\n\n"
    path.write_text(one * 2, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("vendor", "flags", "chosen"),
    [
        ("AuthenticAMD", FLAGS, "SkylakeX"),
        ("AuthenticAMD", FLAGS.replace("avx512dq", ""), None),
        ("AuthenticAMD", "fpu sse2 avx avx2 fma", None),
        ("GenuineIntel", FLAGS, None),
    ],
)
def test_what_is_chosen(tmp_path: Path, vendor: str, flags: str, chosen: str | None) -> None:
    variables: dict[str, str] = {}
    choose_kernels(variables, cpuinfo(tmp_path, vendor, flags))
    assert variables.get(VARIABLE) == chosen


@pytest.mark.parametrize("own", ["Haswell", ""])
def test_the_users_choice_stays(tmp_path: Path, own: str) -> None:
    variables = {VARIABLE: own}
    choose_kernels(variables, cpuinfo(tmp_path, "AuthenticAMD", FLAGS))
    assert variables == {VARIABLE: own}


def test_without_cpuinfo_nothing_is_chosen(tmp_path: Path) -> None:
    variables: dict[str, str] = {}
    choose_kernels(variables, tmp_path / "missing")
    assert variables == {}


def test_a_command_and_what_it_starts_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(variables: dict[str, str]) -> None:
        variables[VARIABLE] = "Haswell"

    seen = {}
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(start, "choose_kernels", choose)
    monkeypatch.setattr(start, "dispatch", lambda _: seen.update(os.environ) or 0)
    assert start.start(["doctor"]) == 0
    monkeypatch.delenv(VARIABLE)
    assert seen[VARIABLE] == "Haswell"


def test_numpy_is_not_loaded_before_it() -> None:
    code = "import sys, rnn_course.bootstrap.start; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
