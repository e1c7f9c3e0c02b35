"""Which tiers this machine gives, proved by trying."""

from __future__ import annotations

import functools
import sys

from rnn_course.grading.sandbox.confinement import SandboxError, Tier

CONTAINER = "run the grader in a Linux container (Docker Desktop or WSL 2), which confines it"


@functools.cache
def available() -> dict[Tier, str]:
    """For each tier, an empty text if this machine gives it, or why it does not."""
    if sys.platform == "win32":
        return dict.fromkeys(Tier, f"Windows cannot confine a process: {CONTAINER}") | {Tier.UNSAFE: ""}
    return {
        Tier.NAMESPACES: "not tried",
        Tier.BUBBLEWRAP: "not tried",
        Tier.LIMITS: "",
        Tier.UNSAFE: "",
    }


def strongest() -> Tier:
    """The strongest tier that this machine gives.

    Raises:
        SandboxError: if there is none but UNSAFE, which nobody gets without asking.
    """
    tiers = available()
    for tier in Tier:
        if tier is not Tier.UNSAFE and not tiers[tier]:
            return tier
    raise SandboxError("; ".join(f"{tier.value}: {why}" for tier, why in tiers.items() if why))
