"""What travels to workers comes back as it was, and what is something else is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.grading.errors import GradingError
from rnn_course.grading.job import (
    Bundle,
    BundleNotebook,
    CellMark,
    Job,
    Message,
    NotebookOutcome,
    Outcome,
)
from rnn_course.grading.plan import Limits
from rnn_course.grading.results import Status

TEXT = st.text(max_size=20)
FILES = st.dictionaries(TEXT, st.binary(max_size=20), max_size=3)
SCORES = st.none() | st.floats(0, 10)
MARKS = st.builds(CellMark, SCORES, SCORES, st.none() | TEXT)
MESSAGES = st.one_of(
    st.builds(Job, TEXT, FILES, st.dictionaries(TEXT, TEXT, max_size=2), FILES, st.just(("a", "b")), TEXT),
    st.builds(
        Bundle, TEXT, TEXT, st.just((BundleNotebook("a", "{}", {"t": "assert f()"}, "single"),)), FILES
    ),
    st.builds(
        Outcome,
        TEXT,
        st.sampled_from(Status),
        TEXT,
        st.builds(NotebookOutcome, TEXT, TEXT, st.dictionaries(TEXT, MARKS, max_size=3)).map(lambda n: (n,)),
    ),
    st.just(Bundle("a1", "1", (), limits=Limits(cell_seconds=1.5), preload=("numpy", "torch"))),
)


@given(MESSAGES)
def test_there_and_back(message: Message) -> None:
    again = type(message).from_bytes(message.to_bytes())
    assert again == message
    assert again.to_bytes() == message.to_bytes()


@given(st.binary(max_size=60))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(GradingError):
        Job.from_bytes(data)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 99}, "got a Job of version 99: workers and grader must have the same version"),
        ({"kind": "Bundle"}, "expected a Job of version 1, got a Bundle"),
        ({"content": {"student": "ada", "unknown": 1}}, "a damaged Job"),
        ({"content": {"student": {"is": "x", "of": 1}}}, "a damaged Job"),
        ({"content": {"student": {}}}, "a damaged Job"),
    ],
)
def test_another_version_or_kind_is_refused(changes: dict[str, object], said: str) -> None:
    message = json.loads(Job("ada", {}).to_bytes()) | changes
    with pytest.raises(GradingError, match=said):
        Job.from_bytes(json.dumps(message).encode())


def test_a_digest_follows_every_part_of_a_bundle() -> None:
    one = Bundle("a1", "1", (BundleNotebook("a1", "{}"),))
    others = [
        Bundle("a1", "2", one.notebooks),
        Bundle("a1", "1", (BundleNotebook("a1", "{}", mode="single"),)),
        Bundle("a1", "1", one.notebooks, {"data.txt": b""}),
        Bundle("a1", "1", one.notebooks, seed="7"),
    ]
    assert len({bundle.digest() for bundle in [one, *others]}) == 5
    assert Bundle("a1", "1", (BundleNotebook("a1", "{}"),)).digest() == one.digest()
