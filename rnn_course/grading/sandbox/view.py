"""What of the machine's files a confined Python sees: itself, its packages, the system's libraries."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from pathlib import Path

from rnn_course.grading.sandbox.confinement import Confinement

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32", "/nix/store")
CONFIGURATION = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/fonts",
    "/etc/mime.types",
    "/sys/devices/system/cpu",
)
# Of /proc, besides one's own process: what libraries read to choose their code.
PROCESSOR = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
PACKAGE = Path(__file__).resolve().parents[2]


def bare_command(module: str, function: str, *arguments: str) -> list[str]:
    """The command that runs a function of this package in a Python with nothing but the standard library.

    The package is loaded from its folder, since the folder around it may be closed to a confined process.
    """
    name = module.partition(".")[0]
    code = (
        "import sys; from importlib import util; "
        f"spec = util.spec_from_file_location({name!r}, {str(PACKAGE / '__init__.py')!r}, "
        f"submodule_search_locations=[{str(PACKAGE)!r}]); "
        f"sys.modules[{name!r}] = package = util.module_from_spec(spec); spec.loader.exec_module(package); "
        f"from {module} import {function}; {function}()"
    )
    return [sys.executable, "-I", "-S", "-c", code, *arguments]


@functools.cache
def python_paths() -> tuple[Path, ...]:
    """The folders of this Python and of its packages, and the package that this file belongs to."""
    named = [
        sys.prefix,
        sys.exec_prefix,
        sys.base_prefix,
        sys.base_exec_prefix,
        *sysconfig.get_paths().values(),
    ]
    named += [name for name in sys.path if Path(name).name in ("site-packages", "dist-packages")]
    folders = {Path(name) for name in named if os.path.isdir(name)}
    folders |= {Path(os.path.realpath(sys.executable)).parent, PACKAGE}
    folders |= {folder.resolve() for folder in folders}
    return _outermost(folders)


@functools.cache
def readable_paths(confinement_readable: tuple[Path, ...]) -> tuple[Path, ...]:
    """All that a confined process may read, without what lies in another of them; links stay links."""
    system = [Path(name) for name in (*SYSTEM, *CONFIGURATION) if os.path.lexists(name)]
    given = [Path(path) for path in confinement_readable if os.path.lexists(path)]
    return _outermost({*system, *python_paths(), *given})


def hidden_paths(confinement: Confinement) -> tuple[Path, ...]:
    """What is hidden, with the compiled form of each hidden module."""
    found = []
    for path in confinement.hidden:
        found.append(path)
        if path.suffix == ".py":
            found += sorted((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"))
    return tuple(path for path in found if path.exists())


def _outermost(folders: set[Path]) -> tuple[Path, ...]:
    return tuple(sorted(folder for folder in folders if not folders & set(folder.parents)))
