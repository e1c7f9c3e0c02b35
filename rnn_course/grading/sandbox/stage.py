"""What a proof of the sandbox lays out for hostile attempts to find."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """What there is to find outside, and the limits inside.

    Args:
        token: a word that stands in every secret.
        secret: a file with the token in a folder that is no part of the view (a gradebook, say).
        home: the home folder of who grades; home_names, what is in it besides Python.
        hidden: a file in a readable folder that is hidden.
        package: the folder of this package.
        victim: the process id of a program of the same user, with the token in its environment and command.
        port: where a server listens on the loopback.
        unix_path: where another listens on a Unix socket; unix_name, in the abstract namespace.
        memory_bytes: the limits' memory; disk_bytes, file_bytes, processes, open_files likewise.
    """

    token: str
    secret: str
    home: str
    home_names: tuple[str, ...]
    hidden: str
    package: str
    victim: int
    port: int
    unix_path: str
    unix_name: str
    memory_bytes: int
    disk_bytes: int
    file_bytes: int
    processes: int
    open_files: int
