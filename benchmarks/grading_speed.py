"""How quick the grader is, beside stock `nbgrader autograde`, in one run.

    python benchmarks/grading_speed.py                       # 100 submissions, numpy and torch, both graders
    python benchmarks/grading_speed.py --parts workers --kinds numpy torch a3_elman_rnn
    python benchmarks/grading_speed.py --parts growth --submissions 10000
    python benchmarks/grading_speed.py --parts regrade --submissions 1000

A course is made for it, with an assignment of three graded functions (10 points) in numpy, or one in torch,
or one of the course's own from solutions/. It is handed in by as many students, each with a text of their own
so that nothing is graded but once. Stock autograde takes seconds for each submission: --stock says for how
many it is run; times are per submission. Wall time and CPU time are both given. CPU time is that of the whole
machine, since processes that are ended with their sandbox leave no account: nothing else should run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from rnn_course.grading.build import build_release
from rnn_course.grading.bundle import best_tier
from rnn_course.grading.class_run import prepare
from rnn_course.grading.course import Course, open_course
from rnn_course.grading.release import release
from rnn_course.grading.sandbox import Confinement, Tier, fork_confined

MEBIBYTE = 1 << 20
SOLUTIONS = Path(__file__).parents[1] / "solutions"
SETUP = {"numpy": "import numpy as np", "torch": "import torch\nimport numpy as np"}
ANSWERS = {
    "numpy": {
        "softmax": "def softmax(x):\n    e = np.exp(x - x.max(axis=-1, keepdims=True))\n"
        "    return e / e.sum(axis=-1, keepdims=True)",
        "normalise": "def normalise(x):\n    return (x - x.mean()) / x.std()",
        "one_hot": "def one_hot(tokens, size):\n    return np.eye(size)[tokens]",
    },
    "torch": {
        "softmax": "def softmax(x):\n    return torch.softmax(x, dim=-1)",
        "normalise": "def normalise(x):\n    return (x - x.mean()) / x.std(unbiased=False)",
        "one_hot": "def one_hot(tokens, size):\n    return torch.eye(size)[tokens]",
    },
}
TESTS = {
    "softmax": "x = {lib}.linspace(-2, 2, 12).reshape(3, 4)\np = softmax(x)\n"
    "assert tuple(p.shape) == (3, 4)\n### BEGIN HIDDEN TESTS\n"
    "assert {lib}.allclose(p.sum(-1), {lib}.ones(3, dtype=p.dtype))\n### END HIDDEN TESTS",
    "normalise": "z = normalise({lib}.linspace(0, 9, 10))\nassert abs(float(z.mean())) < 1e-6\n"
    "### BEGIN HIDDEN TESTS\nassert abs(float((z * z).mean()) - 1) < 1e-5\n### END HIDDEN TESTS",
    "one_hot": "m = one_hot([0, 2], 3)\nassert tuple(m.shape) == (2, 3)\n### BEGIN HIDDEN TESTS\n"
    "assert np.asarray(m).tolist() == [[1, 0, 0], [0, 0, 1]]\n### END HIDDEN TESTS",
}
POINTS = {"softmax": 4, "normalise": 3, "one_hot": 3}


def main() -> None:
    options = arguments()
    print(f"{os.cpu_count()} cores, sandbox: {best_tier().value}, load before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="grading-speed-") as folder:
        for kind in options.kinds:
            course = make_course(Path(folder, kind), kind, options.submissions)
            release(course, kind)
            if "speed" in options.parts:
                speed(course, kind, options)
            if "workers" in options.parts:
                workers(course, kind, options)
            if "growth" in options.parts:
                growth(course, kind, options)
            if "regrade" in options.parts:
                regrade(course, kind, options)
    if "sandbox" in options.parts:
        sandbox()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--stock", type=int, default=None, help="how many of them stock nbgrader grades, too")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    own = sorted(folder.name for folder in SOLUTIONS.iterdir() if folder.is_dir())
    parser.add_argument("--kinds", nargs="+", choices=[*SETUP, *own], default=list(SETUP), metavar="KIND")
    parser.add_argument("--rounds", type=int, default=3, help="of --parts workers")
    parts = ["speed", "workers", "sandbox", "growth", "regrade"]
    parser.add_argument("--parts", nargs="+", choices=parts, default=["speed", "sandbox"])
    return parser.parse_args()


def make_course(root: Path, kind: str, submissions: int) -> Course:
    """A course with one assignment, called `kind`, and what was handed in for it."""
    folder = root / "source" / kind
    root.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'speed'\n")
    if kind in SETUP:
        folder.mkdir(parents=True)
        nbformat.write(source_notebook(kind), folder / f"{kind}.ipynb")
    else:
        shutil.copytree(SOLUTIONS / kind, folder)
    course = open_course(root)
    text = nbformat.writes(answered(course, kind))
    for number in range(submissions):
        place = root / "submitted" / f"s{number:05}" / kind
        place.mkdir(parents=True)
        (place / f"{kind}.ipynb").write_text(text.replace(OWN, f"# by number {number}"))
    return course


OWN = "# by number NUMBER"


def answered(course: Course, kind: str) -> NotebookNode:
    """The student version with right answers in it, each with a line that becomes a student's own."""
    with build_release(course, kind) as build:
        notebook = build.notebooks[kind]
    source = nbformat.read(course.root / "source" / kind / f"{kind}.ipynb", as_version=4)
    answers = {name: cell.source for cell in source.cells if (name := solution_name(cell))}
    for cell in notebook.cells:
        if name := solution_name(cell):
            cell.source = f"{answers[name]}\n{OWN}"
    return notebook


