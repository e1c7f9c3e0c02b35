from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course import lm
from rnn_course.errors import DataError
from rnn_course.text.grammar import Grammar
from rnn_course.text.languages import markov_chain, nested_agreement, random_chain

COIN = {"<s>": {"a": 1.0}, "a": {"a": 0.5, "</s>": 0.5}}
BRACKETS = {"S": {"x": (2 / 3,), "(": (1 / 3, "S", "CLOSE")}, "CLOSE": {")": (1.0,)}}


def test_a_chain_by_hand() -> None:
    # "a" is visited twice on average, each time a fair coin: 2 ln 2 nats for 2 words and </s>
    chain = markov_chain("coin", COIN)
    assert chain.sentence_entropy == pytest.approx(2 * np.log(2))
    assert chain.mean_length == pytest.approx(3)
    assert chain.entropy == pytest.approx(2 * np.log(2) / 3)


def test_a_grammar_by_hand() -> None:
    # n_S = 1 + n_S / 3 = 3/2, each with the entropy of (2/3, 1/3); length n_S + n_CLOSE + 1 = 3
    grammar = Grammar("brackets", BRACKETS)
    assert grammar.mean_length == pytest.approx(3)
    assert grammar.entropy == pytest.approx(1.5 * (np.log(3) - 2 / 3 * np.log(2)) / 3)


def test_a_uniform_language_has_the_perplexity_of_its_size() -> None:
    words = [f"w{i}" for i in range(7)]
    uniform = dict.fromkeys([*words, "</s>"], 1 / 8)
    chain = markov_chain("uniform", dict.fromkeys(["<s>", *words], uniform))
    assert np.exp(chain.entropy) == pytest.approx(8)


def test_the_entropy_is_that_of_all_sentences_summed_up() -> None:
    """An oracle without linear algebra: list every sentence of a finite language."""
    grammar = Grammar(
        "finite",
        {
            "S": {"the": (0.5, "N", "V"), "a": (0.3, "N"), "nobody": (0.2,)},
            "N": {"cat": (0.25,), "dog": (0.75, "V")},
            "V": {"sat": (0.4,), "ran": (0.6,)},
        },
    )
    probability = {}
    words = [word for word in grammar.vocabulary.tokens[3:]]
    for length in range(1, 5):
        for sentence in product(words, repeat=length):
            log_prob = lm.log_prob(grammar, sentence)
            if log_prob > -np.inf:
                probability[sentence] = np.exp(log_prob)
    p = np.array(list(probability.values()))
    lengths = np.array([len(sentence) + 1 for sentence in probability])
    assert p.sum() == pytest.approx(1)
    assert grammar.sentence_entropy == pytest.approx(-(p * np.log(p)).sum())
    assert grammar.mean_length == pytest.approx((p * lengths).sum())


@pytest.mark.parametrize(
    "grammar",
    [
        markov_chain("coin", COIN),
        random_chain(np.random.default_rng(3), size=40),
        Grammar("brackets", BRACKETS),
        nested_agreement(),
        nested_agreement(attractor=0.2, clause=0.3),
    ],
    ids=lambda grammar: grammar.name,
)
def test_a_long_text_has_the_entropy(grammar: Grammar) -> None:
    """The asymptotic equipartition property, within four standard errors of a mean over sentences."""
    corpus = grammar.corpus(seed=5, train=8_000)
    log_probs = lm.sequence_log_probs(grammar, corpus.train)
    ends = np.flatnonzero(corpus.train == corpus.vocabulary.eos_id)
    per_sentence = np.array([part.sum() for part in np.split(log_probs, ends + 1)[:-1]])
    lengths = np.diff(ends, prepend=-1)
    surplus = -per_sentence - grammar.entropy * lengths
    error = surplus.std() / np.sqrt(len(lengths)) / grammar.mean_length
    assert error < 0.02
    assert abs(lm.cross_entropy(grammar, corpus.train) - grammar.entropy) < 4 * error
    assert lengths.mean() == pytest.approx(
        grammar.mean_length, abs=4 * lengths.std() / np.sqrt(len(lengths)) + 1e-9
    )


