"""Confinement of a process: what it may read, write, use and reach. Knows nothing of notebooks.

`launch` starts a program confined, `fork_confined` a function in a fork of a warm process, each at a `Tier`:

- `NAMESPACES`: Linux namespaces, a file system of its own, Landlock, seccomp and limits.
- `BUBBLEWRAP`: the same through the program `bwrap`, where only that may make namespaces.
- `LIMITS`: limits, and Landlock and seccomp where the kernel has them.
- `UNSAFE`: a process of its own and nothing more; only where an instructor asks for it by name.

Standard library only, so that a confined program starts at once.
"""

from rnn_course.grading.sandbox.child import Child, Ending, Usage
from rnn_course.grading.sandbox.confinement import Confinement, SandboxError, Tier
from rnn_course.grading.sandbox.fork import fork_confined
from rnn_course.grading.sandbox.launch import launch
from rnn_course.grading.sandbox.tiers import available, strongest, warning

__all__ = [
    "Child",
    "Confinement",
    "Ending",
    "SandboxError",
    "Tier",
    "Usage",
    "available",
    "fork_confined",
    "launch",
    "strongest",
    "warning",
]
