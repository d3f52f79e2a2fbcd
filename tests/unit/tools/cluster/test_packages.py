from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.unit.tools.cluster.processes import wait_until
from tools.cluster import packages

# No machine has a program of this name.
WANTED = {"dockerd-of-the-tests": "docker.io"}
# Installs once it may: until then it runs, as apt-get does while it downloads.
APT_GET = """\
trap 'echo "apt-get interrupted" >>"$log"; exit 130' INT
echo "apt-get $3, $([ -x "$policy" ] && echo no services || echo services)" >>"$log"
until [ -e "$folder/may-install" ]; do sleep 0.01; done
[ -e "$policy" ] || echo "services allowed in the middle" >>"$log"
printf '#!/bin/sh\\n' >"$folder/bin/dockerd-of-the-tests"
chmod +x "$folder/bin/dockerd-of-the-tests"
"""
# Another process, with the same files.
INSTALL = """
import sys
from pathlib import Path
from tools.cluster import packages
packages.POLICY, packages.LOCK = map(Path, sys.argv[1:])
packages.install_missing({"dockerd-of-the-tests": "docker.io"})
"""


class Machine:
    """A Debian of programs that only take notes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.policy = folder / "policy-rc.d"
        self.lock = folder / "run" / "install.lock"
        self.log = folder / "log"
        self.others: list[subprocess.Popen[bytes]] = []
        (folder / "bin").mkdir()
        self.program("apt-get", APT_GET)
        self.program("apt-cache", "")
        self.program("systemctl", 'echo "systemctl $*" >>"$log"')
        self.program("dpkg", 'echo "dpkg $*" >>"$log"')

    def program(self, name: str, script: str) -> None:
        file = self.folder / "bin" / name
        variables = f"folder={self.folder} policy={self.policy} log={self.log}"
        file.write_text(f"#!/bin/sh\n{variables}\n{script}\n")
        file.chmod(0o755)

    def done(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def let_install(self) -> None:
        (self.folder / "may-install").touch()

    def start_another(self) -> subprocess.Popen[bytes]:
        """Start a process that installs, and return it once it has come as far as apt-get."""
        command = [sys.executable, "-c", INSTALL, str(self.policy), str(self.lock)]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self.others.append(process)
        wait_until(lambda: "apt-get install, no services" in self.done())
        return process


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setattr(packages, "POLICY", machine.policy)
    monkeypatch.setattr(packages, "LOCK", machine.lock)
    yield machine
    machine.let_install()  # ends what a failed test has started
    for process in machine.others:
        process.wait(timeout=20)


@pytest.fixture
def second(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[], Future[None]]]:
    """Give a function that starts a second installation, and returns once it waits or has ended."""
    with ThreadPoolExecutor() as pool:

        def start() -> Future[None]:
            said: list[str] = []
            future = pool.submit(packages.install_missing, WANTED)

            def is_waiting() -> bool:
                said.append(capsys.readouterr().err)
                return "waiting for who holds" in "".join(said)

            wait_until(lambda: future.done() or is_waiting())
            return future

        yield start
        machine.let_install()


def test_nothing_is_run_where_nothing_is_missing(machine: Machine) -> None:
    machine.program("dockerd-of-the-tests", "")
    packages.install_missing(WANTED)
    assert machine.done() == []
    assert not machine.lock.exists()


def test_no_service_is_started_while_packages_are_installed(machine: Machine) -> None:
    machine.let_install()
    packages.install_missing(WANTED)
    assert machine.done() == [
        "apt-get install, no services",
        "systemctl --root=/ disable docker.service docker.socket",
    ]
    assert not machine.policy.exists()


def test_somebody_elses_policy_is_left_as_it_is(machine: Machine) -> None:
    machine.policy.write_text("#!/bin/sh\nexit 101\n")
    machine.let_install()
    packages.install_missing(WANTED)
    assert machine.policy.read_text() == "#!/bin/sh\nexit 101\n"


def test_a_second_process_waits_for_the_first_and_keeps_its_policy(
    machine: Machine, second: Callable[[], Future[None]]
) -> None:
    first = machine.start_another()
    waiting = second()
    assert machine.policy.exists()
    assert not waiting.done()
    machine.let_install()
    waiting.result()
    assert first.wait(timeout=20) == 0
    assert machine.done().count("apt-get install, no services") == 1
    assert "services allowed in the middle" not in machine.done()
    assert not machine.policy.exists()


def test_what_a_killed_process_began_is_finished_by_the_next(
    machine: Machine, second: Callable[[], Future[None]]
) -> None:
    first = machine.start_another()
    first.kill()
    first.wait(timeout=20)
    waiting = second()
    # Its apt-get goes on, and must not start services either.
    assert machine.policy.exists()
    assert not waiting.done()
    machine.let_install()
    waiting.result()
    assert machine.done() == ["apt-get install, no services", "dpkg --configure -a"]
    assert not machine.policy.exists()


def test_an_interrupt_ends_apt_get_and_leaves_nothing_behind(machine: Machine) -> None:
    process = machine.start_another()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) != 0
    assert machine.done() == [
        "apt-get install, no services",
        "apt-get interrupted",
        "systemctl --root=/ disable docker.service docker.socket",
    ]
    assert not machine.policy.exists()
