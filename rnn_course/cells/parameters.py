"""Parameters as nested named tuples of arrays: how to walk over them, whatever the model.

A cell's parameters are one named tuple, a stack's a tuple of those, a bidirectional network's a named tuple
of two. Gradients have the same structure. The optimizer, the clipper and the gradient check need no more
than the functions here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from numpy import ndarray

Tree = TypeVar("Tree")


def _parts(tree: Any) -> dict[str, Any] | None:
    """The branches of a tree by name, or None for a leaf."""
    if isinstance(tree, dict):
        return tree
    if isinstance(tree, tuple | list):
        names = getattr(tree, "_fields", None) or map(str, range(len(tree)))
        return dict(zip(names, tree, strict=True))
    return None


def named_arrays(tree: Any, name: str = "") -> Iterator[tuple[str, ndarray]]:
    """Every array of `tree` with the path that leads to it.

    >>> from rnn_course.cells.elman import ElmanParams
    >>> [name for name, _ in named_arrays({"cell": ElmanParams(W_h, W_e, b_1)})]
    ['cell.W_h', 'cell.W_e', 'cell.b_1']

    Args:
        tree: an array, or a (named) tuple, list or dict of trees; None stands for no array.
        name: what the paths begin with.
    """
    parts = _parts(tree)
    if parts is not None:
        for part_name, part in parts.items():
            yield from named_arrays(part, f"{name}.{part_name}" if name else part_name)
    elif tree is not None:
        yield name, tree


def map_arrays(function: Callable[..., Any], tree: Tree, *others: Any) -> Tree:
    """A tree like `tree` that holds function(array, *arrays of the others at the same place)."""
    parts: Any = _parts(tree)
    mapped: Any
    if tree is None:
        mapped = None
    elif parts is None:
        mapped = function(tree, *others)
    else:
        branches: Any = [_parts(other) for other in others]
        values = [map_arrays(function, part, *(other[k] for other in branches)) for k, part in parts.items()]
        if isinstance(tree, dict):
            mapped = dict(zip(parts, values, strict=True))
        else:
            mapped = type(tree)(*values) if hasattr(tree, "_fields") else type(tree)(values)  # type: ignore[call-arg]
    return mapped


def parameter_count(tree: Any) -> int:
    """How many numbers the arrays of `tree` hold together."""
    return sum(array.size for _, array in named_arrays(tree))
