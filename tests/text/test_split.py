import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.errors import DataError
from rnn_course.text.split import split


@given(
    length=st.integers(3, 200),
    block=st.integers(1, 20),
    seed=st.integers(0, 5),
)
def test_split_deals_every_block_once(length: int, block: int, seed: int) -> None:
    items = [[str(i)] for i in range(length)]
    if length <= 2 * block:
        with pytest.raises(DataError, match="three are needed"):
            split(items, block=block, seed=seed)
        return
    parts = split(items, block=block, seed=seed)
    assert parts == split(items, block=block, seed=seed)
    assert all(parts)
    numbers = [[int(item[0]) for item in part] for part in parts]
    assert sorted(number for part in numbers for number in part) == list(range(length))
    assert all(part == sorted(part) for part in numbers)
    homes = [{number // block for number in part} for part in numbers]
    assert not homes[0] & homes[1]
    assert not (homes[0] | homes[1]) & homes[2]


def test_split_depends_on_the_seed() -> None:
    items = [[str(i)] for i in range(100)]
    assert split(items, block=5, seed=0) != split(items, block=5, seed=1)


@pytest.mark.parametrize("fractions", [(0.5, 0.5), (1.0, 0.0, 0.0), (0.5, 0.2, 0.2), (1.2, -0.1, -0.1)])
def test_silly_fractions_are_refused(fractions: tuple[float, ...]) -> None:
    with pytest.raises(DataError, match="three positive shares that sum to 1"):
        split([["a"]] * 10, fractions, block=1)  # type: ignore[arg-type]
