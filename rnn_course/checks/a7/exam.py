"""Ask a trained model what no honest one minds being asked, and name the leak that an answer betrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnn_course.checks.call import Caller, Outcome
from rnn_course.checks.plain import Plain, type_name

Sentence = list[int]
Rows = list[Float[ndarray, "words vocab"]]
CLOSE = 1e-4  # in log-probability: what float32 and sums in another order may change


class Fault(Exception):
    """Something is wrong with a model.

    Attributes:
        name: of the catalogued mistake; empty where there is none.
        says: what was seen, line by line.
        outcome: of the call that showed it.
    """

    def __init__(self, name: str, says: Sequence[str], outcome: Outcome | None = None) -> None:
        super().__init__(name)
        self.name = name
        self.says = list(says)
        self.outcome = outcome


class Asker(NamedTuple):
    """A student's `predict` with the parameters of one model.

    Attributes:
        ask: calls it; raises Fault where no value comes back.
        V: tokens of the vocabulary.
        numbers: that the model consists of.
    """

    ask: Callable[[list[Sentence]], Outcome]
    V: int
    numbers: int

    def rows(self, sentences: list[Sentence]) -> Rows:
        """log P of the token after every beginning of every sentence: arrays [words + 1, V].

        Raises:
            Fault: if the answer is of another form, or its rows are no distributions.
        """
        outcome = self.ask(sentences)
        value = outcome.value
        if not isinstance(value, (list, tuple, ndarray)) or len(value) != len(sentences):
            raise Fault("", [_expected(sentences, self.V), f"got       {_form(value)}"], outcome)
        return [self._checked(s, answer, outcome) for s, answer in zip(sentences, value, strict=True)]

    def _checked(self, sentence: Sentence, answer: Plain, outcome: Outcome) -> Float[ndarray, "words vocab"]:
        try:
            rows = np.asarray(answer)
            good = rows.dtype.kind in "iuf"
        except ValueError:  # rows of different lengths
            good = False
        wanted = (len(sentence) + 1, self.V)
        if not good or rows.shape != wanted:
            name = "end-not-predicted" if good and rows.shape == (len(sentence), self.V) else ""
            says = f"for a sentence of {len(sentence)} words: expected shape {wanted}, got {_form(answer)}"
            raise Fault(name, [says], outcome)
        rows = rows.astype(float)
        if np.isnan(rows).any():
            seen = "There is a NaN among its log-probabilities: 0 / 0, perhaps, for a word never seen?"
            raise Fault("", [seen], outcome)
        _require_distributions(rows, outcome)
        return rows


def require_honest(asker: Asker, whole: list[Sentence]) -> Rows:
    """Raise `Fault` with the name of the leak if there is one; else the rows for `whole`.

    Args:
        whole: sentences of different lengths, most of them of several words.
    """
    rows = asker.rows(whole)
    _require_apart(asker, whole, rows)
    _require_causal(asker, whole, rows)
    zeros = [
        n for n, (s, a) in enumerate(zip(whole, rows, strict=True)) if np.isneginf(_of_words(s, a)).any()
    ]
    if zeros:
        says = f"In {len(zeros)} of {len(whole)} new sentences a token had probability 0."
        raise Fault("zero-probability", [says])
    return rows


def _of_words(sentence: Sentence, rows: Float[ndarray, "words vocab"]) -> Float[ndarray, " words"]:
    """The log-probabilities of a sentence's words, without `</s>`."""
    return rows[np.arange(len(sentence)), sentence]


def _require_causal(asker: Asker, whole: list[Sentence], rows: Rows) -> None:
    """Row t depends on the first t words alone: the same comes back when the sentence ends there."""
    cuts = [(3 * number + 1) % len(s) if s else 0 for number, s in enumerate(whole)]
    cut = [s[:c] for s, c in zip(whole, cuts, strict=True)]
    found = _first_change(asker.rows(cut), rows)
    if found is None:
        return
    number, t, size = found
    seen = f"row {t} of the answer changed (by up to {size:.3g} in log P)"

    def other(behind: int) -> Rows:
        """The rows when all words from so many behind the cut on are other ones."""
        return asker.rows(
            [
                s[: c + behind] + [_another(w, asker.V) for w in s[c + behind :]]
                for s, c in zip(whole, cuts, strict=True)
            ]
        )

    def changed(new: Rows) -> bool:
        return any(_change(a[: c + 1], b) > CLOSE for a, b, c in zip(rows, new, cuts, strict=True))

    sentence = f"in a sentence of {len(whole[number])} words,"
    if changed(other(1)):
        raise Fault("reads-the-rest", [sentence, f"{seen} when words further on changed."])
    if changed(other(0)):
        raise Fault("sees-the-answer", [sentence, f"{seen} when the word that it predicts changed."])
    raise Fault("knows-the-length", [sentence, f"{seen} when the sentence was cut off behind it."])


