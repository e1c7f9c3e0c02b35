"""Refuse to import the modules that hold the answers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec


class HiddenModules(MetaPathFinder):
    """Stands before Python's own finders. The files are hidden by the sandbox; this says why."""

    def __init__(self, modules: Sequence[str]) -> None:
        self.modules = tuple(modules)

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Refuse a hidden module, and leave all others to the next finder."""
        if any(fullname == hidden or fullname.startswith(f"{hidden}.") for hidden in self.modules):
            raise ImportError(
                f"{fullname} cannot be imported while this assignment is graded: it holds answers. "
                "Write the function yourself; your notebook may use numpy, torch and the standard library.",
                name=fullname,
            )
        return None


def hide(modules: Sequence[str]) -> None:
    """Refuse these modules, and all under them, from now on."""
    if modules:
        sys.meta_path.insert(0, HiddenModules(modules))
