"""One step of training in torch: loss, gradients, their norm, clipping, an optimizer of torch's."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy import ndarray
from torch import Tensor, nn

from rnn_course.cells.parameters import map_arrays, named_arrays
from rnn_course.errors import CourseError, check_shape
from rnn_course.models.trainable import Evaluation


def find_device(name: str) -> torch.device:
    """The device of that name, after a trial.

    Raises:
        CourseError: if torch does not know it, or this computer has none.
    """
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise CourseError(f'device {name!r} cannot be used here: {reason} Use device="cpu"') from error
    return device


class Descent:
    """A model and an optimizer over its parameters.

    Args:
        model: its `forward(batch, state)` returns `LossTensors`. It is moved to `device`.
        optimizer: "adam" or "sgd".
        settings: of torch.optim.Adam or SGD; the learning rate comes with each update.
        max_norm: gradients are clipped to it; None for no clipping.
        device: such as "cpu" or "cuda".
        bfloat16: compute matrix products in it (autocast); parameters and optimizer stay as they are.

    Raises:
        CourseError: if the device cannot be used, or has no bfloat16, or the parameters are not float32.
    """

    def __init__(
        self,
        model: nn.Module,
        *,
        optimizer: str,
        settings: Mapping[str, Any],
        max_norm: float | None,
        device: str = "cpu",
        bfloat16: bool = False,
    ) -> None:
        self.device = find_device(device)
        if bfloat16:
            _check_bfloat16(model, self.device)
        self.model = model.to(self.device)
        self.max_norm = max_norm
        self.bfloat16 = bfloat16
        make: Any = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[optimizer]
        self.optimizer = make(model.parameters(), lr=1.0, **settings)
        self._keys = ("step", "exp_avg", "exp_avg_sq") if optimizer == "adam" else ("momentum_buffer",)

    def gradients(self, batch: Any, state: Any, *, seed: tuple[int, ...]) -> tuple[float, int, float, Any]:
        """Loss, tokens, the gradients' norm, and the state after the batch, detached.

        The gradients are kept for `update`. `seed` decides what dropout leaves out; torch's own generators
        are as before afterwards.
        """
        self.model.train()
        self.optimizer.zero_grad(set_to_none=True)
        number = int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])
        cuda = [self.device] if self.device.type == "cuda" else []
        with torch.random.fork_rng(devices=cuda):
            torch.manual_seed(number)
            loss, tokens, after = self._forward(batch, state)
        loss.backward()
        return loss.item(), tokens, self._norm(), map_arrays(_detached, after)

    def _forward(self, batch: Any, state: Any) -> Any:
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16):
            return self.model(batch, state)

    def _norm(self) -> float:
        gradients = self._gradients()
        norm = torch.nn.utils.get_total_norm(gradients).item()
        if not math.isfinite(norm):  # or else their squares only have no place in float32
            norm = torch.nn.utils.get_total_norm([g.double() for g in gradients]).item()
        return norm

    def _gradients(self) -> list[Tensor]:
        return [parameter.grad for parameter in self.model.parameters() if parameter.grad is not None]

    def update(self, norm: float, learning_rate: float) -> None:
        """Clip the gradients, whose norm is known, and change the parameters."""
        if self.max_norm is not None and self.max_norm < norm < math.inf:
            for gradient in self._gradients():
                gradient.mul_(self.max_norm / norm)  # torch's own clipping divides by norm + 1e-6
        self.optimizer.param_groups[0]["lr"] = learning_rate
        self.optimizer.step()

    def loss(self, batch: Any, state: Any = None) -> Evaluation:
        """The loss of a batch, without dropout."""
        self.model.eval()
        with torch.no_grad():
            loss, tokens, after = self._forward(batch, state)
        return Evaluation(loss.item(), tokens, after)

    def parameters(self) -> dict[str, ndarray]:
        """A copy of every parameter by its name."""
        return {name: _array(parameter) for name, parameter in self.model.named_parameters()}

    def memory(self) -> dict[str, ndarray]:
        """A copy of every tensor of the optimizer's, by parameter and kind."""
        return {
            f"{name}/{kind}": _array(tensor)
            for name, parameter in self.model.named_parameters()
            for kind, tensor in self.optimizer.state.get(parameter, {}).items()
            if isinstance(tensor, Tensor)
        }

    def restore(self, parameters: Mapping[str, ndarray], memory: Mapping[str, ndarray] | None = None) -> None:
        """Take over parameters, and the optimizer's tensors if they are given: all of them or none.

        Raises:
            KeyError, ShapeError: if one is missing, or of another shape.
        """
        named = dict(self.model.named_parameters())
        for name, parameter in named.items():
            check_shape(name, parameters[name], tuple(parameter.shape))
        states = {name: self._state_of(name, parameter, memory or {}) for name, parameter in named.items()}
        with torch.no_grad():
            for name, parameter in named.items():
                parameter.copy_(torch.from_numpy(parameters[name]))
                if memory is not None:
                    self.optimizer.state[parameter] = states[name]

    def _state_of(self, name: str, parameter: Tensor, memory: Mapping[str, ndarray]) -> dict[str, Any]:
        if not memory:  # nothing was updated, or there is nothing to keep in mind
            return {}
        state: dict[str, Any] = {}
        for kind in self._keys:
            array = memory[f"{name}/{kind}"]
            if kind == "step":
                state[kind] = torch.tensor(array)
            else:
                check_shape(f"{name}/{kind}", array, tuple(parameter.shape))
                state[kind] = torch.tensor(array, device=self.device)
        return state

    def state_to_numpy(self, state: Any) -> dict[str, ndarray]:
        """The arrays of a model's state by their paths."""
        return {name: _array(part) for name, part in named_arrays(state)}

    def state_from_numpy(self, like: Any, arrays: Mapping[str, ndarray]) -> Any:
        """The inverse, for a state of the structure of `like`."""
        waiting = iter(named_arrays(like))

        def taken(part: Tensor | ndarray) -> Tensor | ndarray:
            array = arrays[next(waiting)[0]]
            return torch.tensor(array, device=part.device) if isinstance(part, Tensor) else array

        return map_arrays(taken, like)

    def seconds(self) -> float:
        """CPU time of the process, and on another device the time by the clock."""
        return time.process_time() if self.device.type == "cpu" else time.perf_counter()


def _array(part: Tensor | ndarray) -> ndarray:
    return part.detach().cpu().numpy().copy() if isinstance(part, Tensor) else part


def _detached(part: Tensor | ndarray) -> Tensor | ndarray:
    return part.detach() if isinstance(part, Tensor) else part


def _check_bfloat16(model: nn.Module, device: torch.device) -> None:
    types = {parameter.dtype for parameter in model.parameters()}
    if types != {torch.float32}:
        found = ", ".join(sorted(str(dtype) for dtype in types))
        raise CourseError(f"bfloat16=True is for parameters of torch.float32, got {found}")
    if device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        name = torch.cuda.get_device_name(device)
        raise CourseError(f"{name} has no bfloat16; leave bfloat16=True out")
    if device.type not in ("cpu", "cuda"):
        raise CourseError(f"bfloat16=True is for the devices cpu and cuda, got {device.type}")
