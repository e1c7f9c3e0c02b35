"""KenLM reads the files that are written here, and gives every token the same probability."""

from __future__ import annotations

import numpy as np
import pytest
from ngram_cases import FITS, IN_BACKOFF_FORM, cats

from rnn_course.models.arpa import write_arpa
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.text.encode import encode_text

kenlm = pytest.importorskip("kenlm", reason="kenlm is not installed: it comes with the `dev` extra")

OTHER = "the bird saw a zebra\nzebra zebra sang\nthe cat sang\nunheard of\n"


def kenlm_scores(path, text):
    """log10 P of every token by KenLM, and whether it takes the token for unknown."""
    model = kenlm.Model(str(path))
    scores = [score for line in text.splitlines() for score in model.full_scores(line)]
    return np.array([log10 for log10, _, _ in scores]), np.array([unknown for _, _, unknown in scores])


@pytest.mark.parametrize("name", IN_BACKOFF_FORM)
@pytest.mark.parametrize("order", [2, 3, 5])
def test_every_token_of_a_small_text(name, order, tmp_path):
    stream, vocabulary = cats()
    model = FITS[name](stream, vocabulary, order)
    write_arpa(model, tmp_path / "model.arpa")
    text = " ".join(vocabulary.decode(stream)).replace(" </s> ", "\n").replace(" </s>", "\n") + OTHER
    scored, _ = encode_text(text, vocabulary)
    ours = model.sequence_log_probs(scored) / np.log(10)
    theirs, unknown = kenlm_scores(tmp_path / "model.arpa", text)
    np.testing.assert_array_equal(unknown, scored == vocabulary.unk_id)
    possible = np.isfinite(ours)
    np.testing.assert_allclose(theirs[possible], ours[possible], rtol=0, atol=1e-5)
    assert (theirs[~possible] < -98).all()  # log10 0 is -99 in the file, and KenLM adds weights to it


@pytest.mark.realdata
@pytest.mark.parametrize("corpus", ["ptb", "reuters"])
@pytest.mark.parametrize("order", [3, 5])
def test_every_token_of_real_text(corpus, order, real_text, tmp_path):
    train, test = real_text(corpus)
    stream, vocabulary = encode_text(train)
    scored, _ = encode_text(test, vocabulary)
    model = KneserNey.fit(stream, vocabulary, order=order)
    write_arpa(model, tmp_path / "model.arpa")
    theirs, unknown = kenlm_scores(tmp_path / "model.arpa", test)
    np.testing.assert_array_equal(unknown, scored == vocabulary.unk_id)
    np.testing.assert_allclose(theirs, model.sequence_log_probs(scored) / np.log(10), rtol=0, atol=1e-5)
