"""Mutants of a small piece of Python: the same program with one thing in it made wrong."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

Step = tuple[str, int | None]  # a field of a node, and the place in it if it is a list
Path = tuple[Step, ...]

OTHER_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
OTHER_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OTHER_NAMES = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "argmax": "argmin",
    "argmin": "argmax",
    "sum": "mean",
    "mean": "sum",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "log": "log2",
    "exp": "exp2",
    "any": "all",
    "all": "any",
    "vstack": "hstack",
    "hstack": "vstack",
    "floor": "ceil",
    "ceil": "floor",
}
UNWRAPPED = {"abs", "sqrt", "reversed", "sorted", "flip", "cumsum", "tanh", "copy"}  # f(x) becomes x
SIGNED = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult)
DROPPED = (ast.Expr, ast.Assign, ast.AugAssign, ast.If, ast.For, ast.Continue, ast.Break, ast.Delete)


class Mutant(NamedTuple):
    """One mutant.

    Attributes:
        name: the statement as it was and as it is: `total += x => total -= x`.
        source: all of it.
    """

    name: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a piece of Python, each once. Comments, docstrings and annotations do not matter."""
    tree = _without_words(ast.parse(source))
    unchanged = ast.unparse(tree)
    seen = {unchanged}
    names: dict[str, int] = {}
    found = []
    for path, node in _walk(tree):
        for replacement in _replacements(node):
            mutated = ast.unparse(ast.fix_missing_locations(_replaced(tree, path, replacement)))
            if mutated in seen:
                continue
            seen.add(mutated)
            name = _name(tree, path, replacement)
            names[name] = names.get(name, 0) + 1
            found.append(Mutant(name if names[name] == 1 else f"{name} ({names[name]})", mutated))
    return found


def _without_words(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        elif isinstance(node, ast.arg):
            node.annotation = None
    return tree


def _walk(node: ast.AST, path: Path = ()) -> Iterator[tuple[Path, ast.AST]]:
    """Every node in the order of the text, and the way to it."""
    yield path, node
    for field, value in ast.iter_fields(node):
        if isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _walk(item, (*path, (field, index)))
        elif isinstance(value, ast.AST):
            yield from _walk(value, (*path, (field, None)))


def _at(node: Any, path: Path) -> Any:
    for field, index in path:
        node = getattr(node, field)
        node = node if index is None else node[index]
    return node


def _replaced(tree: ast.Module, path: Path, replacement: ast.AST) -> ast.Module:
    result = copy.deepcopy(tree)
    parent = _at(result, path[:-1])
    field, index = path[-1]
    if index is None:
        setattr(parent, field, replacement)
    else:
        getattr(parent, field)[index] = replacement
    return result


def _name(tree: ast.Module, path: Path, replacement: ast.AST) -> str:
    """The innermost statement that holds the change, before and after; of a block only its first line."""
    depth = max(
        size
        for size in range(1, len(path) + 1)
        if isinstance(_at(tree, path[:size]), (ast.stmt, ast.excepthandler))
    )
    after = _replaced(tree, path, replacement)
    lines = [_first_line(_at(each, path[:depth])) for each in (tree, after)]
    return " => ".join(lines)


def _first_line(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).strip().splitlines()[0]


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    """What can stand in a node's place."""
    for rule in RULES:
        yield from rule(copy.deepcopy(node))


def _operators(node: Any) -> Iterator[ast.AST]:
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        for other in OTHER_OPERATORS.get(type(node.op), ()):
            yield _with(node, op=other())
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.MatMult, ast.Sub, ast.Div)):
        yield _with(node, left=node.right, right=node.left)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not, ast.Invert)):
        yield node.operand
    if isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
        for index in range(len(node.values)):
            rest = [value for at, value in enumerate(node.values) if at != index]
            yield rest[0] if len(rest) == 1 else _with(node, values=rest)
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            for other_comparison in OTHER_COMPARISONS.get(type(operator), ()):
                ops = [*node.ops[:index], other_comparison(), *node.ops[index + 1 :]]
                yield _with(node, ops=ops)


