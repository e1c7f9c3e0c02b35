"""a7, task 2a: the largest recurrent model that a budget of parameters allows."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_course.checks.case import Case, Mistake
from rnn_course.checks.task import Task


def reference(kind: str, V: int, D: int, layers: int, budget: int) -> tuple[int, int]:
    """A right answer."""
    gates = {"elman": 1, "gru": 3, "lstm": 4}[kind]

    def parameters(H: int) -> int:
        cells = sum(gates * (H * (D if layer == 0 else H) + H * H + H) for layer in range(layers))
        return V * D + cells + V * H + V

    H = 0
    while parameters(H + 1) <= budget:
        H += 1
    return (H, parameters(H)) if H else (0, 0)


VISIBLE = (
    Case(("elman", 10, 4, 1, 150)),
    Case(("gru", 10, 4, 1, 600)),
    Case(("lstm", 10, 4, 2, 1000), "two layers: the second one reads the first one's H numbers"),
    Case(("elman", 10, 4, 1, 65), "not even H = 1 fits"),
    Case(("gru", 117, 16, 1, 20_000), "the budget of task 4"),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for kind, gates in (("elman", 1), ("gru", 3), ("lstm", 4)):
        for layers in (1, 2, 3):
            V, D, H = (int(rng.integers(low, 3 * low)) for low in (40, 8, 12))
            cells = gates * (H * D + (layers - 1) * H * H + layers * (H * H + H))
            full = V * D + cells + V * H + V
            yield Case((kind, V, D, layers, full), "it fits exactly")
            yield Case((kind, V, D, layers, full - 1), "one parameter less")
    yield Case(("lstm", 500, 64, 1, 500), "not even H = 1 fits")
    V, D = int(rng.integers(20, 40)), int(rng.integers(5, 9))
    yield Case(("gru", V, D, 1, V * D + 3 * (D + 2) + 2 * V), "H = 1 fits exactly")


def cell_biases_forgotten(kind, V, D, layers, budget):
    gates = {"elman": 1, "gru": 3, "lstm": 4}[kind]
    H = total = 0
    while True:
        n = H + 1
        cells = sum(gates * (n * (D if layer == 0 else n) + n * n) for layer in range(layers))
        more = V * D + cells + V * n + V
        if more > budget:
            return H, total
        H, total = n, more


def readout_bias_forgotten(kind, V, D, layers, budget):
    gates = {"elman": 1, "gru": 3, "lstm": 4}[kind]
    H = total = 0
    while True:
        n = H + 1
        cells = sum(gates * (n * (D if layer == 0 else n) + n * n + n) for layer in range(layers))
        more = V * D + cells + V * n
        if more > budget:
            return H, total
        H, total = n, more


def embeddings_forgotten(kind, V, D, layers, budget):
    gates = {"elman": 1, "gru": 3, "lstm": 4}[kind]
    H = total = 0
    while True:
        n = H + 1
        cells = sum(gates * (n * (D if layer == 0 else n) + n * n + n) for layer in range(layers))
        more = cells + V * n + V
        if more > budget:
            return H, total
        H, total = n, more


def every_layer_reads_words(kind, V, D, layers, budget):
    gates = {"elman": 1, "gru": 3, "lstm": 4}[kind]
    H = total = 0
    while True:
        n = H + 1
        cells = layers * gates * (n * D + n * n + n)
        more = V * D + cells + V * n + V
        if more > budget:
            return H, total
        H, total = n, more


def one_layer_only(kind, V, D, layers, budget):
    gates = {"elman": 1, "gru": 3, "lstm": 4}[kind]
    H = total = 0
    while True:
        n = H + 1
        cells = gates * (n * D + n * n + n)
        more = V * D + cells + V * n + V
        if more > budget:
            return H, total
        H, total = n, more


def gates_not_counted(kind, V, D, layers, budget):
    H = total = 0
    while True:
        n = H + 1
        cells = sum(n * (D if layer == 0 else n) + n * n + n for layer in range(layers))
        more = V * D + cells + V * n + V
        if more > budget:
            return H, total
        H, total = n, more


def new_content_not_counted(kind, V, D, layers, budget):
    gates = {"elman": 1, "gru": 2, "lstm": 3}[kind]
    H = total = 0
    while True:
        n = H + 1
        cells = sum(gates * (n * (D if layer == 0 else n) + n * n + n) for layer in range(layers))
        more = V * D + cells + V * n + V
        if more > budget:
            return H, total
        H, total = n, more


def two_biases(kind, V, D, layers, budget):
    gates = {"elman": 1, "gru": 3, "lstm": 4}[kind]
    H = total = 0
    while True:
        n = H + 1
        cells = sum(gates * (n * (D if layer == 0 else n) + n * n + 2 * n) for layer in range(layers))
        more = V * D + cells + V * n + V
        if more > budget:
            return H, total
        H, total = n, more


def strictly_below(kind, V, D, layers, budget):
    gates = {"elman": 1, "gru": 3, "lstm": 4}[kind]
    H = total = 0
    while True:
        n = H + 1
        cells = sum(gates * (n * (D if layer == 0 else n) + n * n + n) for layer in range(layers))
        more = V * D + cells + V * n + V
        if more >= budget:
            return H, total
        H, total = n, more


def first_too_large(kind, V, D, layers, budget):
    gates = {"elman": 1, "gru": 3, "lstm": 4}[kind]
    H = 1
    while True:
        cells = sum(gates * (H * (D if layer == 0 else H) + H * H + H) for layer in range(layers))
        total = V * D + cells + V * H + V
        if total > budget:
            return H, total
        H += 1


MISTAKES = (
    Mistake(
        "cell-biases-forgotten",
        "the cells have no biases",
        "Each matrix product of a gate is followed by + b.",
        cell_biases_forgotten,
    ),
    Mistake(
        "readout-bias-forgotten",
        "the readout has no bias",
        "z = U h + b_2. How many numbers has b_2?",
        readout_bias_forgotten,
    ),
    Mistake(
        "embeddings-forgotten",
        "the embeddings are not counted",
        "They are learnt, so they count: a row for every word.",
        embeddings_forgotten,
    ),
    Mistake(
        "every-layer-reads-words",
        "every layer reads D numbers",
        "What does the second layer read, the embedding or the first layer's state?",
        every_layer_reads_words,
    ),
    Mistake(
        "one-layer-only",
        "only one layer is counted",
        "Every layer has weights of its own.",
        one_layer_only,
    ),
    Mistake(
        "gates-not-counted",
        "a gated cell is counted like Elman's",
        "How many matrices that read h has an LSTM? Lecture 11 writes one equation for each.",
        gates_not_counted,
    ),
    Mistake(
        "new-content-not-counted",
        "only the gates are counted, and not the new content",
        "Beside its gates, the cell computes what it may write, with weights of its own.",
        new_content_not_counted,
    ),
    Mistake(
        "two-biases",
        "each part of a cell has two biases",
        "torch keeps b_ih and b_hh. The equations of this course have one b, and so has the text.",
        two_biases,
    ),
    Mistake(
        "strictly-below",
        "a model that takes exactly the budget is refused",
        "At most the budget: all of it may be spent.",
        strictly_below,
    ),
    Mistake(
        "first-too-large",
        "the first H that no longer fits is returned",
        "One step back.",
        first_too_large,
    ),
)

task = Task(
    assignment="a7",
    name="budget",
    label="Task 2a, budget",
    points=10,
    function="largest_hidden",
    arguments=("kind", "V", "D", "layers", "budget"),
    returns="two whole numbers, H and the number of parameters",
    look='the formula in the text of task 2a; lecture 16, "What a rung costs".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
)
check, grade, example = task.check, task.grade, task.example
