"""What students get wrong in task 6 of a3, drawing from a network."""

# Written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.a3.draw import log_softmax
from rnn_course.checks.case import Mistake


def read_on(params, h, tokens):
    return np.tanh(h @ params["W_h"].T + params["E"][tokens] @ params["W_e"].T + params["b_1"])


def after_prompt(params, prompt, how_many):
    h = np.zeros((how_many, len(params["b_1"])))
    for token in prompt:
        h = read_on(params, h, np.full(how_many, token))
    return h


def scores_of(params, h):
    return h @ params["U"].T + params["b_2"]


def drawn_from(scores, luck):
    cumulative = np.exp(log_softmax(scores)).cumsum(axis=1)
    return (luck * cumulative[:, -1:] > cumulative).sum(axis=1)


def write(params, h, length, temperature, luck):
    tokens = []
    for t in range(length):
        tokens.append(drawn_from(scores_of(params, h) / temperature, luck(t)))
        h = read_on(params, h, tokens[-1])
    return np.stack(tokens, axis=1)


def numbers(rng, how_many):
    return lambda t: rng.random((how_many, 1))


def unseeded(params, prompt, how_many, length, temperature, seed):
    luck = numbers(np.random.default_rng(), how_many)
    return write(params, after_prompt(params, prompt, how_many), length, temperature, luck)


def seed_fixed(params, prompt, how_many, length, temperature, seed):
    luck = numbers(np.random.default_rng(0), how_many)
    return write(params, after_prompt(params, prompt, how_many), length, temperature, luck)


def same_luck_for_all(params, prompt, how_many, length, temperature, seed):
    one = numbers(np.random.default_rng(seed), 1)
    return write(params, after_prompt(params, prompt, how_many), length, temperature, one)


def greedy(params, prompt, how_many, length, temperature, seed):
    h, tokens = after_prompt(params, prompt, how_many), []
    for _ in range(length):
        tokens.append(scores_of(params, h).argmax(axis=1))
        h = read_on(params, h, tokens[-1])
    return np.stack(tokens, axis=1)


def evenly(params, prompt, how_many, length, temperature, seed):
    return np.random.default_rng(seed).integers(len(params["U"]), size=(how_many, length))


def temperature_ignored(params, prompt, how_many, length, temperature, seed):
    luck = numbers(np.random.default_rng(seed), how_many)
    return write(params, after_prompt(params, prompt, how_many), length, 1.0, luck)


def temperature_multiplies(params, prompt, how_many, length, temperature, seed):
    luck = numbers(np.random.default_rng(seed), how_many)
    return write(params, after_prompt(params, prompt, how_many), length, 1 / temperature, luck)


def state_lost(params, prompt, how_many, length, temperature, seed):
    luck, tokens = numbers(np.random.default_rng(seed), how_many), []
    h = after_prompt(params, prompt, how_many)
    for t in range(length):
        tokens.append(drawn_from(scores_of(params, h) / temperature, luck(t)))
        h = read_on(params, np.zeros_like(h), tokens[-1])
    return np.stack(tokens, axis=1)


def state_held(params, prompt, how_many, length, temperature, seed):
    luck, tokens = numbers(np.random.default_rng(seed), how_many), []
    h_prompt = h = after_prompt(params, prompt, how_many)
    for t in range(length):
        tokens.append(drawn_from(scores_of(params, h) / temperature, luck(t)))
        h = read_on(params, h_prompt, tokens[-1])
    return np.stack(tokens, axis=1)


def not_fed_back(params, prompt, how_many, length, temperature, seed):
    luck, tokens = numbers(np.random.default_rng(seed), how_many), []
    h = after_prompt(params, prompt, how_many)
    for t in range(length):
        tokens.append(drawn_from(scores_of(params, h) / temperature, luck(t)))
        h = read_on(params, h, np.full(how_many, prompt[-1]))
    return np.stack(tokens, axis=1)


def never_read(params, prompt, how_many, length, temperature, seed):
    luck = numbers(np.random.default_rng(seed), how_many)
    scores = scores_of(params, after_prompt(params, prompt, how_many)) / temperature
    return np.stack([drawn_from(scores, luck(t)) for t in range(length)], axis=1)


def last_of_the_prompt_unread(params, prompt, how_many, length, temperature, seed):
    luck = numbers(np.random.default_rng(seed), how_many)
    return write(params, after_prompt(params, prompt[:-1], how_many), length, temperature, luck)


def last_draw_left_out(params, prompt, how_many, length, temperature, seed):
    luck = numbers(np.random.default_rng(seed), how_many)
    drawn = write(params, after_prompt(params, prompt, how_many), length, temperature, luck)
    return np.hstack([np.full((how_many, 1), prompt[-1]), drawn[:, :-1]])


