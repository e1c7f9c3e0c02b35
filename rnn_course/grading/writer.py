"""The only one who writes marks: to nbgrader's gradebook in transactions, and to autograded/.

Files come first, the row that says "done" last, in one transaction with the marks. Where the grader is
killed in between, the student has no such row, and is graded again.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from rnn_course.grading.autograded import FileSettings, write_autograded
from rnn_course.grading.converters import describe_exception, quiet_database
from rnn_course.grading.course import Course
from rnn_course.grading.gradebook import open_gradebook
from rnn_course.grading.job import Job, Outcome
from rnn_course.grading.late import LatePenalties, submitted_at
from rnn_course.grading.records import AssignmentRecords, Marked
from rnn_course.grading.results import Result, ResultStore, Status, save_results
from rnn_course.grading.totals import AssignmentTotals

LARGEST_BATCH = 64
WAITING = 2 * LARGEST_BATCH  # entries that may wait to be written: memory stays flat
GATHERING = 0.2  # seconds in which entries are gathered for one transaction, which costs as much as one
BUSY_SECONDS = 60  # for which another program, such as the formgrader, may hold the gradebook


@dataclass(frozen=True)
class Entry:
    """One student's line: a submission that was run, or one without anything to run.

    Args:
        result: how it ended, without the marks.
        job: what was handed in; None where nothing is to be written but the result.
        outcome: what came of it.
        same_work: whether the gradebook's marks are of the very same submission.
    """

    result: Result
    job: Job | None = None
    outcome: Outcome | None = None
    same_work: bool = False


class Writer:
    """Writes entries in the background, many in one transaction. Used as a context manager.

    Args:
        files: the instructor's files, which are written beside every graded notebook.
        kept_files: those of the student's that they do not replace.
    """

    def __init__(
        self, course: Course, assignment: str, files: dict[str, bytes], kept_files: Sequence[str] = ()
    ) -> None:
        self.course = course
        self.assignment = assignment
        self.files = files
        self.kept_files = frozenset(kept_files)
        self._waiting: queue.Queue[Entry | None] = queue.Queue(WAITING)
        self._done: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="gradebook writer", daemon=True)
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def put(self, entry: Entry) -> None:
        """Have an entry written; waits while too many are waiting.

        Raises:
            GradingError: if the gradebook cannot be written to.
        """
        while True:
            self._raise_failure()
            try:
                self._waiting.put(entry, timeout=1.0)
                return
            except queue.Full:
                continue

    def done(self) -> Iterator[Result]:
        """The results, with marks, of the entries that have been written since the last call."""
        while not self._done.empty():
            yield self._done.get()

    def finish(self) -> Iterator[Result]:
        """Wait until all is written, and give out the remaining results."""
        self._stop()
        self._raise_failure()
        yield from self.done()

    def _stop(self) -> None:
        if self._thread.is_alive():
            while self._thread.is_alive():
                try:
                    self._waiting.put(None, timeout=1.0)
                    break
                except queue.Full:
                    continue
            self._thread.join()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        try:
            with quiet_database(), open_gradebook(self.course.db_url) as gradebook:
                transaction = Transaction(self, gradebook)
                while (first := self._waiting.get()) is not None:
                    batch, last = self._batch(first)
                    for result in transaction.write(batch):
                        self._done.put(result)
                    if last:
                        return
        except BaseException as error:  # the main thread is told
            self._failure = error

    def _batch(self, first: Entry) -> tuple[list[Entry], bool]:
        """What comes within a moment, and whether it is the last."""
        batch = [first]
        end = time.monotonic() + GATHERING
        while len(batch) < LARGEST_BATCH:
            try:
                entry = self._waiting.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                break
            if entry is None:
                return batch, True
            batch.append(entry)
        return batch, False


class Transaction:
    """Writes batches through one session of nbgrader's."""

    def __init__(self, writer: Writer, gradebook: Any) -> None:
        self.writer = writer
        self.session = gradebook.db
        store = ResultStore(writer.course.db_url)
        try:
            store.ensure_tables()
        finally:
            store.close()
        wait_while_busy(gradebook.engine)
        self.records = AssignmentRecords(gradebook, writer.assignment)
        self.totals = AssignmentTotals(gradebook, writer.assignment)
        self.file_settings = FileSettings.of(writer.course)
        self.late = LatePenalties(writer.course, gradebook)

    def write(self, batch: Sequence[Entry]) -> list[Result]:
        """Write some entries in one transaction; where that fails, each in one of its own.

        Raises:
            GradingError: if the gradebook takes nothing at all.
        """
        ready = [self._write_files(entry) for entry in batch]
        try:
            return self._commit(ready)
        except Exception as error:
            self.session.rollback()
            if not _is_of_one_entry(error):
                raise
        results = []
        for entry in ready:
            try:
                results += self._commit([entry])
            except Exception as error:
                self.session.rollback()
                if not _is_of_one_entry(error):
                    raise
                results += self._commit([_failed(entry, error)])
        return results

    def _write_files(self, entry: Entry) -> Entry:
        if entry.outcome is None or entry.job is None or not entry.outcome.notebooks:
            return entry
        writer = self.writer
        kept = {path for path in writer.kept_files if path in entry.job.files}
        files = {**entry.job.files} | {path: data for path, data in writer.files.items() if path not in kept}
        try:
            target = writer.course.folder("autograded", writer.assignment, entry.outcome.student)
            write_autograded(target, entry.outcome, files, self.file_settings)
        except OSError as error:
            return _failed(entry, error)
        return entry

    def _commit(self, batch: Sequence[Entry]) -> list[Result]:
        marked = [
            Marked(entry.outcome, entry.same_work, submitted_at(entry.job))
            for entry in batch
            if entry.outcome is not None and entry.job is not None and entry.outcome.notebooks
        ]
        rows = self.records.write(marked)
        self.late.assign(list(rows.values()))
        totals = self.totals.of(list(rows))
        results = [
            totals[entry.result.student].put_into(entry.result)
            if entry.result.student in totals
            else entry.result
            for entry in batch
        ]
        save_results(self.session.connection(), results)
        self.session.commit()
        return results


def wait_while_busy(engine: Any) -> None:
    """Let an SQLite database wait for whoever writes to it, instead of giving up after five seconds."""
    from sqlalchemy import event

    if engine.dialect.name != "sqlite":
        return

    def prepare(connection: Any, record: object) -> None:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    event.listen(engine, "connect", prepare)
    engine.dispose()  # the connections made so far


def _failed(entry: Entry, error: Exception) -> Entry:
    result = replace(entry.result, status=Status.INFRASTRUCTURE, reason=describe_exception(error))
    return Entry(result)


def _is_of_one_entry(error: Exception) -> bool:
    # A locked, damaged or full database is nobody's fault in particular.
    from sqlalchemy.exc import DatabaseError, IntegrityError

    return not isinstance(error, DatabaseError) or isinstance(error, IntegrityError)
