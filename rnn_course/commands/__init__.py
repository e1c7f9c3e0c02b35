"""What `rnn-course` can do, one module per command.

The table is all that `--help` reads, and all that the bootstrap knows: standard library only.
"""

from typing import NamedTuple


class Command(NamedTuple):
    """One line of `rnn-course --help`, and the optional part of the package that the command needs."""

    summary: str
    extra: str = ""


COMMANDS = {
    "lab": Command("Open the course in JupyterLab."),
    "test": Command("Run the course's tests; arguments go to pytest.", extra="test"),
    "check": Command("Check your own notebook before you hand it in."),
    "data": Command("List, fetch and find the corpora."),
    "reproduce": Command("Make the long tables of the lectures anew."),
    "doctor": Command("Say what this computer has and lacks, and prove its sandbox."),
    "release": Command("Generate the students' notebooks from the solutions.", extra="grading"),
    "grade": Command("Grade what was handed in.", extra="grading"),
    "feedback": Command("Write a feedback page for each submission.", extra="grading"),
    "report": Command("Write a report on an assignment for its instructor.", extra="grading"),
    "export": Command("Write the marks as CSV.", extra="grading"),
}
