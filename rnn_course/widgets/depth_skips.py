"""The gradient on its way down a deep stack: plain, and with three kinds of connection past a layer."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import traitlets
from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.stacked import Skip
from rnn_course.experiments.depth import gradient_by_layer
from rnn_course.widgets.base import WidgetError, front_end, style
from rnn_course.widgets.buffers import pack
from rnn_course.widgets.settings import SettingsWidget, Whole

DEPTHS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50)
BIASES = (-1, -2, -3, -4)
STACKS = ("plain", "residual", "dense", "highway")
CELLS = {"elman": "Elman", "lstm": "LSTM", "gru": "GRU"}
MOST_UNITS = 64
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PRESETS: dict[str, dict[str, Any]] = {
    "two layers": {"depth": 2},
    "four": {"depth": 4},
    "ten": {"depth": 10},
    "fifty": {"depth": 50},
    "fifty, gates at −1": {"depth": 50, "transform_bias": -1},
}


class _OneDepth(Whole):
    """One of the depths that were measured."""

    def holds(self, value: Any) -> bool:
        return super().holds(value) and value in DEPTHS

    def __str__(self) -> str:
        return f"one of {', '.join(map(str, DEPTHS))}"

    def sent(self) -> dict[str, Any]:
        return {"kind": "one of", "names": list(DEPTHS)}


class DepthAndSkips(SettingsWidget):
    """How much gradient each layer of a new deep stack gets: the same vanishing, with layers for steps.

    What to look for: make the stack deeper. In the plain one every layer takes its share away, as every step
    does in time, and on a logarithmic axis that is a straight line down. Then look at the stacks in which
    something passes by each layer: a sum (residual), everything below (dense), or a gate (highway). Which of
    them keep the lowest layers learning at fifty? And what does the highway's gate have to say at first?

    All stacks have layers of one width, and are measured before any training.

    Args:
        cell: of all layers: "elman", "lstm" or "gru".
        hidden_size: units of each layer, 2 to 64.
        depth: layers, one of 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50.
        transform_bias: of the highway's gates, from -4 to -1; the lower, the more passes by.
        seeds: how many stacks are drawn for each point; their geometric mean is shown.

    Attributes:
        settings: the present settings as text, such as `depth=20, transform_bias=-3`; can be set.
        finding: the sentence under the widget.

    Raises:
        WidgetError: if there is no such cell, or a number is out of range.
    """

    _esm = front_end("depth_skips.js")
    _css = style("depth_skips.css")

    cell = traitlets.Unicode().tag(sync=True)
    depths: traitlets.List[int] = traitlets.List().tag(sync=True)
    stacks: traitlets.List[str] = traitlets.List().tag(sync=True)
    biases: traitlets.List[int] = traitlets.List().tag(sync=True)
    arrays = traitlets.Dict().tag(sync=True)
    shares = traitlets.Bytes().tag(sync=True)

    depth = traitlets.Int(2).tag(sync=True)
    transform_bias = traitlets.Int(-3).tag(sync=True)

    def __init__(
        self,
        cell: str = "elman",
        *,
        hidden_size: int = 32,
        depth: int = 20,
        transform_bias: int = -3,
        seeds: int = 3,
        **kwargs: Any,
    ) -> None:
        if cell not in CELLS:
            raise WidgetError(f"cell is one of {', '.join(CELLS)}, got {cell!r}")
        for name, value, rule in (
            ("hidden_size", hidden_size, Whole(2, MOST_UNITS)),
            ("seeds", seeds, Whole(1, 10)),
        ):
            if not rule.holds(value):
                raise WidgetError(f"{name} is {rule}, got {value!r}")
        self._shares = gradient_shares(cell, int(hidden_size), int(seeds))
        super().__init__(
            {"depth": _OneDepth(DEPTHS[0], DEPTHS[-1]), "transform_bias": Whole(min(BIASES), max(BIASES))},
            {"depth": depth, "transform_bias": transform_bias},
            PRESETS,
            cell=CELLS[cell],
            depths=list(DEPTHS),
            stacks=list(STACKS),
            biases=list(BIASES),
            **pack({"shares": self._shares}),
            **kwargs,
        )
        self.finding = self._sentence()

    @traitlets.validate("depth", "transform_bias")
    def _valid(self, proposal: Any) -> Any:
        return self.checked(proposal)

    def _sentence(self) -> str:
        """What depth_skips.js says, for where no browser says it."""
        column = DEPTHS.index(self.depth)
        rows = (*range(3), 3 + BIASES.index(self.transform_bias))
        said = [
            f"{times(self._shares[row, column, 0])} {name}" for name, row in zip(STACKS, rows, strict=True)
        ]
        return (
            f"New stacks of {self.depth} {self.cell} layers: as a multiple of that at the top layer, the "
            f"gradient at the lowest one is {', '.join(said)} (gates’ first bias −{-self.transform_bias})."
        )


@cache
def gradient_shares(cell: str, hidden_size: int, seeds: int) -> Float[ndarray, "stacks depths layers"]:
    """The gradient at each layer as a multiple of the top layer's, for every depth of the slider.

    Returns:
        [stacks, depths, layers]: plain, residual, dense, then highway with each bias of the gates; the lowest
        layer first, 0 above the top.
    """
    shares = np.zeros((3 + len(BIASES), len(DEPTHS), DEPTHS[-1]))
    without_gates: tuple[Skip, ...] = (None, "residual", "dense")
    for column, depth in enumerate(DEPTHS):
        common: dict[str, Any] = {"cell_name": cell, "hidden_size": hidden_size, "seeds": range(seeds)}
        norms = [gradient_by_layer(depth, skips=without_gates, **common).norms]
        norms += [
            gradient_by_layer(depth, skips=("highway",), transform_bias=float(bias), **common).norms
            for bias in BIASES
        ]
        stacked = np.concatenate(norms)
        shares[:, column, :depth] = stacked / stacked[:, -1:]
    shares.flags.writeable = False
    return shares


def times(share: float) -> str:
    """A multiple of any size for reading: `28`, `0.21`, `1.2 × 10⁻¹¹`."""
    if share >= 9.95:
        return f"{share:.0f}"
    if share >= 0.00995:
        return f"{share:.2g}"
    mantissa, power = f"{share:.1e}".split("e")
    return f"{mantissa} × 10{str(int(power)).translate(RAISED)}"
