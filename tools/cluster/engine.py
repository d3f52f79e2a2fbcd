"""A container engine: the user's own Docker or Podman, or the one that is started here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..kind_node.cache import last_line
from ..kind_node.processes import run_process
from .errors import ClusterError

SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin"


@dataclass(frozen=True)
class Engine:
    """How to reach a container engine."""

    program: str
    """`docker` or `podman`."""
    socket: str = ""
    """Address of the engine that was started here; empty for the user's own."""

    @property
    def is_ours(self) -> bool:
        """Whether the engine was started here and is stopped with the cluster."""
        return bool(self.socket)

    @property
    def environment(self) -> dict[str, str]:
        """What the engine's client, and kind, need to find it."""
        env = system_environment()
        if self.is_ours:
            env = without_docker_settings(env) | self.client_settings
        return env | {"KIND_EXPERIMENTAL_PROVIDER": self.program}

    @property
    def client_settings(self) -> dict[str, str]:
        """The only settings of Docker's client that hold for the engine started here, by variable.

        The user's own config.json may name a context, proxies for containers and more. It is
        replaced by an empty folder, which need not exist.
        """
        if not self.is_ours:
            return {}
        folder = Path(self.socket.removeprefix("unix://")).parent / "no-client-settings"
        return {"DOCKER_HOST": self.socket, "DOCKER_CONFIG": str(folder)}

    def run(
        self, *arguments: str, stdin: IO[bytes] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the engine's client and give its result, also where it failed."""
        return run_process(
            [self.program, *arguments],
            stdin=stdin if stdin is not None else subprocess.DEVNULL,
            env=self.environment,
        )

    def output(self, *arguments: str, stdin: IO[bytes] | None = None) -> str:
        """Return what a command prints; ClusterError where it fails."""
        done = self.run(*arguments, stdin=stdin)
        if done.returncode:
            command = " ".join([self.program, *arguments[:3]])
            raise ClusterError(f"`{command}` failed: {last_line(done.stderr)}")
        return done.stdout.strip()

    def why_unusable(self) -> str:
        """Return why the engine does not answer; empty where it does."""
        if shutil.which(self.program) is None:
            return "not installed"
        done = self.run("info", "--format", "{{json .}}")
        # Docker's client prints its own version first, and only then fails.
        if done.returncode:
            return f"`{self.program} info` says: {last_line(done.stderr)}"
        info = json.loads(done.stdout)
        host = info.get("Name") or info.get("host", {}).get("hostname")
        if host != os.uname().nodename:
            return f"it runs on {host!r}, and not on this machine, which could not reach the nodes"
        if "name=rootless" in done.stdout or '"rootless":true' in done.stdout:
            return "rootless: this machine could not reach the cluster's addresses"
        if self.program == "docker":
            is_docker = self.run("--version").stdout.startswith("Docker version")
            return "" if is_docker else "`docker` is another program by that name"
        options = self.run("network", "create", "--help").stdout
        return "" if "--interface-name" in options else "too old to name a network's device"


def without_docker_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what Docker's client and engine read from it.

    They read DOCKER_HOST, DOCKER_CONTEXT, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH, DOCKER_API_VERSION,
    DOCKER_CONFIG, DOCKER_DEFAULT_PLATFORM and, by version, others of that prefix.
    """
    return {name: value for name, value in environment.items() if not name.startswith("DOCKER_")}


def system_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment, with the folders of system programs on PATH."""
    path = os.environ.get("PATH", os.defpath)
    return {**os.environ, "PATH": f"{path}:{SYSTEM_PATH}", **(extra or {})}


def find_program(name: str) -> str | None:
    """Return the path of a program, also where users do not have its folder on PATH."""
    return shutil.which(name, path=system_environment()["PATH"])
