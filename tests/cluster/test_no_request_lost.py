"""Whatever is done to the platform, no request is lost; without the preStop sleep some are."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.forms import short_and_long
from tests.cluster.kubectl import Kubectl, eventually
from tests.cluster.load import REQUESTS, Load, addresses, steady_load
from tests.cluster.pods import NAME, component
from tests.cluster.processes import is_ready
from tests.cluster.release import Release
from tools.cluster import Cluster

RATE = 60  # requests a second: a quarter of what two cores can bear, as rollouts need them too
STATELESS = ("frontend", "api")
SELECTOR = f"{NAME} in ({','.join(STATELESS)})"
LABEL = "genx-fx/drain"

pytestmark = pytest.mark.alone


@dataclass(frozen=True)
class Size:
    """How much is sent and done."""

    requests: int
    rollouts: int
    drains: int


SHORT = Size(requests=12_000, rollouts=1, drains=1)
LONG = Size(requests=100_000, rollouts=20, drains=4)


@short_and_long("size", SHORT, LONG)
def test_no_request_is_lost(
    cluster: Cluster, kubectl: Kubectl, platform: Release, tmp_path: Path, size: Size
) -> None:
    targets = addresses(kubectl, platform, REQUESTS)
    undrainable = why_undrainable(cluster)
    with platform.unchanged():
        platform.upgrade(replicas(3))
        settled(kubectl, platform, 3)
        with steady_load(targets, RATE, tmp_path) as load:
            load.phase("the HPA scales in")
            platform.upgrade(replicas(2))
            settled(kubectl, platform, 2)
            for number in range(1, size.rollouts + 1):
                load.phase(f"rollout {number}")
                roll_out(kubectl, platform)
            for number in range(1, 1 if undrainable else size.drains + 1):
                load.phase(f"drain {number}")
                drain_a_node(cluster, kubectl, platform)
            load.phase("upgrade")
            platform.upgrade(replicas(2, podAnnotations={"release": "next"}))
            load.phase("rollback")
            platform.rollback()
            settled(kubectl, platform, 2)
            load.phase("nothing")
            load.go_on_until(size.requests)

    print(json.dumps(load.report(), indent=2))
    assert load.requests >= size.requests
    assert min(load.by_connection.values()) >= 0.45 * load.requests
    assert not load.failures, summary(load)
    if undrainable:
        pytest.skip(f"no request was lost, but no node was drained: {undrainable}")


@pytest.mark.soak  # proves that the test above would see a fault; says nothing about the chart
def test_requests_are_lost_without_the_pause_before_stopping(
    kubectl: Kubectl, platform: Release, tmp_path: Path
) -> None:
    """What is sent above would show a fault if there were one."""
    targets = addresses(kubectl, platform, REQUESTS)
    with platform.unchanged():
        platform.upgrade(replicas(2))  # otherwise the load might add pods, for minutes
        for name in STATELESS:
            patch = [{"op": "remove", "path": "/spec/template/spec/containers/0/lifecycle"}]
            kubectl(
                *("patch", "deployment", name, "-n", platform.namespace),
                *("--type=json", "--patch", json.dumps(patch)),
            )
        for name in STATELESS:
            kubectl.rolled_out(f"deployment/{name}", platform.namespace)
        with steady_load(targets, RATE, tmp_path) as load:
            load.phase("upgrade that stops pods without a pause, and brings it back")
            platform.upgrade(replicas(2))

    print(json.dumps(load.report(), indent=2))
    assert load.failures


def replicas(number: int, **more: Any) -> dict[str, Any]:
    """Return values that let autoscalers want exactly so many pods."""
    wanted = {"enabled": True, "minReplicas": number, "maxReplicas": number}
    return {"application": {name: {"autoscaling": wanted, **more} for name in STATELESS}}


def roll_out(kubectl: Kubectl, platform: Release) -> None:
    for name in STATELESS:
        kubectl("rollout", "restart", f"deployment/{name}", "-n", platform.namespace)
    for name in STATELESS:
        kubectl.rolled_out(f"deployment/{name}", platform.namespace)


def why_undrainable(cluster: Cluster) -> str:
    """Return why no node of the cluster may be drained; empty where one may."""
    if not cluster.is_kind:
        return f"{cluster.context} was there before, and its nodes are not for tests to drain"
    if len(cluster.nodes()) == 1:
        return "the only node has nobody to give its pods to"
    return ""


def drain_a_node(cluster: Cluster, kubectl: Kubectl, platform: Release) -> None:
    """Drain a node of the platform's pods that may run anywhere, and give it back."""
    namespace = platform.namespace
    mark = f"{LABEL}={namespace}"
    # kubectl drain evicts pods of all namespaces, also those of other tests.
    kubectl("label", "pods", "-n", namespace, "--selector", SELECTOR, "--overwrite", mark)
    # Not the first, which has the addresses of load balancers.
    node = max(hosts(kubectl, platform) & set(cluster.nodes()[1:]))
    try:
        kubectl(
            *("drain", node, "--pod-selector", mark, "--timeout=180s"),
            *("--ignore-daemonsets", "--delete-emptydir-data"),
        )
        assert node not in hosts(kubectl, platform)
        for name in STATELESS:
            kubectl.rolled_out(f"deployment/{name}", namespace)
    finally:
        kubectl("uncordon", node)


def hosts(kubectl: Kubectl, platform: Release) -> set[str]:
    """Return the nodes with pods that are there to stay."""
    staying = kubectl.staying_pods(platform.namespace, SELECTOR)
    return {pod["spec"]["nodeName"] for pod in staying}


def settled(kubectl: Kubectl, platform: Release, number: int) -> None:
    """Wait until each Deployment has so many ready pods, and none that is about to go."""

    def as_wanted() -> bool:
        found = kubectl.list("pods", platform.namespace, SELECTOR)
        ready = Counter(
            component(pod)
            for pod in found
            if is_ready(pod) and "deletionTimestamp" not in pod["metadata"]
        )
        return ready == dict.fromkeys(STATELESS, number) and len(found) == ready.total()

    eventually(f"{number} pods of each", as_wanted, timeout=240)


def summary(load: Load) -> str:
    """Return which requests were lost, when, and why; the first of them one by one."""
    report = load.report()
    shown = report["failures"][:20]
    return "\n".join(
        [f"{len(load.failures)} of {load.requests} requests: {report['reasons']}", *shown]
    )
