"""What a language model is, and what can be done with any of them.

A language model is a state machine. Its state is what it remembers of the words so far: the last n - 1
words (n-gram), the last k (fixed window), a vector h (Elman), two vectors (LSTM). Scoring and sampling are
written once, here, over that idea, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnn_course.errors import CourseError, DataError, check_shape
from rnn_course.text.vocabulary import Vocabulary

State = TypeVar("State")
Tokens = Sequence[str] | Sequence[int] | ndarray


@runtime_checkable
class LanguageModel(Protocol[State]):
    """Reads one token at a time and always has an opinion about the next one."""

    vocabulary: Vocabulary

    def initial_state(self) -> State:
        """The state after reading `<s>` alone."""

    def advance(self, state: State, token: int) -> State:
        """The state after reading the id `token` in `state`. After `</s>` it is `initial_state()`."""

    def next_log_probs(self, state: State) -> Float[ndarray, " vocab"]:
        """log P(next token | state) for every id, in nats; -inf for `<s>`, which is never predicted."""


def as_ids(model: LanguageModel[Any], tokens: Tokens) -> Int[ndarray, " length"]:
    """Token ids of `tokens`, which are strings or ids already.

    Raises:
        VocabularyError: if an id is out of range, or `tokens` is one string.
        ShapeError: if `tokens` has more than one axis.
    """
    if not isinstance(tokens, ndarray) and (
        isinstance(tokens, str) or any(isinstance(t, str) for t in tokens)
    ):
        return model.vocabulary.encode(tokens)  # type: ignore[arg-type]
    ids = np.asarray(tokens) if len(tokens) else np.zeros(0, dtype=np.int64)
    check_shape("tokens", ids, ("length",))
    model.vocabulary.check_ids(ids)
    return ids


def sequence_log_probs(model: LanguageModel[Any], stream: Tokens) -> Float[ndarray, " length"]:
    """log P(w_t | w_1 .. w_(t-1)) for every token of a stream, in nats.

    The model starts afresh after every `</s>`. A model may offer a vectorised method of the same name,
    which is used where there is one and gives the same numbers.
    """
    ids = as_ids(model, stream)
    vectorised = getattr(model, "sequence_log_probs", None)
    if vectorised is not None:
        return vectorised(ids)
    log_probs = np.empty(len(ids))
    state = model.initial_state()
    for t, token in enumerate(ids.tolist()):
        log_probs[t] = model.next_log_probs(state)[token]
        state = model.advance(state, token)
    return log_probs


def log_prob(model: LanguageModel[Any], sentence: Tokens, *, end: bool = True) -> float:
    """The chain rule: log P(w_1 .. w_T </s>) = sum over t of log P(w_t | w_1 .. w_(t-1)), in nats.

    Args:
        sentence: tokens without boundaries, as strings or ids.
        end: also predict `</s>`. Without it, the result is the probability of a beginning.
    """
    ids = as_ids(model, sentence)
    if end:
        ids = np.append(ids, model.vocabulary.eos_id)
    return float(sequence_log_probs(model, ids).sum())


def cross_entropy(model: LanguageModel[Any], stream: Tokens) -> float:
    """J = -(1/T) sum over t of log P(w_t | w_1 .. w_(t-1)), in nats per token; `</s>` counts, `<s>` does not.

    Raises:
        DataError: if the stream is empty.
    """
    log_probs = sequence_log_probs(model, stream)
    if not len(log_probs):
        raise DataError("the text is empty: cross-entropy and perplexity are averages over its tokens")
    return float(-log_probs.mean())


def perplexity(model: LanguageModel[Any], stream: Tokens) -> float:
    """exp(J), the inverse of the geometric mean probability of a token.

    It counts `</s>` and never `<s>`, and is `inf` where a token has probability 0.
    """
    return float(np.exp(cross_entropy(model, stream)))


def state_after(model: LanguageModel[State], context: Tokens) -> State:
    """The model's state after `<s>` and the tokens of `context`."""
    state = model.initial_state()
    for token in as_ids(model, context).tolist():
        state = model.advance(state, token)
    return state


def next_token_distribution(model: LanguageModel[Any], context: Tokens = ()) -> Float[ndarray, " vocab"]:
    """P(next token | `<s>` context), a probability for every id; they sum to 1."""
    return np.exp(model.next_log_probs(state_after(model, context)))


def most_probable(model: LanguageModel[Any], context: Tokens = (), *, k: int = 5) -> list[tuple[str, float]]:
    """The k most probable next tokens and their probabilities, the most probable first."""
    probs = next_token_distribution(model, context)
    order = np.argsort(-probs, kind="stable")[:k]
    return [(model.vocabulary.tokens[index], float(probs[index])) for index in order]


def reshape_distribution(
    log_probs: Float[ndarray, " vocab"],
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> Float[ndarray, " vocab"]:
    """Probabilities to draw from: log P / temperature, then the k best, then the smallest nucleus of mass p.

    Args:
        log_probs: log P(next token), nats.
        temperature: below 1 sharpens, above 1 flattens; 0 keeps only the best token.
        top_k: keep the k most probable tokens (Fan et al. 2018).
        top_p: keep the fewest tokens whose mass is at least p (Holtzman et al. 2020).

    Raises:
        CourseError: if temperature < 0, top_k < 1, or top_p outside (0, 1].
    """
    if temperature < 0:
        raise CourseError(f"temperature is at least 0, got {temperature}")
    if top_k is not None and top_k < 1:
        raise CourseError(f"top_k is at least 1, got {top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise CourseError(f"top_p lies in (0, 1], got {top_p}")
    order = np.argsort(-log_probs, kind="stable")
    if temperature == 0:
        top_k, temperature = 1, 1.0
    scaled = log_probs[order] / temperature
    probs = np.exp(scaled - scaled[0])
    if top_k is not None:
        probs[top_k:] = 0
    probs /= probs.sum()
    if top_p is not None:
        before = np.cumsum(probs) - probs  # mass of all better tokens
        probs[before >= top_p] = 0
        probs /= probs.sum()
    reshaped = np.empty_like(probs)
    reshaped[order] = probs
    return reshaped


def sample(
    model: LanguageModel[Any],
    rng: np.random.Generator,
    *,
    context: Tokens = (),
    max_tokens: int = 50,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> list[str]:
    """Draw tokens one after another, feeding each back, until `</s>` or `max_tokens`.

    Args:
        rng: `numpy.random.default_rng(seed)`; the same seed gives the same text.
        context: what the text begins with; it is not part of the result.
        max_tokens: how many tokens to draw at most.
        temperature, top_k, top_p: see `reshape_distribution`.

    Returns:
        The drawn tokens, without `</s>`.
    """
    return list(
        stream_tokens(
            model,
            rng,
            context=context,
            max_tokens=max_tokens,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
        )
    )


def stream_tokens(
    model: LanguageModel[Any],
    rng: np.random.Generator,
    *,
    context: Tokens = (),
    max_tokens: int = 50,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> Iterable[str]:
    """`sample` as an iterator, for text that appears while it is drawn."""
    state = state_after(model, context)
    for _ in range(max_tokens):
        probs = reshape_distribution(
            model.next_log_probs(state), temperature=temperature, top_k=top_k, top_p=top_p
        )
        token = int(rng.choice(len(probs), p=probs))
        if token == model.vocabulary.eos_id:
            return
        yield model.vocabulary.tokens[token]
        state = model.advance(state, token)
