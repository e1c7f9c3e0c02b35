"""A file that cannot be graded says why; nothing in it raises anything else."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.grading import notebook_file
from rnn_course.grading.errors import UnreadableError
from rnn_course.grading.notebook_file import parse_submitted, read_submitted

CELL = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": None}
GOOD = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [CELL]}

BAD = {
    "empty": (b"", "is empty"),
    "blank": (b" \n", "is empty"),
    "not JSON": (b"{ oh", "not valid JSON"),
    "cut off": (json.dumps(GOOD).encode()[:50], "not valid JSON"),
    "Latin-1": ('{"a": "caf\xe9"}'.encode("latin-1"), "not UTF-8"),
    "binary": (b"\x00\xff\xfe", "not UTF-8"),
    "a list": (b"[1, 2]", "has no cells"),
    "a number": (b"7", "has no cells"),
    "no cells": (b'{"nbformat": 4}', "has no cells"),
    "cells of a number": (json.dumps({**GOOD, "cells": 7}).encode(), "cells are not a list"),
    "a cell that is text": (json.dumps({**GOOD, "cells": ["x"]}).encode(), "cell 1 lacks"),
    "a cell without source": (
        json.dumps({**GOOD, "cells": [{"cell_type": "code"}]}).encode(),
        "cell 1 lacks",
    ),
    "metadata of text": (json.dumps({**GOOD, "metadata": "x"}).encode(), "its metadata"),
    "metadata of a cell": (json.dumps({**GOOD, "cells": [{**CELL, "metadata": 3}]}).encode(), "cell 1"),
    "a source of numbers": (json.dumps({**GOOD, "cells": [{**CELL, "source": 3}]}).encode(), "cell 1"),
    "too deep": (b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    "a number of 9,000 digits": (b'{"cells": [], "x": ' + b"1" * 9000 + b"}", "not valid JSON"),
    "format 99": (json.dumps({**GOOD, "nbformat": 99}).encode(), "nbformat can read"),
}


@pytest.mark.parametrize("name", BAD)
def test_reason(name: str, tmp_path: Path) -> None:
    content, reason = BAD[name]
    path = tmp_path / "warm_up.ipynb"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=reason) as caught:
        read_submitted(path)
    assert "warm_up.ipynb" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_good(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(GOOD))
    assert read_submitted(path).cells[0].source == "1"


def test_a_source_in_lines_and_an_old_format_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({**GOOD, "cells": [{**CELL, "source": ["a = 1\n", "a"]}]}))
    assert read_submitted(path).cells[0].source == "a = 1\na"
    cell = {"cell_type": "code", "input": "1", "language": "python", "outputs": [], "metadata": {}}
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [{"cells": [cell], "metadata": {}}],
    }
    path.write_text(json.dumps(old))
    assert read_submitted(path).cells[0].source == "1"


def test_half_a_character_is_replaced() -> None:
    cell = {**CELL, "source": "x = '\ud800'"}
    notebook = parse_submitted(json.dumps({**GOOD, "cells": [cell]}).encode(), "a.ipynb")
    assert notebook.cells[0].source == "x = '?'"


def test_a_byte_order_mark_does_no_harm() -> None:
    notebook = parse_submitted(b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), "a.ipynb")
    assert notebook.cells[0].source == "1"


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(GOOD))
    monkeypatch.setattr(notebook_file, "MAX_BYTES", 20)
    with pytest.raises(UnreadableError, match="clear its outputs"):
        read_submitted(path)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot be read"):
        read_submitted(tmp_path / "a.ipynb")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3)
    ),
    max_leaves=8,
)
keys = st.sampled_from(["nbformat", "nbformat_minor", "metadata", "cells", "worksheets"])


@given(content=st.binary() | st.dictionaries(keys, json_values).map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a.ipynb"
    path.write_bytes(content)
    try:
        notebook = read_submitted(path)
    except UnreadableError:
        return
    assert all(isinstance(cell.source, str) for cell in notebook.cells)
