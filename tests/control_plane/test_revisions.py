"""Which upgrades make new pods: those that change what a pod reads, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.chart.scenarios import COMPONENTS, merged, nested
from tests.cluster.pods import component
from tests.control_plane.release import QuietRelease

# Keys of the ConfigMap, and who reads them: itself, or composed into a key of the Secret.
READERS = {
    "ENV": {"api"},
    "MT5_SERVER": {"api", "trading-bot"},
    "GRAFANA_DATABASE_USER": {"mysql", "grafana"},
}
VALUES = {"ENV": "staging", "MT5_SERVER": "changed", "GRAFANA_DATABASE_USER": "reader"}


@pytest.fixture
def release(release: QuietRelease, helm: str) -> QuietRelease:
    """Return an installed release of either Helm."""
    made = replace(release, helm=helm)
    made.install()
    rolled_out(made)
    return made


def rolled_out(release: QuietRelease) -> None:
    """Wait for the end of all rollouts: Helm 3 does not wait until old pods are gone."""
    for item in release.kubectl.list("deployments,statefulsets", release.namespace):
        release.kubectl.rolled_out(f"{item['kind']}/{item['metadata']['name']}", release.namespace)


def pods(release: QuietRelease) -> dict[str, set[str]]:
    """Return the pods of each component, by their identities."""
    found: dict[str, set[str]] = {name: set() for name in COMPONENTS}
    for pod in release.kubectl.staying_pods(release.namespace):
        if (name := component(pod)) in found:
            found[name].add(pod["metadata"]["uid"])
    return found


def revisions(release: QuietRelease) -> dict[str, Any]:
    """Return which revision each workload is at, and which of it Kubernetes has seen."""
    workloads = release.kubectl.list("deployments,statefulsets", release.namespace)
    return {
        item["metadata"]["name"]: (
            item["metadata"].get("annotations", {}).get("deployment.kubernetes.io/revision"),
            item["status"].get("currentRevision"),
            item["status"].get("updateRevision"),
            item["metadata"]["generation"],
        )
        for item in workloads
    }


def test_upgrade_without_a_change_makes_no_revision(release: QuietRelease) -> None:
    before = pods(release), revisions(release)
    release.upgrade()
    assert (pods(release), revisions(release)) == before


def test_changed_key_restarts_exactly_the_pods_that_read_it(release: QuietRelease) -> None:
    values: dict[str, Any] = {}
    for key, readers in READERS.items():
        before = pods(release)
        values = merged(values, nested({f"global.config.{key}": VALUES[key]}))
        release.upgrade(values)
        rolled_out(release)
        after = pods(release)
        assert {name for name in COMPONENTS if before[name] != after[name]} == readers, key
