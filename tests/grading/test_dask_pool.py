"""A real cluster, of a scheduler and three workers: the same marks, and none lost with a worker."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from cluster import Cluster
from command_line import RNN_COURSE, rnn_course
from small_course import NAME, RIGHT, give_out, hand_in, make_course

from rnn_course.grading.course import Course, open_course
from rnn_course.grading.export import as_csv, collect, course_table

pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="no workers on Windows")]
SLOW = "import time\ntime.sleep(0.3)\n"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    found = Cluster(tmp_path_factory.mktemp("dask"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Course]:
    """Two copies of one course; the first is graded on this machine."""
    course = make_course(tmp_path_factory.mktemp("local"))
    give_out(course)
    (course.root / ".instructor_seed").write_text("7\n")
    for number in range(12):
        wrong = {"double": f"{SLOW}def double(x):\n    return x + {number % 4}"}
        hand_in(
            course, f"s{number:02}", **RIGHT | (wrong if number % 2 else {"greet": SLOW + RIGHT["greet"]})
        )
    done = rnn_course(course.root, "grade", NAME, "--workers=2")
    assert done.returncode == 0, done.stderr
    twin = tmp_path_factory.mktemp("cluster") / "course"
    shutil.copytree(course.root, twin, ignore=shutil.ignore_patterns("gradebook.db", "autograded"))
    return course, open_course(twin)


def test_a_cluster_gives_the_same_marks_though_a_worker_is_killed(
    courses: tuple[Course, Course], cluster: Cluster
) -> None:
    local, twin = courses
    process = subprocess.Popen(
        [sys.executable, "-c", RNN_COURSE, "grade", NAME, f"--scheduler={cluster.address}", "--json"],
        cwd=twin.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 280
    while not list((twin.root / "autograded").glob("*/warm_up/warm_up.ipynb")) and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    cluster.kill_a_worker(0)
    said, errors = process.communicate(timeout=280)
    assert process.returncode == 0, errors
    assert json.loads(said)["counts"] == {"graded": 12}
    tables = [as_csv(course_table(collect(course, [NAME]))) for course in (local, twin)]
    assert tables[0] == tables[1]


def test_no_scheduler_is_told(courses: tuple[Course, Course]) -> None:
    _, twin = courses
    done = rnn_course(twin.root, "grade", NAME, "--force", "--scheduler=tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "there is no Dask scheduler at tcp://127.0.0.1:1" in done.stderr
