"""What has to agree before a recurrent language model can read: vocabulary, cell, weights and states."""

from __future__ import annotations

from jaxtyping import Float
from numpy import ndarray

from rnn_course.cells.cell import Cell, Params, State
from rnn_course.cells.parameters import named_arrays
from rnn_course.errors import ShapeError, check_sizes
from rnn_course.text.vocabulary import Vocabulary


def check_weights(
    vocabulary: Vocabulary,
    cell: Cell,
    cell_params: Params,
    E: Float[ndarray, "vocab embed"],
    U: Float[ndarray, "vocab output"] | None,
    b_2: Float[ndarray, " vocab"],
) -> None:
    """Hold the weights to the vocabulary and to each other; U is None where it is tied to E.

    Raises:
        ShapeError: which array has which size, and what it was to have.
    """
    V, output_size = len(vocabulary), cell.output_size(cell_params)
    if len(E) != V:
        raise ShapeError(f"E is {E.shape}, but the vocabulary has {V:,} tokens")
    if U is None and E.shape[1] != output_size:
        raise ShapeError(
            f"tied embeddings use one array as E and as U: embed_size {E.shape[1]} has to equal the cell's "
            f"output size {output_size}"
        )
    check_sizes("RecurrentLM", E=(E, "vocab embed"), U=(U, "vocab output"), b_2=(b_2, "vocab"))
    if U is not None and U.shape[1] != output_size:
        raise ShapeError(f"U is {U.shape}, but the cell's outputs have size {output_size}")


def check_state(state: State, expected: State) -> None:
    """Hold a carried state to the sizes of the batch and the cell.

    Raises:
        ShapeError: what the state is, and what was expected.
    """
    got, wanted = ([(name, array.shape) for name, array in named_arrays(tree)] for tree in (state, expected))
    if got != wanted:
        shapes = [", ".join(f"{name or 'h'} {shape}" for name, shape in arrays) for arrays in (got, wanted)]
        raise ShapeError(f"the state is {shapes[0]}, but this batch and cell expect {shapes[1]}")
