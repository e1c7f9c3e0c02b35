"""a6, task 5b: greedy decoding."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_course.checks.a6 import draw
from rnn_course.checks.a6.given import TOY_DECODER, TOY_ENCODER, Array, Params, elman_states
from rnn_course.checks.case import Case, Mistake, Property
from rnn_course.checks.plain import Plain
from rnn_course.checks.task import Task

CLEAR = 0.05  # the best word's lead over the next one, so that float32 finds the same


def reference(encoder: Params, decoder: Params, source: Array, max_words: int) -> list[int]:
    """A right answer."""
    return _path(encoder, decoder, source, max_words)[0]


def _path(encoder: Params, decoder: Params, source: Array, max_words: int) -> tuple[list[int], float]:
    """What is written, and the smallest lead of a word over the next one."""
    h = elman_states(encoder, encoder["E"][source][:, None])[-1]
    words: list[int] = []
    token, lead = 0, np.inf
    while len(words) < max_words:
        h = elman_states(decoder, decoder["E"][[token]][:, None], h)[0]
        z = (h @ decoder["U"].T + decoder["b_2"])[0]
        token = int(z.argmax())
        lead = min(lead, float(np.diff(np.sort(z)[-2:])[0]))
        if token == 1:
            break
        words.append(token)
    return words, lead


def source_ignored(encoder, decoder, source, max_words):
    h = np.zeros((1, len(decoder["b_1"])))
    words, token = [], 0
    while len(words) < max_words:
        h = elman_states(decoder, decoder["E"][[token]][:, None], h)[0]
        token = int((h @ decoder["U"].T + decoder["b_2"])[0].argmax())
        if token == 1:
            break
        words.append(token)
    return words


def end_written(encoder, decoder, source, max_words):
    h = elman_states(encoder, encoder["E"][source][:, None])[-1]
    words, token = [], 0
    while len(words) < max_words and token != 1:
        h = elman_states(decoder, decoder["E"][[token]][:, None], h)[0]
        token = int((h @ decoder["U"].T + decoder["b_2"])[0].argmax())
        words.append(token)
    return words


def start_written(encoder, decoder, source, max_words):
    h = elman_states(encoder, encoder["E"][source][:, None])[-1]
    words = [0]
    while len(words) <= max_words:
        h = elman_states(decoder, decoder["E"][[words[-1]]][:, None], h)[0]
        token = int((h @ decoder["U"].T + decoder["b_2"])[0].argmax())
        if token == 1:
            break
        words.append(token)
    return words


def end_ignored(encoder, decoder, source, max_words):
    h = elman_states(encoder, encoder["E"][source][:, None])[-1]
    words, token = [], 0
    while len(words) < max_words:
        h = elman_states(decoder, decoder["E"][[token]][:, None], h)[0]
        token = int((h @ decoder["U"].T + decoder["b_2"])[0].argmax())
        words.append(token)
    return [word for word in words if word != 1]


def reads_start_always(encoder, decoder, source, max_words):
    h = elman_states(encoder, encoder["E"][source][:, None])[-1]
    words = []
    while len(words) < max_words:
        h = elman_states(decoder, decoder["E"][[0]][:, None], h)[0]
        token = int((h @ decoder["U"].T + decoder["b_2"])[0].argmax())
        if token == 1:
            break
        words.append(token)
    return words


def state_not_carried(encoder, decoder, source, max_words):
    start = elman_states(encoder, encoder["E"][source][:, None])[-1]
    words, token = [], 0
    while len(words) < max_words:
        h = elman_states(decoder, decoder["E"][[token]][:, None], start)[0]
        token = int((h @ decoder["U"].T + decoder["b_2"])[0].argmax())
        if token == 1:
            break
        words.append(token)
    return words


def begins_with_the_end(encoder, decoder, source, max_words):
    h = elman_states(encoder, encoder["E"][source][:, None])[-1]
    words, token = [], 1
    while len(words) < max_words:
        h = elman_states(decoder, decoder["E"][[token]][:, None], h)[0]
        token = int((h @ decoder["U"].T + decoder["b_2"])[0].argmax())
        if token == 1:
            break
        words.append(token)
    return words


def state_written_at_once(encoder, decoder, source, max_words):
    h = elman_states(encoder, encoder["E"][source][:, None])[-1]
    words = []
    while len(words) < max_words:
        token = int((h @ decoder["U"].T + decoder["b_2"])[0].argmax())
        if token == 1:
            break
        words.append(token)
        h = elman_states(decoder, decoder["E"][[token]][:, None], h)[0]
    return words


def bias_forgotten(encoder, decoder, source, max_words):
    h = elman_states(encoder, encoder["E"][source][:, None])[-1]
    words, token = [], 0
    while len(words) < max_words:
        h = elman_states(decoder, decoder["E"][[token]][:, None], h)[0]
        token = int((h @ decoder["U"].T)[0].argmax())
        if token == 1:
            break
        words.append(token)
    return words


def one_word_too_many(encoder, decoder, source, max_words):
    h = elman_states(encoder, encoder["E"][source][:, None])[-1]
    words, token = [], 0
    while len(words) <= max_words:
        h = elman_states(decoder, decoder["E"][[token]][:, None], h)[0]
        token = int((h @ decoder["U"].T + decoder["b_2"])[0].argmax())
        if token == 1:
            break
        words.append(token)
    return words


MISTAKES = (
    Mistake(
        "source-ignored",
        "the decoder begins in a state of zeros",
        "Then every source has the same translation. Where does the encoder's last state go?",
        source_ignored,
    ),
    Mistake(
        "end-written",
        "`</s>` is written down",
        "`</s>` says that the sentence has ended. It is no word of it.",
        end_written,
    ),
    Mistake(
        "start-written",
        "`<s>` is written down",
        "`<s>` is only what the decoder reads first.",
        start_written,
    ),
    Mistake(
        "end-ignored",
        "the decoder goes on writing behind `</s>`",
        "When `</s>` is the most probable token, the sentence is complete.",
        end_ignored,
    ),
    Mistake(
        "reads-start-always",
        "the decoder reads `<s>` at every step",
        "What it has just written is what it reads next.",
        reads_start_always,
    ),
    Mistake(
        "state-not-carried",
        "every step begins in the encoder's state",
        "Only the first one does. The state goes on from word to word.",
        state_not_carried,
    ),
    Mistake(
        "begins-with-the-end",
        "the decoder first reads `</s>`",
        "A sentence begins with `<s>`, which has id 0.",
        begins_with_the_end,
    ),
    Mistake(
        "state-written-at-once",
        "the encoder's state goes through the readout before the decoder has read anything",
        "First the decoder reads `<s>`, then it predicts the first word.",
        state_written_at_once,
    ),
    Mistake("bias-forgotten", "b_2 is left out", "The scores are U h + b_2.", bias_forgotten),
    Mistake(
        "one-word-too-many",
        "max_words + 1 words are written",
        "Count the words that stand there before you ask for another.",
        one_word_too_many,
    ),
)


def _translator(
    rng: np.random.Generator, sizes: tuple[int, ...], digits: int | None
) -> tuple[Params, Params]:
    V_x, V_y, D_x, D_y, H = sizes
    encoder = draw.reader(rng, V_x, D_x, H, digits)
    decoder = draw.writer(rng, V_y, D_y, H, V_y, digits, scale=2.0)
    decoder["W_e"] = 1.5 * decoder["W_e"]
    decoder["W_h"] = 1.5 * decoder["W_h"]
    if digits is not None:
        decoder = {name: array.round(digits) for name, array in decoder.items()}
    decoder["b_2"][0] = -30.0
    return encoder, decoder


def telling(rng: np.random.Generator, sizes: tuple[int, ...], digits: int | None = None) -> Iterator[Case]:
    """One translator and one source, twice: it has time to end, and is cut a word too early.

    What it writes has different words and hangs on all that a mistake would leave out.
    """
    while True:
        encoder, decoder = _translator(rng, sizes, digits)
        for _ in range(8):
            source = rng.integers(2, sizes[0], size=int(rng.integers(2, 6)))
            words, lead = _path(encoder, decoder, source, 7)
            if not (2 <= len(words) <= 6 and len(set(words)) > 1 and lead > CLEAR):
                continue
            arguments = (encoder, decoder, source, 7)
            given = [m.implementation(*arguments) for m in MISTAKES if m.name != "one-word-too-many"]
            if words not in given:
                yield Case(arguments)
                short = len(words) - 1
                yield Case((encoder, decoder, source, short), f"at most {short} words, which is not enough")
                return


def _visible() -> tuple[Case, ...]:
    rng = np.random.default_rng(69)
    dog, girl = np.array([2]), np.array([3])
    return (
        Case((TOY_ENCODER, TOY_DECODER, girl, 5), "girl"),
        Case((TOY_ENCODER, TOY_DECODER, dog, 5), "dog"),
        Case((TOY_ENCODER, TOY_DECODER, girl, 1), "girl, at most one word"),
        *telling(rng, (5, 5, 2, 2, 3), 1),
        *telling(rng, (4, 5, 1, 2, 2), 1),
    )


def hidden(rng: np.random.Generator) -> Iterator[Case]:
    for sizes in ((6, 7, 2, 3, 5), (5, 6, 3, 2, 4), (8, 7, 4, 3, 6)):
        yield from telling(rng, sizes)


def _bounds(arguments: tuple[Plain, ...], value: Plain) -> str | None:
    if isinstance(value, (list, tuple)) and len(value) > arguments[3]:
        return f"These are {len(value)} words, and at most {arguments[3]} were asked for."
    return None


task = Task(
    assignment="a6",
    name="translate",
    label="Task 5b, greedy decoding",
    points=6,
    function="translate",
    arguments=("encoder", "decoder", "source", "max_words"),
    returns="a list of ids",
    look='the four steps in the text of task 5b; lecture 08, "Which sentence should it say?".',
    reference=reference,
    visible=_visible(),
    hidden=hidden,
    mistakes=MISTAKES,
    properties=(Property("not more than max_words", _bounds),),
)
check, grade, example = task.check, task.grade, task.example
