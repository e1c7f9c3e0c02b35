"""Which tiers this machine gives, proved by trying, and what each holds a process to."""

from __future__ import annotations

import functools
import sys
import tempfile

from rnn_course.grading.sandbox.bubblewrap import bubblewrap
from rnn_course.grading.sandbox.confinement import Confinement, SandboxError, Tier
from rnn_course.grading.sandbox.landlock import landlock_version
from rnn_course.grading.sandbox.launch import launch
from rnn_course.grading.sandbox.seccomp import has_seccomp
from rnn_course.grading.sandbox.system_calls import architecture

CONTAINER = "run the grader in a Linux container (Docker Desktop, Podman or WSL 2)"
PATIENCE = 20.0  # seconds for a program that does nothing
NAMESPACES, LANDLOCK, SECCOMP, LIMITS = "namespaces", "landlock", "seccomp", "limits"


@functools.cache
def available() -> dict[Tier, str]:
    """For each tier, an empty text if this machine gives it, or why it does not. Each is tried."""
    return {tier: "" if tier is Tier.UNSAFE else _try(tier) for tier in Tier}


def strongest() -> Tier:
    """The strongest tier that this machine gives.

    Raises:
        SandboxError: if there is none but UNSAFE, which nobody gets without asking.
    """
    tiers = available()
    for tier in Tier:
        if tier is not Tier.UNSAFE and not tiers[tier]:
            return tier
    reasons = "; ".join(f"{tier.value}: {why}" for tier, why in tiers.items() if why)
    raise SandboxError(f"this machine cannot confine a process ({reasons}). To grade, {CONTAINER}")


@functools.cache
def means(tier: Tier) -> frozenset[str]:
    """What holds a process at this tier on this machine: namespaces, Landlock, seccomp, limits."""
    found = {
        NAMESPACES: tier in (Tier.NAMESPACES, Tier.BUBBLEWRAP),
        LANDLOCK: landlock_version() > 0,
        SECCOMP: sys.platform == "linux" and has_seccomp(),
        LIMITS: True,
    }
    return frozenset(name for name, has in found.items() if has and tier is not Tier.UNSAFE)


def warning(tier: Tier) -> str:
    """What an instructor has to know before grading at this tier; empty where nothing is missing."""
    if tier in (Tier.NAMESPACES, Tier.BUBBLEWRAP):
        return ""
    if tier is Tier.UNSAFE:
        return (
            "UNSAFE: students' code runs with all of your rights. It can read and change your files, the "
            "gradebook among them, and reach the network. Only grade code that you trust."
        )
    lacking = {
        LANDLOCK: "read your files and the gradebook",
        SECCOMP: "reach the network and your other processes",
    }
    open_to = [what for name, what in lacking.items() if name not in means(tier)]
    open_to.append("fill the disk")
    return (
        "WEAK SANDBOX: this machine gives limits but no namespaces of their own to students' code. "
        f"It can {', and '.join(open_to)}. To grade code that you do not trust, {CONTAINER}."
    )


def _try(tier: Tier) -> str:
    if sys.platform == "win32":
        return "Windows cannot confine a process"
    if tier is not Tier.LIMITS:
        try:
            architecture()
        except SandboxError as error:
            return str(error)
    if tier is Tier.BUBBLEWRAP and bubblewrap() is None:
        return "the program bwrap is not installed (package bubblewrap)"
    with tempfile.TemporaryFile() as errors:
        command = [sys.executable, "-I", "-S", "-c", "pass"]
        try:
            child = launch(command, Confinement(), tier, stderr=errors)
        except SandboxError as error:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()
            return f"{error}; {said}" if said else str(error)
        ending = child.wait(PATIENCE) or child.kill()
    return "" if (ending.kind, ending.code) == ("exit", 0) else f"a program that does nothing {ending}"
