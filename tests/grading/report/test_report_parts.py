"""The parts of the report against numbers worked out by hand."""

import textwrap

import numpy as np
import pytest

from rnn_course.grading.export import Row
from rnn_course.grading.gradebook import Mark
from rnn_course.grading.report.mistakes import frequent_mistakes
from rnn_course.grading.report.similarity import REFERENCE, similar_pairs
from rnn_course.grading.report.tasks import task_statistics


def row(student: str, points: dict[str, float | None], *, submitted: bool = True) -> Row:
    marks = [
        Mark("nb", task, score or 0.0, 10.0, score, None, score is None) for task, score in points.items()
    ]
    total = sum(mark.score for mark in marks)
    return Row("a1", None, student, "", "", "", None, total, 0.0, 20.0, submitted, None, marks)


def test_difficulty_and_discrimination() -> None:
    rows = [
        row("a", {"t1": 10, "t2": 10, "t3": 0}),
        row("b", {"t1": 5, "t2": 10, "t3": 10}),
        row("c", {"t1": 0, "t2": 0, "t3": 10}),
        row("d", {"t1": 5, "t2": None, "t3": 10}),
        row("e", {"t1": 0, "t2": 0, "t3": 0}, submitted=False),
    ]
    first, second, third = task_statistics(rows)
    assert (first.grade_id, first.marked, first.mean, first.difficulty) == ("t1", 4, 5.0, 0.5)
    assert (first.full, first.none) == (0.25, 0.25)
    assert (second.marked, second.mean) == (3, pytest.approx(20 / 3)), "who waits for a mark does not count"
    assert first.discrimination == pytest.approx(np.corrcoef([10, 5, 0, 5], [10, 20, 10, 10])[0, 1])
    assert third.discrimination is not None
    assert third.discrimination < 0


def test_no_discrimination_where_nothing_varies() -> None:
    assert [task.discrimination for task in task_statistics([row("a", {"t": 1}), row("b", {"t": 1})])] == [
        None
    ]


def test_named_mistakes_come_together_whatever_the_numbers_are() -> None:
    named = "Task 1: not yet.\n\n  f(3)\n\nThis is what you get when the end is not counted.\nHint: count it."
    said = [
        ("ada", "t1", named),
        ("bob", "t1", named.replace("f(3)", "f(77)")),
        ("cyd", "t1", "AssertionError: got 3.5, expected 4"),
        ("dan", "t1", "AssertionError: got -17, expected 4"),
        ("eve", "t2", ""),
    ]
    first, second, third = frequent_mistakes(said)
    assert (first.what, first.named, first.students) == ("the end is not counted", True, ("ada", "bob"))
    assert (second.what, second.named) == ("AssertionError: got 3.5, expected 4", False)
    assert second.students == ("cyd", "dan")
    assert (third.what, third.grade_id) == ("no message", "t2")


ONE = textwrap.dedent("""
    def count(sentences, n):
        found = {}
        for sentence in sentences:
            tokens = ["<s>"] + sentence + ["</s>"]
            for start in range(len(tokens) - n + 1):
                key = tuple(tokens[start:start + n])
                if key in found:
                    found[key] = found[key] + 1
                else:
                    found[key] = 1
        return found
""")
OTHER = textwrap.dedent("""
    import collections, itertools

    def count(sentences, n):
        padded = (itertools.chain(("<s>",), s, ("</s>",)) for s in sentences)
        lists = [list(p) for p in padded]
        grams = (tuple(l[i:i + n]) for l in lists for i in range(len(l)) if i + n <= len(l))
        counter = collections.Counter(g for g in grams if g[-1] != "<s>")
        return {gram: total for gram, total in counter.items() if total > 0}
""")


def test_a_renamed_copy_is_found_and_an_honest_answer_is_not() -> None:
    renamed = ONE.replace("found", "table").replace("sentence", "row").replace('"<s>"', '"begin"')
    pairs = similar_pairs({"ada": ONE, "bob": renamed + "# mine\n", "cyd": OTHER})
    assert [(pair.first, pair.second, pair.similarity) for pair in pairs] == [("ada", "bob", 1.0)]


def test_part_of_a_copy_and_the_reference() -> None:
    mended = ONE.replace("return found", "return dict(sorted(found.items(), key=lambda pair: -pair[1])[:10])")
    pairs = similar_pairs({"ada": mended, "cyd": OTHER}, reference=ONE, threshold=0.4)
    assert [(pair.first, pair.second) for pair in pairs] == [(REFERENCE, "ada")]
    assert 0.4 < pairs[0].similarity < 1


def test_a_whole_class_that_copied_is_a_chain() -> None:
    work = {f"s{number:02}": ONE for number in range(20)}
    assert len(similar_pairs(work)) == 19


def test_what_was_given_and_what_cannot_be_read_tells_nothing() -> None:
    broken = "def f(:\n  'unclosed"
    assert similar_pairs({"ada": ONE, "bob": ONE}, given=[ONE]) == []
    assert similar_pairs({"ada": broken, "bob": broken, "cyd": ""}) == []
