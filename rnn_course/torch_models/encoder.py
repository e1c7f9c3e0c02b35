"""Embedding and cell in torch: what every recurrent model begins with."""

from __future__ import annotations

import re
from typing import Any

import torch
from jaxtyping import Int
from numpy import ndarray
from torch import Tensor, nn
from torch.nn import functional as F

from rnn_course.cells.cell import Cell
from rnn_course.cells.stacked import StackedParams
from rnn_course.errors import CourseError
from rnn_course.models.encoder import Dropout, EncoderParams
from rnn_course.torch_cells import from_numpy
from rnn_course.torch_models.fused import fuse
from rnn_course.torch_models.module import TorchModel, to_array

State = Any


def cell_from_numpy(cell: Cell, params: Any, *, dropout: float = 0.0, **options: Any) -> nn.Module:
    """The torch twin of a cell or network of cells, connected as `cell` says.

    Args:
        options: dtype and device.

    Raises:
        CourseError: if there is no twin.
    """
    named = re.search(r"\((\w+)\)$", cell.name)  # as `stacked` names what it makes: "3-layer gru (residual)"
    skip: Any = named.group(1) if named else None
    if skip is not None and not isinstance(params, StackedParams):
        raise CourseError(f"{cell.name}: a network around a stack with connections past layers has no twin")
    return from_numpy(params, skip=skip, dropout=dropout, **options)


class Encoder(TorchModel):
    """h^(1) .. h^(T) = cell(E[x^(1)] .. E[x^(T)]); see `models.encoder`.

    Args:
        cell: the cell of the numpy twin.
        params: the numpy twin's, which are copied.
        dropout: rates while the module is in training mode.
        dtype: of the parameters; that of the arrays if left out.
        device: of the parameters, such as "cpu" or "cuda".
        fused: run the cell over torch's own kernels, which gives the same numbers faster. Not for the
            lecture's GRU.

    Raises:
        CourseError: if `fused`, and torch has no kernel for the cell.
    """

    E: Tensor

    def __init__(
        self,
        cell: Cell,
        params: EncoderParams,
        *,
        dropout: Dropout | None = None,
        dtype: torch.dtype | None = None,
        device: str | torch.device = "cpu",
        fused: bool = False,
    ) -> None:
        super().__init__()
        self.cell_of_twin = cell
        self.dropout = Dropout() if dropout is None else dropout
        self.register({"E": params.E}, dtype, device)
        twin = cell_from_numpy(cell, params.cell, dropout=self.dropout.layers, dtype=dtype, device=device)
        self.cell: Any = fuse(twin) if fused else twin

    def encode(
        self, ids: Int[ndarray, "time batch"], state: State = None, lengths: ndarray | None = None
    ) -> tuple[Tensor, State]:
        """Outputs [time, batch, output] and the last state of each sequence.

        Args:
            ids: what is read, [time, batch].
            state: the state before the first token; zeros if left out.
            lengths: tokens of each sequence without its padding; all of full length if left out.
        """
        x = F.dropout(F.embedding(self.tensor(ids), self.E), self.dropout.embeddings, self.training)
        outputs, last = self.cell(x, state, None if lengths is None else self.tensor(lengths))
        return F.dropout(outputs, self.dropout.outputs, self.training), last

    def to_numpy(self) -> Any:
        """A copy of the parameters as the numpy twin's named tuple."""
        return EncoderParams(to_array(self.E), self.cell.to_numpy())

    def gradients_to_numpy(self) -> Any:
        """A copy of the gradients as the numpy twin's named tuple."""
        return EncoderParams(to_array(self.E, gradient=True), self.cell.gradients_to_numpy())
