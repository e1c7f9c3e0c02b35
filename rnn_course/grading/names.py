"""Which names a cell uses and binds, as far as its text says."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

BUILTINS = frozenset(dir(builtins))


class Names(NamedTuple):
    """Names in a cell's text.

    Attributes:
        used: names of the cell that are read, in functions too, without Python's own.
        bound: names that the cell binds, outside of functions and classes.
        libraries: those of them that imports bind.
        imported: modules that it imports, and what it imports from them, as `package.name`.
    """

    used: frozenset[str]
    bound: frozenset[str]
    libraries: frozenset[str]
    imported: frozenset[str]


@lru_cache(maxsize=2048)
def names_in(source: str) -> Names | None:
    """The names of a cell; None if its text is not Python."""
    text = _without_magics(source)
    try:
        table = symtable.symtable(text, "cell", "exec")
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    own = table.get_symbols()
    read = {symbol.get_name() for symbol in own if symbol.is_referenced()}
    read |= {name for node in nodes for name in _augmented_by(node)}
    return Names(
        frozenset((read | set(_global_in(table))) - BUILTINS),
        frozenset(symbol.get_name() for symbol in own if symbol.is_assigned() or symbol.is_imported()),
        frozenset(symbol.get_name() for symbol in own if symbol.is_imported()),
        frozenset(name for node in nodes for name in _imported_by(node)),
    )


def _global_in(table: symtable.SymbolTable) -> Iterator[str]:
    """Names of the cell that its functions and classes read."""
    for child in table.get_children():
        for symbol in child.get_symbols():
            if symbol.is_global() and symbol.is_referenced():
                yield symbol.get_name()
        yield from _global_in(child)


def _augmented_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def idle_in_tests(set_up: Iterable[tuple[int, str]], tests: Iterable[str]) -> set[int]:
    """The set-up cells that no test can depend on: they use what only students define, to show something.

    A cell is kept unless it reads a name that no earlier set-up cell binds, and neither binds nor reads one
    that a test, or a cell that is kept, reads.

    Args:
        set_up: index and text of the instructor's cells that are no tests, in order.
        tests: the text of the tests.

    Returns:
        Indices of the cells that the tester may leave out.
    """
    cells = [(index, names_in(source)) for index, source in set_up]
    known: set[str] = set()
    shows: set[int] = set()
    for index, names in cells:
        if names is not None and names.used - known - names.bound:
            shows.add(index)
        elif names is not None:
            known |= names.bound
    wanted: set[str] = set()
    for source in tests:
        found = names_in(source)
        if found is None:
            return set()
        wanted |= found.used
    libraries = {name for _, names in cells if names for name in names.libraries}
    while True:
        by_tests = [
            (index, names)
            for index, names in cells
            if index in shows and names and (names.bound | names.used & known) & (wanted - libraries)
        ]
        if not by_tests:
            return shows
        for index, names in by_tests:
            shows.discard(index)
            wanted |= names.used


def _without_magics(source: str) -> str:
    return "\n".join("pass" if line[:1] in "%!" and line else line for line in source.split("\n"))


def _imported_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        for alias in node.names:
            yield f"{node.module}.{alias.name}"
