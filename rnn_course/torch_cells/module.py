"""What the torch twins share: parameters named as in the equations, and the way from and to numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor, nn

State = Any  # a tensor [batch, hidden], or a (named) tuple of states


def at_end(states: Tensor, lengths: Tensor | None) -> Tensor:
    """states[lengths[b] - 1] for each b of the batch, or the last ones; states are [time, batch, hidden]."""
    if lengths is None:
        return states[-1]
    return states[lengths - 1, torch.arange(states.shape[1], device=states.device)]


class TorchCell(nn.Module):
    """A cell with one nn.Parameter for each array of its numpy twin's parameters.

    Args:
        embed_size: size of an input vector.
        hidden_size: size of the state.
        rng: `numpy.random.default_rng(seed)`; the same seed gives the numpy twin the same weights.
        dtype: of the parameters.
        device: of the parameters, such as "cpu" or "cuda".
        options: those of the numpy twin's init, such as `orthogonal` or `forget_bias`.
    """

    numpy_init: ClassVar[Callable[..., Any]]
    params_type: ClassVar[Any]

    def __init__(
        self,
        embed_size: int,
        hidden_size: int,
        rng: np.random.Generator,
        *,
        dtype: torch.dtype = torch.float32,
        device: str | torch.device = "cpu",
        **options: Any,
    ) -> None:
        super().__init__()
        self._register(type(self).numpy_init(embed_size, hidden_size, rng, **options), dtype, device)

    @classmethod
    def from_numpy(
        cls, params: Any, *, dtype: torch.dtype | None = None, device: str | torch.device = "cpu"
    ) -> Self:
        """A module with a copy of the numpy twin's parameters, in their type unless `dtype` is given."""
        module = cls.__new__(cls)
        nn.Module.__init__(module)
        module._register(params, dtype, device)
        return module

    def _register(self, params: Any, dtype: torch.dtype | None, device: str | torch.device) -> None:
        for name, array in params._asdict().items():
            tensor = torch.tensor(np.ascontiguousarray(array), dtype=dtype, device=device)
            self.register_parameter(name, nn.Parameter(tensor))

    def to_numpy(self) -> Any:
        """A copy of the parameters as the numpy twin's named tuple."""
        return self.params_type(*(self._array(getattr(self, name)) for name in self.params_type._fields))

    def gradients_to_numpy(self) -> Any:
        """A copy of the parameters' gradients as the numpy twin's named tuple; 0 where there is none."""
        parameters = [getattr(self, name) for name in self.params_type._fields]
        grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        return self.params_type(*map(self._array, grads))

    @staticmethod
    def _array(tensor: Tensor) -> np.ndarray:
        return tensor.detach().cpu().numpy().copy()

    def initial_state(self, batch_size: int) -> State:
        """The state before the first token: zeros, [batch, hidden]."""
        first = next(self.parameters())
        return first.new_zeros(batch_size, first.shape[0])

    def step(self, state: State, x_t: Tensor) -> tuple[Tensor, State]:
        """The output [batch, hidden] and the state after one more token, x_t [batch, embed]."""
        outputs, state = self.forward(x_t[None], state)
        return outputs[0], state

    def forward(
        self, x: Tensor, state: State | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """Outputs [time, batch, hidden] and the last state.

        Args:
            x: embeddings, [time, batch, embed].
            state: the state before the first token; zeros if left out.
            lengths: tokens in each sequence, [batch], so that the last state is that before the padding.
        """
        raise NotImplementedError
