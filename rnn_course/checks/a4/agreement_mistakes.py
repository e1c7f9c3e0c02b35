"""What students get wrong in a4, task 6, agreement by attractors."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import math
from collections import defaultdict

from rnn_course.checks.case import Mistake


def all_nouns_between(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        model = 0.5 if margin == 0 else float(margin > 0)
        rows[len(numbers) - 1].append((model, float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def subject_counted(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        model = 0.5 if margin == 0 else float(margin > 0)
        attractors = sum(number == numbers[0] for number in numbers)
        rows[attractors].append((model, float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def plurals_are_attractors(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        model = 0.5 if margin == 0 else float(margin > 0)
        attractors = sum(number == "plural" for number in numbers[1:])
        rows[attractors].append((model, float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def only_the_last_noun_attracts(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        model = 0.5 if margin == 0 else float(margin > 0)
        rows[int(numbers[-1] != numbers[0])].append((model, float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def tie_is_wrong(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((float(margin > 0), float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def tie_is_right(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((float(margin >= 0), float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def tie_goes_to_the_singular(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        chosen = "singular" if singular >= plural else "plural"
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((float(chosen == numbers[0]), float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def tie_goes_to_the_plural(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        chosen = "singular" if singular > plural else "plural"
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((float(chosen == numbers[0]), float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def smaller_score_wins(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = plural - singular if numbers[0] == "singular" else singular - plural
        model = 0.5 if margin == 0 else float(margin > 0)
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((model, float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def singular_is_always_right(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        model = 0.5 if singular == plural else float(singular > plural)
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((model, float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def agrees_with_the_last_noun(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[-1] == "singular" else plural - singular
        model = 0.5 if margin == 0 else float(margin > 0)
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((model, float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def shares_of_probability(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((1 / (1 + math.exp(-margin)), float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def of_all_sentences(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        model = 0.5 if margin == 0 else float(margin > 0)
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((model, float(numbers[-1] == numbers[0])))
    return {
        n: tuple(sum(column) / len(nouns) for column in zip(*row, strict=True)) for n, row in rows.items()
    }


def counts(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        model = 0.5 if margin == 0 else float(margin > 0)
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((model, float(numbers[-1] == numbers[0])))
    return {n: tuple(sum(column) for column in zip(*row, strict=True)) for n, row in rows.items()}


def empty_groups_are_zero(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        model = 0.5 if margin == 0 else float(margin > 0)
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((model, float(numbers[-1] == numbers[0])))
    table = {n: (0.0, 0.0) for n in range(max(rows, default=4) + 1)}
    for n, row in rows.items():
        table[n] = tuple(sum(column) / len(row) for column in zip(*row, strict=True))
    return table


def baseline_of_the_first_noun_between(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        model = 0.5 if margin == 0 else float(margin > 0)
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((model, float(numbers[1:2] in ([], [numbers[0]]))))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def baseline_by_attractors(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        model = 0.5 if margin == 0 else float(margin > 0)
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((model, float(attractors == 0)))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


def baseline_by_the_model(nouns, scores):
    rows = defaultdict(list)
    for numbers, (singular, plural) in zip(nouns, scores, strict=True):
        margin = singular - plural if numbers[0] == "singular" else plural - singular
        model = 0.5 if margin == 0 else float(margin > 0)
        chosen = "singular" if singular > plural else "plural"
        attractors = sum(number != numbers[0] for number in numbers)
        rows[attractors].append((model, float(numbers[-1] == chosen)))
    return {n: tuple(sum(column) / len(row) for column in zip(*row, strict=True)) for n, row in rows.items()}


MISTAKES = (
    Mistake(
        "all-nouns-between",
        "every noun after the subject counts as an attractor",
        "In 'the writer of the book', which way does the book pull the verb?",
        all_nouns_between,
    ),
    Mistake(
        "subject-counted",
        "the nouns that agree with the subject are counted, the subject among them",
        "An attractor has the other number.",
        subject_counted,
    ),
    Mistake(
        "plurals-are-attractors",
        "every plural noun after the subject counts as an attractor",
        "In 'the writers of the book', which noun pulls the verb away?",
        plurals_are_attractors,
    ),
    Mistake(
        "only-the-last-noun-attracts",
        "only the noun before the verb can be an attractor",
        "All nouns between subject and verb can pull.",
        only_the_last_noun_attracts,
    ),
    Mistake("tie-is-wrong", "a tie counts as wrong", "A coin would be right half of the time.", tie_is_wrong),
    Mistake("tie-is-right", "a tie counts as right", "A coin would be right half of the time.", tie_is_right),
    Mistake(
        "tie-goes-to-the-singular",
        "the singular is chosen in a tie",
        "Then the answer depends on which form you asked about first. A tie counts one half.",
        tie_goes_to_the_singular,
    ),
    Mistake(
        "tie-goes-to-the-plural",
        "the plural is chosen in a tie",
        "Then the answer depends on which form you asked about first. A tie counts one half.",
        tie_goes_to_the_plural,
    ),
    Mistake(
        "smaller-score-wins",
        "the verb with the smaller score is chosen",
        "Scores are log-probabilities: -1 is more probable than -2.",
        smaller_score_wins,
    ),
    Mistake(
        "singular-is-always-right",
        "the singular counts as right whatever the subject is",
        "'The writers know': which score has to be the larger one here?",
        singular_is_always_right,
    ),
    Mistake(
        "agrees-with-the-last-noun",
        "the verb that agrees with the last noun counts as right",
        "Which noun does the verb belong to?",
        agrees_with_the_last_noun,
    ),
    Mistake(
        "shares-of-probability",
        "the probability of the right form is averaged",
        "The text asks how often the right form is the more probable one. By how much is not asked.",
        shares_of_probability,
    ),
    Mistake(
        "of-all-sentences",
        "the number of right answers is divided by that of all sentences",
        "Each number of attractors is a group of its own, with its own number of sentences.",
        of_all_sentences,
    ),
    Mistake(
        "counts",
        "right answers are counted, and not divided by anything",
        "A share lies between 0 and 1.",
        counts,
    ),
    Mistake(
        "empty-groups-are-zero",
        "numbers of attractors that no sentence has get an accuracy of 0",
        "Nobody was asked there, so nobody was wrong.",
        empty_groups_are_zero,
    ),
    Mistake(
        "baseline-of-the-first-noun-between",
        "the baseline looks at the first noun after the subject",
        "The nearest noun is the one just before the verb.",
        baseline_of_the_first_noun_between,
    ),
    Mistake(
        "baseline-by-attractors",
        "the baseline is right without attractors and wrong with any",
        "In 'the writer of the books of the child', which is the nearest noun?",
        baseline_by_attractors,
    ),
    Mistake(
        "baseline-by-the-model",
        "the nearest noun is compared with the model's choice",
        "The baseline is right or wrong about the same question as the model: which number has the subject?",
        baseline_by_the_model,
    ),
)
