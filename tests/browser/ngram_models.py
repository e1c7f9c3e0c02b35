"""The models of rnn_course.models that the n-gram explorer's settings stand for."""

from __future__ import annotations

from typing import Any

from rnn_course.models.discounting import AbsoluteDiscounting
from rnn_course.models.interpolation import Interpolated
from rnn_course.models.kneser_ney import KneserNey
from rnn_course.models.ngram import MLE, AddK
from rnn_course.models.stupid_backoff import StupidBackoff
from rnn_course.text.corpus import Corpus


def model(corpus: Corpus, smoothing: str, order: int, k: float = 1.0) -> Any:
    """The model of rnn_course.models that the widget's settings stand for."""
    text = (corpus.train, corpus.vocabulary)
    if smoothing == "add-k":
        return AddK.fit(*text, order=order, k=k)
    if smoothing == "interpolation":
        return Interpolated.fit(*text, order=order, held_out=corpus.valid)
    models = {
        "mle": MLE,
        "stupid-backoff": StupidBackoff,
        "absolute-discounting": AbsoluteDiscounting,
        "kneser-ney": KneserNey,
    }
    return models[smoothing].fit(*text, order=order)
