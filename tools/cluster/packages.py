"""Programs from Debian's packages, installed where they are missing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..kind_node.cache import last_line, progress
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
NO_SERVICES = """#!/bin/sh
# Of tools/cluster, only while it installs packages; delete it if you find it at another time.
exit 101
"""


def can_install() -> bool:
    """Whether this is root on Debian."""
    return os.geteuid() == 0 and find_program("apt-get") is not None


def install_missing(programs: Mapping[str, str]) -> None:
    """Install the programs that are missing with apt-get, without starting any service."""
    if POLICY.exists() and POLICY.read_text() == NO_SERVICES:
        POLICY.unlink()  # left by a run that was killed
    lacking = missing(programs)
    if not lacking:
        return
    packages = {programs[program] for program in lacking}
    with progress(f"installing {', '.join(sorted(packages))}"), _no_services():
        if not all(map(_known, packages - {"docker-cli"})):
            _apt_get("update")
        # Before the package docker-cli there was, docker.io brought the client.
        available = {"docker.io" if not _known(package) else package for package in packages}
        if _try_apt_get(*_install(available)).returncode:
            _apt_get("update")
            _apt_get(*_install(available))
    if "docker.io" in available:
        _disable(DOCKER_UNITS)
    if still := missing(programs):
        raise ClusterError(
            f"after apt-get installed {', '.join(sorted(available))}, "
            f"{', '.join(still)} is still missing"
        )


def _disable(units: Iterable[str]) -> None:
    """Keep units that came with a package from being started when the machine is."""
    if (systemctl := find_program("systemctl")) is not None:
        command = [systemctl, "--root=/", "disable", *units]
        subprocess.run(command, capture_output=True, check=False)


def missing(programs: Iterable[str]) -> list[str]:
    """Those of the programs that are not there."""
    return [program for program in programs if find_program(program) is None]


def _install(packages: Iterable[str]) -> list[str]:
    return ["install", "--yes", "--no-remove", "--no-install-recommends", *sorted(packages)]


def _known(package: str) -> bool:
    command = ["apt-cache", "show", "--no-all-versions", package]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _try_apt_get(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        # A new machine may just be installing its updates.
        ["apt-get", "--quiet", "--option=DPkg::Lock::Timeout=300", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=system_environment({"DEBIAN_FRONTEND": "noninteractive"}),
        check=False,
    )


def _apt_get(*arguments: str) -> None:
    done = _try_apt_get(*arguments)
    if done.returncode:
        raise ClusterError(f"`apt-get {' '.join(arguments)}` failed: {last_line(done.stderr)}")


@contextmanager
def _no_services() -> Iterator[None]:
    """While packages are installed, tell Debian's scripts to start none of their services."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text(NO_SERVICES)
    os.chmod(POLICY, 0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
