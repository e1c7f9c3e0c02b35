"""Memory that is taken again once nobody holds it.

An array of some megabytes that is freed goes back to the operating system, and every page of the next one
must be fetched and cleared anew. For a cell of 128 units that can cost as much time as its products.
"""

from __future__ import annotations

import math
import sys
import threading
from collections import defaultdict
from typing import Any

import numpy as np
from numpy import ndarray

SMALLEST = 1 << 15  # bytes; below this, numpy's own allocation is as quick


def _references(blocks: list[ndarray], index: int) -> int:
    return sys.getrefcount(blocks[index])


_FREE = _references([np.empty(0)], 0)  # what the count is when only the list holds the block


class Buffers:
    """Blocks of memory, each either in use or free, in sizes that are powers of two.

    A block is in use as long as any array made from it is alive. Of each size there are as many blocks as
    were once in use together, so the memory held stops growing when the largest step has been made once.
    """

    def __init__(self) -> None:
        self._blocks: defaultdict[int, list[ndarray]] = defaultdict(list)

    def empty(self, shape: tuple[int, ...], dtype: Any) -> ndarray:
        """An array whose entries are arbitrary, like `numpy.empty`.

        Args:
            shape: its sizes.
            dtype: the type of its entries.
        """
        dtype = np.dtype(dtype)
        size = math.prod(shape) * dtype.itemsize
        if size < SMALLEST:
            return np.empty(shape, dtype)
        capacity = 1 << (size - 1).bit_length()  # the part that is never touched costs no memory
        blocks = self._blocks[capacity]
        free = [index for index in range(len(blocks)) if _references(blocks, index) == _FREE]
        if not free:
            free = [len(blocks)]
            blocks.append(np.empty(capacity, np.uint8))
        return blocks[free[0]][:size].view(dtype).reshape(shape)

    @property
    def nbytes(self) -> int:
        """Bytes held, in use or free."""
        return sum(block.nbytes for blocks in self._blocks.values() for block in blocks)

    def clear(self) -> None:
        """Forget all blocks. Arrays made from them stay valid."""
        self._blocks.clear()


_of_thread = threading.local()


def buffers() -> Buffers:
    """The buffers of this thread."""
    if not hasattr(_of_thread, "buffers"):
        _of_thread.buffers = Buffers()
    return _of_thread.buffers


def empty(shape: tuple[int, ...], dtype: Any) -> ndarray:
    """`Buffers.empty` with this thread's buffers."""
    return buffers().empty(shape, dtype)
