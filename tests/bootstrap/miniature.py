"""A checkout in little: the real bootstrap, with packages of a few bytes in a folder for an index."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BARE_PYTHON = getattr(sys, "_base_executable", sys.executable)  # nothing of the course is installed in it
TORCH_FILES = 500  # so that unpacking takes long enough to be killed at it

CLI = """
def main(arguments):
    import torch
    print("ran", *arguments, "with torch", torch.__version__)
    return 0
"""

BACKEND = """
import pathlib, zipfile

def get_requires_for_build_editable(settings=None):
    return []

def build_editable(folder, settings=None, metadata=None):
    name, info = "rnn_course-0.1.0-py3-none-any.whl", "rnn_course-0.1.0.dist-info"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        wheel.writestr("rnn_course.pth", str(pathlib.Path.cwd()))
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: rnn-course\\nVersion: 0.1.0\\n"
                       "Provides-Extra: grading\\nProvides-Extra: test\\nRequires-Dist: torch>=2.6\\n"
                       "Requires-Dist: nbgrader; extra == 'grading'\\n"
                       "Requires-Dist: nbgrader; extra == 'test'\\n"
                       "Requires-Dist: pytest; extra == 'test'\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\n"
                       "Root-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""


def write_wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> Path:
    """Make the wheel of a package that consists of `files`, and needs nothing."""
    info = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    record = []
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record.append(f"{file},sha256={digest},{len(text)}")
            wheel.writestr(file, text)
        wheel.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,", ""]))
    return path


class Run:
    """`python -m rnn_course ARGUMENTS`, begun, in a process group of its own."""

    def __init__(self, course: Miniature, arguments: tuple[str, ...], changes: dict[str, str]) -> None:
        self.said = tempfile.TemporaryFile()  # noqa: SIM115  it is open as long as the process
        self.process = subprocess.Popen(
            [BARE_PYTHON, "-m", "rnn_course", *arguments],
            cwd=course.root,
            env=course.variables(**changes),
            stdout=subprocess.PIPE,
            stderr=self.said,
            text=True,
            start_new_session=True,
        )

    def err(self) -> str:
        """What it has said on stderr so far."""
        return os.pread(self.said.fileno(), 1_000_000, 0).decode()

    def end(self) -> tuple[int, str, str]:
        """Wait for its end: exit status, stdout, stderr."""
        out, _ = self.process.communicate(timeout=300)
        return self.process.returncode, out, self.err()


@dataclass
class Miniature:
    """The checkout, and the folder of wheels that its pip sees."""

    root: Path
    wheels: Path

    @property
    def venv(self) -> Path:
        """Where the bootstrap makes its environment."""
        return self.root / ".venv"

    @property
    def log(self) -> str:
        """All that pip said; empty before it said anything."""
        try:
            return (self.venv / "install.log").read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def has(self, pattern: str) -> bool:
        """Whether some file of the environment's packages is called so."""
        return any(self.venv.glob(f"lib/python*/site-packages/{pattern}"))

    def variables(self, **changes: str) -> dict[str, str]:
        """The environment of a newcomer: an empty home, no settings, and pip's eyes on the wheels alone."""
        mine = re.compile("PIP_|PYTHON|RNN_COURSE|VIRTUAL")
        kept = {name: value for name, value in os.environ.items() if not mine.match(name)}
        home = str(self.root.parent / "home")
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_CONFIG_FILE": os.devnull}
        return {**kept, "HOME": home, **offline, "RNN_COURSE_TORCH": "cpu", **changes}

    def start(self, *arguments: str, **changes: str) -> Run:
        """Begin `python -m rnn_course ARGUMENTS`."""
        return Run(self, arguments, changes)

    def run(self, *arguments: str, **changes: str) -> tuple[int, str, str]:
        """The same to its end: exit status, stdout, stderr."""
        return self.start(*arguments, **changes).end()

    def is_whole(self) -> bool:
        """Whether every file that the packages consist of is there."""
        modules = list(self.venv.glob("lib/python*/site-packages/torch/part_*.py"))
        return len(modules) == TORCH_FILES and self.has("rnn_course.pth")


def make_miniature(folder: Path) -> Miniature:
    """Write the checkout and the wheels into `folder`."""
    root, wheels = folder / "course", folder / "wheels"
    (folder / "home").mkdir(parents=True)
    package = root / "rnn_course"
    for part in ("__init__.py", "__main__.py", "commands/__init__.py"):
        (package / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "rnn_course" / part, package / part)
    shutil.copytree(ROOT / "rnn_course" / "bootstrap", package / "bootstrap")
    (package / "cli.py").write_text(CLI)
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "rnn-course"\nversion = "0.1.0"\ndependencies = ["torch>=2.6"]\n'
        '[project.optional-dependencies]\ngrading = ["nbgrader"]\ntest = ["rnn-course[grading]", "pytest"]\n'
    )
    (root / "constraints.txt").write_text(
        "torch==2.13.0\nhatchling==1.0\neditables==1.0\npytest==9.0\nnbgrader==0.9\n"
    )
    write_wheel(wheels, "hatchling", "1.0", {"hatchling/__init__.py": "", "hatchling/build.py": BACKEND})
    write_wheel(wheels, "editables", "1.0", {"editables.py": ""})
    write_wheel(wheels, "nbgrader", "0.9", {"nbgrader.py": ""})
    write_wheel(wheels, "pytest", "9.0", {"pytest.py": ""})
    torch = {f"torch/part_{number}.py": f"x = {number}" for number in range(TORCH_FILES)}
    write_wheel(wheels, "torch", "2.13.0+cpu", {**torch, "torch/__init__.py": "__version__ = '2.13.0+cpu'"})
    write_wheel(wheels, "torch", "2.14.0", {"torch/__init__.py": "__version__ = '2.14.0'"})
    return Miniature(root, wheels)
