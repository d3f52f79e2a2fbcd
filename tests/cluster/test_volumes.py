"""What is written stays: through the death of pods and of their node, and of the release."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import merged, of_each
from tests.cluster import kept
from tests.cluster.conftest import MakeNamespace
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.nodes import expendable, rather_on
from tests.cluster.processes import container_id, is_ready
from tests.cluster.release import DATA_TIER, SECRET, Release
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
def word() -> str:
    """What all volumes hold."""
    return uuid.uuid4().hex


@pytest.fixture(scope="module")
def running(
    kubectl: Kubectl,
    make_namespace: MakeNamespace,
    chart: Path,
    base_values: dict[str, Any],
    values: dict[str, Any],
    word: str,
) -> Release:
    """A release whose volumes hold the word. Shared: each test leaves it running."""
    release = Release(kubectl, make_namespace("volumes"), chart, base_values)
    release.install(values)
    kept.write(kubectl, release.namespace, PLACES, word)
    return release


def assert_kept(kubectl: Kubectl, release: Release, word: str) -> None:
    found = kept.read(kubectl, release.namespace, PLACES, word)
    assert set(found.values()) == {word}, found


def test_volumes_outlive_pods(kubectl: Kubectl, running: Release, word: str) -> None:
    kubectl("delete", "pods", "--all", "-n", running.namespace)
    for workload in WORKLOADS:
        kubectl.rolled_out(workload, running.namespace)
    assert_kept(kubectl, running, word)


def test_volumes_and_passwords_outlive_the_release(
    kubectl: Kubectl, running: Release, values: dict[str, Any], word: str
) -> None:
    passwords = kubectl.secret(SECRET, running.namespace)
    claims = claim_ids(kubectl, running.namespace)
    running.uninstall()
    running.install(values)
    assert claim_ids(kubectl, running.namespace) == claims
    assert kubectl.secret(SECRET, running.namespace) == passwords
    assert_kept(kubectl, running, word)


@pytest.mark.alone
def test_volumes_outlive_a_power_failure_of_their_node(
    cluster: Cluster, kubectl: Kubectl, running: Release, word: str
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
    assert_kept(kubectl, running, word)


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