def _signs(node: Any) -> Iterator[ast.AST]:
    value = getattr(node, "value", None)
    if (
        isinstance(node, (ast.Assign, ast.AugAssign, ast.Return))
        and isinstance(value, ast.BinOp)
        and isinstance(value.op, SIGNED)
    ):
        yield _with(node, value=ast.UnaryOp(ast.USub(), value))


def _constants(node: Any) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        for other in (node.value + 1, node.value - 1, 0):
            if other != node.value:
                yield ast.Constant(other) if other >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-other))


def _indices(node: Any) -> Iterator[ast.AST]:
    if isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Name):
            for operator in (ast.Add, ast.Sub):
                yield _with(node, slice=ast.BinOp(node.slice, operator(), ast.Constant(1)))
        if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
            first, second = node.slice.elts
            yield _with(node, slice=_with(node.slice, elts=[second, first]))
    if isinstance(node, ast.Slice):
        for field in ("lower", "upper", "step"):
            if getattr(node, field) is not None:
                yield _with(node, **{field: None})
        if node.lower is not None:
            yield _with(node, lower=ast.BinOp(node.lower, ast.Add(), ast.Constant(1)))
        if node.upper is not None:
            yield _with(node, upper=ast.BinOp(node.upper, ast.Sub(), ast.Constant(1)))


def _calls(node: Any) -> Iterator[ast.AST]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    if not isinstance(node, ast.Call):
        return
    called = node.func
    name = (
        called.attr
        if isinstance(called, ast.Attribute)
        else called.id
        if isinstance(called, ast.Name)
        else ""
    )
    if name in OTHER_NAMES:
        other = OTHER_NAMES[name]
        if isinstance(called, ast.Attribute):
            yield _with(node, func=_with(called, attr=other))
        elif name in ("min", "max", "any", "all"):
            yield _with(node, func=ast.Name(other, ast.Load()))
    if name in UNWRAPPED and len(node.args) == 1:
        yield node.args[0]
    if isinstance(called, ast.Attribute) and not node.args and not node.keywords and name == "copy":
        yield called.value
    for index in range(len(node.args) - 1):
        args = list(node.args)
        args[index], args[index + 1] = args[index + 1], args[index]
        yield _with(node, args=args)
    for index in range(len(node.keywords)):
        yield _with(node, keywords=node.keywords[:index] + node.keywords[index + 1 :])
    if name == "range" and not node.keywords:
        last = len(node.args) - 1 if len(node.args) < 3 else 1
        for operator in (ast.Add, ast.Sub):
            args = list(node.args)
            args[last] = ast.BinOp(args[last], operator(), ast.Constant(1))
            yield _with(node, args=args)
        if len(node.args) == 1:
            yield _with(node, args=[ast.Constant(1), *node.args])


def _flow(node: Any) -> Iterator[ast.AST]:
    if isinstance(node, DROPPED):
        yield ast.Pass()
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, (ast.For, ast.comprehension)):
        for lower, upper in ((1, None), (None, -1)):
            listed = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
            ends = [None if end is None else _number(end) for end in (lower, upper)]
            yield _with(node, iter=ast.Subscript(listed, ast.Slice(*ends), ast.Load()))
    if isinstance(node, ast.comprehension):
        for index in range(len(node.ifs)):
            yield _with(node, ifs=node.ifs[:index] + node.ifs[index + 1 :])
    if isinstance(node, ast.Continue):
        yield ast.Break()
    if isinstance(node, ast.Expr):  # np.add.at(a, i, v) becomes a[i] += v, where repeated places count once
        call = node.value
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "np.add.at" and len(call.args) == 3:
            target = ast.Subscript(call.args[0], call.args[1], ast.Store())
            yield ast.AugAssign(target, ast.Add(), call.args[2])
    if isinstance(node, ast.AugAssign):  # the last one counts, instead of the sum
        yield ast.Assign([node.target], node.value)


RULES = (_operators, _signs, _constants, _indices, _calls, _flow)


def _number(value: int) -> ast.expr:
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def _with(node: Any, **fields: Any) -> Any:
    """A copy of a node with other fields."""
    result = copy.copy(node)
    for name, value in fields.items():
        setattr(result, name, value)
    return result
