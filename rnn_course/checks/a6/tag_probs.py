"""a6, task 1a: a distribution over tags at each word."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a6 import draw
from rnn_course.checks.a6.given import Array, Params, elman_states, log_softmax
from rnn_course.checks.a6.padding import zero_at_padding
from rnn_course.checks.case import Case, Mistake, Property
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task


def reference(params: Params, ids: Array, lengths: Array) -> Array:
    """A right answer."""
    states = elman_states(params, params["E"][ids])
    probs = np.exp(log_softmax(states @ params["U"].T + params["b_2"]))
    inside = np.arange(len(ids))[:, None] < lengths
    return np.where(inside[..., None], probs, 0.0)


HALF = float(np.arctanh(0.5))
BY_HAND: Params = {
    "E": np.array([[0.0], [1.0]]),
    "W_h": np.array([[0.0]]),
    "W_e": np.array([[HALF]]),
    "b_1": np.array([0.0]),
    "U": np.array([[2 * np.log(3)], [0.0]]),
    "b_2": np.array([0.0, 0.0]),
}


def _case(
    rng: np.random.Generator, sizes: tuple[int, ...], digits: int | None = None, about: str = ""
) -> Case:
    T, B, D, H, K, V = sizes
    params = draw.writer(rng, V, D, H, K, digits)
    lengths = draw.lengths(rng, B, T)
    return Case((params, draw.sentences(rng, lengths, V, pad=int(rng.integers(V))), lengths), about)


def _visible() -> tuple[Case, ...]:
    rng = np.random.default_rng(61)
    loud = {**BY_HAND, "U": np.array([[2000.0], [0.0]])}
    return (
        Case((BY_HAND, np.array([[1]]), np.array([1])), "one word, whose state is 0.5"),
        Case(
            (BY_HAND, np.array([[1, 0], [0, 1]]), np.array([1, 2])), "sentence 0 has 1 word, sentence 1 has 2"
        ),
        _case(rng, (4, 3, 2, 2, 3, 5), 1),
        Case((loud, np.array([[1], [0], [1]]), np.array([3])), "scores near 1000"),
    )


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    yield _case(rng, (5, 3, 2, 4, 6, 7))
    yield _case(rng, (7, 2, 3, 5, 4, 6))
    yield _case(rng, (1, 4, 2, 3, 5, 6), about="sentences of one word")
    yield _case(rng, (6, 1, 4, 3, 2, 5), about="a batch of one")
    while True:  # until no two scores are so close that rounding decides
        params = draw.writer(rng, 6, 3, 4, 5)
        extreme = {**params, "U": 900 * params["U"]}
        lengths = draw.lengths(rng, 3, 4)
        ids = draw.sentences(rng, lengths, 6)
        scores = np.sort(elman_states(extreme, extreme["E"][ids]) @ extreme["U"].T + extreme["b_2"])
        if (scores[..., -1] - scores[..., -2] > 40).all() and scores.max() > 1000:
            break
    yield Case((extreme, ids, lengths), "scores in the thousands")


def softmax_over_time(params, ids, lengths):
    z = elman_states(params, params["E"][ids]) @ params["U"].T + params["b_2"]
    inside = (np.arange(len(ids))[:, None] < lengths)[..., None]
    exp = np.exp(z - z.max())
    return np.where(inside, exp / exp.sum(axis=0, keepdims=True), 0.0)


def softmax_over_all(params, ids, lengths):
    z = elman_states(params, params["E"][ids]) @ params["U"].T + params["b_2"]
    inside = (np.arange(len(ids))[:, None] < lengths)[..., None]
    exp = np.exp(z - z.max())
    return np.where(inside, exp / exp.sum(), 0.0)


def overflow(params, ids, lengths):
    z = elman_states(params, params["E"][ids]) @ params["U"].T + params["b_2"]
    inside = (np.arange(len(ids))[:, None] < lengths)[..., None]
    return np.where(inside, np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True), 0.0)


def padding_is_tagged(params, ids, lengths):
    z = elman_states(params, params["E"][ids]) @ params["U"].T + params["b_2"]
    return np.exp(log_softmax(z))


def scores_masked_first(params, ids, lengths):
    z = elman_states(params, params["E"][ids]) @ params["U"].T + params["b_2"]
    inside = (np.arange(len(ids))[:, None] < lengths)[..., None]
    return np.exp(log_softmax(np.where(inside, z, 0.0)))


def still_logs(params, ids, lengths):
    z = elman_states(params, params["E"][ids]) @ params["U"].T + params["b_2"]
    inside = (np.arange(len(ids))[:, None] < lengths)[..., None]
    return np.where(inside, log_softmax(z), 0.0)


def bias_forgotten(params, ids, lengths):
    z = elman_states(params, params["E"][ids]) @ params["U"].T
    inside = (np.arange(len(ids))[:, None] < lengths)[..., None]
    return np.where(inside, np.exp(log_softmax(z)), 0.0)


def words_by_themselves(params, ids, lengths):
    x = params["E"][ids]
    states = np.array([elman_states(params, x_t[None])[0] for x_t in x])
    z = states @ params["U"].T + params["b_2"]
    inside = (np.arange(len(ids))[:, None] < lengths)[..., None]
    return np.where(inside, np.exp(log_softmax(z)), 0.0)


def sigmoids(params, ids, lengths):
    z = elman_states(params, params["E"][ids]) @ params["U"].T + params["b_2"]
    inside = (np.arange(len(ids))[:, None] < lengths)[..., None]
    return np.where(inside, 1 / (1 + np.exp(-z)), 0.0)


def one_short(params, ids, lengths):
    z = elman_states(params, params["E"][ids]) @ params["U"].T + params["b_2"]
    inside = (np.arange(len(ids))[:, None] < lengths - 1)[..., None]
    return np.where(inside, np.exp(log_softmax(z)), 0.0)


MISTAKES = (
    Mistake(
        "softmax-over-time",
        "the softmax runs along the words instead of the tags",
        "Which axis holds the tags? At each word, the probabilities of its tags sum to 1.",
        softmax_over_time,
    ),
    Mistake(
        "softmax-over-all",
        "one softmax runs over the whole array",
        "Every word has a distribution of its own. `keepdims=True` and `axis=-1` keep them apart.",
        softmax_over_all,
    ),
    Mistake(
        "overflow",
        "`exp` is taken of the scores as they are",
        "exp(1000) is inf. A softmax does not change when the same number is taken from all scores.",
        overflow,
    ),
    Mistake(
        "padding-is-tagged",
        "padding gets tags as if it were words",
        "Compare `np.arange(len(ids))[:, None]` with `lengths`: where is a word, and where is none?",
        padding_is_tagged,
    ),
    Mistake(
        "scores-masked-first",
        "the scores at padding are set to 0 before the softmax",
        "The softmax of zeros is not zero: it is uniform. What should be 0 is the result.",
        scores_masked_first,
    ),
    Mistake(
        "still-logs",
        "logarithms of the probabilities are returned",
        "`log_softmax` gives ln P. How do you get P?",
        still_logs,
    ),
    Mistake("bias-forgotten", "b_2 is left out", "Read the equation again: U h + b_2.", bias_forgotten),
    Mistake(
        "words-by-themselves",
        "each word is read with a state of 0, as if it began the sentence",
        "Give the whole of x to `elman_states`: the state goes on from word to word.",
        words_by_themselves,
    ),
    Mistake(
        "sigmoids",
        "each score goes through a sigmoid of its own",
        "A word has one tag, so its tags share one unit of probability.",
        sigmoids,
    ),
    Mistake(
        "one-short",
        "the last word of each sentence is taken for padding",
        "A sentence of n words stands in rows 0 to n - 1.",
        one_short,
    ),
)


def _sums(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    _, ids, lengths = arguments
    if not isinstance(value, np.ndarray) or value.shape[:2] != ids.shape or value.ndim != 3:
        return None
    sums = value.sum(axis=-1)
    for t, b in np.argwhere(~draw.outside(lengths, len(ids))).tolist():
        if not np.isclose(sums[t, b], 1.0):
            return f"The probabilities at [{t}, {b}], a word, sum to {sums[t, b]:.6g}, not to 1."
    return None


task = Task(
    assignment="a6",
    name="tag_probs",
    label="Task 1a, tag probabilities",
    points=5,
    function="tag_probs",
    arguments=("params", "ids", "lengths"),
    returns="an array [time, batch, tags]",
    look='the equation in the text of task 1a; lecture 08, "Many to many, step by step: tag every word".',
    reference=reference,
    visible=_visible(),
    hidden=hidden,
    mistakes=MISTAKES,
    tolerance=draw.NETWORK,
    properties=(zero_at_padding(2), Property("words sum to one", _sums)),
)
check, grade, example = task.check, task.grade, task.example
