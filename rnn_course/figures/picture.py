"""A figure together with its text alternative, which is what a notebook shows."""

from __future__ import annotations

import base64
import html
import io
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure


class Picture:
    """A drawn figure and the words that say the same to somebody who does not see it.

    A notebook shows it as an image with that text as its `alt`, vector where the viewer can; a terminal shows
    the text.

    Args:
        figure: what was drawn. It is not registered with pyplot, so that it is shown once.
        alt: what the figure shows, its finding in numbers.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        if not alt.strip():
            raise ValueError("a picture needs a text alternative that says what it shows")
        self.figure = figure
        self.alt = alt

    @property
    def axes(self) -> list[Axes]:
        """The axes, for whoever wants to change or add something before the picture is shown."""
        return self.figure.axes

    def svg(self) -> str:
        """The figure as SVG, the same bytes each time."""
        buffer = io.StringIO()
        with mpl.rc_context({"svg.hashsalt": "rnn-course"}):  # else the ids inside are random
            self.figure.savefig(buffer, format="svg", metadata={"Date": None})
        return buffer.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        image = base64.b64encode(self.svg().encode()).decode("ascii")
        tag = (
            f'<img src="data:image/svg+xml;base64,{image}" alt="{html.escape(self.alt)}" '
            f'style="max-width: 100%; height: auto; background: white">'
        )
        return {"text/html": tag, "text/plain": self.alt}

    def __repr__(self) -> str:
        return self.alt
