from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MAKE = """\
echo "make $*" >>"$PWD/log"
if [ "$*" = test ] && [ -e "$PWD/tests-run-long" ]; then
  touch "$PWD/tests-run"
  while [ ! -e "$PWD/end" ]; do sleep 0.01; done
fi
if [ "$*" = test ]; then exit "$TESTS"; fi
"""
# Stands in for the Python of a checkout: `tools.cluster env` finds a cluster or none.
PYTHON = """\
[ "$*" = "-m tools.cluster env" ] && [ -e "$PWD/cluster" ]
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout of nothing but what .ci/run starts, with programs that only take notes."""
    for name, script in {"bin/make": MAKE, ".venv/bin/python": PYTHON}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.write_text(f"#!/bin/sh\n{script}")
        file.chmod(0o755)
    (tmp_path / ".ci").mkdir()
    shutil.copy(REPOSITORY / ".ci" / "run", tmp_path / ".ci" / "run")
    return tmp_path


def start(checkout: Path, tests: int = 0) -> subprocess.Popen[str]:
    """Start .ci/run; its tests end with this status."""
    path = f"{checkout / 'bin'}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "TESTS": str(tests)}
    return subprocess.Popen(
        [checkout / ".ci" / "run"], env=env, text=True, stdout=subprocess.PIPE, cwd="/"
    )


def made(checkout: Path) -> list[str]:
    return (checkout / "log").read_text().splitlines()


@pytest.mark.parametrize("tests", [0, 2])
def test_a_cluster_that_the_run_raised_is_taken_down(checkout: Path, tests: int) -> None:
    run = start(checkout, tests)
    output, _ = run.communicate(timeout=20)
    assert run.returncode == tests
    assert ("all checks passed" in output) is (tests == 0)
    assert made(checkout) == ["make .venv/installed", "make test", "make cluster-down"]


@pytest.mark.parametrize("tests", [0, 2])
def test_a_cluster_that_was_up_before_stays_up(checkout: Path, tests: int) -> None:
    (checkout / "cluster").touch()
    run = start(checkout, tests)
    output, _ = run.communicate(timeout=20)
    assert run.returncode == tests
    assert "a cluster is there already" in output
    assert made(checkout) == ["make .venv/installed", "make test"]


def test_a_run_that_is_ended_takes_its_cluster_down(checkout: Path) -> None:
    (checkout / "tests-run-long").touch()
    run = start(checkout)
    while not (checkout / "tests-run").exists():
        assert run.poll() is None
    run.send_signal(signal.SIGTERM)
    (checkout / "end").touch()  # bash heeds the signal once the program that it waits for has ended
    run.communicate(timeout=20)
    assert run.returncode != 0
    assert made(checkout)[-1] == "make cluster-down"
