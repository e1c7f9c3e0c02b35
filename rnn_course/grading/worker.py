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
from collections.abc import Sequence
from multiprocessing.connection import Connection
from socket import socket

from rnn_course.errors import CourseError
from rnn_course.grading.job import Bundle, Job

READY = b"ready"
PR_SET_PDEATHSIG = 1


def serve(connection: Connection, servers: Sequence[socket]) -> None:
    """Grade what comes through a connection until it is closed, with copies of warm servers, if there are."""
    try:
        bundle = Bundle.from_bytes(connection.recv_bytes())
        from rnn_course.grading.mark import grade, warm_servers

        if servers:
            warm_servers(bundle, servers)
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
    """Serve the connection that the command line names: the parent's process id, and file descriptors."""
    parent, descriptor, *servers = map(int, sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the grading, and the grading ends this
    end_with_parent(parent)
    for each in (descriptor, *servers):
        os.set_inheritable(each, False)
    with contextlib.suppress(EOFError, ConnectionError):
        serve(Connection(descriptor), [socket(fileno=each) for each in servers])


if __name__ == "__main__":
    main()
