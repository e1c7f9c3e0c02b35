"""A small gated network agrees with the subject, and one of its units knows the number."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_course.errors import CourseError
from rnn_course.experiments.number_keeper import NumberKeeper, number_keeper
from rnn_course.widgets.gates import GateExplorer


@pytest.fixture(scope="module")
def keeper() -> NumberKeeper:
    return number_keeper("lstm")


def test_the_lstm_agrees_and_a_unit_tells_the_number(keeper: NumberKeeper) -> None:
    assert keeper.accuracy > 0.9
    assert abs(keeper.separation[keeper.unit - 1]) == np.abs(keeper.separation).max() > 2
    assert len(keeper.separation) == 16
    assert set(keeper.watch) == {"singular verb", "plural verb"}


def test_with_its_memory_erased_it_agrees_with_the_last_noun(keeper: NumberKeeper) -> None:
    """The subject is singular, the last noun plural."""
    shares = {}
    for name, settings in {"free": {}, "erased": {"f": "shut"}, "kept": {"f": "open"}}.items():
        widget = GateExplorer(
            keeper.model, keeper.sentence, watch=keeper.watch, unit=keeper.unit, from_step=4, **settings
        )
        h = widget.trace().output[-1]
        z = keeper.model.params.U @ h + keeper.model.params.b_2
        p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
        shares[name] = {
            g: p[keeper.model.vocabulary.encode(verbs)].sum() for g, verbs in keeper.watch.items()
        }
    for name in ("free", "kept"):
        assert shares[name]["singular verb"] > 3 * shares[name]["plural verb"]
    assert shares["erased"]["plural verb"] > 3 * shares["erased"]["singular verb"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_both_cells_learn_it_with_any_seed(cell: str, seed: int) -> None:
    found = number_keeper(cell, seed=seed)  # type: ignore[arg-type]
    assert found.accuracy > 0.9
    assert np.abs(found.separation).max() > 2


def test_arguments_are_checked() -> None:
    with pytest.raises(CourseError, match="'elman'"):
        number_keeper("elman")  # type: ignore[arg-type]
