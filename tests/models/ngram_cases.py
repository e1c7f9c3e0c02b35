"""Small texts, and one list of every n-gram model, for all tests of these models."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from rnn_course.models.discounting import AbsoluteDiscounting
from rnn_course.models.interpolation import Interpolated
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.ngram import MLE, AddK
from rnn_course.models.stupid_backoff import StupidBackoff
from rnn_course.text.encode import encode_text

# fit(stream, vocabulary, order) for every model; Interpolated with weights that favour the higher orders.
FITS: dict[str, Callable] = {
    "MLE": lambda s, v, n: MLE.fit(s, v, order=n),
    "AddK": lambda s, v, n: AddK.fit(s, v, order=n, k=0.3),
    "Interpolated": lambda s, v, n: Interpolated.fit(
        s, v, order=n, weights=[2 * (k + 1) / ((n + 1) * (n + 2)) for k in range(n + 1)]
    ),
    "StupidBackoff": lambda s, v, n: StupidBackoff.fit(s, v, order=n),
    "AbsoluteDiscounting": lambda s, v, n: AbsoluteDiscounting.fit(s, v, order=n),
    "KneserNey": lambda s, v, n: KneserNey.fit(s, v, order=n),
    "KneserNey, one discount": lambda s, v, n: KneserNey.fit(s, v, order=n, modified=False),
}
IN_BACKOFF_FORM = [name for name in FITS if name not in ("MLE", "AddK")]

CATS = """\
the cat saw the dog
the dog saw a cat
a bird sang
the cat sang
a dog saw the bird and the bird sang to the cat
"""


def cats():
    """The stream and the vocabulary of `CATS`."""
    return encode_text(CATS)


# Texts of few words, so that n-grams repeat; `x` is in the vocabulary of some texts only.
sentences = st.lists(st.sampled_from("abcd"), min_size=1, max_size=7).map(" ".join)
texts = st.lists(sentences, min_size=1, max_size=8).map("\n".join)
other_sentences = st.lists(st.sampled_from("abcdx"), min_size=1, max_size=7).map(" ".join)
other_texts = st.lists(other_sentences, min_size=1, max_size=4).map("\n".join)
