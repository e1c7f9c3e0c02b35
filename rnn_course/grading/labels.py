"""Which notebooks can be graded in two processes: those whose reference solution has all its points there.

The others are graded in one confined process, where the student's code stands beside the tests. That is
weaker, and every report says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from rnn_course.grading.build import Build
from rnn_course.grading.course import Course
from rnn_course.grading.job import Bundle, Mode
from rnn_course.grading.results import Label, ResultStore
from rnn_course.grading.trial import Trial, try_out, wrong_marks, wrong_with


def known_labels(course: Course, build: Build, bundle: Bundle) -> list[Label]:
    """How each notebook is run: as its release found, or found and stored now."""
    with closing(ResultStore(course.db_url)) as store:
        stored = store.labels(build.assignment)
        names = {notebook.name for notebook in bundle.notebooks}
        if stored.keys() == names and {label.version for label in stored.values()} == {version_of(bundle)}:
            return [stored[name] for name in sorted(names)]
        labels, _ = find_labels(course, build, bundle)
        store.save_labels(build.assignment, labels)
    return labels


def find_labels(course: Course, build: Build, bundle: Bundle) -> tuple[list[Label], list[str]]:
    """Grade the reference solution in two processes, and in one what does not work in two.

    Returns:
        How each notebook is to be run, and what is wrong with the reference solution even so.
    """
    kind = Trial.REFERENCE
    job = kind.job(course, build)
    outcome = try_out(with_modes(bundle, {}), job)
    wrong, found = wrong_with(kind, build, outcome), wrong_marks(kind, build, outcome)
    failing = {notebook for notebook, _ in found}
    works_in_one: set[str] = set()
    if failing:
        second = try_out(with_modes(bundle, dict.fromkeys(failing, "single")), job)
        still = {notebook for notebook, _ in wrong_marks(kind, build, second)}
        works_in_one = failing - still
        wrong = wrong_with(kind, build, second)
    version = version_of(bundle)
    labels = [
        Label(
            notebook.name,
            version,
            "single" if notebook.name in works_in_one else "split",
            {name: why for (where, name), why in found.items() if where == notebook.name in works_in_one},
        )
        for notebook in bundle.notebooks
    ]
    return labels, wrong


def with_modes(bundle: Bundle, modes: Mapping[str, Mode]) -> Bundle:
    """The bundle with each notebook run as said, by name; `split` where nothing is said."""
    notebooks = (replace(notebook, mode=modes.get(notebook.name, "split")) for notebook in bundle.notebooks)
    return replace(bundle, notebooks=tuple(notebooks))


def labelled(bundle: Bundle, labels: list[Label]) -> Bundle:
    """The bundle with each notebook run as its label says."""
    return with_modes(bundle, {label.notebook: "single" for label in labels if label.mode == "single"})


def version_of(bundle: Bundle) -> str:
    """What labels depend on: the assignment's version and the grader's."""
    return f"{bundle.version}:{bundle.grader}"
