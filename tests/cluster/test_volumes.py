"""What is written stays: through the death of pods and of their node, and of the release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import merged, of_each
from tests.cluster import kept
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.nodes import expendable, rather_on
from tests.cluster.processes import container_id, is_ready
from tests.cluster.release import DATA_TIER, SECRET, Release
from tests.cluster.shared_releases import SharedReleases
from tools.cluster import Cluster

PODS = 5
KEEPERS = {
    "mysql": ("data", "mysql"),
    "redis": ("data", "redis"),
    "grafana": ("monitoring", "grafana"),
    "api": ("application", "api"),
    "trading-bot": ("application", "tradingBot"),
}
WORKLOADS = (
    *("statefulset/mysql", "statefulset/redis", "statefulset/trading-bot"),
    *("deployment/grafana", "deployment/api"),
)
PLACES = (*kept.OWN_VOLUMES, *kept.SHARED_VOLUMES)

pytestmark = pytest.mark.xdist_group("volumes")


@pytest.fixture(scope="module")
def values(cluster: Cluster) -> dict[str, Any]:
    """All components that have a volume, on the node that tests may stop."""
    options = {"enabled": True, "affinity": rather_on(expendable(cluster))}
    one = {"application": {"api": {"replicas": 1}}}
    return merged(DATA_TIER, of_each(KEEPERS, options), one)


@pytest.fixture(scope="module")
def running(
    kubectl: Kubectl,
    shared: SharedReleases,
    chart: Path,
    base_values: dict[str, Any],
    values: dict[str, Any],
) -> Release:
    """A release whose volumes hold the word. Shared: each test leaves it running."""
    made = shared.get("volumes", lambda name: Release(kubectl, name, chart, base_values), values)
    if not is_kept(kubectl, made):
        kept.write(kubectl, made.namespace, PLACES, word(made))
    return made


def word(release: Release) -> str:
    """What all volumes of a release hold."""
    return f"kept-in-{release.namespace}"


def is_kept(kubectl: Kubectl, release: Release) -> bool:
    """Whether an earlier run has written the word."""
    mysql = kept.OWN_VOLUMES[:1]
    return word(release) in kept.read(kubectl, release.namespace, mysql, word(release)).values()


def assert_kept(kubectl: Kubectl, release: Release) -> None:
    found = kept.read(kubectl, release.namespace, PLACES, word(release))
    assert set(found.values()) == {word(release)}, found


def test_volumes_outlive_pods(kubectl: Kubectl, running: Release) -> None:
    kubectl("delete", "pods", "--all", "-n", running.namespace)
    for workload in WORKLOADS:
        kubectl.rolled_out(workload, running.namespace)
    assert_kept(kubectl, running)


def test_volumes_and_passwords_outlive_the_release(
    kubectl: Kubectl, running: Release, values: dict[str, Any]
) -> None:
    passwords = kubectl.secret(SECRET, running.namespace)
    claims = claim_ids(kubectl, running.namespace)
    running.uninstall()
    running.install(values)
    assert claim_ids(kubectl, running.namespace) == claims
    assert kubectl.secret(SECRET, running.namespace) == passwords
    assert_kept(kubectl, running)


@pytest.mark.alone
def test_volumes_outlive_a_power_failure_of_their_node(
    cluster: Cluster, kubectl: Kubectl, running: Release
) -> None:
    node = expendable(cluster)
    before = kubectl.list("pods", running.namespace)
    assert {pod["spec"]["nodeName"] for pod in before} == {node}

    cluster.stop_node(node, abruptly=True)
    cluster.start_node(node)

    containers = {container_id(pod) for pod in before}
    eventually(
        "the pods on the node run again",
        lambda: all_ready_without(kubectl.list("pods", running.namespace), containers),
        timeout=180,
    )
    assert_kept(kubectl, running)


def claim_ids(kubectl: Kubectl, namespace: str) -> dict[str, str]:
    claims = kubectl.list("pvc", namespace)
    return {claim["metadata"]["name"]: claim["metadata"]["uid"] for claim in claims}


def all_ready_without(pods: list[Object], containers: set[str]) -> bool:
    """Whether all pods are ready, and with other containers than these.

    A node that has just come back still has the state on record that it had before.
    """
    return len(pods) == PODS and all(
        container_id(pod) not in {"", *containers} and is_ready(pod) for pod in pods
    )
