"""Releases that several tests share. One can outlive a run of pytest: the next one takes it over.

So both parts of `make test-cluster` use one installation, and who works on a test installs once:

    pytest tests/cluster -k roles --use-releases --keep-releases
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.kubectl import Kubectl, KubectlError
from tests.cluster.namespaces import Namespaces
from tests.cluster.release import Release
from tests.helm import CHART, ROOT
from tools.kind_node.cache import cache_key, files_key

FOLDER = ROOT / ".make" / "cluster-releases"


class SharedReleases:
    """Installs releases by name, in namespaces of their own, until the tests that share them end.

    Those that an earlier run has kept are used if `use`, and are left to the next one if `keep`.
    """

    def __init__(self, kubectl: Kubectl, *, use: bool, keep: bool) -> None:
        self._kubectl = kubectl
        self._use = use
        self._keep = keep
        self._namespaces = Namespaces(kubectl)
        self._records: dict[str, str] = {}

    def get(self, name: str, make: Callable[[str], Release]) -> Release:
        """Return the release of that name as if it had just been installed.

        `make` gives the release for a namespace. HelmError where it can't be installed, or be made
        as it was.
        """
        key = _key(self._kubectl, make(""))
        known = read(name) if self._use else {}
        if known and _is_there(self._kubectl, known["namespace"]):
            if known["key"] == key:
                self._namespaces.adopt(known["namespace"])
                release = make(known["namespace"])
                release.upgrade()  # undoes changes that a test has left
                self._records[name] = release.namespace
                return release
            print(f"{name} of an earlier run is of other values or another chart: it goes")
            self._namespaces.delete(known["namespace"])
        release = make(self._namespaces.make(name))
        release.install()
        write(name, {"key": key, "namespace": release.namespace})
        self._records[name] = release.namespace
        return release

    def end(self) -> None:
        """Delete what nobody will use again."""
        self._namespaces.end(but=self._records.values() if self._keep else ())
        if not self._keep:
            for name in self._records:
                _file(name).unlink(missing_ok=True)


def of_run(config: pytest.Config, kubectl: Kubectl) -> SharedReleases:
    """Return shared releases as the options of a run want them."""
    return SharedReleases(
        kubectl, use=config.getoption("use_releases"), keep=config.getoption("keep_releases")
    )


def kept() -> set[str]:
    """Return the namespaces that earlier runs have left to the next one."""
    return {read(file.stem)["namespace"] for file in FOLDER.glob("*.json")}


def forget() -> None:
    """Let no run use what earlier ones have kept."""
    for file in FOLDER.glob("*.json"):
        file.unlink(missing_ok=True)


def read(name: str) -> dict[str, str]:
    """Return what is on record of a release: its key and namespace; nothing where there is none."""
    if not _file(name).exists():
        return {}
    found: dict[str, str] = json.loads(_file(name).read_text())
    return found


def write(name: str, record: dict[str, str]) -> None:
    """Put a release on record."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    _file(name).write_text(json.dumps(record))


def _file(name: str) -> Path:
    return FOLDER / f"{name}.json"


def _key(kubectl: Kubectl, release: Release) -> str:
    """Return the hash of what a release is made from: cluster, chart of the checkout, values."""
    cluster: dict[str, Any] = kubectl.json("get", "namespace", "kube-system")
    given = json.dumps([release.base, list(map(str, release.files))], sort_keys=True)
    return cache_key(cluster["metadata"]["uid"], files_key(CHART), given)


def _is_there(kubectl: Kubectl, namespace: str) -> bool:
    try:
        found = kubectl.get("namespace", namespace, namespace)
    except KubectlError:
        return False
    return bool(found["status"]["phase"] == "Active")
