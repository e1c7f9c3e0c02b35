"""Mark one submission: from what was handed in to the points that its tests give.

Pure: no course, no gradebook, no folder. The same bundle and the same job give the same marks, wherever and
whenever they are run.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from socket import socket

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import LimitOutput
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_locked, is_solution, is_task

from rnn_course.grading.converters import describe_exception
from rnn_course.grading.errors import UnreadableError
from rnn_course.grading.job import Bundle, BundleNotebook, CellMark, Job, NotebookOutcome, Outcome
from rnn_course.grading.notebook_file import parse_submitted
from rnn_course.grading.placeholder import placeholder
from rnn_course.grading.plan import Plan
from rnn_course.grading.results import Status
from rnn_course.grading.sandbox import Tier
from rnn_course.grading.servers import Pair
from rnn_course.grading.single import run_single, single_servers
from rnn_course.grading.split import Execution, run_split, split_servers
from rnn_course.grading.transplant import transplant

RUN = {"split": run_split, "single": run_single}
SERVERS = {"split": split_servers, "single": single_servers}
NO_RESPONSE = "No response."  # nbgrader's words


def grade(bundle: Bundle, job: Job) -> Outcome:
    """Grade one submission. It raises for nobody: whatever happens is in the outcome.

    Args:
        bundle: the assignment.
        job: what was handed in.

    Returns:
        The marks and executed notebooks of all the bundle's notebooks; none where the grader itself failed.
    """
    started = time.monotonic()
    memory = 0
    done: list[NotebookOutcome] = []
    try:
        for notebook in bundle.notebooks:
            outcome, used = _grade_notebook(bundle, notebook, job)
            done.append(outcome)
            memory = max(memory, used)
    except Exception as error:
        return Outcome(
            job.student,
            Status.INFRASTRUCTURE,
            describe_exception(error),
            digest=job.digest,
            seconds=_since(started),
            tier=bundle.tier,
        )
    unreadable = [outcome.unreadable for outcome in done if outcome.unreadable]
    problems = [problem for outcome in done for problem in outcome.problems]
    status = Status.UNREADABLE if unreadable else Status.STUDENT_ERROR if problems else Status.GRADED
    return Outcome(
        job.student,
        status,
        "; ".join(unreadable or problems),
        tuple(done),
        (*job.notes, *(note for outcome in done for note in outcome.notes)),
        job.digest,
        _since(started),
        memory,
        bundle.tier,
    )


def warm_servers(bundle: Bundle, adopted: Sequence[socket] = ()) -> Pair:
    """This process's servers for the bundle's first notebook, whose loading takes seconds.

    Args:
        adopted: sockets of copies of another process's, which has them loaded.
    """
    notebook = bundle.notebooks[0]
    _, plan = _prepared(notebook, bundle)
    return SERVERS[notebook.mode](plan, Tier[bundle.tier], adopted)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


def _grade_notebook(bundle: Bundle, notebook: BundleNotebook, job: Job) -> tuple[NotebookOutcome, int]:
    body, plan = _prepared(notebook, bundle)
    try:
        submitted = _submitted(job, notebook.name)
    except UnreadableError as error:
        return _not_graded(notebook, body, str(error)), 0
    full, notes = transplant(body, submitted)
    execution = _execute(bundle, notebook, plan, full, job.files)
    executed = execution.notebook
    cells, remarks = mark_cells(executed)
    _limit_outputs(executed, bundle)
    return NotebookOutcome(
        notebook.name,
        _as_text(executed),
        cells,
        problems=execution.problems,
        notes=(*notes, *execution.notes, *remarks),
        mode=notebook.mode,
    ), execution.memory_bytes


def _execute(
    bundle: Bundle, notebook: BundleNotebook, plan: Plan, full: NotebookNode, files: Mapping[str, bytes]
) -> Execution:
    kept = {path for path in bundle.kept_files if path in files}
    instructors = {path: data for path, data in bundle.files.items() if path not in kept}
    return RUN[notebook.mode](
        full,
        plan,
        files={**files, **instructors},
        seed=bundle.seed,
        limits=bundle.limits,
        tier=Tier[bundle.tier],
    )


def _submitted(job: Job, name: str) -> NotebookNode:
    if name in job.unreadable:
        raise UnreadableError(job.unreadable[name])
    if name not in job.notebooks:
        raise UnreadableError(f"there is no notebook {name}.ipynb")
    return parse_submitted(job.notebooks[name], f"{name}.ipynb")


@lru_cache(maxsize=16)
def _prepared_text(body: str) -> NotebookNode:
    return nbformat.reads(body, as_version=4)


def _prepared(notebook: BundleNotebook, bundle: Bundle) -> tuple[NotebookNode, Plan]:
    body = _prepared_text(notebook.body)  # never changed: `transplant` works on a copy
    plan = Plan.of(body, notebook.tests, hidden_modules=bundle.hidden_modules, preload=bundle.preload)
    return body, plan


def mark_cells(notebook: NotebookNode) -> tuple[dict[str, CellMark], list[str]]:
    """The marks that nbgrader gives for a notebook that was run, by grade_id.

    Two things differ from nbgrader's. Text on stderr is no failure; an exception is. A last number below 0 or
    above the cell's points, for which nbgrader gives all points or gives up, is left for a person to mark.

    Returns:
        The marks, and a sentence for every cell that is left for a person though it has a test.
    """
    cells: dict[str, CellMark] = {}
    remarks: list[str] = []
    for cell in notebook.cells:
        if not (is_grade(cell) or is_solution(cell) or is_task(cell)):
            continue
        if is_locked(cell):
            cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
        name = cell.metadata.nbgrader["grade_id"]
        comment = None
        if is_solution(cell) and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell):
            comment = NO_RESPONSE
        if not is_grade(cell):
            cells[name] = CellMark(comment=comment)
            continue
        try:
            score, most = determine_grade(_without_stderr(cell))
            _require_range(cell)
        except (ValueError, KeyError) as error:
            score, most = None, float(cell.metadata.nbgrader["points"])
            remarks.append(f"cell {name} is left for a person to mark: {error}")
        cells[name] = CellMark(None if score is None else float(score), most, comment)
    return cells, remarks


def _without_stderr(cell: NotebookNode) -> NotebookNode:
    if cell.cell_type != "code":
        return cell
    kept = [
        output
        for output in cell.outputs
        if not (output.output_type == "stream" and output.get("name") == "stderr")
    ]
    return NotebookNode({**cell, "outputs": kept})


def _require_range(cell: NotebookNode) -> None:
    if cell.cell_type != "code" or is_solution(cell):
        return
    for output in cell.outputs:
        if output.output_type == "error":
            return
        if output.output_type == "execute_result":
            text = output.data.get("text/plain", "")
            try:
                number = float(text)
            except ValueError:
                return
            if not 0 <= number <= float(cell.metadata.nbgrader["points"]):
                raise ValueError(f"its last value, {number:g}, is no number of its points")
            return


def _limit_outputs(notebook: NotebookNode, bundle: Bundle) -> None:
    limit = LimitOutput(max_lines=bundle.max_lines, max_traceback=bundle.max_traceback)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            limit.preprocess_cell(cell, {}, 0)
            cell.metadata.pop("execution", None)


def _not_graded(notebook: BundleNotebook, body: NotebookNode, reason: str) -> NotebookOutcome:
    cells = {
        cell.metadata.nbgrader["grade_id"]: CellMark(0.0, float(cell.metadata.nbgrader["points"]))
        for cell in body.cells
        if is_grade(cell) or is_task(cell)
    }
    page = _as_text(placeholder(body, reason))
    return NotebookOutcome(notebook.name, page, cells, unreadable=reason, mode=notebook.mode)


def _as_text(notebook: NotebookNode) -> str:
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"
