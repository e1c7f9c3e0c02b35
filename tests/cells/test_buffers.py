"""Memory is taken again when nobody holds it, and never before."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_course.cells.buffers import SMALLEST, Buffers, buffers, empty
from rnn_course.cells.cell import CELLS

LARGE = (SMALLEST // 8,)


def address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def test_a_block_is_taken_again_only_when_every_array_made_from_it_is_gone() -> None:
    pool = Buffers()
    first = pool.empty(LARGE, np.float64)
    where = address(first)
    assert address(pool.empty(LARGE, np.float64)) != where
    view = first.reshape(2, -1)[1, ::2]
    del first
    assert address(pool.empty(LARGE, np.float64)) != where  # the view still reads it
    del view
    both = [pool.empty(LARGE, np.float64), pool.empty(LARGE, np.float64)]
    assert where in [address(array) for array in both]


def test_small_arrays_are_numpys_own() -> None:
    pool = Buffers()
    pool.empty((3,), np.float32)
    assert pool.nbytes == 0


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3)), max_size=40))
def test_arrays_in_use_never_overlap(requests: list[tuple[int, int]]) -> None:
    """Whatever is asked for and let go in whatever order, an array keeps what was written into it."""
    pool = Buffers()
    held: dict[int, np.ndarray] = {}
    for k, (size, slot) in enumerate(requests):
        array = pool.empty((size * SMALLEST // 4,), np.float32)
        array[:] = k
        held[slot] = array
        for other in held.values():
            assert (other == other[0]).all()
        assert len({int(other[0]) for other in held.values()}) == len(held)
    assert pool.nbytes <= 5 * (1 + 2 + 4 + 8) * SMALLEST  # of each size, at most as many as were alive
    pool.clear()
    assert pool.nbytes == 0


@pytest.mark.parametrize("name", list(CELLS))
def test_training_does_not_grow(name: str) -> None:
    """Step after step, with lengths that vary, the memory stays what the longest step needed."""
    cell = CELLS[name]
    rng = np.random.default_rng(0)
    params = cell.init(32, 64, rng, dtype=np.float32)
    buffers().clear()
    sizes = []
    for step in range(30):
        x = rng.standard_normal((20 - step % 7, 16, 32), dtype=np.float32)
        outputs, cache = cell.forward(params, x)
        cell.backward(outputs, cache)
        sizes.append(buffers().nbytes)
    assert sizes[-1] == sizes[7]
    assert sizes[-1] <= 3 * sizes[0]


def test_each_thread_has_its_own() -> None:
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(buffers())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(pool) for pool in [*seen, buffers()]}) == 3
    assert empty((2, 3), np.float32).shape == (2, 3)
