"""What students get wrong in a4, task 5, clipping by the global norm."""

# The mistakes below are written as students write them: without types, and with their faults.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from rnn_course.checks.case import Mistake


def squared_norm(gradients, max_norm):
    norm = sum((array**2).sum() for array in gradients.values())
    factor = max_norm / norm if max_norm < norm < np.inf else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def squared_norm_to_scale(gradients, max_norm):
    norm = np.sqrt(sum((array**2).sum() for array in gradients.values()))
    factor = max_norm / norm**2 if max_norm < norm < np.inf else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def squared_norm_to_compare(gradients, max_norm):
    norm = np.sqrt(sum((array**2).sum() for array in gradients.values()))
    factor = max_norm / norm if max_norm < norm**2 < np.inf else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def squared_norm_throughout(gradients, max_norm):
    squared = sum((array**2).sum() for array in gradients.values())
    factor = max_norm / squared if max_norm < squared < np.inf else 1.0
    return {name: array * factor for name, array in gradients.items()}, np.sqrt(squared)


def each_array_by_itself(gradients, max_norm):
    clipped, squares = {}, 0.0
    for name, array in gradients.items():
        norm = np.linalg.norm(array)
        clipped[name] = array * max_norm / norm if max_norm < norm < np.inf else array
        squares = squares + norm**2
    return clipped, np.sqrt(squares)


def each_entry_by_itself(gradients, max_norm):
    norm = np.sqrt(sum((array**2).sum() for array in gradients.values()))
    if not np.isfinite(norm):
        return dict(gradients), norm
    return {name: np.clip(array, -max_norm, max_norm) for name, array in gradients.items()}, norm


def norms_added(gradients, max_norm):
    norm = sum(np.linalg.norm(array) for array in gradients.values())
    factor = max_norm / norm if max_norm < norm < np.inf else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def longest_array(gradients, max_norm):
    norm = np.max([np.linalg.norm(array) for array in gradients.values()])
    factor = max_norm / norm if max_norm < norm < np.inf else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def spectral_norms(gradients, max_norm):
    with np.errstate(all="ignore"):
        if not all(np.isfinite(array).all() for array in gradients.values()):
            return dict(gradients), np.sqrt(sum((array**2).sum() for array in gradients.values()))
    norm = np.sqrt(sum(np.linalg.norm(array, 2) ** 2 for array in gradients.values()))
    factor = max_norm / norm if max_norm < norm else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def absolute_values_added(gradients, max_norm):
    norm = sum(np.abs(array).sum() for array in gradients.values())
    factor = max_norm / norm if max_norm < norm < np.inf else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def mean_of_the_squares(gradients, max_norm):
    squares = np.concatenate([array.ravel() ** 2 for array in gradients.values()])
    norm = np.sqrt(squares.mean())
    factor = max_norm / norm if max_norm < norm < np.inf else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def always_scaled(gradients, max_norm):
    norm = np.sqrt(sum((array**2).sum() for array in gradients.values()))
    factor = max_norm / norm if 0 < norm < np.inf else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def always_scaled_and_divided_by_zero(gradients, max_norm):
    norm = np.sqrt(sum((array**2).sum() for array in gradients.values()))
    if not np.isfinite(norm):
        return dict(gradients), norm
    return {name: array * (max_norm / norm) for name, array in gradients.items()}, norm


def length_one(gradients, max_norm):
    norm = np.sqrt(sum((array**2).sum() for array in gradients.values()))
    factor = 1 / norm if max_norm < norm < np.inf else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def norm_afterwards(gradients, max_norm):
    norm = np.sqrt(sum((array**2).sum() for array in gradients.values()))
    factor = max_norm / norm if max_norm < norm < np.inf else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm * factor


def infinity_scaled(gradients, max_norm):
    norm = np.sqrt(sum((array**2).sum() for array in gradients.values()))
    factor = max_norm / norm if norm > max_norm else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def all_becomes_nan(gradients, max_norm):
    norm = np.sqrt(sum((array**2).sum() for array in gradients.values()))
    factor = 1.0 if norm <= max_norm else max_norm / norm
    return {name: array * factor for name, array in gradients.items()}, norm


def replaced_by_zero(gradients, max_norm):
    norm = np.sqrt(sum((array**2).sum() for array in gradients.values()))
    if not np.isfinite(norm):
        return {name: np.zeros_like(array) for name, array in gradients.items()}, norm
    factor = max_norm / norm if norm > max_norm else 1.0
    return {name: array * factor for name, array in gradients.items()}, norm


