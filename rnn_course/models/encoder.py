"""Embedding and cell: token ids in, one vector a token out. What every recurrent model begins with."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.cells.cell import Cache, Cell, Params, State
from rnn_course.cells.initialization import uniform
from rnn_course.errors import CourseError
from rnn_course.layers import (
    EmbeddingCache,
    dropout_backward,
    dropout_forward,
    embedding_backward,
    embedding_forward,
)


class EncoderParams(NamedTuple):
    """The embeddings, one row a token, and the weights of the cell that reads them."""

    E: Float[ndarray, "vocab embed"]
    cell: Params


class Dropout(NamedTuple):
    """Shares of what is set to 0 while training; never on the way from one step to the next.

    Attributes:
        embeddings: of the entries of what the lowest layer reads.
        layers: of what a layer of a stack says to the one above it.
        outputs: of what the readout reads.

    Source: Zaremba et al. 2014.
    """

    embeddings: float = 0.0
    layers: float = 0.0
    outputs: float = 0.0

    @classmethod
    def of(cls, rates: float | Dropout) -> Dropout:
        """The same rate at all three places, unless three are given.

        Raises:
            CourseError: if a rate lies outside [0, 1).
        """
        dropout = rates if isinstance(rates, Dropout) else cls(rates, rates, rates)
        if not all(0 <= rate < 1 for rate in dropout):
            raise CourseError(f"dropout lies in [0, 1), got {rates}")
        return dropout


class EncoderCache(NamedTuple):
    """What the backward pass needs, and what dropout multiplied with (None: nothing was dropped)."""

    embedding: EmbeddingCache
    cell: Cache
    mask_of_embeddings: ndarray | None
    mask_of_outputs: ndarray | None


def encoder_init(
    cell: Cell,
    vocabulary_size: int,
    embed_size: int,
    hidden_size: int,
    rng: np.random.Generator,
    *,
    dtype: Any = np.float64,
    **options: Any,
) -> EncoderParams:
    """Random weights: E uniform in [-1/sqrt(embed), 1/sqrt(embed)], the cell's as its own `init` draws them.

    Args:
        options: those of the cell's init, such as `forget_bias`.
    """
    check_positive(vocabulary_size=vocabulary_size, embed_size=embed_size, hidden_size=hidden_size)
    E = uniform((vocabulary_size, embed_size), embed_size, rng, dtype)
    return EncoderParams(E, cell.init(embed_size, hidden_size, rng, dtype=dtype, **options))


def encoder_forward(
    cell: Cell,
    params: EncoderParams,
    ids: Int[ndarray, "time batch"],
    state_0: State = None,
    lengths: Int[ndarray, " batch"] | None = None,
    *,
    dropout: Dropout | None = None,
    rng: np.random.Generator | None = None,
) -> tuple[Float[ndarray, "time batch output"], EncoderCache]:
    """h^(1) .. h^(T) = cell(E[x^(1)] .. E[x^(T)])

    Args:
        ids: what is read, [time, batch].
        state_0: the state before the first token; zeros if left out.
        lengths: tokens of each sequence without its padding; all of full length if left out.
        dropout: rates; without `rng` they are not used.
        rng: draws what is dropped, while training.

    Returns:
        The cell's outputs, [time, batch, output], and the cache for `encoder_backward`.

    Raises:
        VocabularyError: if an id has no row in E.
        ShapeError: if ids, state_0, lengths and the weights disagree on a size.
    """
    rates = Dropout() if dropout is None or rng is None else dropout
    x, of_embedding = embedding_forward(params.E, ids)
    mask_of_embeddings = mask_of_outputs = None
    if rng is not None and rates.embeddings:
        x, mask_of_embeddings = dropout_forward(x, rates.embeddings, rng)
    options = {"dropout": rates.layers, "rng": rng} if cell.drops and rates.layers else {}
    outputs, of_cell = cell.forward(params.cell, x, state_0, lengths, **options)
    if rng is not None and rates.outputs:
        outputs, mask_of_outputs = dropout_forward(outputs, rates.outputs, rng)
    return outputs, EncoderCache(of_embedding, of_cell, mask_of_embeddings, mask_of_outputs)


def encoder_backward(
    cell: Cell,
    doutputs: Float[ndarray, "time batch output"],
    cache: EncoderCache,
    dstates: State = None,
) -> tuple[EncoderParams, State]:
    """Backpropagation through time, down to the embeddings.

    Args:
        doutputs: the loss's gradient at each output, 0 at padding.
        cache: what `encoder_forward` returned.
        dstates: the gradient at the states themselves, as `cell.states(cache.cell)`.

    Returns:
        Gradients of the parameters and of state_0.
    """
    if cache.mask_of_outputs is not None:
        doutputs = dropout_backward(doutputs, cache.mask_of_outputs)
    dcell, dx, dstate_0 = cell.backward(doutputs, cache.cell, dstates)
    if cache.mask_of_embeddings is not None:
        dx = dropout_backward(dx, cache.mask_of_embeddings)
    return EncoderParams(embedding_backward(dx, cache.embedding), dcell), dstate_0


def check_positive(**sizes: int) -> None:
    """Hold sizes to at least 1.

    Raises:
        CourseError: `hidden_size is at least 1, got 0`.
    """
    for name, size in sizes.items():
        if size < 1:
            raise CourseError(f"{name} is at least 1, got {size}")
