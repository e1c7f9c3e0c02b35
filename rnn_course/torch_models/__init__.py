"""The models of `rnn_course.models` in torch, with the same parameter names, for training at speed."""

from rnn_course.torch_models.fixed_window import FixedWindowLM
from rnn_course.torch_models.fused import fuse
from rnn_course.torch_models.recurrent import RecurrentLM

__all__ = ["FixedWindowLM", "RecurrentLM", "fuse"]