def odd_entries_replaced(gradients, max_norm):
    finite = {name: np.where(np.isfinite(array), array, 0.0) for name, array in gradients.items()}
    norm = np.sqrt(sum((array**2).sum() for array in finite.values()))
    factor = max_norm / norm if norm > max_norm else 1.0
    return {name: array * factor for name, array in finite.items()}, norm


def in_place(gradients, max_norm):
    norm = np.sqrt(sum((array**2).sum() for array in gradients.values()))
    if max_norm < norm < np.inf:
        for array in gradients.values():
            array *= max_norm / norm
    return gradients, norm


MISTAKES = (
    Mistake(
        "squared-norm",
        "the squared norm is taken for the norm",
        "A gradient of norm 100 should come out with norm max_norm. How long is yours?",
        squared_norm,
    ),
    Mistake(
        "squared-norm-to-scale",
        "the gradient is divided by the square of its norm",
        "Then the longest gradients make the shortest steps. How long is yours afterwards?",
        squared_norm_to_scale,
    ),
    Mistake(
        "squared-norm-to-compare",
        "the square of the norm is compared with max_norm",
        "With max_norm = 4, is a gradient of norm 3 too long?",
        squared_norm_to_compare,
    ),
    Mistake(
        "squared-norm-throughout",
        "the square of the norm is compared and divided by",
        "A square is no length: with max_norm = 1, a gradient of norm 50 should come out 1 long.",
        squared_norm_throughout,
    ),
    Mistake(
        "each-array-by-itself",
        "each parameter's gradient is clipped by itself",
        "A gradient is one direction in the space of all parameters. What becomes of it if the long parts "
        "are shortened and the short ones are not?",
        each_array_by_itself,
    ),
    Mistake(
        "each-entry-by-itself",
        "each entry is clipped by itself",
        "That is in use too, but it turns the direction. Here the length of the whole is what counts.",
        each_entry_by_itself,
    ),
    Mistake(
        "norms-added",
        "the norms of the parameters are added",
        "Parts of 3 and 4, laid end to end in one long vector, are 5 long: what adds up is the squares.",
        norms_added,
    ),
    Mistake(
        "longest-array",
        "the norm of the longest parameter's gradient is taken for that of all",
        "The others belong to the vector too.",
        longest_array,
    ),
    Mistake(
        "spectral-norms",
        "a matrix counts with its largest singular value",
        "Here a matrix is a part of a long vector and stretches nothing. np.linalg.norm(array, 2) means "
        "another thing for a matrix than for a vector.",
        spectral_norms,
    ),
    Mistake(
        "absolute-values-added",
        "absolute values are added instead of squares",
        "The length of (3, 4) is 5.",
        absolute_values_added,
    ),
    Mistake(
        "mean-of-the-squares",
        "the mean of the squares is taken instead of their sum",
        "The length of (3, 4) is 5.",
        mean_of_the_squares,
    ),
    Mistake(
        "always-scaled",
        "short gradients are made longer",
        "A gradient that is short enough stays as it is: near a minimum steps are to be small.",
        always_scaled,
    ),
    Mistake(
        "always-scaled-and-divided-by-zero",
        "every gradient is scaled to max_norm, even one of norm 0",
        "A gradient that is short enough stays as it is. And 0 / 0 is not a number.",
        always_scaled_and_divided_by_zero,
    ),
    Mistake(
        "length-one",
        "a long gradient is given the length 1",
        "How long may it be?",
        length_one,
    ),
    Mistake(
        "norm-afterwards",
        "the norm after clipping is returned",
        "After clipping it is never above max_norm. Which one tells that a gradient was about to explode?",
        norm_afterwards,
    ),
    Mistake(
        "infinity-scaled",
        "a gradient with inf in it is scaled like any other",
        "max_norm / inf is 0, and inf times 0 is not a number. The text says what to do.",
        infinity_scaled,
    ),
    Mistake(
        "all-becomes-nan",
        "one entry that is not a number makes all others the same",
        "No comparison with NaN is true. On which side of your condition does it end up?",
        all_becomes_nan,
    ),
    Mistake(
        "replaced-by-zero",
        "gradients with NaN or inf in them are replaced by zeros",
        "Then the run goes on and nobody hears of it. The text says what to do.",
        replaced_by_zero,
    ),
    Mistake(
        "odd-entries-replaced",
        "NaN and inf are taken for 0",
        "The norm is to tell that something went wrong; with them left out it looks harmless.",
        odd_entries_replaced,
    ),
    Mistake(
        "in-place",
        "the arrays that were handed in are scaled themselves",
        "array *= ... changes what the caller holds. Make new arrays.",
        in_place,
    ),
)
