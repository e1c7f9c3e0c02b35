"""How all figures of the course look, and how a figure carries its text alternative.

Nothing here changes matplotlib's settings for anybody else: `new_figure` draws inside a context, and figures
are made without pyplot, so that none is left open or shown twice.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from numpy import ndarray

# Okabe & Ito 2008, in the order in which lines take them; told apart with any common colour blindness. Their
# yellow is left out, since a line of it cannot be seen on white, and the next lightest stand last.
BLUE, VERMILLION, GREEN, PURPLE, BLACK, SKY, ORANGE = OKABE_ITO = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#000000",
    "#56B4E9",
    "#E69F00",
)
GREY = "#59636E"
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

RC: Any = {
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.titlesize": 12.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.labelsize": 11,
    "axes.labelcolor": "#1C2126",
    "axes.edgecolor": "#8A949E",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E3E7EB",
    "grid.linewidth": 0.8,
    "xtick.color": "#3A424A",
    "ytick.color": "#3A424A",
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "lines.linewidth": 2,
    "lines.markersize": 6.5,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "figure.constrained_layout.w_pad": 0.1,
    "figure.constrained_layout.h_pad": 0.1,
    "savefig.dpi": 160,
    "svg.fonttype": "path",
    "svg.hashsalt": "rnn_course",  # the same figure is the same file
}


@contextmanager
def style() -> Iterator[None]:
    """The course's style for what is drawn inside: `with style(): ...`, also for figures of your own."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(RC)
        yield


class Picture:
    """A figure with a text that says the same to who cannot see it.

    Attributes:
        figure: matplotlib's figure.
        alt: the text alternative: what is drawn and what it shows, with its numbers.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure = figure
        self.alt = " ".join(alt.split())

    @property
    def axes(self) -> list[Axes]:
        return self.figure.axes

    def svg(self) -> bytes:
        return self._saved("svg", {"Date": None})

    def png(self) -> bytes:
        return self._saved("png", {})

    def _saved(self, format: str, metadata: dict[str, None]) -> bytes:
        buffer = io.BytesIO()
        with style():
            self.figure.savefig(buffer, format=format, metadata=metadata)
        return buffer.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """HTML with the figure as SVG and its alt text; PNG for what cannot show that."""
        width = self.figure.get_figwidth() * 96
        source = base64.b64encode(self.svg()).decode()
        html = (
            f'<img src="data:image/svg+xml;base64,{source}" alt="{escape(self.alt)}" '
            f'style="width: {width:.0f}px; max-width: 100%; background: white; border-radius: 6px">'
        )
        png = base64.b64encode(self.png()).decode()
        return {"text/html": html, "image/png": png, "text/plain": self.alt}


@contextmanager
def new_figure(
    width: float = 7.4, height: float = 4.2, *, columns: int = 1
) -> Iterator[tuple[Figure, Sequence[Axes]]]:
    """A figure in the course's style and its axes, to draw on inside the context.

    Args:
        width, height: in inches, 96 screen pixels each.
        columns: panels side by side.
    """
    with style():
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, [figure.add_subplot(1, columns, i + 1) for i in range(columns)]


def text_color(color: str) -> str:
    """`color`, darkened until text in it can be read on white: a contrast of 4.5 to 1 (WCAG 2.2)."""
    rgb = np.array(to_rgb(color))
    while 1.05 / (_luminance(rgb) + 0.05) < 4.5:
        rgb *= 0.97
    return to_hex(tuple(rgb.tolist()))


def _luminance(rgb: ndarray) -> float:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def label_line_ends(ax: Axes, ends: dict[str, tuple[float, float, str]], *, gap: float = 1.25) -> None:
    """Write each line's name at its end, in its colour, moved apart where two would cover each other.

    Args:
        ends: by name, x and y of the line's last point, in data coordinates, and its colour.
        gap: least distance of two labels, in lines of text.
    """
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("the axes belong to no figure")
    figure.draw_without_rendering()  # the limits of the axes are known from here on
    points = {name: ax.transData.transform((x, y)) for name, (x, y, _) in ends.items()}
    line = gap * matplotlib.rcParams["font.size"] * figure.dpi / 72
    names = sorted(points, key=lambda name: points[name][1])
    heights = _spread([points[name][1] for name in names], line)
    for name, height in zip(names, heights, strict=True):
        x, y, color = ends[name]
        up = (height - points[name][1]) * 72 / figure.dpi
        ax.annotate(
            name,
            (x, y),
            xytext=(10, up),
            textcoords="offset points",
            va="center",
            color=text_color(color),
            fontweight="bold",
        )


def _spread(heights: Sequence[float], gap: float) -> list[float]:
    """Rising numbers, as near as possible to `heights`, that lie at least `gap` apart.

    Neighbours that are too near become one block around their mean, until no two blocks touch.
    """
    blocks: list[list[float]] = []
    for height in heights:
        blocks.append([height])
        while len(blocks) > 1 and _bottom(blocks[-1], gap) < _top(blocks[-2], gap) + gap:
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    return [_bottom(block, gap) + i * gap for block in blocks for i in range(len(block))]


def _bottom(block: list[float], gap: float) -> float:
    return sum(block) / len(block) - gap * (len(block) - 1) / 2


def _top(block: list[float], gap: float) -> float:
    return sum(block) / len(block) + gap * (len(block) - 1) / 2
