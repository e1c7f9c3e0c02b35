"""Functions of the instructor's that look at a student's objects where they are, and tell values of them.

A test sees a student's object (a module, a class) through its attributes and methods. What must be computed
beside it, such as the gradients of a module, a probe computes:

    @on_student_side
    def gradient_norms(model, x):
        import torch
        model(torch.tensor(x)).sum().backward()
        return {name: float(p.grad.norm()) for name, p in model.named_parameters()}

    assert gradient_norms(make_model(), [[1.0, 2.0]])["weight"] > 0

In a notebook it is an ordinary function. In a graded run its source runs in the student's process. So its
answer is the word of that process, like any other value from there: the test must check it.
"""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

Runner = Callable[[str, str, tuple[Any, ...], dict[str, Any]], Any]

_runner: Runner | None = None


def on_student_side(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a probe of a function, which must import what it needs and return nothing but values."""

    @functools.wraps(function)
    def probe(*arguments: Any, **named: Any) -> Any:
        if _runner is None:
            return function(*arguments, **named)
        return _runner(source_of(function), function.__name__, arguments, named)

    return probe


def source_of(function: Callable[..., Any]) -> str:
    """The text of a function without its decorators."""
    lines = textwrap.dedent(inspect.getsource(function)).split("\n")
    while lines and not lines[0].startswith(("def ", "async def ")):
        lines.pop(0)
    return "\n".join(lines)


def run_probes_with(runner: Runner | None) -> None:
    """Have `runner(source, name, arguments, named arguments)` run all probes of this process."""
    global _runner
    _runner = runner
