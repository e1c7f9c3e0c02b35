"""a3, task 6: draw texts from a network."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy import ndarray

from rnn_course.checks.a3 import draw
from rnn_course.checks.a3.draw import Params, Sizes, log_softmax
from rnn_course.checks.a3.sampling_mistakes import MISTAKES
from rnn_course.checks.call import Outcome
from rnn_course.checks.case import Case
from rnn_course.checks.compare import Tolerance, kind_of, same, shown
from rnn_course.checks.plain import NotPlain, Plain
from rnn_course.checks.task import Task

HOW_MANY = 1000
# A share of 1000 draws strays by at most sqrt(.25 / 1000) = .016 (one standard deviation).
TOLERANCE = Tolerance(rtol=0.0, atol=0.09)
SIZES = Sizes(V=3, D=2, H=4, T=3, B=1)  # T: how many tokens are drawn
COLD = 0.001  # a temperature at which exp of a score of LOUD is inf
LOUD = 1.0
FEW = 8  # pairs of samplers that the first network need not tell apart
MOST = 30  # networks that are tried as the second one, before the first one is given up
CLEAR = 0.18  # how far two shares must lie from each other: twice the tolerance


def reference(
    params: Params, prompt: list[int], how_many: int, length: int, temperature: float, seed: int
) -> ndarray:
    """A right answer."""
    rng = np.random.default_rng(seed)
    h = np.zeros((how_many, len(params["b_1"])))
    drawn: list[ndarray] = []
    for token in prompt:
        h = advance(params, h, np.full(how_many, token))
    for _ in range(length):
        cumulative = np.exp(log_softmax((h @ params["U"].T + params["b_2"]) / temperature)).cumsum(axis=1)
        token = (rng.random((how_many, 1)) * cumulative[:, -1:] > cumulative).sum(axis=1)
        drawn.append(token)
        h = advance(params, h, token)
    return np.stack(drawn, axis=1)


def advance(params: Params, h: ndarray, tokens: ndarray) -> ndarray:
    """The states after one more token each."""
    return np.tanh(h @ params["W_h"].T + params["E"][tokens] @ params["W_e"].T + params["b_1"])


def shares(
    params: Params, prompt: Sequence[int], length: int, temperature: float, fault: str = ""
) -> dict[str, float]:
    """The probability of every text that can come out, reckoned without chance.

    Args:
        fault: reckon as a sampler with this fault would draw.
    """
    texts = np.array(list(itertools.product(range(len(params["U"])), repeat=length)))
    others = {"last of the prompt": prompt[-1:], "twice": [*prompt, prompt[-1]], "unread": prompt[:-1]}
    read = others.get(fault, prompt)
    h = np.zeros((len(texts), len(params["b_1"])))
    for token in read:
        h = advance(params, h, np.full(len(texts), token))
    log_probs, after_prompt = np.zeros(len(texts)), h
    for column in texts.T:
        scores = (h @ params["U"].T + params["b_2"]) / temperature
        log_probs += log_softmax(scores)[np.arange(len(texts)), column]
        begins = {"state lost": np.zeros_like(h), "state held": after_prompt}.get(fault, h)
        reads = np.full(len(texts), prompt[-1]) if fault == "not fed back" else column
        h = h if fault == "never read" else advance(params, begins, reads)
    return {
        " ".join(map(str, text)): float(p) for text, p in zip(texts.tolist(), np.exp(log_probs), strict=True)
    }


def expected(
    params: Params, prompt: list[int], how_many: int, length: int, temperature: float, seed: int
) -> Plain:
    """What `summary` tends to as the number of texts grows."""
    right = shares(params, prompt, length, temperature)
    return {
        "number of texts": how_many,
        "tokens in the shortest text": length,
        "tokens in the longest text": length,
        "share of texts with something that is no token": 0.0,
        **{f"share of {text}": p for text, p in right.items()},
    }


def summary(arguments: tuple[Plain, ...], value: Plain) -> Plain:
    """The share of each text that can come out in what was drawn."""
    params, _, _, length, *_ = arguments
    if not isinstance(value, (list, tuple, ndarray)):
        raise NotPlain(f"{kind_of(value)} {shown(value)}")
    drawn: Counter[tuple[int, ...]] = Counter(map(_tokens, value))
    V, total = len(params["U"]), max(1, len(value))
    possible = itertools.product(range(V), repeat=length)
    odd = sum(n for text, n in drawn.items() if not set(text) <= set(range(V)))
    return {
        "number of texts": len(value),
        "tokens in the shortest text": min(map(len, drawn), default=0),
        "tokens in the longest text": max(map(len, drawn), default=0),
        "share of texts with something that is no token": odd / total,
        **{f"share of {' '.join(map(str, text))}": drawn[text] / total for text in possible},
    }


def _tokens(text: Plain) -> tuple[int, ...]:
    tokens = text.tolist() if isinstance(text, ndarray) else text
    if not isinstance(tokens, (list, tuple)) or not all(
        isinstance(token, (int, float)) and not isinstance(token, bool) for token in tokens
    ):
        raise NotPlain(f"texts, one of which is {kind_of(text)} {shown(text)}")
    return tuple(int(token) if token == token // 1 else -1 for token in tokens)


def seed_is_used(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> tuple[int, str] | None:
    """Two calls that differ in the seed alone must not give the same thousand texts."""
    for at in range(1, len(outcomes)):
        *before, first_seed = cases[at - 1].arguments
        *now, second_seed = cases[at].arguments
        if same(before, now) and same(outcomes[at - 1].value, outcomes[at].value):
            return at, f"The seeds {first_seed} and {second_seed} gave the same texts, one for one."
    return None


def apart(one: dict[str, float], other: dict[str, float]) -> float:
    """The largest difference of two shares."""
    return max(abs(p - other[text]) for text, p in one.items())


FAULTS = ("last of the prompt", "twice", "unread", "state lost", "state held", "not fed back", "never read")


def by_sampler(params: Params, prompt: list[int], temperature: float) -> list[dict[str, float]]:
    """The shares that a right sampler draws, and those of wrong ones."""
    found = [shares(params, prompt, SIZES.T, temperature, fault) for fault in ("", *FAULTS)]
    found += [shares(params, prompt, SIZES.T, other) for other in (1.0, 1 / temperature, COLD)]
    begin = shares(params, prompt, SIZES.T - 1, temperature)  # of texts that begin with the prompt's last
    found.append({text: begin[text[2:]] * (text[0] == str(prompt[-1])) for text in found[0]})
    return [*found, dict.fromkeys(found[0], SIZES.V**-SIZES.T)]


def some_network(rng: np.random.Generator) -> tuple[Params, list[int]]:
    """A network with strong opinions, and two different tokens for it to read."""
    params = draw.network(rng, SIZES)
    params = {**params, "E": 3 * params["E"], "W_h": 2 * params["W_h"], "U": 4 * params["U"]}
    return params, [int(token) for token in rng.permutation(SIZES.V)[:2]]


def alike(params: Params, prompt: list[int], temperature: float) -> set[tuple[int, int]]:
    """Which samplers draw nearly the same texts from this network."""
    by = by_sampler(params, prompt, temperature)
    pairs = itertools.combinations(range(len(by)), 2)
    return {(a, b) for a, b in pairs if apart(by[a], by[b]) < CLEAR}


def loudest(params: Params, prompt: list[int]) -> float:
    """The largest score after the prompt."""
    h = np.zeros((1, len(params["b_1"])))
    for token in prompt:
        h = advance(params, h, np.array([token]))
    return float((h @ params["U"].T + params["b_2"]).max())


def telling(
    rng: np.random.Generator, temperatures: tuple[float, float]
) -> Iterator[tuple[Params, list[int]]]:
    """A network and a prompt for each temperature. Any two samplers draw other texts from one of them."""
    first, second = temperatures
    while True:
        one = some_network(rng)
        hidden_by_it = alike(*one, first)
        if len(hidden_by_it) > FEW:
            continue
        for _ in range(MOST):
            other = some_network(rng)
            if loudest(*other) > LOUD and not hidden_by_it & alike(*other, second):
                yield one
                yield other
                return


def telling_seed(rng: np.random.Generator, params: Params, prompt: list[int], temperature: float) -> int:
    """A seed whose first text is a rare one, so that it is told from the most probable one."""
    while True:
        seed = int(rng.integers(1, 100_000))
        text = reference(params, prompt, 1, SIZES.T, temperature, seed)[0]
        if shares(params, prompt, SIZES.T, temperature)[" ".join(map(str, text))] < 0.1:
            return seed


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Two seeds for one network, then a network at a lower temperature, then that one nearly cold."""
    temperatures = (2.0, 0.4)
    for temperature, (params, prompt) in zip(temperatures, telling(rng, temperatures), strict=True):
        seed = telling_seed(rng, params, prompt, temperature)
        yield Case((params, prompt, HOW_MANY, SIZES.T, temperature, seed), f"temperature {temperature}")
        if temperature > 1:
            yield Case((params, prompt, HOW_MANY, SIZES.T, temperature, seed + 1), "another seed")
    # As many texts as would tell samplers apart: a fault may be that this case is not cold at all.
    yield Case((params, prompt, HOW_MANY - 100, 2, COLD, 3), "nearly cold: the best token every time")


VISIBLE = tuple(cases(np.random.default_rng(16)))


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    yield from cases(rng)


task = Task(
    assignment="a3",
    name="sampling",
    label="Task 6, it writes",
    points=10,
    function="sample_tokens",
    arguments=("params", "prompt", "how_many", "length", "temperature", "seed"),
    returns="an array of tokens [how_many, length]",
    look='the steps in the text of task 6; lecture 07, "A network that writes".',
    reference=reference,
    visible=VISIBLE,
    hidden=hidden,
    mistakes=MISTAKES,
    summary=summary,
    expected=expected,
    together=seed_is_used,
    tolerance=TOLERANCE,
)
check, grade, example = task.check, task.grade, task.example
