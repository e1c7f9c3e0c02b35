"""`python -m rnn_course COMMAND`: on first use makes .venv with what is pinned, then runs the command in it.

This file must be readable by whatever `python` a newcomer has, down to Python 2.7, in order to say what is
wrong with it. What comes after is in `rnn_course.bootstrap`, in the Python of the course.
"""

from __future__ import print_function

import os
import subprocess
import sys

SUPPORTED = ((3, 11), (3, 12), (3, 13))

TOO_OLD_OR_NEW = """\
This is Python {version} ({executable}).
The course needs Python 3.11, 3.12 or 3.13, and none of them is on your PATH. Get one of them:

  Debian, Ubuntu   sudo apt install python3 python3-venv      (if that is older than 3.11: see the last line)
  Fedora           sudo dnf install python3.12
  macOS            brew install python@3.12
  Windows          winget install Python.Python.3.12
  anywhere         the installer from https://www.python.org/downloads/, or conda: see environment.yml

Then open a new terminal and run the same command again with it."""


def candidates():
    """Commands that may start a Python of a supported version: the course's own, then those on PATH."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    scripts, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    found = [[os.path.join(here, ".venv", scripts, name)]]
    for major, minor in reversed(SUPPORTED):
        found.append(["python%d.%d" % (major, minor)])
        if os.name == "nt":
            found.append(["py", "-%d.%d" % (major, minor)])
    return found


def is_suitable(command):
    """Whether `command` starts a supported Python that can make an environment."""
    check = "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] not in %r)" % (SUPPORTED,)
    with open(os.devnull, "w") as nowhere:
        try:
            return subprocess.call(command + ["-c", check], stdout=nowhere, stderr=nowhere) == 0
        except OSError:
            return False


def main():
    """Go on in this Python if it is a supported one, else in another that is on PATH; the exit status."""
    if sys.version_info[:2] in SUPPORTED:
        from rnn_course.bootstrap.start import start

        return start(sys.argv[1:])
    version = "%d.%d" % sys.version_info[:2]
    for command in candidates():
        if is_suitable(command):
            print("This is Python %s; going on with %s." % (version, " ".join(command)), file=sys.stderr)
            return subprocess.call(command + ["-m", "rnn_course"] + sys.argv[1:])
    print(TOO_OLD_OR_NEW.format(version=version, executable=sys.executable), file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to finish.", file=sys.stderr)
        sys.exit(130)
