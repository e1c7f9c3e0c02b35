"""The one error of the bootstrap, and what the commonest failures mean in plain words."""

from __future__ import annotations

import errno
import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOM_LEFT = 50e6  # bytes; with less than this on a disk, whatever failed there failed for want of room


class SetupError(Exception):
    """The environment cannot be made. The message says what to do."""


NETWORK_DOWN = """\
{index} cannot be reached. Check the connection (a proxy is named by the variable HTTPS_PROXY), then run the
same command again."""

UNTRUSTED = """\
The certificate of the package index is not trusted here, as happens behind a proxy that opens HTTPS. Ask who
runs the network for its certificate, and name that file by the variable PIP_CERT."""

IN_USE = """\
A file is in use or not yours. Close every JupyterLab and Python of the course, then run the same command
again."""

NO_TORCH = """\
There is no build of torch for this computer and Python {version} where pip looked. Builds exist for Linux
(glibc 2.28 and later; Intel, AMD and ARM), Windows and Macs with an Apple processor."""

TORCH_SOURCES = """\
If that address is closed to you but your usual package index is not, set RNN_COURSE_TORCH=default to take
torch from there (on Linux 3 GB, with CUDA), or to the address of another index that holds a smaller build."""

DISK_FULL = """\
The disk is full: {free} MB are free at {place}. The whole environment takes about 1.5 GB. Make room, then run
the same command again. (pip's own files are at {temporary}; TMPDIR names another folder for them.)"""

# What pip prints, and what it means. The first that is found counts: a network that is down also leaves pip
# without a "matching distribution".
SIGNS = (
    (r"No space left on device|Errno 28\b|Disk quota exceeded|Errno 122\b|WinError 112\b", DISK_FULL),
    (r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError", UNTRUSTED),
    (
        r"NewConnectionError|NameResolutionError|ConnectTimeout|Read ?[Tt]imed? ?out|ProxyError|"
        r"ConnectionResetError|RemoteDisconnected|IncompleteRead|Network is unreachable",
        NETWORK_DOWN,
    ),
    (r"WinError 5\b|WinError 32\b|Permission denied", IN_USE),
    (r"No matching distribution found for torch\b|\(constraint\) torch==", NO_TORCH),
)


def explain(output: str, place: Path, index: str = "the package index") -> str:
    """What to do about the failure of a pip that printed `output`, in plain words; empty where unknown.

    Args:
        output: all that pip printed.
        place: the folder it was to fill.
        index: where it was to take things from, in words or as an address.
    """
    temporary = Path(tempfile.gettempdir())
    # A full disk keeps pip's own words out of the log as well, so look at the disks first.
    for folder in (place, temporary):
        if shutil.disk_usage(folder).free < ROOM_LEFT:
            place, output = folder, "No space left on device"
    for sign, meaning in SIGNS:
        if re.search(sign, output):
            if "://" in index and meaning is not DISK_FULL:
                meaning += "\n" + TORCH_SOURCES
            return meaning.format(
                free=f"{shutil.disk_usage(place).free / 1e6:.0f}",
                place=place,
                temporary=temporary,
                index=index[0].upper() + index[1:] if "://" not in index else index,
                version=f"{sys.version_info.major}.{sys.version_info.minor}",
            )
    return ""


def explain_os_error(error: OSError, place: Path) -> str:
    """The same for an error that the operating system gave to the bootstrap itself."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return explain("No space left on device", place)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"{error.filename or place} cannot be written. Run as the user who owns {place}, or copy the "
            f"course to a folder of yours and run it there."
        )
    return f"{type(error).__name__}: {error}"
