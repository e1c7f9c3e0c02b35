"""Keep the source of hidden tests out of what a student is shown."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from rnn_course.grading.messages import ANSI, error_message

BEGIN, END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
MASK = "        [lines of a hidden test]"
SHORTEST = 6  # a line of fewer characters, such as `)`, gives nothing away
LINE_NUMBER = re.compile(r"^\s*(-+>)?\s*\d+\s?")


def strip_hidden_tests(notebook: NotebookNode) -> NotebookNode:
    """Take the regions between the hidden-test marks out of a notebook's test cells and their outputs.

    Tracebacks quote source lines; those of a hidden region are masked. Where one is still to be found after
    that, only the error's own text is kept.

    Returns:
        The same notebook, changed in place.
    """
    hidden_everywhere: set[str] = set()
    for cell in notebook.cells:
        visible, hidden = split_hidden(cell.source)
        if hidden:
            cell.source = visible
            hidden_everywhere |= {line.strip() for line in hidden if len(line.strip()) >= SHORTEST}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            _mask_output(output, hidden_everywhere)
    return notebook


def split_hidden(source: str) -> tuple[str, list[str]]:
    """A cell's visible text, and the lines of its hidden regions; one without an end goes to the end."""
    visible: list[str] = []
    hidden: list[str] = []
    inside = False
    for line in source.split("\n"):
        if _is_mark(line):
            inside = BEGIN in line
        else:
            (hidden if inside else visible).append(line)
    return "\n".join(visible), hidden


def _mask_output(output: NotebookNode, hidden: set[str]) -> None:
    if output.output_type == "error":
        lines = "\n".join(output.traceback).split("\n")
        masked = _masked(lines, [_code_of(line) in hidden or _is_mark(line) for line in lines])
        if _quotes_hidden("\n".join(masked), hidden):
            masked = [error_message(output)]
        output.traceback = masked
        return
    for holder, key in [(output, "text"), (output.get("data", {}), "text/plain")]:
        if isinstance(holder.get(key), str) and _quotes_hidden(holder[key], hidden):
            lines = holder[key].split("\n")
            found = [_quotes_hidden(line, hidden) or _is_mark(line) for line in lines]
            holder[key] = "\n".join(_masked(lines, found))


def _masked(lines: list[str], is_hidden: list[bool]) -> list[str]:
    masked: list[str] = []
    for line, hide in zip(lines, is_hidden, strict=True):
        if not hide:
            masked.append(line)
        elif masked[-1:] != [MASK]:
            masked.append(MASK)
    return masked


def _is_mark(line: str) -> bool:
    return BEGIN in line or END in line


def _code_of(line: str) -> str:
    return LINE_NUMBER.sub("", ANSI.sub("", line)).strip()


def _quotes_hidden(text: str, hidden: set[str]) -> bool:
    plain = ANSI.sub("", text)
    return any(line in plain for line in hidden)
