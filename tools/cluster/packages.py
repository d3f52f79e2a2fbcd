"""Programs from Debian's packages, installed where they are missing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..kind_node.cache import progress
from .engine import find_program, last_line, system_environment
from .errors import ClusterError

# Program → package. Newer Debian has Docker's client in a package of its own.
ENGINE = {
    "dockerd": "docker.io",
    "docker": "docker-cli",
    "nft": "nftables",
    "iptables": "iptables",
}
BUILDER = {"mmdebstrap": "mmdebstrap"}
BROWSER = {"chromium": "chromium"}
POLICY = Path("/usr/sbin/policy-rc.d")


def can_install() -> bool:
    """Whether this is root on Debian."""
    return os.geteuid() == 0 and find_program("apt-get") is not None


def install_missing(programs: Mapping[str, str]) -> None:
    """Install the programs that are missing with apt-get, without starting any service."""
    missing = _missing(programs)
    if not missing:
        return
    packages = {programs[program] for program in missing}
    with progress(f"installing {', '.join(sorted(packages))}"), _no_services():
        if not all(map(_known, packages - {"docker-cli"})):
            _apt_get("update")
        # Before the package docker-cli there was, docker.io brought the client.
        available = {"docker.io" if not _known(package) else package for package in packages}
        if _try_apt_get(*_install(available)).returncode:
            _apt_get("update")
            _apt_get(*_install(available))
    if still := _missing(programs):
        raise ClusterError(
            f"after apt-get installed {', '.join(sorted(available))}, "
            f"{', '.join(still)} is still missing"
        )


def _missing(programs: Iterable[str]) -> list[str]:
    return [program for program in programs if find_program(program) is None]


def _install(packages: Iterable[str]) -> list[str]:
    return ["install", "--yes", "--no-install-recommends", *sorted(packages)]


def _known(package: str) -> bool:
    command = ["apt-cache", "show", "--no-all-versions", package]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _try_apt_get(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["apt-get", "--quiet", *arguments],
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
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    os.chmod(POLICY, 0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
