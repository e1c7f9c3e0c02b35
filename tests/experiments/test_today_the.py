"""The table for "today the": which preparation of the text gives the published one."""

from __future__ import annotations

import time

import pytest

from rnn_course.experiments.today_the import PREPARATIONS, PUBLISHED, side_by_side, today_the
from rnn_course.models.ngram import MLE
from rnn_course.text.encode import encode_text

LOWER, CAPITALS, WITHOUT = PREPARATIONS

STORIES = [
    "Today the bank rose. A word, said today the company fell.",
    "It ends today\n\nThe end is near. Then today, the price fell.",
]


def test_preparations_of_a_small_text():
    results = today_the(STORIES)
    found = {name: (total, dict(counts)) for name, total, counts, _ in results}
    assert found[CAPITALS] == (1, {"company": 1})
    assert found[LOWER] == (2, {"bank": 1, "company": 1})
    # Without punctuation, what an empty line and a comma kept apart becomes neighbours.
    assert found[WITHOUT] == (4, {"bank": 1, "company": 1, "end": 1, "price": 1})
    shown = side_by_side(results)
    assert "company 0.153" in shown
    assert "bank 1/2" in shown


@pytest.mark.realdata
def test_reuters(real_data):
    real_data("reuters")
    results = {name: (total, dict(counts)) for name, total, counts, _ in today_the()}
    assert {name: total for name, (total, _) in results.items()} == {LOWER: 26, CAPITALS: 18, WITHOUT: 111}
    total, counts = results[LOWER]
    assert [counts[word] for word in PUBLISHED] == [4, 4, 2, 1, 1]
    for word, published in PUBLISHED.items():
        assert counts[word] / total == pytest.approx(published, abs=0.001)
    # The other preparations give other tables.
    for name in (CAPITALS, WITHOUT):
        total, counts = results[name]
        assert any(abs(counts.get(word, 0) / total - p) > 0.01 for word, p in PUBLISHED.items())


@pytest.mark.realdata
def test_a_trigram_model_of_all_sentences_is_fitted_within_seconds(real_data):
    path = real_data("reuters") / "reuters.sents.txt"
    if not path.exists():
        pytest.skip("this copy of Reuters has no reuters.sents.txt (a sentence a line, tokens apart)")
    text = path.read_text(encoding="utf-8").lower()
    start = time.process_time()
    model = MLE.fit(*encode_text(text), order=3)
    seconds = time.process_time() - start
    assert model.counts.num_tokens == 1_749_445
    assert model.counts.context_count(["today", "the"]) == 26
    followers = dict(model.counts.followers(["today", "the"]))
    assert [followers[word] for word in PUBLISHED] == [4, 4, 2, 1, 1]
    # 0.3 s where nothing else runs; a hundred times less than a minute leaves room for a busy machine.
    assert seconds < 10
