"""What each tier forbids is attempted inside it; and every attempt succeeds where nothing forbids it."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_course.grading.sandbox import Tier, proof_server, strongest
from rnn_course.grading.sandbox.calls_to_try import CALLS, try_call
from rnn_course.grading.sandbox.proofs import PROMISES, Proof, prove, set_stage
from rnn_course.grading.sandbox.tiers import means
from rnn_course.grading.sandbox.view import bare_command

PROVED: dict[Tier, dict[str, Proof]] = {}


def proof_of(tier: Tier, name: str) -> Proof:
    if tier not in PROVED:
        PROVED[tier] = {proof.attempt: proof for proof in prove(tier)}
    return PROVED[tier][name]


@pytest.mark.slow
@pytest.mark.parametrize("name", PROMISES)
def test_what_a_tier_promises_holds(tier: Tier, name: str) -> None:
    proof = proof_of(tier, name)
    if not proof.promised:
        pytest.skip(f"{tier.value} does not promise that nobody can {proof.subject}")
    assert proof.got == ""


def test_the_strongest_tier_keeps_the_course_apart() -> None:
    names = ("read_gradebook", "change_gradebook", "connect_to_loopback", "see_processes", "use_kernel")
    assert {
        proof.attempt: proof.got for proof in prove(strongest(), names) if proof.promised and proof.got
    } == {}


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_strong_tiers_promise_everything() -> None:
    for tier in (Tier.NAMESPACES, Tier.BUBBLEWRAP):
        assert [name for name, stops in PROMISES.items() if not means(tier) & {*stops}] == []


@pytest.mark.slow
def test_the_processor_is_named_as_the_reason(tier: Tier) -> None:
    (proof,) = prove(tier, ("run_for_ever",))
    assert (proof.ending.kind, proof.got) == ("cpu", "")


# The attempts must be able to succeed, or their failure proves nothing. In a process of its own, unconfined:
SUCCEEDING = [
    "read_home",
    "read_gradebook",
    "read_through_link",
    "read_hidden",
    "connect_to_loopback",
    "connect_to_unix_socket",
    "send_datagram",
    "hamper_others",
    "see_processes",
    "read_environment",
    "signal_others",
    "open_many_files",
    "write_large_file",
    "fill_disk",
    "take_memory",
    "take_shared_memory",
    "fork_bomb",
    "change_gradebook",
]


@pytest.mark.skipif(sys.platform != "linux", reason="the attempts are written for Linux")
def test_attempts_succeed_without_a_sandbox(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "diary.txt").touch()
    course, work = tmp_path / "course", tmp_path / "work"
    course.mkdir()
    work.mkdir()
    with set_stage(course) as stage:
        here = dataclasses.replace(stage, home=str(tmp_path / "home"), home_names=("diary.txt",))
        order = json.dumps({"stage": dataclasses.asdict(here), "names": SUCCEEDING})
        done = subprocess.run(
            bare_command(proof_server.__name__, "perform_here"),
            input=order.encode(),
            cwd=work,
            capture_output=True,
            env=dict(os.environ),
            timeout=60,
        )
    got = {row["attempt"]: row["got"] for row in map(json.loads, done.stdout.splitlines())}
    assert [name for name in SUCCEEDING if not got.get(name)] == [], done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the calls are Linux's")
@pytest.mark.parametrize("name", ["memfd_create", "personality", "kcmp"])
def test_a_call_that_the_kernel_does_is_seen(name: str) -> None:
    assert try_call(name, CALLS[name])


def test_unsafe_is_not_proved() -> None:
    with pytest.raises(ValueError, match="would succeed"):
        prove(Tier.UNSAFE)
    with pytest.raises(ValueError, match="no attempt is called fly"):
        prove(Tier.LIMITS, ("fly",))