def _require_apart(asker: Asker, whole: list[Sentence], rows: Rows) -> None:
    """A sentence's rows are its own, whatever is asked in the same call."""
    middle = len(whole) // 2
    alone = asker.rows([whole[middle]])
    size = _change(alone[0], rows[middle])
    if size <= CLOSE:
        reverse = asker.rows(whole[::-1])[::-1]
        if (found := _first_change(reverse, rows)) is None:
            return
        middle, _, size = found

    def with_others(before: bool, after: bool) -> float:
        others = [[_another(w, asker.V) for w in s] for s in whole]
        asked = [
            others[n] if (n < middle and before) or (n > middle and after) else s for n, s in enumerate(whole)
        ]
        return _change(asker.rows(asked)[middle], rows[middle])

    seen = "the answers for a sentence changed when only"
    if with_others(before=False, after=True) > CLOSE:
        raise Fault("learns-from-the-test", [seen, "sentences that come later in the same call changed."])
    if with_others(before=True, after=False) > CLOSE:
        raise Fault("state-kept", [seen, "the sentences before it in the same call changed."])
    says = f"asked alone or beside others, one sentence got other answers (by up to {size:.3g} in log P)."
    raise Fault("padding-read", [says])


def _require_distributions(rows: Float[ndarray, "words vocab"], outcome: Outcome) -> None:
    """Raise `Fault` unless the exponentials of every row sum to 1."""
    sums = _sums(rows)
    wrong = np.flatnonzero(~(np.abs(sums - 1) <= CLOSE))
    if not len(wrong):
        return
    t = int(wrong[0])
    says = [f"in row {t}, exp of its {rows.shape[1]} log-probabilities sums to {sums[t]:.6g}, not to 1"]

    def all_one(values: Float[ndarray, " words"]) -> bool:
        return bool((np.abs(values - 1) <= CLOSE).all())

    if (rows >= 0).all() and all_one(rows.sum(axis=1)):
        raise Fault("probabilities-not-logs", says, outcome)
    for base in (2, 10):
        if all_one(_sums(rows * np.log(base))):
            raise Fault("another-base", says, outcome)
    raise Fault("not-normalised", says, outcome)


def _sums(rows: Float[ndarray, "words vocab"]) -> Float[ndarray, " words"]:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.exp(rows).sum(axis=1))


def _change(first: Float[ndarray, "words vocab"], second: Float[ndarray, "words vocab"]) -> float:
    """The largest difference in log P of the rows that two answers have in common."""
    n = min(len(first), len(second))
    a, b = np.maximum(first[:n], -50.0), np.maximum(second[:n], -50.0)
    return float(np.abs(a - b).max())


def _first_change(new: Rows, old: Rows) -> tuple[int, int, float] | None:
    """Sentence, row and size of the first change, None if there is none."""
    for number, (a, b) in enumerate(zip(new, old, strict=True)):
        for t in range(min(len(a), len(b))):
            size = _change(a[t : t + 1], b[t : t + 1])
            if size > CLOSE:
                return number, t, size
    return None


def _another(word: int, V: int) -> int:
    """A word (and no token with a meaning of its own) that is not this one."""
    return 3 + (word - 3 + (V - 3) // 2) % (V - 3)


def _expected(sentences: list[Sentence], V: int) -> str:
    return f"expected  a list of {len(sentences)} arrays, one for each sentence, of shape (words + 1, {V})"


def _form(value: Any) -> str:
    if isinstance(value, ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    return "nothing: is `return` missing?" if value is None else f"something of type {type_name(value)}"


def count(parameters: Plain) -> int:
    """How many numbers a model consists of.

    Raises:
        Fault: if it is no dict from names to arrays or numbers.
    """
    if not isinstance(parameters, dict):
        raise Fault("", [f"expected  a dict from names to arrays, got {_form(parameters)}"])
    total = 0
    for name, value in parameters.items():
        is_array = isinstance(value, ndarray) and value.dtype.kind in "biuf"
        if (
            not isinstance(name, str)
            or len(name) > 40
            or not (is_array or isinstance(value, (bool, int, float)))
        ):
            raise Fault(
                "", [f"expected  a dict from names to arrays or numbers; {name!r:.60} is {_form(value)}"]
            )
        total += value.size if isinstance(value, ndarray) else 1
    return total


def called(
    caller: Caller, function: Callable[..., object], arguments: tuple[Plain, ...], named: dict[str, str]
) -> Outcome:
    """Call a function of the student's.

    Args:
        named: the mistake's name for the kinds of outcome that are one.

    Raises:
        Fault: if no value came back, an argument was changed, or a second call gave something else.
    """
    outcome = caller(function, arguments)
    if outcome.kind != "value":
        raise Fault(named.get(outcome.kind, ""), [], outcome)
    if outcome.changed or not outcome.repeats:
        raise Fault("" if outcome.changed else named.get("wavers", ""), [], outcome)
    return outcome
