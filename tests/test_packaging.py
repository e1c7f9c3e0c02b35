"""pyproject.toml, constraints.txt, environment.yml and the bootstrap say the same."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from rnn_course.__main__ import SUPPORTED
from rnn_course.bootstrap.torch_build import pinned_version
from rnn_course.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
PIN_LINES = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line[:1] not in ("", "#")
]
PINS = [Requirement(line) for line in PIN_LINES]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CONDA_NAMES = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"}  # where conda-forge's name is another
PLATFORMS = [
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "aarch64"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
]
MARKERS = [
    {"python_version": f"{major}.{minor}", "python_full_version": f"{major}.{minor}.9", **platform}
    for (major, minor), platform in itertools.product(SUPPORTED, PLATFORMS)
]


def requirements(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for, with `extras`."""
    lines = [*PROJECT["dependencies"]]
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return [found for found in map(Requirement, lines) if found.name != PROJECT["name"]]


def pins_for(marker: dict[str, str]) -> dict[str, str]:
    """Name and version of all that is pinned where `marker` describes the computer."""
    chosen: dict[str, str] = {}
    for pin in PINS:
        if pin.marker is None or pin.marker.evaluate(marker):
            name = canonicalize_name(pin.name)
            assert name not in chosen, f"{name} is pinned twice for {marker}"
            (specifier,) = pin.specifier
            assert specifier.operator == "=="
            chosen[name] = specifier.version
    return chosen


# constraints.txt


def test_nothing_but_pins() -> None:
    assert all(re.fullmatch(r"[a-z0-9._-]+==[\w.+]+( ; .+)?", line) for line in PIN_LINES)


@pytest.mark.parametrize("marker", MARKERS, ids=lambda m: f"{m['python_version']}-{m['sys_platform']}")
def test_all_that_is_asked_for_is_pinned_everywhere(marker: dict[str, str]) -> None:
    pins = pins_for(marker)
    wanted = requirements("grading", "cluster", "test", "dev") + [
        Requirement(line) for line in PYPROJECT["build-system"]["requires"]
    ]
    for requirement in wanted:
        if requirement.marker and not requirement.marker.evaluate(marker):
            continue
        assert Version(pins[canonicalize_name(requirement.name)]) in requirement.specifier


def test_all_that_comes_with_it_is_pinned() -> None:
    """The whole closure of what a test run installs, as this environment's own metadata tells it."""
    pins = pins_for({})
    waiting = {
        (canonicalize_name(r.name), extra)
        for r in requirements("grading", "cluster", "test")
        for extra in ("", *r.extras)
    }
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extra = waiting.pop()
        seen.add((name, extra))
        for line in distribution(name).requires or []:
            further = Requirement(line)
            if further.marker is None or further.marker.evaluate({"extra": extra}):
                try:
                    distribution(further.name)
                except PackageNotFoundError:  # the CUDA libraries, beside a CPU build of torch
                    continue
                waiting |= {(canonicalize_name(further.name), e) for e in ("", *further.extras)} - seen
    assert {name for name, _ in seen} - pins.keys() == set()


def test_torch_is_the_version_of_the_course() -> None:
    assert pinned_version(ROOT / "constraints.txt") == "2.13.0"
    assert pins_for({})["torch"] == "2.13.0"


# One range of Python


def test_one_range_of_python() -> None:
    supported = SpecifierSet(PROJECT["requires-python"])
    minors = [(3, minor) for minor in range(30) if f"3.{minor}.5" in supported]
    assert minors == list(SUPPORTED)
    lowest = SUPPORTED[0]
    assert PYPROJECT["tool"]["mypy"]["python_version"] == "{}.{}".format(*lowest)
    assert PYPROJECT["tool"]["ruff"]["target-version"] == "py{}{}".format(*lowest)


def test_every_command_asks_for_an_extra_that_exists() -> None:
    extras = {command.extra for command in COMMANDS.values()} - {""}
    assert extras <= PROJECT["optional-dependencies"].keys()


# environment.yml


def conda_packages() -> dict[str, str]:
    """Name and version in environment.yml, of the lines that name a version with two equality signs."""
    lines = [line for line in CONDA["dependencies"] if isinstance(line, str)]
    return dict(line.split("==") for line in lines if "==" in line)


def test_conda_has_the_same_packages_in_the_same_versions() -> None:
    pins = pins_for({})
    wanted = {}
    for requirement in requirements("grading", "cluster", "test"):
        name = canonicalize_name(requirement.name)
        wanted[CONDA_NAMES.get(name, name)] = pins[name]
    assert conda_packages() == wanted


def test_conda_has_a_python_of_the_course_and_the_course() -> None:
    others: list[Any] = [
        line for line in CONDA["dependencies"] if not (isinstance(line, str) and "==" in line)
    ]
    python, pip, course = others
    assert pip == "pip"
    assert course == {"pip": ["-e ."]}
    assert python in [f"python={major}.{minor}" for major, minor in SUPPORTED]
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]


# The wheel


def test_the_wheel_holds_all_that_the_package_reads(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(["git", "ls-files", "rnn_course"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode or not tracked.stdout:
        pytest.skip("not a clone: no list of what the package consists of")
    files = {line for line in tracked.stdout.splitlines() if (ROOT / line).exists()}
    assert files - held == set()
    assert not [name for name in held if name.startswith("tests/")]
