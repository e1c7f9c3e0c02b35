"""The cells of `rnn_course.cells` as torch modules, with the same parameter names."""

from rnn_course.torch_cells.elman import Elman
from rnn_course.torch_cells.gru import GRU, GRUResetAfter
from rnn_course.torch_cells.layouts import from_torch_nn, to_torch_nn
from rnn_course.torch_cells.lstm import LSTM, LSTMTensors
from rnn_course.torch_cells.module import TorchCell
from rnn_course.torch_cells.networks import Bidirectional, Stacked, from_numpy

__all__ = [
    "GRU",
    "LSTM",
    "Bidirectional",
    "Elman",
    "GRUResetAfter",
    "LSTMTensors",
    "Stacked",
    "TorchCell",
    "from_numpy",
    "from_torch_nn",
    "to_torch_nn",
]