def solution_name(cell: NotebookNode) -> str:
    """The grade_id of a cell of code in which an answer is written; empty for any other."""
    marks = cell.metadata.get("nbgrader", {})
    return str(marks["grade_id"]) if marks.get("solution") and cell.cell_type == "code" else ""


def source_notebook(kind: str) -> NotebookNode:
    """The instructor's notebook."""
    cells = [graded("setup", SETUP[kind], locked=True)]
    for name, answer in ANSWERS[kind].items():
        head, _, body = answer.partition("\n")
        marked = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
        cells.append(graded(name, marked, solution=True))
        test = TESTS[name].format(lib="np" if kind == "numpy" else "torch")
        cells.append(graded(f"{name}_test", test, grade=True, locked=True, points=POINTS[name]))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def graded(name: str, source: str, **marks: object) -> NotebookNode:
    """A code cell with nbgrader's metadata."""
    cell = new_code_cell(source, id=name.replace("_", "-"))
    traits = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    cell.metadata["nbgrader"] = {"grade_id": name, **traits, **marks}
    return cell


@dataclass
class Spent:
    """Seconds of a block: by the clock, and of processors, in this process and all that it started."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def measured() -> Iterator[Spent]:
    """Time a block whose processes have all ended at its end."""
    spent = Spent()
    wall, cpu = time.perf_counter(), cpu_seconds()
    yield spent
    spent.wall, spent.cpu = time.perf_counter() - wall, cpu_seconds() - cpu


def cpu_seconds() -> float:
    """Processor seconds that the machine has spent on programs and for them."""
    times = psutil.cpu_times()
    return float(times.user + times.system)


def speed(course: Course, kind: str, options: argparse.Namespace) -> None:
    """Time per submission, by workers, beside stock."""
    count = options.submissions
    best = None
    for workers in options.workers:
        with measured() as spent:
            grade(course, kind, workers)
        each = spent.wall / count * 1000
        best = min(best or each, each)
        print(
            f"{kind}: {count} submissions, {workers} workers: {spent.wall:.1f} s, {each:.0f} ms each "
            f"({spent.cpu / count * 1000:.0f} ms of CPU)"
        )
    stock = count if options.stock is None else options.stock
    if stock and best:
        with measured() as spent:
            autograde(course, kind, stock)
        each = spent.wall / stock * 1000
        print(
            f"{kind}: stock nbgrader autograde of {stock}: {spent.wall:.1f} s, {each:.0f} ms each "
            f"({spent.cpu / stock * 1000:.0f} ms of CPU); {each / best:.0f} times ours"
        )


def workers(course: Course, kind: str, options: argparse.Namespace) -> None:
    """Throughput past the start, by workers, taking turns."""
    count = options.submissions
    found: dict[int, list[float]] = {number: [] for number in options.workers}
    for _ in range(options.rounds):
        for number, seconds in found.items():
            with measured() as spent:
                ends = grade(course, kind, number)
            # Neither the start nor the end, when workers run dry.
            first, last = count // 5, count - count // 10
            seconds.append((ends[last] - ends[first]) / (last - first))
            each, busy = seconds[-1] * 1000, spent.cpu / spent.wall
            print(f"{kind}: {number} workers: {each:.1f} ms each, {busy:.2f} cores busy on the whole")
    one, *others = options.workers
    for number in others:
        ratios = [a / b for a, b in zip(found[one], found[number], strict=True)]
        print(
            f"{kind}: {number} workers {statistics.median(ratios):.2f} times as quick as {one} "
            f"({min(ratios):.2f} to {max(ratios):.2f})"
        )


def grade(course: Course, kind: str, workers: int) -> list[float]:
    """Grade everybody; when each result came."""
    ends, scores = [], set()
    with prepare(course, kind, workers=workers, force=True) as run:
        for result in run.results():
            ends.append(time.perf_counter())
            scores.add(result.score)
    if scores != {points(course, kind)}:
        raise SystemExit(f"not all points: {scores}")
    return ends


def points(course: Course, kind: str) -> float:
    """What tests give in all."""
    source = nbformat.read(course.root / "source" / kind / f"{kind}.ipynb", as_version=4)
    marks = [cell.metadata.get("nbgrader", {}) for cell in source.cells]
    return float(sum(mark["points"] for mark in marks if mark.get("grade") and not mark.get("solution")))


def autograde(course: Course, kind: str, count: int) -> None:
    scripts = os.path.dirname(os.path.abspath(sys.executable))
    environment = {**os.environ, "PATH": os.pathsep.join([scripts, os.environ.get("PATH", "")])}
    command = [sys.executable, "-m", "nbgrader", "autograde", kind, "--force"]
    with tempfile.TemporaryDirectory() as twin:  # a gradebook of its own
        for name in ("nbgrader_config.py", "source", "release"):
            os.symlink(course.root / name, Path(twin, name))
        Path(twin, "submitted").mkdir()
        for number in range(count):
            os.symlink(course.root / "submitted" / f"s{number:05}", Path(twin, "submitted", f"s{number:05}"))
        generate = [sys.executable, "-m", "nbgrader", "generate_assignment", kind, "--force"]
        Path(twin, "release").unlink()
        for run in (generate, command):
            subprocess.run(run, cwd=twin, env=environment, check=True, capture_output=True)


def growth(course: Course, kind: str, options: argparse.Namespace) -> None:
    """Time and memory as a run goes on."""
    print(f"{kind}: growth, {max(options.workers)} workers; memory is of the grader and of all it started")
    step = max(1, options.submissions // 10)
    with prepare(course, kind, workers=max(options.workers), force=True) as run:
        started = before = time.perf_counter()
        for number, _ in enumerate(run.results(), start=1):
            if number % step == 0:
                now = time.perf_counter()
                own, all_of_it = memory()
                print(
                    f"{number:7} submissions {now - started:7.1f} s, the last {step}: "
                    f"{(now - before) / step * 1000:5.1f} ms each; "
                    f"{own / MEBIBYTE:5.0f} MiB, with workers {all_of_it / MEBIBYTE:6.0f} MiB"
                )
                before = now


def memory() -> tuple[int, int]:
    """Resident memory in bytes of this process, and with all its children (shared pages counted once)."""
    own = psutil.Process()
    total = 0
    for process in [own, *own.children(recursive=True)]:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return own.memory_info().rss, total


def regrade(course: Course, kind: str, options: argparse.Namespace) -> None:
    """The whole command when nothing has changed."""
    with prepare(course, kind, workers=max(options.workers)) as run:
        for _ in run.results():
            pass
    command = [sys.executable, "-c", "from rnn_course.cli import main; main()", "grade", kind]
    with measured() as spent:
        subprocess.run(command, cwd=course.root, check=True, capture_output=True)
    print(f"{kind}: {options.submissions} unchanged: {spent.wall:.1f} s ({spent.cpu:.1f} s of CPU)")


def sandbox() -> None:
    """What confining a fork costs beside a plain fork of the same process."""
    print("a confined fork of this process, beside os.fork:")
    times = {"os.fork": [seconds_of(plain_fork) for _ in range(20)]}
    tier = best_tier()
    for name, level in ((tier.value, tier), ("unsafe", Tier.UNSAFE)):
        times[name] = [seconds_of(lambda level=level: confined_fork(level)) for _ in range(20)]
    for name, found in times.items():
        print(f"  {name:12} {sorted(found)[len(found) // 2] * 1000:6.1f} ms (median of {len(found)})")


def seconds_of(action: object) -> float:
    started = time.perf_counter()
    action()  # type: ignore[operator]
    return time.perf_counter() - started


def plain_fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def confined_fork(tier: Tier) -> None:
    child = fork_confined(Confinement(), tier, lambda folder: None, [])
    child.wait(30)


if __name__ == "__main__":
    assert threading.active_count() == 1
    main()
