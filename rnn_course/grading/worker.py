"""A worker: a process that grades one submission after another, for whoever holds the other end of its pipe.

It gets a bundle, says whether it can work, then gets jobs and gives back outcomes. It ends when the pipe
does, and with the process that started it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from multiprocessing.connection import Connection

from rnn_course.errors import CourseError
from rnn_course.grading.job import Bundle, Job

READY = b"ready"
PR_SET_PDEATHSIG = 1


def serve(connection: Connection) -> None:
    """Grade what comes through a connection until it is closed."""
    try:
        bundle = Bundle.from_bytes(connection.recv_bytes())
        from rnn_course.grading.mark import grade
    except (CourseError, ImportError) as error:
        connection.send_bytes(str(error).encode())
        return
    connection.send_bytes(READY)
    while True:
        outcome = grade(bundle, Job.from_bytes(connection.recv_bytes()))
        connection.send_bytes(outcome.to_bytes())


def end_with_parent(parent: int) -> None:
    """Have the system end this process when the one that started it ends, however that ends (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it was faster
            os._exit(1)


def main() -> None:
    """Serve the connection that the command line names: a file descriptor, and the parent's process id."""
    descriptor, parent = int(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the grading, and the grading ends this
    end_with_parent(parent)
    os.set_inheritable(descriptor, False)
    with contextlib.suppress(EOFError, ConnectionError):
        serve(Connection(descriptor))


if __name__ == "__main__":
    main()
