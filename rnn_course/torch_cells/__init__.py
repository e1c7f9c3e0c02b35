"""The cells of `rnn_course.cells` as torch modules, with the same parameter names."""

from rnn_course.torch_cells.elman import Elman
from rnn_course.torch_cells.gru import GRU, GRUResetAfter
from rnn_course.torch_cells.lstm import LSTM, LSTMTensors

__all__ = ["GRU", "LSTM", "Elman", "GRUResetAfter", "LSTMTensors"]
