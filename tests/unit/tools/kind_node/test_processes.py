"""Child processes end with the work that they are a part of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tools.kind_node.cache import BuildError
from tools.kind_node.processes import BrokenOff, Jobs, run_process

AT_ONCE = 10.0  # seconds: far below those of the build, also where a machine is busy
# A build whose shell has started another program, as `go build` has compilers; only the number of
# that program is written.
BUILD = "sleep 60 & echo $! > {}; wait"


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def runs(pid_file: Path) -> bool:
    """Return whether the program with the number in a file runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{int(pid_file.read_text())}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def started(pid_file: Path) -> bool:
    return pid_file.exists() and pid_file.read_text().endswith("\n")


@pytest.fixture
def pid_file(tmp_path: Path) -> Path:
    return tmp_path / "pid"


def build(pid_file: Path) -> None:
    run_process(["sh", "-c", BUILD.format(pid_file)])


def fail() -> None:
    raise BuildError("no space left")


def fail_after(pid_file: Path) -> None:
    wait_for(lambda: started(pid_file))
    fail()


def run_all(*functions: Callable[[], None]) -> None:
    with Jobs() as jobs:
        for function in functions:
            jobs.start(function)


def test_the_results_are_those_of_the_functions() -> None:
    with Jobs() as jobs:
        one, two = jobs.start(lambda: 1), jobs.start(str, 2)
    assert (one.result(), two.result()) == (1, "2")


def test_functions_run_at_the_same_time() -> None:
    together = threading.Barrier(2, timeout=10)
    with Jobs() as jobs:
        jobs.start(together.wait)
        jobs.start(together.wait)


def test_an_error_does_not_wait_for_a_running_build(pid_file: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(BuildError, match="no space left"):
        run_all(partial(build, pid_file), partial(fail_after, pid_file))
    assert time.monotonic() - begin < AT_ONCE
    wait_for(lambda: not runs(pid_file))


def test_an_error_ends_the_builds_of_jobs_within_jobs(pid_file: Path) -> None:
    nested = partial(run_all, partial(build, pid_file))
    with pytest.raises(BuildError, match="no space left"):
        run_all(nested, partial(fail_after, pid_file))
    wait_for(lambda: not runs(pid_file))


def test_an_error_of_jobs_within_jobs_is_the_one_that_is_raised(pid_file: Path) -> None:
    nested = partial(run_all, partial(fail_after, pid_file))
    with pytest.raises(BuildError, match="no space left"):
        run_all(partial(build, pid_file), nested)
    wait_for(lambda: not runs(pid_file))


def test_no_build_begins_after_an_error() -> None:
    over = threading.Event()
    ends: list[BaseException | None] = []

    def build_late() -> None:
        over.wait(10)
        try:
            run_process(["true"])
        except BrokenOff as end:
            ends.append(end)
        else:
            ends.append(None)

    with pytest.raises(BuildError):
        run_all(build_late, fail)
    over.set()
    wait_for(lambda: ends)
    assert ends != [None]


def test_what_is_outside_of_failed_jobs_goes_on() -> None:
    with pytest.raises(BuildError):
        run_all(fail)
    assert run_process(["echo", "on"]).stdout == "on\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("call", ["work()", "jobs.start(work)"])
def test_a_signal_leaves_no_build_behind(pid_file: Path, number: int, call: str) -> None:
    command = ["sh", "-c", BUILD.format(pid_file)]
    program = f"""
import sys
from tools.kind_node.cache import run
from tools.kind_node.command_line import exit_status
from tools.kind_node.processes import Jobs

def work():
    run({command!r}, "build")

def command():
    with Jobs() as jobs:
        {call}

sys.exit(exit_status(command))
"""
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
    wait_for(lambda: started(pid_file))
    begin = time.monotonic()
    os.kill(process.pid, number)
    _, errors = process.communicate(timeout=30)
    assert time.monotonic() - begin < AT_ONCE
    assert process.returncode == 128 + number
    assert errors == ""
    wait_for(lambda: not runs(pid_file))
