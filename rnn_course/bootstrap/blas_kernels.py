"""Which kernels numpy's matrix products run on, where OpenBLAS may not know the processor.

OpenBLAS chooses its kernels by the processor's model number, and takes those for AVX2 (Haswell) where it does
not know the number, although the processor has AVX-512. On one such AMD processor an LSTM of this course took
1.5 times as long, on another up to an eighth longer (benchmarks/README.md). Intel's processors are left to
OpenBLAS, which has further kernels for them.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

VARIABLE = "OPENBLAS_CORETYPE"
AVX512 = {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}  # what the kernels of SkylakeX use


def has_avx512(cpuinfo: str) -> bool:
    """Whether Linux's /proc/cpuinfo shows an AMD processor with the instructions of `AVX512`."""
    fields: dict[str, str] = {}
    for line in cpuinfo.split("\n\n")[0].splitlines():
        name, _, value = line.partition(":")
        fields[name.strip()] = value.strip()
    return fields.get("vendor_id") == "AuthenticAMD" and set(fields.get("flags", "").split()) >= AVX512


def choose_kernels(variables: MutableMapping[str, str], cpuinfo: Path = Path("/proc/cpuinfo")) -> None:
    """Set OPENBLAS_CORETYPE for this process and those that it starts, unless the user has.

    It takes effect when numpy is loaded, so it must be set before.
    """
    if VARIABLE in variables:
        return
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux
        return
    if has_avx512(text):
        variables[VARIABLE] = "SkylakeX"
