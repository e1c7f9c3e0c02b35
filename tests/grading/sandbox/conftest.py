"""What the sandbox's tests share: the tiers of this machine, and what is running on it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import pytest
from tqdm._monitor import TMonitor

from rnn_course.grading.sandbox import Tier, available
from rnn_course.grading.sandbox.processes import command_of, every_process


@pytest.fixture(autouse=True)
def no_progress_bars_thread() -> None:
    """End the threads that progress bars of other tests left: a process that forks has to have one only."""
    for thread in threading.enumerate():
        if isinstance(thread, TMonitor):
            thread.exit()


TIERS = [Tier.NAMESPACES, Tier.BUBBLEWRAP, Tier.LIMITS]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`tier`: all that confine; `forking_tier`: those at which any process may fork a confined one."""
    if "tier" in metafunc.fixturenames:
        metafunc.parametrize("tier", TIERS, ids=lambda tier: tier.value, scope="module", indirect=True)
    if "forking_tier" in metafunc.fixturenames:
        metafunc.parametrize(
            "forking_tier", [Tier.NAMESPACES, Tier.LIMITS], ids=lambda tier: tier.value, indirect=True
        )


def given(tier: Tier) -> Tier:
    why = available()[tier]
    if why:
        pytest.skip(f"this machine does not give {tier.value}: {why}")
    return tier


@pytest.fixture(scope="module")
def tier(request: pytest.FixtureRequest) -> Tier:
    return given(request.param)


@pytest.fixture
def forking_tier(request: pytest.FixtureRequest) -> Tier:
    if sys.platform != "linux":
        pytest.skip("forks are confined on Linux")
    return given(request.param)


@pytest.fixture
def namespaces() -> Tier:
    return given(Tier.NAMESPACES)


@pytest.fixture
def running() -> Callable[[str], list[int]]:
    """`running(word)`: processes with the word in their command line."""
    return lambda word: [pid for pid in every_process() if word.encode() in command_of(pid)]
