"""`rnn-course doctor`: what it says of the sandbox, and when it fails."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from rnn_course.commands import doctor as module
from rnn_course.grading.sandbox import Ending, SandboxError, Tier, strongest
from rnn_course.grading.sandbox.proofs import PROMISES, Proof


def doctor(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(module.doctor, arguments)
    return result.exit_code, result.output


def found(got: str, *, promised: bool) -> list[Proof]:
    return [Proof("read_gradebook", "read the gradebook", promised, got, Ending("exit", 0))]


@pytest.mark.slow
def test_this_machine_is_proved() -> None:
    status, out = doctor("--json")
    report = json.loads(out)["sandbox"]
    assert status == 0
    assert report["proved"] == strongest().value
    assert [row["attempt"] for row in report["proofs"]] == list(PROMISES)
    assert not any(row["broken"] for row in report["proofs"])


def test_a_broken_promise_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "prove", lambda _: found("the marks", promised=True))
    status, out = doctor()
    assert status == 1
    assert "missing  read_gradebook" in out
    assert "COULD read the gradebook: the marks" in out
    assert "Do not grade here: read_gradebook must not be possible." in out


def test_what_a_tier_allows_is_told_and_does_not_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "prove", lambda _: found("the marks", promised=False))
    status, out = doctor("--tier", "limits")
    assert status == 0
    assert "look     read_gradebook" in out
    assert "WEAK SANDBOX" in out


def test_without_any_sandbox_a_student_may_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Tier:
        raise SandboxError("this machine cannot confine a process")

    monkeypatch.setattr(module, "strongest", none)
    status, out = doctor()
    assert status == 0
    assert "this machine cannot confine a process" in out
    assert "Nothing was proved." in out


def test_a_tier_that_was_asked_for_has_to_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Tier) -> list[Proof]:
        raise SandboxError("bwrap is not installed")

    monkeypatch.setattr(module, "prove", fail)
    status, out = doctor("--tier", "bubblewrap")
    assert status == 1
    assert "bwrap is not installed" in out


def test_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "prove", lambda _: found("the marks", promised=True))
    status, out = doctor("--no-sandbox")
    assert status == 0
    assert "gradebook" not in out
