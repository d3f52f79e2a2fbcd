"""Every pair of pods and every port: what the spec declares connects, all else is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from generator.plan.platform import Plan
from generator.spec.load import load_spec
from tests.cluster.kubectl import Kubectl, Object
from tests.cluster.outside import outside
from tests.cluster.pods import SLEEP, python_pod, toolbox_image
from tests.cluster.probe import Target, probe, probe_all
from tests.cluster.release import Release
from tests.helm import RELEASE, ROOT
from tools.cluster import Cluster

PLAN = Plan(load_spec(ROOT / "genx-fx.yaml"))
PORTS = sorted({component.port for component in PLAN.served if component.port})

Path = tuple[str, str, int]  # caller, callee, port

pytestmark = pytest.mark.xdist_group("platform")


def component(pod: Object) -> str:
    return str(pod["metadata"]["labels"]["app"])


@pytest.fixture(scope="module")
def pods(kubectl: Kubectl, platform: Release) -> dict[str, Object]:
    """The pods of the platform, by name."""
    items = kubectl.list("pods", platform.namespace, f"app.kubernetes.io/instance={RELEASE}")
    running = {
        item["metadata"]["name"]: item for item in items if item["status"]["phase"] == "Running"
    }
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
    listening = {(item.name, item.port) for item in PLAN.served}
    with without_policies(platform):
        canary = named(pods, probe_all(kubectl, platform.namespace, toolbox, targets))
    assert canary == {
        (source, target, port): {"connected" if (target, port) in listening else "refused"}
        for source, target, port in canary
    }, "without policies everything answers"

    flows = {(flow.caller.name, flow.callee.name, flow.callee.port) for flow in PLAN.flows}
    guarded = named(pods, probe_all(kubectl, platform.namespace, toolbox, targets))
    assert guarded == {path: {"connected" if path in flows else "dropped"} for path in canary}
    assert flows <= set(guarded)


def test_only_who_calls_the_internet_gets_out_and_only_by_https(
    kubectl: Kubectl, cluster: Cluster, platform: Release, pods: dict[str, Object], toolbox: str
) -> None:
    if not cluster.is_kind:
        pytest.skip("the nodes were not made here, so nothing can be put behind them")
    ports = (80, 443, 3306)
    with outside(cluster) as address:
        targets = {pod: [(address, port) for port in ports] for pod in pods}
        with without_policies(platform):
            canary = probe_all(kubectl, platform.namespace, toolbox, targets)
        assert set(canary.values()) == {"refused"}, "without policies everybody gets out"

        guarded = probe_all(kubectl, platform.namespace, toolbox, targets)
    callers = {item.name for item in PLAN.components if "internet" in item.spec.calls}
    assert callers
    assert guarded == {
        (pod, (address, port)): (
            "refused" if component(pods[pod]) in callers and port == 443 else "dropped"
        )
        for pod in pods
        for port in ports
    }


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
