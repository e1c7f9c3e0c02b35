"""Which submissions look alike: a hint for a person to read both, never a proof.

Winnowing: the code is reduced to a sequence of token kinds (names and strings count as one kind each, so that
renaming changes nothing), every run of K tokens is hashed, and of each window of W hashes the smallest is
kept. What the assignment itself contains, and what a large part of the class wrote, tells nothing and is left
out. Source: Schleimer, Wilkerson & Aiken 2003.
"""

from __future__ import annotations

import io
import keyword
import tokenize
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

K = 12  # tokens of one fingerprint
W = 6  # of that many in a row one is kept
SMALLEST = 15  # fingerprints; shorter work is alike by necessity
COMMON = 0.1  # what more than this share of the class has, and more than 3 students, is common knowledge
REFERENCE = "(the reference solution)"


@dataclass(frozen=True)
class Pair:
    """Two submissions and the share of their uncommon fingerprints that they have in common, in [0, 1]."""

    first: str
    second: str
    similarity: float
    shared: int


def fingerprints(code: str) -> frozenset[int]:
    """The winnowed fingerprints of a piece of Python; as far as it can be read."""
    kinds = _token_kinds(code)
    hashes = [zlib.crc32("\0".join(kinds[at : at + K]).encode()) for at in range(len(kinds) - K + 1)]
    if len(hashes) <= W:
        return frozenset(hashes)
    return frozenset(min(hashes[at : at + W]) for at in range(len(hashes) - W + 1))


def _token_kinds(code: str) -> list[str]:
    kinds = []
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.NEWLINE, tokenize.ENDMARKER}
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type in skipped:
                continue
            if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
                kinds.append("name")
            elif token.type == tokenize.STRING:
                kinds.append("string")
            else:
                kinds.append(token.string or tokenize.tok_name[token.type])
    except (tokenize.TokenError, SyntaxError):  # half a program: what was read so far counts
        pass
    return kinds


def similar_pairs(
    work: Mapping[str, str], *, given: Iterable[str] = (), reference: str = "", threshold: float = 0.6
) -> list[Pair]:
    """The pairs that have at least `threshold` of their uncommon fingerprints in common, most alike first.

    Args:
        work: the code that each student wrote.
        given: code that everybody was given.
        reference: the reference solution; a submission that is alike to it is paired with `REFERENCE`.
    """
    known = frozenset().union(*map(fingerprints, given))
    own = {student: fingerprints(code) - known for student, code in work.items()}
    if reference:
        own[REFERENCE] = fingerprints(reference) - known
    spread = Counter(mark for marks in own.values() for mark in marks)
    most = max(3, COMMON * len(work))
    rare = {name: frozenset(m for m in marks if spread[m] <= most) for name, marks in own.items()}
    places: dict[int, list[str]] = defaultdict(list)
    for name in sorted(rare):
        if len(own[name]) >= SMALLEST:
            for mark in rare[name]:
                places[mark].append(name)
    shared: Counter[tuple[str, str]] = Counter()
    for names in places.values():
        shared.update(combinations(names, 2))
    alike = _identical(own)
    for pair, count in shared.items():
        similarity = count / len(rare[pair[0]] | rare[pair[1]])
        if count >= SMALLEST // 2 and similarity >= threshold and own[pair[0]] != own[pair[1]]:
            alike.append(Pair(*pair, similarity, count))
    return sorted(alike, key=lambda pair: (-pair.similarity, -pair.shared, pair.first, pair.second))


def _identical(own: Mapping[str, frozenset[int]]) -> list[Pair]:
    # However many have it: the same whole work is no common knowledge. A chain of pairs names each once.
    groups: dict[frozenset[int], list[str]] = defaultdict(list)
    for name in sorted(own):
        if len(own[name]) >= SMALLEST:
            groups[own[name]].append(name)
    return [
        Pair(first, second, 1.0, len(marks))
        for marks, names in groups.items()
        for first, second in pairwise(names)
    ]
