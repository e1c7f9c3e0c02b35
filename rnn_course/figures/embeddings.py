"""Embeddings as points: words that are used alike lie side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_course.errors import DataError, ShapeError
from rnn_course.figures.arrays import listed, wrapped
from rnn_course.figures.style import MARKERS, OKABE_ITO, Picture, new_figure, text_color


def embedding_map(
    words: Sequence[str],
    vectors: ArrayLike,
    groups: Sequence[str],
    *,
    name: Sequence[str] = (),
    title: str | None = None,
) -> Picture:
    """Embeddings in the plane of their two main directions, a marker and a colour for each group.

    Args:
        words: one for each vector.
        vectors: rows of E, [words, embed], embed at least 2.
        groups: to which group each word belongs; the network was not told.
        name: words to write beside their points; all if left out.
        title: in place of the finding.

    Raises:
        ShapeError: if the lengths disagree, or the vectors have fewer than two entries.
        DataError: if there are fewer than three words, a number is not finite, or a word to name is missing.
    """
    X = np.asarray(vectors, dtype=float)
    if X.ndim != 2 or len(X) != len(words) or len(groups) != len(words) or X.shape[1] < 2:
        raise ShapeError(
            f"vectors is {X.shape} and groups has {len(groups)}, but there are {len(words)} words; expected "
            "[words, embed] with embed at least 2, and a group for each word"
        )
    if len(words) < 3 or not np.isfinite(X).all():
        raise DataError("embedding_map needs at least three words, and finite vectors")
    missing = [word for word in name if word not in words]
    if missing:
        raise DataError(f"{listed(missing)} cannot be named: not among the {len(words)} words")
    centred = X - X.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    xy = left[:, :2] * sizes[:2]
    kept = float((sizes[:2] ** 2).sum() / max((sizes**2).sum(), 1e-300))
    together = _nearest_in_group(X, groups)
    finding = f"{together:.0%} of the words have their nearest neighbour in their own group".replace(
        "%", " %"
    )
    with new_figure(8.2, 5.2) as (figure, (ax,)):
        for i, group in enumerate(dict.fromkeys(groups)):
            rows = [j for j, own in enumerate(groups) if own == group]
            color, marker = OKABE_ITO[i % len(OKABE_ITO)], MARKERS[i % len(MARKERS)]
            ax.plot(xy[rows, 0], xy[rows, 1], marker, color=color, label=group, markersize=7.5)
            for j in rows:
                if not name or words[j] in name:
                    ax.annotate(
                        words[j],
                        (xy[j, 0], xy[j, 1]),
                        xytext=(7, 0),
                        textcoords="offset points",
                        va="center",
                        fontsize=9.5,
                        color=text_color(color),
                    )
        ax.margins(x=0.14, y=0.1)
        ax.set_xlabel("first main direction of the vectors")
        ax.set_ylabel("second main direction")
        ax.legend(loc="best", frameon=True, edgecolor="#D5DADF")
        ax.set_title(wrapped(title or finding))
    return Picture(
        figure,
        f"Scatter plot of {len(words)} embeddings on their two main directions, which hold {kept:.0%} of "
        f"their spread. Groups: {listed(list(dict.fromkeys(groups)))}. {finding}.",
    )


def _nearest_in_group(X: Float[ndarray, "words embed"], groups: Sequence[str]) -> float:
    """The share of rows whose nearest other row, by cosine, belongs to the same group."""
    unit = X / np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-300)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -np.inf)
    return float(np.mean([groups[i] == groups[int(j)] for i, j in enumerate(cosine.argmax(axis=1))]))
