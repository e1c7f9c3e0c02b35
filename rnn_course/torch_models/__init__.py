"""The models of `rnn_course.models` in torch, with the same parameter names, for training at speed."""

from rnn_course.torch_models.encoder import Encoder
from rnn_course.torch_models.fixed_window import FixedWindowLM
from rnn_course.torch_models.fused import fuse
from rnn_course.torch_models.labelling import Classifier, Tagger
from rnn_course.torch_models.module import LossTensors
from rnn_course.torch_models.recurrent import RecurrentLM
from rnn_course.torch_models.seq2seq import Seq2Seq

__all__ = [
    "Classifier",
    "Encoder",
    "FixedWindowLM",
    "LossTensors",
    "RecurrentLM",
    "Seq2Seq",
    "Tagger",
    "fuse",
]
