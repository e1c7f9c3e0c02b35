"""Who may import whom, what loads what, and what a file may be called and hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "rnn_course"
SOURCES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE = 320  # lines; about 250 is the aim
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef

# Each part, and the parts that it may import itself. What those import, it may import too; errors, everyone.
PARTS: dict[str, set[str]] = {
    "errors": set(),
    "text": set(),
    "cells": set(),
    "layers": set(),
    "gradients": {"cells", "layers"},
    "torch_cells": {"cells"},
    "lm": {"text"},
    "beam_search": {"lm"},
    "models": {"lm", "cells", "layers", "text"},
    "torch_models": {"lm", "layers", "models", "text", "torch_cells"},
    "training": {"lm", "models", "text", "torch_models"},
    "tasks": {"text"},
    "experiments": {"beam_search", "models", "training", "gradients", "tasks", "torch_models"},
    "figures": set(),
    "widgets": {"figures", "experiments"},
    "checks": {"cells", "gradients", "layers", "models", "tasks"},
    "grading": {"checks"},
    "environment": set(),
    "bootstrap": set(),
    "__init__": set(),
    "__main__": {"bootstrap"},
}
# The command line may import anything, but nothing may import it, save the bootstrap at its end.
COMMAND_LINE = {"cli", "commands"}
ENTRIES = {("bootstrap", "commands"), ("bootstrap", "cli")}

# Libraries that take long to load, or that a student may lack: who imports them when it is itself imported.
AT_THE_TOP = {
    "torch": {"torch_cells", "torch_models"},
    "matplotlib": {"figures"},
    "anywidget": {"widgets"},
    "ipywidgets": {"widgets"},
    "nbgrader": {"grading"},
    "IPython": {"grading"},
    "distributed": {"grading"},
}

# All that these may import besides the standard library.
NUMPY = {"numpy", "jaxtyping"}
LIBRARIES: dict[str, set[str]] = {
    "errors": NUMPY,
    "cells": NUMPY,
    "layers": NUMPY,
    "gradients.spectrum": NUMPY,
    "lm": NUMPY,
    "beam_search": NUMPY,
    "text": {*NUMPY, "platformdirs", "requests", "tqdm"},
    "bootstrap": set(),
    "__init__": set(),
    "__main__": set(),
    "commands.__init__": set(),
}


class Import(NamedTuple):
    """One imported module; `late` if inside a function."""

    module: str
    line: int
    late: bool


def imports(source: str) -> Iterator[Import]:
    """Every module that a source file imports, relative imports refused."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, FUNCTION)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            modules = [node.module or ""]
            if modules == ["rnn_course"]:
                modules = [f"rnn_course.{alias.name}" for alias in node.names]
        else:
            continue
        for module in modules:
            yield Import(module, node.lineno, id(node) in inside)


