"""The warm server whose forks make the attempts, as the grader's own server forks what students wrote."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rnn_course.grading.sandbox import attempts, bombs
from rnn_course.grading.sandbox.confinement import Confinement, Tier
from rnn_course.grading.sandbox.fork import fork_confined
from rnn_course.grading.sandbox.stage import Stage

PATIENCE = 30.0  # seconds for a group of attempts


def attempt_called(name: str) -> Callable[[Stage], str]:
    """The function of `attempts` or `bombs` with this name."""
    function: Callable[[Stage], str] = getattr(attempts, name, None) or getattr(bombs, name)
    return function


def perform(stage: Stage, names: Sequence[str]) -> None:
    """Make some attempts and print what each got as a line of JSON."""
    for name in names:
        try:
            got = attempt_called(name)(stage)
        except OSError as error:
            got = "" if error.errno not in (errno.ECONNREFUSED, errno.ETIMEDOUT) else f"reached: {error}"
        except MemoryError:
            got = ""
        print(json.dumps({"attempt": name, "got": got}), flush=True)


def perform_here() -> None:
    """Body of a process that is not confined: attempts as told in a line of JSON on standard input."""
    order = json.loads(sys.stdin.readline())
    perform(Stage(**order["stage"]), order["names"])


def serve() -> None:
    """Body of the server. The first line of standard input is the order, JSON; one more starts each group.

    The attempts print what they got; after each group a line says how its process ended.
    """
    order = json.loads(sys.stdin.readline())
    stage = Stage(**order["stage"])
    hidden = Path(stage.hidden)
    for names, limits in order["groups"]:
        if not sys.stdin.readline():
            return
        confinement = Confinement(**limits, readable=(hidden.parent,), hidden=(hidden,))
        child = fork_confined(confinement, Tier(order["tier"]), partial(_body, stage, names), [1, 2])
        ending = child.wait(PATIENCE) or child.kill("time")
        print(json.dumps({"kind": ending.kind, "code": ending.code}), flush=True)
    sys.stdin.readline()


def _body(stage: Stage, names: Sequence[str], folder: Path) -> None:
    perform(stage, names)