def test_no_count_of_bigrams_beats_the_chain_it_was_drawn_from() -> None:
    chain = random_chain(np.random.default_rng(0), size=30, followers=4)
    corpus = chain.corpus(seed=1, train=4_000, test=4_000)
    counts = np.full((len(corpus.vocabulary),) * 2, 0.1)
    before = np.concatenate([[1], corpus.train[:-1]])
    np.add.at(counts, (before, corpus.train), 1)
    log_probs = np.log(counts / counts.sum(axis=1, keepdims=True))
    bigram = -log_probs[np.concatenate([[1], corpus.test[:-1]]), corpus.test].mean()
    own = lm.cross_entropy(chain, corpus.test)
    assert own < bigram < own + 0.1


@given(st.lists(st.integers(0, 24), max_size=12))
def test_every_state_has_a_distribution_whatever_was_read(tokens: list[int]) -> None:
    grammar = nested_agreement()
    probs = lm.next_token_distribution(grammar, np.array(tokens, dtype=int))
    assert probs.sum() == pytest.approx(1)
    assert probs[0] == probs[2] == 0  # <s> and <unk> are never written


def test_it_conforms_to_the_protocol() -> None:
    grammar = nested_agreement()
    assert isinstance(grammar, lm.LanguageModel)
    state = lm.state_after(grammar, ["the", "dog"])
    assert grammar.advance(state, grammar.vocabulary.eos_id) == grammar.initial_state()
    assert lm.perplexity(grammar, ["the", "the"]) == np.inf
    assert lm.sample(grammar, np.random.default_rng(0))[0] == "the"


def test_the_verb_agrees_across_attractors_and_clauses() -> None:
    grammar = nested_agreement()
    for subject, right, wrong in (("writer", "knows", "know"), ("writers", "know", "knows")):
        context = f"the {subject} of the books that the {'children' if right == 'knows' else 'child'}".split()
        inner = dict(lm.most_probable(grammar, context, k=6))
        assert wrong in inner  # the verb of the clause has the other number
        assert right not in inner
        outer = dict(lm.most_probable(grammar, [*context, wrong], k=6))
        assert right in outer
        assert wrong not in outer


def test_sentences_follow_the_seed() -> None:
    grammar = nested_agreement()
    first, again, other = (grammar.corpus(seed, train=50).train.tolist() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_language_without_choices_has_no_entropy() -> None:
    grammar = nested_agreement(attractor=0, clause=0)
    assert grammar.mean_length == pytest.approx(5)
    assert "of" not in grammar.vocabulary
    assert markov_chain("one", {"<s>": {"a": 1.0}, "a": {"</s>": 1.0}}).entropy == 0


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({}, "no rules for the start symbol ''"),
        ({"S": {}}, "probabilities of S are positive and sum to 1"),
        ({"S": {"a": (0.5,)}}, r"probabilities of S .* got \[0\.5\]"),
        ({"S": {"a": (1.5,), "b": (-0.5,)}}, "probabilities of S are positive"),
        ({"S": {"a": (1.0, "T")}}, "S leads to 'T', which has no rules"),
        ({"S": {"<unk>": (1.0,)}}, "S writes <unk>, which is no word"),
        ({"S": {"a": (1.0, "S")}}, "infinitely long"),
        ({"S": {"a": (0.5,), "b": (0.5, "S", "S")}}, "infinitely long"),
        ({"S": {"a": (0.4,), "b": (0.6, "S", "S")}}, "infinitely long"),
        ({"S": {"a": (0.5,), "</s>": (0.5,)}}, "the rule of S for 'a' does not fit"),
        ({"S": {"a": (1.0, "E", "T")}, "E": {"</s>": (1.0,)}, "T": {"b": (1.0,)}}, "does not fit"),
        ({"S": {"</s>": (1.0, "T")}, "T": {"b": (1.0,)}}, "does not fit"),
        ({"S": {"a": (1.0,)}, "T": {"</s>": (1.0,)}}, "'S' never leads to </s>"),
    ],
)
def test_rules_that_make_no_language_are_refused(rules, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Grammar("test", rules)


def test_silly_numbers_are_refused() -> None:
    with pytest.raises(DataError, match=r"attractor \+ 2 clause < 1, got 0\.5 and 0\.25"):
        nested_agreement(attractor=0.5, clause=0.25)
    with pytest.raises(DataError, match="got followers=9, size=3"):
        random_chain(np.random.default_rng(0), size=3, followers=9)
    with pytest.raises(DataError, match="training text is empty"):
        nested_agreement().corpus(0, train=0)
