"""What a check says when it fails."""

import contextlib
import io
from collections.abc import Callable

import pytest

from rnn_course.checks.feedback import CheckFailed


def words_of(check: Callable[[], object]) -> str:
    """What a failing check says; the test fails if the check passes."""
    with contextlib.redirect_stdout(io.StringIO()), pytest.raises(CheckFailed) as failed:
        check()
    return str(failed.value)
