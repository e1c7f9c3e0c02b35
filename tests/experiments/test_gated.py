"""Elman, GRU and LSTM on the same text."""

from __future__ import annotations

import pytest

from rnn_course.errors import CourseError
from rnn_course.experiments.gated import cells_compared
from rnn_course.text.languages import nested_agreement


def test_sizes_and_order() -> None:
    language = nested_agreement()
    corpus = language.corpus(0, train=400, valid=50, test=50)
    rows = cells_compared(corpus, hidden_size=16, epochs=2, dropout=0.0)
    elman, gru, lstm = rows
    assert [row.name for row in rows] == ["elman", "gru", "lstm"]
    assert gru.cell_parameters == 3 * elman.cell_parameters
    assert lstm.cell_parameters == 4 * elman.cell_parameters
    shared = {row.parameters - row.cell_parameters for row in rows}
    assert shared == {len(corpus.vocabulary) * 17}, "tied embeddings and the readout's bias"
    for row in rows:
        assert 2.7 < row.perplexity < len(corpus.vocabulary)
        assert row.tokens_per_second > 0
    with pytest.raises(CourseError, match="the cells are"):
        cells_compared(corpus, ["transformer"])


@pytest.mark.slow
def test_gates_are_slower_and_better() -> None:
    corpus = nested_agreement().corpus(0, train=2000, valid=100, test=400)
    elman, gru, lstm = cells_compared(corpus, hidden_size=32, epochs=15, dropout=0.0)
    assert elman.tokens_per_second > lstm.tokens_per_second
    assert max(gru.perplexity, lstm.perplexity) < elman.perplexity
    assert abs(gru.perplexity / lstm.perplexity - 1) < 0.1
