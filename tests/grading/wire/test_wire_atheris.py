"""A short run of the fuzzer that is guided by coverage; hypothesis's are in test_wire_fuzz.py."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rnn_course.grading.wire import encode

pytestmark = pytest.mark.slow
PROGRAM = Path(__file__).with_name("fuzz_wire.py")
SEEDS = (None, 1 << 70, -2.5, 1j, "é", b"\0", [1, (2,), {"a": {3}}], range(3), slice(1, 2), np.eye(2),
         np.array(["a", "b"]), np.float32(1))  # fmt: skip
SECONDS = 15
FEWEST = 5_000  # inputs; a machine makes a hundred thousand and more


def test_no_input_that_coverage_leads_to_gives_anything_but_a_value_or_a_wire_error(tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, value in enumerate(SEEDS):
        (corpus / f"seed{number}").write_bytes(encode(value))
    done = subprocess.run(
        [sys.executable, str(PROGRAM), f"-max_total_time={SECONDS}", "-seed=1", "-max_len=2000", str(corpus)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=20 * SECONDS,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert list(tmp_path.glob("crash-*")) == []
    inputs = re.search(r"Done (\d+) runs", done.stderr)
    assert inputs is not None, done.stderr[-1000:]
    assert int(inputs[1]) > FEWEST
    assert len(list(corpus.iterdir())) > len(SEEDS), "no input reached a new line"
