"""Diagrams of recurrent networks, unrolled: what is read at each step, and what is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from rnn_course.errors import DataError
from rnn_course.figures.arrays import listed, wrapped
from rnn_course.figures.style import BLUE, GREY, VERMILLION, Picture, new_figure, text_color

MOST_STEPS = 8
STEP = 1.55  # from one state to the next, in the units of the drawing
BOX = (1.28, 0.56)  # width and height
INPUT, STATE, OUTPUT = 0.0, 1.25, 2.5  # heights
ROW = 4.5  # from one row of diagrams to the next
KEY = "blue: what is read    grey: the state    orange: what is written    dashed: what was written is read"


class Wiring(NamedTuple):
    """What a network reads and writes, step by step; "" stands for nothing.

    Where nothing is given to read after a step that wrote something, the network reads what it wrote.

    Attributes:
        inputs: one for each step.
        outputs: one for each step.
    """

    inputs: Sequence[str]
    outputs: Sequence[str]


def wirings(diagrams: Mapping[str, Wiring | tuple[Sequence[str], Sequence[str]]], *, title: str) -> Picture:
    """Unrolled networks, two in a row: inputs below, states in the middle, outputs above.

        wirings({"many to one": (["not", "bad"], ["", "in favour"])}, title="One label")

    Args:
        diagrams: by name, inputs and outputs, at most eight steps each.
        title: what they show.

    Raises:
        DataError: if there is none, or one has no steps, too many, or inputs and outputs of unequal number.
    """
    if not diagrams:
        raise DataError("there is no wiring to draw")
    drawn = {name: Wiring(*wiring) for name, wiring in diagrams.items()}
    for name, (inputs, outputs) in drawn.items():
        if not 1 <= len(inputs) <= MOST_STEPS or len(inputs) != len(outputs):
            raise DataError(
                f"{name} has {len(inputs)} inputs and {len(outputs)} outputs; expected as many of the one as "
                f"of the other, 1 to {MOST_STEPS}"
            )
    columns = min(2, len(drawn))
    steps = [max(len(w.inputs) for w in list(drawn.values())[c::columns]) for c in range(columns)]
    left = [0.0, STEP * steps[0] + 1.0][:columns]
    rows = -(-len(drawn) // columns)
    width = left[-1] + STEP * steps[-1]
    with new_figure(9.8, 9.8 * (ROW * rows + 1.2) / (width + 0.4)) as (figure, (ax,)):
        ax.set_axis_off()
        ax.set_aspect("equal")
        ax.set_xlim(-0.95, width - 0.55)
        bottom = -ROW * (rows - 1) - 1.3
        ax.set_ylim(bottom, ROW - 0.6)
        ax.text(-0.65, bottom + 0.2, KEY, color=GREY, fontsize=10)
        for number, (name, wiring) in enumerate(drawn.items()):
            row, column = divmod(number, columns)
            _unrolled(ax, left[column], -ROW * row, name, wiring)
        ax.set_title(wrapped(title, 90))
    return Picture(figure, f"Diagrams of unrolled networks. {title}. {' '.join(_said(drawn))}")


def _unrolled(ax: Axes, x_0: float, y_0: float, name: str, wiring: Wiring) -> None:
    ax.text(x_0 - BOX[0] / 2, y_0 + OUTPUT + 0.72, name, fontweight="bold", fontsize=11.5)
    for t, (read, written) in enumerate(zip(*wiring, strict=True)):
        x = x_0 + STEP * t
        _box(ax, x, y_0 + STATE, f"$h^{{({t + 1})}}$", GREY, filled=True)
        if t:
            _arrow(ax, (x - STEP + BOX[0] / 2, y_0 + STATE), (x - BOX[0] / 2, y_0 + STATE), GREY)
        if read:
            _box(ax, x, y_0 + INPUT, read, BLUE)
            _arrow(ax, (x, y_0 + INPUT + BOX[1] / 2), (x, y_0 + STATE - BOX[1] / 2), BLUE)
        elif t and wiring.outputs[t - 1]:
            start, end = (x - STEP + 0.42, y_0 + OUTPUT - BOX[1] / 2), (x - 0.35, y_0 + STATE + BOX[1] / 2)
            _arrow(ax, start, end, VERMILLION, dashed=True)
        if written:
            _box(ax, x, y_0 + OUTPUT, written, VERMILLION, rounded=False)
            _arrow(ax, (x, y_0 + STATE + BOX[1] / 2), (x, y_0 + OUTPUT - BOX[1] / 2), VERMILLION)


def _box(
    ax: Axes, x: float, y: float, text: str, color: str, *, filled: bool = False, rounded: bool = True
) -> None:
    width, height = BOX
    ax.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle=f"round,pad=0,rounding_size={0.14 if rounded else 0.01}",
            facecolor="#E9ECEF" if filled else "white",
            edgecolor=color,
            linewidth=1.5,
        )
    )
    size = 10.0 if len(text) <= 8 or text.startswith("$") else 80 / len(text)
    ax.text(x, y, text, ha="center", va="center", fontsize=size, color=text_color(color))


def _arrow(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str, *, dashed: bool = False
) -> None:
    style = {"arrowstyle": "-|>", "color": color, "linewidth": 1.3, "shrinkA": 1, "shrinkB": 1}
    if dashed:
        style |= {"linestyle": (0, (3, 2))}
    ax.annotate("", end, start, arrowprops=style)


def _said(diagrams: Mapping[str, Wiring]) -> list[str]:
    sentences = []
    for name, (inputs, outputs) in diagrams.items():
        steps = []
        for t, (read, written) in enumerate(zip(inputs, outputs, strict=True)):
            own = t and not read and outputs[t - 1]
            reads = f"reads “{read}”" if read else "reads its own last output" if own else "reads nothing"
            steps.append(f"step {t + 1} {reads} and writes {f'“{written}”' if written else 'nothing'}")
        sentences.append(f"{name}: {listed(steps)}.")
    return sentences