def dotted(path: Path) -> str:
    """`text.corpus` for rnn_course/text/corpus.py."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def reach(part: str) -> set[str]:
    """All parts that `part` may import: itself, errors, those of the table, and what those may import."""
    found: set[str] = set()
    waiting = {part, "errors"}
    while waiting:
        found |= waiting
        waiting = {further for known in waiting for further in PARTS[known]} - found
    return found


def broken_rules(name: str, source: str) -> list[str]:
    """What the module `name` of the package imports and may not."""
    part = name.split(".")[0]
    scopes = [scope for scope in LIBRARIES if name == scope or name.startswith(scope + ".")]
    broken = []
    for module, line, late in imports(source):
        top, *rest = module.split(".")
        if top == "rnn_course":
            target = rest[0] if rest else "__init__"
            if target.startswith("__") or part in COMMAND_LINE or (part, target) in ENTRIES:
                continue
            if target not in reach(part):
                broken.append(f"{name}:{line} imports rnn_course.{target}")
        elif top not in sys.stdlib_module_names:
            if any(top not in LIBRARIES[scope] for scope in scopes):
                broken.append(f"{name}:{line} imports {top}")
            elif not late and part not in AT_THE_TOP.get(top, {part}):
                broken.append(f"{name}:{line} imports {top} when it is itself imported")
    return broken


@pytest.mark.parametrize("path", SOURCES, ids=dotted)
def test_imports_what_it_may(path: Path) -> None:
    assert broken_rules(dotted(path), path.read_text(encoding="utf-8")) == []


def test_every_part_stands_in_the_table() -> None:
    found = {dotted(path).split(".")[0] for path in SOURCES}
    assert found <= set(PARTS) | COMMAND_LINE


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("cells.elman", "import torch"),
        ("cells.elman", "def f():\n    import scipy"),
        ("cells.elman", "from rnn_course.text.corpus import Corpus"),
        ("models.ngram", "from rnn_course import experiments"),
        ("models.ngram", "import matplotlib.pyplot as plt"),
        ("experiments.ngrams", "import torch"),
        ("figures.style", "import rnn_course.models.ngram"),
        ("checks.task", "from rnn_course.grading.course import Course"),
        ("checks.task", "from rnn_course.cli import main"),
        ("widgets.base", "def f():\n    from rnn_course.checks import task"),
        ("bootstrap.start", "import click"),
        ("bootstrap.start", "from rnn_course.errors2 import x"),
        ("commands.__init__", "import click"),
        ("environment", "import torch"),
        ("text.corpus", "import pandas"),
    ],
)
def test_what_may_not_be_imported_is_found(name: str, source: str) -> None:
    assert len(broken_rules(name, source)) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("experiments.ngrams", "from rnn_course.text.corpus import Corpus"),  # by way of models
        ("experiments.ngrams", "def f():\n    import torch"),
        ("commands.grade", "from rnn_course.grading.course import Course"),
        ("text.download", "import requests, hashlib"),
        ("gradients.check", "from rnn_course.errors import check_shape"),
    ],
)
def test_what_may_be_imported_is_let_through(name: str, source: str) -> None:
    assert broken_rules(name, source) == []


# What loads what


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh Python has loaded after `code`."""
    report = f"import sys\n{code}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("code", "kept_out"),
    [
        ("import rnn_course", {"numpy", "torch", "matplotlib", "nbgrader"}),
        ("import rnn_course.cli", {"numpy", "torch", "matplotlib", "nbgrader"}),
        ("import rnn_course.lm, rnn_course.models.ngram", {"torch", "matplotlib", "nbgrader", "requests"}),
        ("import rnn_course.widgets", {"torch", "nbgrader"}),
        ("import rnn_course.checks", {"torch", "matplotlib", "nbgrader"}),
        # lark would compile the grammars of addresses that no notebook has
        ("import rnn_course.grading.bundle, rnn_course.checks.self_check, nbgrader", {"lark"}),
    ],
)
def test_a_light_import_stays_light(code: str, kept_out: set[str]) -> None:
    assert not loaded_by(code) & kept_out


def test_the_bootstrap_needs_only_the_standard_library() -> None:
    # Without site-packages: -I and -S leave nothing but the standard library and the checkout.
    modules = "rnn_course.bootstrap.start, rnn_course.__main__"
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {modules}"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


# Names, lengths and docstrings


def test_no_file_is_named_for_being_shared() -> None:
    bad = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [path for path in [*SOURCES, *(ROOT / "tests").rglob("*.py")] if path.stem in bad] == []


def test_no_file_is_too_long() -> None:
    files = [file for kind in ("*.py", "*.js", "*.css") for file in PACKAGE.rglob(kind)]
    files += (ROOT / "tests").rglob("*.py")
    sizes = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in files
    }
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


# An assignment's answers and known mistakes are written as students write; a table there says what each is.
STUDENTS_MANNER = re.compile(r"checks\.a\d\.")


@pytest.mark.parametrize("path", SOURCES, ids=dotted)
def test_whatever_is_public_has_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if tree.body:
        assert ast.get_docstring(tree), "the module has no docstring"
    defined = [node for node in tree.body if isinstance(node, FUNCTION | ast.ClassDef)]
    public = [node for node in defined if not node.name.startswith("_")]
    if not STUDENTS_MANNER.match(dotted(path)):
        assert [node.name for node in public if not ast.get_docstring(node)] == []
