"""Every pair of pods and every port: what the spec declares connects, all else is dropped."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from generator.plan.platform import Plan
from generator.spec.load import load_spec
from tests.cluster.kubectl import Kubectl, Object, last_seen
from tests.cluster.outside import outside
from tests.cluster.pods import SLEEP, python_pod, toolbox_image
from tests.cluster.probe import Target, probe, probe_all
from tests.cluster.release import Release
from tests.helm import RELEASE, ROOT
from tools.cluster import Cluster

PLAN = Plan(load_spec(ROOT / "genx-fx.yaml"))
PORTS = sorted({component.port for component in PLAN.served if component.port})

PATIENCE = 30  # seconds until policies must be in effect
Path = tuple[str, str, int]  # caller, callee, port

pytestmark = pytest.mark.xdist_group("platform")


def component(pod: Object) -> str:
    return str(pod["metadata"]["labels"]["app"])


@pytest.fixture(scope="module")
def pods(kubectl: Kubectl, platform: Release) -> dict[str, Object]:
    """The pods of the platform, by name."""
    items = kubectl.staying_pods(platform.namespace, f"app.kubernetes.io/instance={RELEASE}")
    running = {item["metadata"]["name"]: item for item in items}
    assert {component(pod) for pod in running.values()} == set(PLAN.by_name)
    return running


@pytest.fixture(scope="module")
def targets(pods: dict[str, Object]) -> dict[str, list[Target]]:
    """What each pod tries: every port of every other pod."""
    return {
        source: [
            (pods[target]["status"]["podIP"], port)
            for target in pods
            for port in PORTS
            if target != source
        ]
        for source in pods
    }


@pytest.fixture(scope="module")
def toolbox(base_values: dict[str, Any]) -> str:
    return toolbox_image(base_values)


@contextmanager
def without_policies(platform: Release) -> Iterator[None]:
    with platform.unchanged():
        platform.upgrade({"global": {"networkPolicy": {"enabled": False}}})
        yield


def named(pods: dict[str, Object], seen: dict[tuple[str, Target], str]) -> dict[Path, set[str]]:
    """What was seen, by components in place of pods and addresses."""
    by_address = {pod["status"]["podIP"]: component(pod) for pod in pods.values()}
    answers: dict[Path, set[str]] = {}
    for (source, (address, port)), answer in seen.items():
        path = (component(pods[source]), by_address[address], port)
        answers.setdefault(path, set()).add(answer)
    return answers


def test_only_declared_flows_connect(
    kubectl: Kubectl,
    platform: Release,
    pods: dict[str, Object],
    targets: dict[str, list[Target]],
    toolbox: str,
) -> None:
    def look() -> dict[Path, set[str]]:
        return named(pods, probe_all(kubectl, platform.namespace, toolbox, targets))

    paths = {
        (component(pods[source]), component(pods[target]), port)
        for source, target in itertools.permutations(pods, 2)
        for port in PORTS
    }
    listening = {(item.name, item.port) for item in PLAN.served}
    canary = {path: {"connected" if path[1:] in listening else "refused"} for path in paths}
    with without_policies(platform):
        assert last_seen(look, canary, timeout=PATIENCE) == canary, (
            "without policies everything answers"
        )

    flows = {(flow.caller.name, flow.callee.name, flow.callee.port) for flow in PLAN.flows}
    guarded = {path: {"connected" if path in flows else "dropped"} for path in paths}
    assert last_seen(look, guarded, timeout=PATIENCE) == guarded
    assert flows <= paths


def test_only_who_calls_the_internet_gets_out_and_only_by_https(
    kubectl: Kubectl, cluster: Cluster, platform: Release, pods: dict[str, Object], toolbox: str
) -> None:
    if not cluster.is_kind:
        pytest.skip("the nodes were not made here, so nothing can be put behind them")
    with outside(cluster) as address:
        answers = {(address, port): "refused" for port in (53, 80, 443, 3306)}
        answers |= private_addresses(kubectl, cluster)

        def look() -> dict[tuple[str, Target], str]:
            targets = dict.fromkeys(pods, answers)
            return probe_all(kubectl, platform.namespace, toolbox, targets)

        canary = {(pod, target): answer for pod in pods for target, answer in answers.items()}
        with without_policies(platform):
            assert last_seen(look, canary, timeout=PATIENCE) == canary, (
                "without policies everybody gets out"
            )

        callers = {item.name for item in PLAN.components if "internet" in item.spec.calls}
        guarded = dict.fromkeys(canary, "dropped") | {
            (pod, (address, 443)): "refused" for pod in pods if component(pods[pod]) in callers
        }
        assert callers
        assert last_seen(look, guarded, timeout=PATIENCE) == guarded


def private_addresses(kubectl: Kubectl, cluster: Cluster) -> dict[Target, str]:
    """The Kubernetes API and a node, and how they answer to HTTPS.

    What a pod sends to the API has the API's own port by the time that policies judge it.
    """
    service = kubectl.get("service", "kubernetes", "default")["spec"]["clusterIP"]
    addresses = kubectl.get("node", cluster.nodes()[0], "default")["status"]["addresses"]
    (node,) = [item["address"] for item in addresses if item["type"] == "InternalIP"]
    return {(service, 443): "connected", (node, 443): "refused"}


def test_strangers_reach_only_what_is_exposed(
    kubectl: Kubectl,
    pods: dict[str, Object],
    toolbox: str,
    namespace: str,
) -> None:
    kubectl.apply(python_pod("stranger", toolbox, SLEEP), namespace)
    kubectl.wait("pod/stranger", "condition=Ready", namespace)
    targets = [(pod["status"]["podIP"], port) for pod in pods.values() for port in PORTS]
    exposed = {(item.name, item.port) for item in PLAN.exposed}
    seen = probe(kubectl, namespace, "stranger", toolbox, targets)
    by_address = {pod["status"]["podIP"]: component(pod) for pod in pods.values()}
    answers = {
        (by_address[address], port, answer)
        for (address, port), answer in zip(targets, seen, strict=True)
    }
    assert answers == {
        (name, port, "connected" if (name, port) in exposed else "dropped")
        for name in PLAN.by_name
        for port in PORTS
    }
