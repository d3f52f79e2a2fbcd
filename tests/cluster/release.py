"""Installs and changes the platform on the cluster under test, as its user does: with Helm."""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.kubectl import Kubectl
from tests.helm import CHART, RELEASE, HelmError, Manifest, Render, parse
from tools.build import tool_path

Values = Mapping[str, Any]

TIMEOUT = 600  # seconds that a busy machine of two cores may take to start everything
PRODUCTION = CHART / "values-prod.yaml"
SECRET = "genx-fx-secrets"
OFF = {"enabled": False}
# The whole platform with one pod of each: for tests that look at what one pod does.
ONE_OF_EACH: dict[str, Any] = {
    "application": {"frontend": {"replicas": 1}, "api": {"replicas": 1}},
}
# The smallest platform that has secrets: the rest would start for nothing.
DATA_TIER: dict[str, Any] = {
    "application": {"frontend": OFF, "api": OFF, "tradingBot": OFF},
    "monitoring": {"grafana": OFF},
}


@dataclass(frozen=True)
class Release:
    """One release of the platform in one namespace.

    `base` are the values that this cluster needs under whatever a test sets: where the images
    are, and which storage class is ReadWriteMany. `timeout`, in seconds, is for each command.
    """

    kubectl: Kubectl
    namespace: str
    chart: Path
    base: Values
    helm: str = "helm4"
    files: tuple[Path, ...] = ()
    timeout: int = TIMEOUT

    def install(self, values: Values | None = None, *options: str) -> None:
        """Install, and wait until every pod is ready; HelmError where it fails."""
        self._with_values("install", values, "--wait", *options)

    def submit(self, values: Values | None = None) -> None:
        """Install or upgrade, and wait for hooks alone; HelmError where one fails."""
        self._with_values("upgrade", values, "--install")

    def upgrade(self, values: Values | None = None, *options: str) -> None:
        """Upgrade with exactly these values, and wait; HelmError where it fails."""
        self._with_values("upgrade", values, "--wait", *options)

    @contextmanager
    def unchanged(self, *options: str) -> Iterator[None]:
        """Restore the release at the end of the block to what was installed."""
        try:
            yield
        finally:
            self.upgrade(None, *options)

    def template(self, values: Values | None = None, *options: str) -> str:
        """Return what `helm template` prints for this release."""
        return self._with_values("template", values, *options)

    def rollback(self, revision: int | None = None) -> None:
        """Go back to a revision, by default the one before, and wait."""
        numbers = [] if revision is None else [str(revision)]
        self.run("rollback", RELEASE, *numbers, "--wait", self._limit)

    def uninstall(self) -> None:
        """Remove the release, and wait until its objects are gone."""
        self.run("uninstall", RELEASE, "--wait", self._limit)

    def test(self, *names: str) -> str:
        """Run all tests of the release, or those of these names; HelmError where one fails."""
        chosen = [f"--filter=name={name}" for name in names]
        return self.run("test", RELEASE, *chosen, self._limit)

    def manifests(self) -> Render:
        """Return the objects of the release as it is."""
        return parse(self.run("get", "manifest", RELEASE))

    def history(self) -> list[Manifest]:
        """Return the revisions of the release, the oldest first."""
        revisions: list[Manifest] = json.loads(self.run("history", RELEASE, "-o", "json"))
        return revisions

    def run(self, command: str, *arguments: str) -> str:
        """Return what a Helm command prints; HelmError where it fails."""
        return self.call(command, *arguments).stdout

    def call(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a Helm command against the cluster; HelmError where it fails."""
        done = subprocess.run(
            [
                *(str(tool_path(self.helm)), command, *arguments),
                *("--namespace", self.namespace, "--kube-context", self.kubectl.context),
            ],
            capture_output=True,
            text=True,
            timeout=self.timeout + 60,
            # No garbage collection: a command is short, and a quarter of its time went there.
            env={**self.kubectl.environment, "GOGC": "off"},
            check=False,
        )
        if done.returncode:
            raise HelmError(f"{self.helm} {command}: {done.stderr.strip()}")
        return done

    @property
    def _limit(self) -> str:
        return f"--timeout={self.timeout}s"

    def _with_values(self, command: str, values: Values | None, *options: str) -> str:
        files = list(self.files)
        with tempfile.TemporaryDirectory() as folder:
            for name, layer in (("base", self.base), ("own", values or {})):
                files.append(Path(folder, f"{name}.yaml"))
                # Not JSON: YAML doesn't know its escapes of characters beyond 16 bits.
                files[-1].write_text(yaml.safe_dump(layer))
            layers = [word for file in files for word in ("--values", str(file))]
            return self.run(command, RELEASE, str(self.chart), *layers, self._limit, *options)


def unpack(package: Path, folder: Path) -> Path:
    """Return the chart of a package, as a folder that can be changed."""
    with tarfile.open(package) as archive:
        # Debian 12's own Python, 3.11.2, knows no filters yet.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)
    return folder / CHART.name