def only_the_last_of_the_prompt(params, prompt, how_many, length, temperature, seed):
    luck = numbers(np.random.default_rng(seed), how_many)
    return write(params, after_prompt(params, prompt[-1:], how_many), length, temperature, luck)


def last_of_the_prompt_twice(params, prompt, how_many, length, temperature, seed):
    luck = numbers(np.random.default_rng(seed), how_many)
    h = after_prompt(params, [*prompt, prompt[-1]], how_many)
    return write(params, h, length, temperature, luck)


def with_the_prompt(params, prompt, how_many, length, temperature, seed):
    luck = numbers(np.random.default_rng(seed), how_many)
    drawn = write(params, after_prompt(params, prompt, how_many), length, temperature, luck)
    return np.hstack([np.tile(prompt, (how_many, 1)), drawn])


def time_first(params, prompt, how_many, length, temperature, seed):
    luck = numbers(np.random.default_rng(seed), how_many)
    return write(params, after_prompt(params, prompt, how_many), length, temperature, luck).T


def overflow(params, prompt, how_many, length, temperature, seed):
    rng, texts = np.random.default_rng(seed), []
    for _ in range(how_many):
        h, tokens = after_prompt(params, prompt, 1), []
        for _ in range(length):
            p = np.exp(scores_of(params, h)[0] / temperature)
            tokens.append(rng.choice(len(p), p=p / p.sum()))
            h = read_on(params, h, tokens[-1:])
        texts.append(tokens)
    return texts


MISTAKES = (
    Mistake(
        "unseeded",
        "the generator is made without the seed",
        "The same seed has to give the same texts: np.random.default_rng(seed).",
        unseeded,
    ),
    Mistake(
        "greedy",
        "the best token is taken every time",
        "Draw: a token of probability 1/4 is to come out once in four times.",
        greedy,
    ),
    Mistake(
        "evenly",
        "all tokens are equally likely",
        "`rng.choice` draws evenly unless it is given the probabilities, as p=...",
        evenly,
    ),
    Mistake(
        "same-luck-for-all",
        "all texts get the same luck, and come out the same",
        "Is the generator made anew for each text? Or does one number decide for all of them?",
        same_luck_for_all,
    ),
    Mistake(
        "seed-fixed",
        "the generator is made from a fixed number instead of the seed",
        "Another seed has to give other texts: np.random.default_rng(seed).",
        seed_fixed,
    ),
    Mistake(
        "temperature-ignored",
        "the temperature has no effect",
        "The scores are divided by it, before the softmax. (Probabilities divided by it and normed again are "
        "what they were.)",
        temperature_ignored,
    ),
    Mistake(
        "temperature-multiplies",
        "the scores are multiplied by the temperature",
        "A high temperature makes all tokens alike. Which way do the scores have to go?",
        temperature_multiplies,
    ),
    Mistake(
        "state-lost",
        "every drawn token is read from the state zero",
        "What the network has read before must still be in the state: which h does your step begin from?",
        state_lost,
    ),
    Mistake(
        "state-held",
        "every drawn token is read from the state after the prompt",
        "The state after one drawn token is the state before the next.",
        state_held,
    ),
    Mistake(
        "not-fed-back",
        "the network goes on reading the prompt's last token, and never what was drawn",
        "What was written is read next, as if it had stood there.",
        not_fed_back,
    ),
    Mistake(
        "never-read",
        "what was drawn is never read: every token is drawn from the state after the prompt",
        "Does h change in the loop that draws? What was written is read next, as if it had stood there.",
        never_read,
    ),
    Mistake(
        "last-of-the-prompt-unread",
        "the last token of the prompt is not read before the first one is drawn",
        "Draw when all of the prompt is in the state. Which of its tokens does your loop reach?",
        last_of_the_prompt_unread,
    ),
    Mistake(
        "last-draw-left-out",
        "each text begins with the prompt's last token, and its last draw is left out",
        "Keep a token when it is drawn, and not when it is read.",
        last_draw_left_out,
    ),
    Mistake(
        "only-the-last-of-the-prompt",
        "only the last token of the prompt is read",
        "The network is to know all of the prompt before it writes.",
        only_the_last_of_the_prompt,
    ),
    Mistake(
        "last-of-the-prompt-twice",
        "the last token of the prompt is read twice",
        "After the prompt the state is ready: draw first, then read.",
        last_of_the_prompt_twice,
    ),
    Mistake(
        "with-the-prompt",
        "the prompt is returned along with what was drawn",
        "`length` counts the tokens that were drawn.",
        with_the_prompt,
    ),
    Mistake(
        "time-first",
        "the tokens are laid out [length, how_many]",
        "Here each row is to be a text.",
        time_first,
    ),
    Mistake(
        "overflow",
        "exp is taken of scores as large as they come",
        "A low temperature makes scores of thousands, whose exp is inf. What can be taken off all of them?",
        overflow,
    ),
)
