"""ARPA files: what is written is read again, and what is damaged is named with its line."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ngram_cases import FITS, IN_BACKOFF_FORM, cats, other_texts, texts

from rnn_course import lm
from rnn_course.errors import DataError
from rnn_course.models.arpa import ArpaModel, read_arpa, write_arpa
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.text.encode import encode_text
from rnn_course.text.vocabulary import Vocabulary

# Written by hand: no weights on the line of </s>, spaces for tabs, 1-grams in any order, a pruned bigram.
BY_HAND = """\
some text before the data, which is passed over

\\data\\
ngram 1=5
ngram 2=2

\\1-grams:
-0.5 </s>
-99\t<s>\t-0.25
-0.6\tb\t0
-0.4\ta\t-0.1
-1.5\t<unk>

\\2-grams:
-0.2\t<s> a
-0.3\ta b

\\end\\
"""


@pytest.fixture
def arpa_file(tmp_path):
    def write(text: str):
        path = tmp_path / "model.arpa"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", IN_BACKOFF_FORM)
@pytest.mark.parametrize("file_name", ["model.arpa", "model.arpa.gz"])
def test_a_model_that_was_written_and_read_gives_the_same_numbers(name, file_name, tmp_path):
    stream, vocabulary = cats()
    other, _ = encode_text("the bird sang\nx the x cat\n", vocabulary)
    for order in (1, 2, 4):
        model = FITS[name](stream, vocabulary, order)
        write_arpa(model, tmp_path / file_name, digits=17)
        again = read_arpa(tmp_path / file_name)
        assert isinstance(again, ArpaModel)
        assert again.vocabulary == vocabulary
        assert [len(probs) for probs in again.probs] == [len(probs) for probs in model.probs]
        for scored in (stream, other):
            np.testing.assert_allclose(
                again.sequence_log_probs(scored), model.sequence_log_probs(scored), rtol=1e-12
            )
        state = tuple(vocabulary.encode(["the", "cat"]))
        np.testing.assert_allclose(again.next_log_probs(state), model.next_log_probs(state), rtol=1e-12)


@given(text=texts, scored=other_texts, order=st.integers(1, 4))
def test_any_kneser_ney_model_survives(text, scored, order, tmp_path_factory):
    path = tmp_path_factory.mktemp("arpa") / "model.arpa"
    stream, vocabulary = encode_text(text)
    model = KneserNey.fit(stream, vocabulary, order=min(order, max(map(len, text.split("\n"))) // 2 + 2))
    write_arpa(model, path)
    again = read_arpa(path)
    ids, _ = encode_text(scored, vocabulary)
    ids_again, _ = encode_text(scored, again.vocabulary)
    np.testing.assert_allclose(
        again.sequence_log_probs(ids_again), model.sequence_log_probs(ids), rtol=0, atol=1e-7
    )


def test_compressed_files_are_compressed(tmp_path):
    model = KneserNey.fit(*cats(), order=3)
    write_arpa(model, tmp_path / "plain.arpa")
    write_arpa(model, tmp_path / "packed.arpa.gz")
    with gzip.open(tmp_path / "packed.arpa.gz", "rt") as file:
        assert file.read() == (tmp_path / "plain.arpa").read_text()


def test_scores_of_a_file_by_hand(arpa_file):
    model = read_arpa(arpa_file(BY_HAND))
    assert model.order == 2
    assert model.vocabulary.tokens == ("<s>", "</s>", "<unk>", "b", "a")
    # <s> a: stored. a b: stored. b </s>: gamma(b) = 1 times </s>.
    assert lm.log_prob(model, ["a", "b"]) / np.log(10) == pytest.approx(-0.2 - 0.3 - 0.5)
    # <s> b: gamma(<s>) times b. b x: an unknown word. x </s>: no context.
    assert lm.log_prob(model, ["b", "x"]) / np.log(10) == pytest.approx(-0.25 - 0.6 - 1.5 - 0.5)
    assert model.next_log_probs(model.initial_state())[0] == -np.inf


def test_a_file_without_unk_gives_unknown_words_no_probability(arpa_file):
    model = read_arpa(arpa_file(BY_HAND.replace("-1.5\t<unk>\n", "").replace("1=5", "1=4")))
    assert lm.log_prob(model, ["x"]) == -np.inf


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("\\data\\", "data", 18, "ends too early"),
        ("ngram 1=5", "ngram one=5", 4, "expected `ngram 1=` and a number, got `ngram one=5`"),
        ("ngram 2=2", "ngram 3=2", 5, "expected `ngram 2=` and a number"),
        ("ngram 2=2", "ngram 2=-2", 5, "expected `ngram 2=` and a number"),
        ("\\1-grams:", "\\2-grams:", 7, "expected `ngram 3=` or `\\1-grams:`"),
        ("-0.6\tb", "-0,6\tb", 10, "`-0,6` is not the logarithm of a number"),
        ("-0.6\tb", "inf\tb", 10, "`inf` is not the logarithm of a number"),
        ("-0.6\tb", "nan\tb", 10, "`nan` is not the logarithm of a number"),
        ("-0.6\tb", "0.6\tb", 10, "at most 0"),
        ("-0.4\ta\t-0.1", "-0.4\ta\tx", 11, "`x` is not the logarithm of a number"),
        ("-0.4\ta\t-0.1", "-0.4", 11, "expected log10 p, 1 words and perhaps log10 gamma, got `-0.4`"),
        ("-0.4\ta\t-0.1", "-0.4\tb\t-0.1", 11, "the 1-gram `b` stands twice"),
        ("<s>\t", "c\t", 12, "<s> and </s> must be among the 1-grams"),
        ("<s> a", "a c", 15, "`c` is not among the 1-grams"),
        ("<s> a", "a b", 16, "the n-gram `a b` stands twice"),
        ("-0.3\ta b", "-0.3 a b b c", 16, "expected log10 p, 2 words"),
        ("ngram 1=5", "ngram 1=4", 12, "expected \\2-grams:, got `-1.5"),
        ("ngram 1=5", "ngram 1=6", 13, "expected log10 p, 1 words"),
        ("ngram 2=2", "ngram 2=1", 16, "expected \\end\\, got `-0.3"),
        ("\\end\\\n", "", 17, "ends too early"),
        ("\\end\\\n", "\\end", 18, "expected \\end\\, got `\\end`"),
    ],
)
def test_damaged_files_are_named_with_their_line(old, new, line, message, arpa_file):
    text = BY_HAND.replace(old, new, 1)
    assert text != BY_HAND
    with pytest.raises(DataError) as caught:
        read_arpa(arpa_file(text))
    assert f"model.arpa, line {line}: " in str(caught.value)
    assert message in str(caught.value)


def test_an_ngram_needs_its_beginning(arpa_file):
    text = BY_HAND.replace("ngram 2=2\n", "ngram 2=2\nngram 3=1\n")
    text = text.replace("\\end\\", "\\3-grams:\n-0.1\tb a b\n\n\\end\\")
    with pytest.raises(DataError, match="line 20: `b` stands after `b a`, which is no n-gram here"):
        read_arpa(arpa_file(text))


@pytest.mark.parametrize("cut", [0, 1, 30, 100, 200])
def test_a_file_cut_anywhere_is_refused(cut, tmp_path):
    write_arpa(KneserNey.fit(*cats(), order=3), tmp_path / "whole.arpa")
    content = (tmp_path / "whole.arpa").read_bytes()
    (tmp_path / "cut.arpa").write_bytes(content[: len(content) * cut // 201])
    with pytest.raises(DataError, match=r"cut\.arpa, line"):
        read_arpa(tmp_path / "cut.arpa")


def test_files_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "latin.arpa").write_bytes(BY_HAND.replace("\tb", "\té").encode("latin-1"))
    (tmp_path / "plain.arpa.gz").write_text(BY_HAND)
    write_arpa(KneserNey.fit(*cats(), order=3), tmp_path / "whole.arpa.gz")
    whole = (tmp_path / "whole.arpa.gz").read_bytes()
    (tmp_path / "cut.arpa.gz").write_bytes(whole[: len(whole) // 2])
    for name in ("latin.arpa", "plain.arpa.gz", "cut.arpa.gz"):
        with pytest.raises(DataError, match=f"{name} is not a readable ARPA file"):
            read_arpa(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        read_arpa(tmp_path / "none.arpa")


def test_tokens_with_white_space_cannot_be_written(tmp_path):
    vocabulary = Vocabulary(["a", " "])
    model = KneserNey.fit(vocabulary.stream([["a", " ", "a"]]), vocabulary, order=2)
    with pytest.raises(DataError, match="the token ' '"):
        write_arpa(model, tmp_path / "characters.arpa")
    # White space only for some: KenLM and this reader take it for part of a word.
    vocabulary = Vocabulary(["a", "1\u00a0000"])
    model = KneserNey.fit(vocabulary.stream([["a", "1\u00a0000"]]), vocabulary, order=2)
    write_arpa(model, tmp_path / "numbers.arpa")
    assert read_arpa(tmp_path / "numbers.arpa").vocabulary == vocabulary
