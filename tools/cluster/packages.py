"""Programs from Debian's packages, installed where they are missing."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ..kind_node.cache import alone, last_line, progress
from .engine import find_program, system_environment
from .errors import ClusterError

# Program → package. Newer Debian has Docker's client in a package of its own.
ENGINE = {
    "dockerd": "docker.io",
    "docker": "docker-cli",
    "iptables": "iptables",
}
FIREWALL = {"nft": "nftables"}
# The engine that is started here is not the system's.
DOCKER_UNITS = ("docker.service", "docker.socket")
BUILDER = {"mmdebstrap": "mmdebstrap"}
BROWSER = {"chromium": "chromium"}
POLICY = Path("/usr/sbin/policy-rc.d")
LOCK = Path("/run/genx-fx/install.lock")
NO_SERVICES = """#!/bin/sh
# Of tools/cluster, only while it installs packages; delete it if you find it at another time.
exit 101
"""


def can_install() -> bool:
    """Return whether this is root on Debian."""
    return os.geteuid() == 0 and find_program("apt-get") is not None


def install_missing(programs: Mapping[str, str]) -> None:
    """Install the programs that are missing with apt-get, without starting any service.

    One process at a time does so. What a killed one has left half done is finished first.
    """
    if not missing(programs) and not _is_ours(POLICY):
        return
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with alone(LOCK) as lock, _no_services() as was_broken_off:
        if was_broken_off:
            _run(["dpkg", "--configure", "-a"], lock)
        if lacking := missing(programs):
            packages = {programs[program] for program in lacking}
            with progress(f"installing {', '.join(sorted(packages))}"):
                _install(packages, lock)
    if still := missing(programs):
        names = ", ".join(sorted({programs[program] for program in lacking}))
        raise ClusterError(f"after apt-get installed {names}, {', '.join(still)} is still missing")


def _install(packages: Collection[str], lock: int) -> None:
    if not all(map(_known, set(packages) - {"docker-cli"})):
        _apt_get(["update"], lock)
    # Older Debian has no package docker-cli: docker.io contains the client.
    available = sorted({"docker.io" if not _known(package) else package for package in packages})
    command = ["install", "--yes", "--no-remove", "--no-install-recommends", *available]
    try:
        if _try_apt_get(command, lock).returncode:
            _apt_get(["update"], lock)
            _apt_get(command, lock)
    finally:
        if "docker.io" in available:
            _disable(DOCKER_UNITS)


def _disable(units: Iterable[str]) -> None:
    """Keep units that came with a package from being started when the machine is."""
    if (systemctl := find_program("systemctl")) is not None:
        command = [systemctl, "--root=/", "disable", *units]
        subprocess.run(command, capture_output=True, check=False)


def missing(programs: Iterable[str]) -> list[str]:
    """Return the programs that are not there."""
    return [program for program in programs if find_program(program) is None]


def _known(package: str) -> bool:
    command = ["apt-cache", "show", "--no-all-versions", package]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _try_apt_get(arguments: Sequence[str], lock: int) -> subprocess.CompletedProcess[str]:
    # A new machine may be installing its updates right now.
    return _run(["apt-get", "--quiet", "--option=DPkg::Lock::Timeout=300", *arguments], lock)


def _apt_get(arguments: Sequence[str], lock: int) -> None:
    done = _try_apt_get(arguments, lock)
    if done.returncode:
        raise ClusterError(f"`apt-get {' '.join(arguments)}` failed: {last_line(done.stderr)}")


def _run(command: Sequence[str], lock: int) -> subprocess.CompletedProcess[str]:
    """Run apt-get or dpkg, and wait for its end also when interrupted.

    In a session of its own the keyboard does not interrupt it. What it is sent instead ends apt-get
    while it downloads, and lets it finish what dpkg has begun. It holds the lock, so that no other
    process takes over before it has ended, even where this one is killed.
    """
    start = functools.partial(
        subprocess.Popen[str],
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=system_environment({"DEBIAN_FRONTEND": "noninteractive"}),
        pass_fds=[lock],
        start_new_session=True,
    )
    # In a thread, because an interrupt can stop the main thread at any point, also after the
    # program was started and before it is recorded.
    with ThreadPoolExecutor(1) as thread:
        started = thread.submit(start)
        try:
            process = started.result()
            output, errors = process.communicate()
        except BaseException:
            process = started.result()
            process.send_signal(signal.SIGINT)
            process.communicate()
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


@contextmanager
def _no_services() -> Iterator[bool]:
    """Tell Debian's scripts to start no services while packages are installed.

    For who holds the lock. Tells whether a process that was killed has left the file; it is deleted
    then as well. Somebody else's file is left as it is.
    """
    was_broken_off = _is_ours(POLICY)
    if POLICY.exists() and not was_broken_off:
        yield False
        return
    unfinished = POLICY.with_name(f"{POLICY.name}.genx-fx")
    unfinished.write_text(NO_SERVICES)
    unfinished.chmod(0o755)
    unfinished.rename(POLICY)
    try:
        yield was_broken_off
    finally:
        POLICY.unlink(missing_ok=True)


def _is_ours(policy: Path) -> bool:
    return policy.exists() and policy.read_text(errors="replace") == NO_SERVICES
