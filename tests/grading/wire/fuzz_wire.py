"""Fuzz the wire's reader with atheris, which finds its way by the lines that an input reaches.

    python tests/grading/wire/fuzz_wire.py -max_total_time=600 [CORPUS_FOLDER]

All options are libFuzzer's. It stops at the first input from which anything comes but a value or a WireError,
that takes over five seconds, or for which memory grows past a gigabyte. The input is left as `crash-...`.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["rnn_course.grading.wire"]):
    from rnn_course.grading.wire import Caps, WireError, decode

SMALL = Caps(frame_bytes=1 << 20, memory_bytes=4 << 20, depth=20)


def read(data: bytes) -> None:
    """Anything but a value or a WireError ends the run."""
    try:
        decode(data, lambda handle: handle, SMALL)
    except WireError:
        return


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-timeout=5", "-rss_limit_mb=1024"], read)
    atheris.Fuzz()
