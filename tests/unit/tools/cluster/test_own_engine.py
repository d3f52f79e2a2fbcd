from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.unit.tools.cluster.processes import wait_until
from tools.cluster import ClusterError, cgroups, own_engine
from tools.cluster.engine import Engine

# An engine that is still starting: it has noted its process nowhere, and does not answer.
DOCKERD = """\
env | grep ^DOCKER_ >>{folder}/settings
echo started >>{folder}/dockerd.log
trap 'echo stopped >>{folder}/dockerd.log; exit' TERM
while [ -e {folder}/dockerd ]; do sleep 0.01; done
"""
DOCKER = "[ -e {folder}/answers ]"
START = """
import sys
from pathlib import Path
from tools.cluster import cgroups, own_engine
from tools.cluster.engine import Engine
own_engine.RUN = Path(sys.argv[1])
own_engine.PID_FILE = own_engine.RUN / "engine.pid"
own_engine.ENGINE = Engine("docker", socket=f"unix://{own_engine.RUN}/docker.sock")
cgroups.hand_down_controllers = lambda: None
own_engine.start()
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a machine whose Docker takes notes, and answers once the file `answers` is there."""
    for name, script in {"dockerd": DOCKERD, "docker": DOCKER}.items():
        program = tmp_path / name
        program.write_text("#!/bin/sh\n" + script.format(folder=tmp_path))
        program.chmod(0o755)
    run = tmp_path / "run"
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(own_engine, "RUN", run)
    monkeypatch.setattr(own_engine, "PID_FILE", run / "engine.pid")
    monkeypatch.setattr(own_engine, "ENGINE", Engine("docker", socket=f"unix://{run}/docker.sock"))
    monkeypatch.setattr(cgroups, "hand_down_controllers", lambda: None)
    yield tmp_path
    own_engine.stop()
    (tmp_path / "dockerd").unlink()  # ends what a failed test has left


def noted(machine: Path) -> list[str]:
    log = machine / "dockerd.log"
    return log.read_text().split() if log.exists() else []


def start(machine: Path) -> subprocess.Popen[bytes]:
    """Start the engine in a process, and return it once it has come as far as that."""
    command = [sys.executable, "-c", START, str(machine / "run")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    wait_until(lambda: noted(machine) == ["started"])
    return process


def start_and_be_killed(machine: Path) -> None:
    """Start the engine in a process that is killed before the engine answers."""
    process = start(machine)
    process.kill()
    process.wait(timeout=20)


def test_an_engine_that_a_killed_process_was_starting_is_stopped(machine: Path) -> None:
    start_and_be_killed(machine)
    own_engine.stop()
    assert noted(machine) == ["started", "stopped"]


def test_an_engine_that_a_killed_process_was_starting_is_waited_for(machine: Path) -> None:
    start_and_be_killed(machine)
    with ThreadPoolExecutor() as pool:
        second = pool.submit(own_engine.start)
        (machine / "answers").touch()
        second.result(timeout=20)
    assert noted(machine) == ["started"]
    assert own_engine.is_running()


def test_an_engine_that_has_ended_is_not_taken_for_another_program(machine: Path) -> None:
    (machine / "answers").touch()
    (machine / "run").mkdir()
    (machine / "run" / "engine.pid").write_text(str(os.getpid()))
    assert not own_engine.is_running()


def test_no_variable_of_the_user_is_a_setting_of_our_own_engine(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_DRIVER"):
        monkeypatch.setenv(name, "1")
    (machine / "answers").touch()
    assert start(machine).wait(timeout=20) == 0
    assert (machine / "settings").read_text() == ""


def test_no_engine_is_started_where_its_containers_could_have_no_cgroups(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise ClusterError("cannot use cgroup v2")

    monkeypatch.setattr(cgroups, "hand_down_controllers", refuse)
    with pytest.raises(ClusterError, match="cannot use cgroup v2"):
        own_engine.start()
    assert noted(machine) == []
