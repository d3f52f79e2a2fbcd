"""What is written stays: through the death of pods and of their node, and of the release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import COMPONENTS, merged, of_each
from tests.cluster import kept
from tests.cluster.conftest import LIGHT
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.leftovers import assert_only_what_is_meant_to_stays
from tests.cluster.nodes import expendable, rather_on
from tests.cluster.processes import container_id, is_ready
from tests.cluster.release import SECRET, Release
from tests.fixtures import MakeNamespace
from tests.helm import CHART
from tools.cluster import Cluster

COLOCATED = CHART / "ci" / "colocated-values.yaml"
PODS = len(COMPONENTS) + 1  # the API has two, which share their volumes with the bot
WORKLOADS = (
    *("statefulset/mysql", "statefulset/redis", "statefulset/trading-bot"),
    *("deployment/grafana", "deployment/api", "deployment/frontend"),
)
PLACES = (*kept.OWN_VOLUMES, *kept.SHARED_VOLUMES)

pytestmark = pytest.mark.xdist_group("volumes")


@pytest.fixture(scope="module")
def values(cluster: Cluster) -> dict[str, Any]:
    """Return all of the platform, on the node that tests may stop."""
    on_node = of_each(COMPONENTS, {"affinity": rather_on(expendable(cluster))})
    return merged(on_node, {"application": {"frontend": {"replicas": 1}}})


@pytest.fixture(scope="module")
def running(
    kubectl: Kubectl,
    make_namespace: MakeNamespace,
    chart: Path,
    images: dict[str, Any],
    values: dict[str, Any],
) -> Release:
    """Return a release whose volumes hold the word. Shared: each test leaves it running.

    Of a cluster without a ReadWriteMany class: that one is in the tests of upgrades.
    """
    base = merged(images, LIGHT)
    release = Release(
        kubectl, make_namespace("volumes"), chart, base, helm="helm3", files=(COLOCATED,)
    )
    release.install(values)
    kept.write(kubectl, release.namespace, PLACES, word(release))
    return release


def word(release: Release) -> str:
    """Return what all volumes of a release hold."""
    return f"kept-in-{release.namespace}"


def assert_kept(kubectl: Kubectl, release: Release) -> None:
    found = kept.read(kubectl, release.namespace, PLACES, word(release))
    assert set(found.values()) == {word(release)}, found


def test_tests_of_the_chart_pass(running: Release) -> None:
    assert "Phase:          Succeeded" in running.test()


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
    assert_only_what_is_meant_to_stays(kubectl, running.namespace, "colocated")
    running.install(values)
    assert claim_ids(kubectl, running.namespace) == claims
    assert kubectl.secret(SECRET, running.namespace) == passwords
    assert_kept(kubectl, running)


@pytest.mark.soak  # tests of faults kill the servers, and a node made of a container loses no more
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
    """Return whether all pods are ready, and with other containers than these.

    A node that has just come back still has the state on record that it had before.
    """
    return len(pods) == PODS and all(
        container_id(pod) not in {"", *containers} and is_ready(pod) for pod in pods
    )
