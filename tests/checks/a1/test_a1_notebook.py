"""What is special to the notebook of a1: its worked values, and the numbers of its written question."""

from typing import Any

import pytest

from assignments import released, run_to_the_tests, source
from rnn_course.checks.a1 import ASSIGNMENT


def test_the_release_does_not_hold_the_size_of_the_vocabulary() -> None:
    """The number from which the written question's answer begins."""
    assert not any("1,799" in cell.source for cell in released(ASSIGNMENT).cells)


def test_the_worked_values_of_the_texts() -> None:
    """Every number that a text states in words comes out of the solution."""
    ns = run_to_the_tests(ASSIGNMENT, source(ASSIGNMENT))
    assert ns["bigrams"] == ns["count_ngrams"](ns["text"], 2)
    assert ns["bigrams"]["<s>", "the"] == 3
    assert ns["count_ngrams"](ns["text"], 1)[("</s>",)] == 4
    assert ns["count_ngrams"]([[]], 1) == {("</s>",): 1}
    table = ns["mle_table"](ns["bigrams"])
    assert table[("the",)] == {"cat": 2 / 3, "dog": 1 / 3}
    assert ns["sentence_log_prob"](table, ["the", "cat", "sat"]) == pytest.approx(-1.7918, abs=5e-5)
    log = ns["math"].log
    assert ns["perplexity"]([[log(1 / 2)] * 3, [log(1 / 32)]]) == pytest.approx(4)
    tokens = ["<s>", "</s>", "<unk>", "the", "a", "cat", "dog", "sat", "ran"]
    assert ns["add_k_distribution"](ns["bigrams"], ("the",), 1, tokens)["cat"] == pytest.approx(3 / 11)
    tables = [ns["mle_table"](ns["count_ngrams"](ns["text"], n)) for n in (1, 2, 3)]
    mixed = [
        ns["interpolated_distribution"](tables, [0.2, 0.3, 0.5], (a, "dog"))["sat"] for a in ("the", "a")
    ]
    assert mixed == pytest.approx([0.8267, 0.6533], abs=5e-5)
    continuation = ns["continuation_distribution"](ns["bigrams"])
    assert (continuation["cat"], continuation["the"]) == pytest.approx((2 / 11, 1 / 11))
    kneser_ney = ns["kneser_ney_distribution"](ns["bigrams"], continuation, ("the",), 0.5)
    assert kneser_ney["cat"] == pytest.approx(0.5606, abs=5e-5)
    drawn = ns["sample_sentences"](table, 1000, 10, 5)
    assert abs(drawn.count(["a", "cat"]) - 83) <= 20


def test_the_written_question_s_numbers() -> None:
    """add-one 300 and 880, Kneser-Ney 70 and 53: the question and the rubric state them rounded."""
    from rnn_course import lm
    from rnn_course.models.kneser_ney import KneserNey
    from rnn_course.models.ngram import AddK
    from rnn_course.text.sources import language_reference

    corpus = language_reference()
    assert 1_600 < len(corpus.vocabulary) < 2_100
    assert 38_000 < len(corpus.train) < 52_000

    def perplexities(fit: Any, **options: float) -> tuple[float, float]:
        models = [fit(corpus.train, corpus.vocabulary, order=n, **options) for n in (2, 3)]
        return lm.perplexity(models[0], corpus.test), lm.perplexity(models[1], corpus.test)

    assert perplexities(AddK.fit) == pytest.approx((300, 880), rel=0.2)
    for k in (0.1, 0.01, 0.001):
        bigram, trigram = perplexities(AddK.fit, k=k)
        assert trigram > 1.5 * bigram
    assert perplexities(KneserNey.fit) == pytest.approx((70, 53), rel=0.2)
