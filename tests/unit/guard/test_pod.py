"""The processes of a pod, in a process namespace of their own as those of a pod are."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

FILES = Path(__file__).parents[3] / "generator/kinds/singleton/files"

# What the sandbox's process does: it reaps what ends, and ends at SIGTERM.
SANDBOX = """
import os, signal, subprocess, sys
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
guard = subprocess.Popen([sys.executable, "-c", sys.argv[1], *sys.argv[2:]])
while True:
    try:
        pid, status = os.wait()
        if pid == guard.pid:
            os._exit(os.waitstatus_to_exitcode(status))
    except ChildProcessError:
        os._exit(0)
"""
BEGINNING = """
import json, os, subprocess, sys, time
from pathlib import Path
from guard.pod import Pod, clock
folder = Path(sys.argv[1])
pod = Pod(folder)
bot = ["sleep", "600"]
def tell(**found):
    (folder / "told.new").write_text(json.dumps(found))
    (folder / "told.new").replace(folder / "told")
"""


def in_a_pod(folder: Path, program: str) -> int:
    """Run a program as the guard of a pod; return its status, or that of the sandbox."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("unshare is missing")
    command = [unshare, "--user", "--map-current-user", "--pid", "--fork", "--mount-proc"]
    probe = subprocess.run([*command, "true"], capture_output=True, check=False)
    if probe.returncode:
        command = [unshare, "--pid", "--fork", "--mount-proc"]
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
            pytest.skip("no process namespace can be made here")
    done = subprocess.run(
        [*command, sys.executable, "-c", SANDBOX, BEGINNING + program, str(folder)],
        env={"PYTHONPATH": str(FILES), "PATH": "/usr/bin:/bin"},
        timeout=60,
        check=False,
    )
    return done.returncode


def told(folder: Path) -> Any:
    return json.loads((folder / "told").read_text())


def test_lets_run_until_a_time_and_then_ends_all(tmp_path: Path) -> None:
    in_a_pod(
        tmp_path,
        """
process = subprocess.Popen(bot)
pod.let_run(clock() + 0.3, 7)
left = pod.end_when_due()
tell(left=left, lives=process.poll() is None, until=(folder / "until").read_text())
time.sleep(0.5)
pod.end_when_due()
time.sleep(5)
tell(still="here")
""",
    )
    found = told(tmp_path)
    assert 0 < found["left"] <= 0.3
    assert found["lives"]
    assert len(found["until"].split()) == 2
    assert (tmp_path / "token").read_text() == "7\n"
    assert not (tmp_path / "until").exists()


def test_what_is_not_let_run_ends_and_the_sandbox_stays(tmp_path: Path) -> None:
    in_a_pod(
        tmp_path,
        """
process = subprocess.Popen(bot)
seen = pod.is_empty()
pod.end_when_due()
status = process.wait(5)
tell(status=status, before=seen, after=pod.is_empty())
""",
    )
    assert told(tmp_path) == {"status": -9, "before": False, "after": True}


def test_a_guard_that_starts_again_knows_until_when(tmp_path: Path) -> None:
    in_a_pod(
        tmp_path,
        """
pod.let_run(clock() + 5, 7)
tell(until=pod.until, again=Pod(folder).until)
""",
    )
    found = told(tmp_path)
    assert found["again"] == pytest.approx(found["until"], abs=0.01)


def test_the_time_of_another_sandbox_does_not_count(tmp_path: Path) -> None:
    in_a_pod(tmp_path, "pod.let_run(clock() + 60, 7)")
    time.sleep(0.05)  # births are counted in hundredths
    in_a_pod(tmp_path, "tell(until=pod.until)")
    assert told(tmp_path) == {"until": 0}


def test_closing_ends_all_but_the_sandbox(tmp_path: Path) -> None:
    status = in_a_pod(
        tmp_path,
        """
process = subprocess.Popen(bot)
pod.let_run(clock() + 60, 7)
pod.close()
tell(status=process.wait(5), until=(folder / "until").exists())
sys.exit(5)
""",
    )
    assert (status, told(tmp_path)) == (5, {"status": -9, "until": False})
