"""Deal sentences out to training, validation and test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from rnn_course.errors import DataError

Item = TypeVar("Item")


def check_fractions(fractions: Sequence[float]) -> None:
    """Hold `fractions` to three positive shares that sum to 1.

    Raises:
        DataError: if they are not.
    """
    if len(fractions) != 3 or min(fractions) <= 0 or not np.isclose(sum(fractions), 1):
        raise DataError(f"fractions are three positive shares that sum to 1, got {tuple(fractions)}")


def split(
    items: Sequence[Item],
    fractions: tuple[float, float, float] = (0.8, 0.1, 0.1),
    *,
    block: int = 20,
    seed: int = 0,
) -> list[list[Item]]:
    """Deal sentences out to train, valid and test, in blocks of neighbours.

    Neighbouring sentences repeat each other's words. Dealt out one by one, almost every test sentence would
    have a neighbour in training, and the test would be too easy. Blocks keep that to their edges. Every
    part keeps the order of the text, and the same arguments always give the same split.

    Args:
        items: sentences in the order of the text.
        fractions: shares of the blocks for train, valid and test; valid and test get one block at least.
        block: neighbours that stay together; 1 for items that have no order, such as names.
        seed: of the shuffle of the blocks.

    Raises:
        DataError: if there are fewer than three blocks.
    """
    check_fractions(fractions)
    blocks = [items[start : start + block] for start in range(0, len(items), block)]
    if len(blocks) < 3:
        raise DataError(f"{len(items):,} sentences make {len(blocks)} blocks of {block}; three are needed")
    shuffled = np.random.default_rng(seed).permutation(len(blocks))
    valid = max(1, round(fractions[1] * len(blocks)))
    test = max(1, round(fractions[2] * len(blocks)))
    parts = (shuffled[valid + test :], shuffled[:valid], shuffled[valid : valid + test])
    return [[item for index in sorted(part) for item in blocks[index]] for part in parts]
