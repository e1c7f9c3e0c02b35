"""What a hostile or unlucky program would use up. Each function tries from inside, as in `attempts`."""

from __future__ import annotations

import mmap
import os
import signal
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from rnn_course.grading.sandbox.stage import Stage


def raise_limits(stage: Stage) -> str:
    """raise one's own limits"""
    import resource

    raised = []
    for name in ("RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CPU"):
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        with suppress(OSError, ValueError):
            resource.setrlimit(number, (hard + 1, hard + 1))
            raised.append(name)
    return ", ".join(raised)


def open_many_files(stage: Stage) -> str:
    """open more files than allowed"""
    held: list[int] = []
    try:
        while len(held) <= stage.open_files:
            held.append(os.dup(1))
    except OSError:
        return ""
    finally:
        for descriptor in held:
            os.close(descriptor)
    return f"{len(held)} open files"


def write_large_file(stage: Stage) -> str:
    """write a file larger than allowed"""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open("large", "wb") as file:
        file.truncate(stage.file_bytes + 1)
    return f"{os.path.getsize('large')} bytes"


def fill_disk(stage: Stage) -> str:
    """fill the disk with many files"""
    chunk, written = b"x" * min(stage.file_bytes, 1 << 20), 0
    with suppress(OSError):
        for number in range(2 * stage.disk_bytes // len(chunk)):
            Path(f"part{number}").write_bytes(chunk)
            written += len(chunk)
    return f"{written} bytes" if written > stage.disk_bytes else ""


def take_memory(stage: Stage) -> str:
    """take more memory than allowed"""
    held: list[bytes] = []
    chunk = 1 << 24
    try:
        while len(held) * chunk < 2 * stage.memory_bytes:
            held.append(b"x" * chunk)
    except MemoryError:
        return ""
    return f"{len(held) * chunk} bytes"


def take_shared_memory(stage: Stage) -> str:
    """take more memory than allowed, in mappings that could be shared"""
    held: list[mmap.mmap] = []
    chunk = 1 << 26
    while len(held) * chunk < 4 * stage.memory_bytes:
        held.append(mmap.mmap(-1, chunk))
    return f"{len(held) * chunk} bytes mapped"


def take_memory_together(stage: Stage) -> str:
    """take more memory than allowed with several processes, each within its own limit"""
    part = stage.memory_bytes * 3 // 4
    read, write = os.pipe()
    for _ in range(4):
        if os.fork() == 0:
            with suppress(MemoryError):
                held = b"x" * part
                os.write(write, struct.pack("q", len(held)))
                time.sleep(20)
            os._exit(0)
    os.close(write)
    taken = 0
    while len(answer := os.read(read, 8)) == 8:
        taken += struct.unpack("q", answer)[0]
        if taken > 2 * stage.memory_bytes:
            time.sleep(1)  # the watch looks from time to time
            return f"{taken} bytes"
    return ""


def fork_bomb(stage: Stage) -> str:
    """start processes without end"""
    started: list[int] = []
    try:
        while len(started) < 4 * stage.processes:
            pid = os.fork()
            if pid == 0:
                time.sleep(30)
                os._exit(0)
            started.append(pid)
    except OSError:
        pass
    finally:
        for pid in started:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return f"{len(started)} processes" if len(started) > stage.processes else ""


def outlive(stage: Stage) -> str:
    """leave a program behind that goes on after the end (looked for from outside)"""
    with suppress(OSError):
        subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)", stage.token],
            start_new_session=True,
        )
    with suppress(OSError):
        if os.fork() == 0:
            with suppress(OSError):
                os.setsid()
            with suppress(OSError):
                if os.fork():
                    os._exit(0)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            command = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)", stage.token]
            os.execv(command[0], command)
    time.sleep(0.2)
    return ""


def run_for_ever(stage: Stage) -> str:
    """use the processor for ever, deaf to signals"""
    for number in (signal.SIGXCPU, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        continue
    return "20 s"
