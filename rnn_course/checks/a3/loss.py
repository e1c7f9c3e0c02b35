"""a3, task 2b: the loss of a text, from its states."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from rnn_course.checks.a3 import draw
from rnn_course.checks.a3.draw import Params, Sizes, log_softmax
from rnn_course.checks.case import Case, Mistake, Property
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task


def reference(params: Params, h: ndarray, targets: ndarray) -> float:
    """A right answer."""
    log_probs = log_softmax(h[1:] @ params["U"].T + params["b_2"])
    return float(-np.take_along_axis(log_probs, targets[..., None], axis=-1).mean())


def case(
    rng: np.random.Generator, sizes: Sizes, about: str = "", decimals: int | None = None, *, times: float = 1
) -> Case:
    """A readout, states, and the tokens that did follow; the scores are `times` as large as usual."""
    readout = draw.only(draw.network(rng, sizes, decimals), "U", "b_2")
    h = draw.rounded(rng.uniform(-0.9, 0.9, size=(sizes.T + 1, sizes.B, sizes.H)), decimals)
    targets = rng.integers(sizes.V, size=(sizes.T, sizes.B))
    if sizes.T > 2 and sizes.B > 1:
        targets[2, 1] = targets[0, 0]  # so that no two texts, and no two steps, have the same right answers
        targets[1] = (targets[0] + 1) % sizes.V
    return Case(({name: array * times for name, array in readout.items()}, h, targets), about)


BY_HAND = {"U": np.zeros((2, 1)), "b_2": np.array([np.log(3), 0.0])}
VISIBLE = (
    Case(
        (BY_HAND, np.zeros((3, 1, 1)), np.array([[0], [1]])),
        "after each token, token 0 has 3/4 and token 1 has 1/4",
    ),
    case(np.random.default_rng(6), Sizes(V=4, D=1, H=2, T=3, B=2), "two texts of three tokens", decimals=1),
    case(np.random.default_rng(19), Sizes(V=4, D=1, H=2, T=3, B=1), "scores in the thousands", 1, times=2000),
)


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for sizes in (*draw.LARGER, draw.LENGTH_1, draw.ONE_TEXT):
        yield case(rng, sizes)
    yield case(rng, draw.SMALL, "scores in the thousands", times=2000)
    yield case(rng, draw.LARGER[0], "scores in the thousands", times=1000)


def right_scores(log_probs, targets):
    return np.take_along_axis(log_probs, targets[..., None], axis=-1)[..., 0]


def one_state_early(params, h, targets):
    log_probs = log_softmax(h[:-1] @ params["U"].T + params["b_2"])
    return -right_scores(log_probs, targets).mean()


def not_averaged(params, h, targets):
    log_probs = log_softmax(h[1:] @ params["U"].T + params["b_2"])
    return -right_scores(log_probs, targets).sum()


def averaged_over_time_alone(params, h, targets):
    log_probs = log_softmax(h[1:] @ params["U"].T + params["b_2"])
    return -right_scores(log_probs, targets).sum() / len(targets)


def averaged_over_texts_alone(params, h, targets):
    log_probs = log_softmax(h[1:] @ params["U"].T + params["b_2"])
    return -right_scores(log_probs, targets).sum() / targets.shape[1]


def base_two(params, h, targets):
    log_probs = log_softmax(h[1:] @ params["U"].T + params["b_2"]) / np.log(2)
    return -right_scores(log_probs, targets).mean()


def perplexity(params, h, targets):
    log_probs = log_softmax(h[1:] @ params["U"].T + params["b_2"])
    return np.exp(-right_scores(log_probs, targets).mean())


def sign_lost(params, h, targets):
    log_probs = log_softmax(h[1:] @ params["U"].T + params["b_2"])
    return right_scores(log_probs, targets).mean()


def log_of_the_mean(params, h, targets):
    log_probs = log_softmax(h[1:] @ params["U"].T + params["b_2"])
    return -np.log(np.exp(right_scores(log_probs, targets)).mean())


def bias_missing(params, h, targets):
    return -right_scores(log_softmax(h[1:] @ params["U"].T), targets).mean()


def no_softmax(params, h, targets):
    return -right_scores(h[1:] @ params["U"].T + params["b_2"], targets).mean()


def softmax_over_time(params, h, targets):
    z = h[1:] @ params["U"].T + params["b_2"]
    return -right_scores(np.moveaxis(log_softmax(np.moveaxis(z, 0, -1)), -1, 0), targets).mean()


def overflow(params, h, targets):
    scores = np.exp(h[1:] @ params["U"].T + params["b_2"])
    probs = scores / scores.sum(axis=-1, keepdims=True)
    return -np.log(right_scores(probs, targets)).mean()


def one_maximum_for_all(params, h, targets):
    z = h[1:] @ params["U"].T + params["b_2"]
    z = z - z.max()
    return -right_scores(z - np.log(np.exp(z).sum(axis=-1, keepdims=True)), targets).mean()


def log_of_zero(params, h, targets):
    probs = np.exp(log_softmax(h[1:] @ params["U"].T + params["b_2"]))
    return -np.log(right_scores(probs, targets)).mean()


def every_target_everywhere(params, h, targets):
    log_probs = log_softmax(h[1:] @ params["U"].T + params["b_2"])
    return -log_probs[:, :, targets].mean()


MISTAKES = (
    Mistake(
        "one-state-early",
        "each token is predicted from the state before the last token was read",
        "h[0] is the state before anything is read. Which state has just read the first token?",
        one_state_early,
    ),
    Mistake(
        "not-averaged",
        "the losses are added up, and not averaged",
        "J is nats per token: a text twice as long must not cost twice as much.",
        not_averaged,
    ),
    Mistake(
        "averaged-over-time-alone",
        "the sum is divided by T, and not by T times B",
        "How many predictions are there, with B texts of T tokens?",
        averaged_over_time_alone,
    ),
    Mistake(
        "averaged-over-texts-alone",
        "the sum is divided by B, and not by T times B",
        "How many predictions are there, with B texts of T tokens?",
        averaged_over_texts_alone,
    ),
    Mistake("base-two", "the logarithm is to base 2", "This course reckons in nats: natural logs.", base_two),
    Mistake("perplexity", "exp(J) is returned", "That is the perplexity. J itself is asked for.", perplexity),
    Mistake(
        "sign-lost",
        "the minus sign is lost",
        "The log of a probability is at most 0. A loss is at least 0.",
        sign_lost,
    ),
    Mistake(
        "log-of-the-mean",
        "the probabilities are averaged before the logarithm is taken",
        "Each token has a loss of its own, and J is the mean of those.",
        log_of_the_mean,
    ),
    Mistake("bias-missing", "b_2 is left out", "What does the readout add to U h?", bias_missing),
    Mistake(
        "no-softmax",
        "the scores are taken for log-probabilities",
        "Scores can be any numbers. What has to be taken off, so that their exps sum to 1?",
        no_softmax,
    ),
    Mistake(
        "softmax-over-time",
        "the softmax runs over time",
        "At each step the V tokens share out one probability. Which axis is that?",
        softmax_over_time,
    ),
    Mistake(
        "overflow",
        "exp is taken of scores as large as they come",
        "exp(1000) is inf. What can be taken off all scores of a step and leave the softmax as it is?",
        overflow,
    ),
    Mistake(
        "one-maximum-for-all",
        "the largest score of all steps is subtracted everywhere",
        "A step whose scores lie thousands below has exps of 0 alone. Whose largest score does each need?",
        one_maximum_for_all,
    ),
    Mistake(
        "log-of-zero",
        "a probability is computed first, and its logarithm afterwards",
        "A probability of exp(-1000) is 0.0 in a computer, its logarithm -1000 is not. Stay in logarithms.",
        log_of_zero,
    ),
    Mistake(
        "every-target-everywhere",
        "each step is held to the right answers of all other steps and texts as well",
        "Print the shape of what you pick. It should be [T, B]: one number for each prediction.",
        every_target_everywhere,
    ),
)


def _says(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    if not np.isfinite(value):
        return f"{value} is no loss: every token has a probability above 0, however small."
    return f"A loss is at least 0, and this is {value:.4g}." if value < 0 else None


task = Task(
    assignment="a3",
    name="loss",
    label="Task 2b, the loss",
    points=7,
    function="sequence_loss",
    arguments=("params", "h", "targets"),
    returns="a number, the loss in nats per token",
    look='the equations in the text of task 2b; lecture 05, "What it says, and what that costs".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(Property("a loss is a number of at least 0", _says),),
)
check, grade, example = task.check, task.grade, task.example
