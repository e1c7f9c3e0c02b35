"""What a check says of a value that is not the right one: where it differs, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rnn_course.checks.compare import Difference, entries, shown, written
from rnn_course.checks.plain import Plain
from rnn_course.checks.relation import relation
from rnn_course.checks.written_call import has_array

ENTRIES_SHOWN = 4
PARTS_SHOWN = 14
WIDTH = 160

Path = tuple[Any, ...]


def difference_words(
    right: Plain, value: Plain, differs: Sequence[Difference], names: Sequence[str] = ()
) -> list[str]:
    """For a value that is not the right one.

    Args:
        names: what the parts are called that a function returns together: `loss`, `gradients`.
    """
    if value is not None and differs[0].where and isinstance(right, (dict, list, tuple)) and has_array(right):
        return parts_words(right, value, differs, names)
    lines = [f"expected  {shown(right, WIDTH)}", f"got       {shown(value, WIDTH)}"]
    if value is None:
        return [*lines, "Nothing came back: is `return` missing?"]
    if not differs[0].where:  # the value as a whole: one number, or something of another kind or length
        return [*lines, "", f"That is, {differs[0].says}."]
    by = ""
    if isinstance(right, np.ndarray):
        by = _by_up_to(right, value)
        if max(len(written(right)), len(written(value))) > WIDTH:  # what is left of it when cut says nothing
            lines = [f"An array of shape {right.shape} came, as expected."]
    lines += ["", f"{_how_many(right, differs)}{by}:"]
    lines += [f"  {difference.where}  {difference.says}" for difference in differs[:ENTRIES_SHOWN]]
    if len(differs) > ENTRIES_SHOWN:
        lines.append(f"  ... and {len(differs) - ENTRIES_SHOWN} more")
    return lines


def summary_words(value: Plain, differs: Sequence[Difference]) -> list[str]:
    """For a value of which only a summary can be compared, such as frequencies of what was drawn."""
    lines = [f"returned  {shown(value)}", ""]
    lines += [f"  {difference.where[2:-2]}: {difference.says}" for difference in differs[:ENTRIES_SHOWN]]
    return lines


def parts_words(
    right: Plain, value: Plain, differs: Sequence[Difference], names: Sequence[str] = ()
) -> list[str]:
    """For several arrays that come together, such as the gradients of all parameters: a line for each."""
    short = max(len(written(right)), len(written(value))) <= WIDTH
    lines = [f"expected  {written(right)}", f"got       {written(value)}", ""] if short else []
    told: list[tuple[bool, str]] = []
    left = list(differs)
    for path, leaf in parts(right):
        place = "".join(f"[{written(key)}]" for key in path)
        if any(place.startswith(difference.where) and place != difference.where for difference in differs):
            continue  # what should hold it is of another kind, and that is told
        mine = [difference for difference in left if difference.where.startswith(place)]
        left = [difference for difference in left if not difference.where.startswith(place)]
        told.append((bool(mine), f"{called(path, names)}: {_part_says(leaf, value, path, place, mine)}"))
    lines += [f"{difference.where}: {difference.says}" for difference in left[:ENTRIES_SHOWN]]
    wrong = [says for is_wrong, says in told if is_wrong]
    if len(told) <= PARTS_SHOWN:
        return [*lines, *(says for _, says in told)]
    lines += wrong[:PARTS_SHOWN]
    more = [f"... and {len(wrong) - PARTS_SHOWN} more that differ"] if len(wrong) > PARTS_SHOWN else []
    return [*lines, *more, f"{len(told) - len(wrong)} others are right"]


def parts(value: Plain, path: Path = ()) -> Iterator[tuple[Path, Plain]]:
    """The arrays in a value, and what stands beside them: how to reach each, and what it is."""
    if isinstance(value, dict) and has_array(value):
        for key, item in value.items():
            yield from parts(item, (*path, key))
    elif isinstance(value, (list, tuple)) and has_array(value):
        for index, item in enumerate(value):
            yield from parts(item, (*path, index))
    else:
        yield path, value


def called(path: Path, names: Sequence[str] = ()) -> str:
    """How a part is called: `W_h` for a key, `[0]` for a position, unless that has a name."""
    first, *rest = path
    if isinstance(first, int) and first < len(names):
        head = names[first]
    elif isinstance(first, str) and not rest:
        head = first
    else:
        head = f"[{written(first)}]"
    return head + "".join(f"[{written(key)}]" for key in rest)


def _part_says(right: Plain, value: Plain, path: Path, place: str, differs: Sequence[Difference]) -> str:
    if not differs:
        return "right"
    if differs[0].where == place:  # as a whole: missing, of another shape or kind, or one number
        return differs[0].says
    for key in path:
        value = value[key]
    first = differs[0]
    where = first.where.removeprefix(place)
    by = _by_up_to(right, value) if isinstance(right, np.ndarray) else ""
    return f"{_how_many(right, differs, place)}{by}; at {where} {first.says}"


def _how_many(right: Plain, differs: Sequence[Difference], place: str = "") -> str:
    """`2 of 6 entries differ`; without `of 6` where a difference is no entry of what was expected."""
    expected = set(_places(right, place))
    if all(difference.where in expected for difference in differs):
        return f"{len(differs)} of {entries(right)} entries differ"
    return "They differ in one place" if len(differs) == 1 else f"They differ in {len(differs)} places"


def _places(value: Plain, place: str) -> Iterator[str]:
    """How `differences` calls each entry of a value."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "iufc":
        yield from (f"{place}[{', '.join(map(str, index))}]" for index in np.ndindex(value.shape))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, f"{place}[{written(key)}]")
    elif isinstance(value, (list, tuple, np.ndarray)):
        for index, item in enumerate(value.tolist() if isinstance(value, np.ndarray) else value):
            yield from _places(item, f"{place}[{index}]")
    else:
        yield place


def _by_up_to(right: np.ndarray, value: Plain) -> str:
    """`, by up to 0.31 (every sign is turned round)`."""
    got = np.asarray(value)
    if right.dtype.kind not in "iuf" or got.dtype.kind not in "iuf" or got.shape != right.shape:
        return ""
    with np.errstate(invalid="ignore"):
        off = np.abs(got.astype(float) - right.astype(float))
    finite = off[np.isfinite(off)]
    by = f", by up to {shown(float(finite.max()))}" if finite.size and finite.max() > 0 else ""
    common = relation(right, got)
    return by + (f" ({common})" if common else "")
