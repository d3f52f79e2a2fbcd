"""Every pair of pods and every port: what the spec declares connects, all else is dropped."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from generator.plan.platform import Plan
from generator.spec.load import load_spec
from tests.cluster.kubectl import Kubectl, Object, last_seen
from tests.cluster.outside import ADDRESS, outside
from tests.cluster.pods import NAME, SLEEP, component, python_pod, toolbox_image
from tests.cluster.probe import Target, probe, probe_all
from tests.cluster.release import Release
from tests.helm import RELEASE, ROOT
from tools.cluster import Cluster

PLAN = Plan(load_spec(ROOT / "genx-fx.yaml"))
PORTS = sorted({component.port for component in PLAN.served if component.port})

FLOWS = {(flow.caller.name, flow.callee.name, flow.callee.port) for flow in PLAN.flows}
LISTENING = {(item.name, item.port) for item in PLAN.served}
INTERNET_CALLERS = {item.name for item in PLAN.components if "internet" in item.spec.callees}

PATIENCE = 30  # seconds until policies must be in effect
Answers = dict[tuple[str, Target], str]  # `connected`, `refused` or `dropped`, by pod and target
Named = dict[tuple[str, str, int | None], set[str]]  # the same by caller, callee or address, port
NO_RELEASE = {"key": "app.kubernetes.io/instance", "operator": "DoesNotExist"}

pytestmark = pytest.mark.xdist_group("platform")


@pytest.fixture(scope="module")
def pods(kubectl: Kubectl, platform: Release) -> dict[str, Object]:
    """Return the pods of the platform, by name."""
    items = kubectl.staying_pods(platform.namespace, f"app.kubernetes.io/instance={RELEASE}")
    running = {item["metadata"]["name"]: item for item in items}
    assert {component(pod) for pod in running.values()} == set(PLAN.by_name)
    return running


@pytest.fixture(scope="module")
def toolbox(base_values: dict[str, Any]) -> str:
    return toolbox_image(base_values)


def between(pods: dict[str, Object], *, guarded: bool) -> Answers:
    """Return what each pod is to hear from every port of every other pod."""
    expected = {}
    for source, target in itertools.permutations(pods, 2):
        for port in PORTS:
            path = (component(pods[source]), component(pods[target]), port)
            if guarded:
                answer = "connected" if path in FLOWS else "dropped"
            else:
                answer = "connected" if path[1:] in LISTENING else "refused"
            expected[source, (pods[target]["status"]["podIP"], port)] = answer
    return expected


def outwards(pods: dict[str, Object], answers: dict[Target, str], *, guarded: bool) -> Answers:
    """Return what each pod is to hear from outside, where whoever gets there hears this."""
    return {
        (pod, target): "dropped" if guarded and not may_call(pods[pod], target) else answer
        for pod in pods
        for target, answer in answers.items()
    }


def may_call(pod: Object, target: Target) -> bool:
    """Return whether a pod may reach an address that is not the platform's.

    Of the API server, which a guard calls, only the ports are known: it may be any address.
    """
    sidecars = {item["name"] for item in pod["spec"].get("initContainers", [])}
    calls = component(pod) in INTERNET_CALLERS if target[0] == ADDRESS else "guard" in sidecars
    return calls and target[1] == 443


@contextmanager
def beyond(kubectl: Kubectl, cluster: Cluster) -> Iterator[dict[Target, str]]:
    """Give addresses outside, and how they answer; none where the nodes were not made here."""
    if not cluster.is_kind:
        yield {}
        return
    with outside(cluster):
        answers = {(ADDRESS, port): "refused" for port in (53, 80, 443, 3306)}
        yield answers | private_addresses(kubectl, cluster)


@dataclass(frozen=True)
class Comparison:
    """What probes were to be answered, and what they were."""

    expected: Answers
    seen: Answers

    def part(self, pods: dict[str, Object], *, inside: bool) -> tuple[Named, Named]:
        """Return expected and seen, of calls between pods or of those outwards, by components."""
        addresses = {pod["status"]["podIP"]: component(pod) for pod in pods.values()}

        def named(answers: Answers) -> Named:
            found: Named = {}
            for (source, (address, port)), answer in answers.items():
                if (address in addresses) is inside:
                    path = (component(pods[source]), addresses.get(address, address), port)
                    found.setdefault(path, set()).add(answer)
            return found

        return named(self.expected), named(self.seen)


@pytest.fixture(scope="module")
def probed(
    kubectl: Kubectl,
    cluster: Cluster,
    platform: Release,
    pods: dict[str, Object],
    toolbox: str,
) -> dict[str, Comparison]:
    """Return all probes, first without policies, then with them."""
    found = {}

    def compare(answers: dict[Target, str], *, guarded: bool) -> Comparison:
        expected = between(pods, guarded=guarded) | outwards(pods, answers, guarded=guarded)
        targets: dict[str, list[Target]] = {}
        for source, target in expected:
            targets.setdefault(source, []).append(target)

        def look() -> Answers:
            return probe_all(kubectl, platform.namespace, toolbox, targets)

        return Comparison(expected, last_seen(look, expected, timeout=PATIENCE))

    with beyond(kubectl, cluster) as answers:
        with platform.unchanged():
            platform.upgrade({"networkPolicy": {"enabled": False}})
            found["open"] = compare(answers, guarded=False)
        found["guarded"] = compare(answers, guarded=True)
    return found


def test_only_declared_flows_connect(
    pods: dict[str, Object], probed: dict[str, Comparison]
) -> None:
    expected, seen = probed["open"].part(pods, inside=True)
    assert seen == expected, "without policies everything answers"
    assert expected.keys() >= FLOWS

    expected, seen = probed["guarded"].part(pods, inside=True)
    assert seen == expected


def test_only_who_calls_the_internet_gets_out_and_only_by_https(
    cluster: Cluster, pods: dict[str, Object], probed: dict[str, Comparison]
) -> None:
    if not cluster.is_kind:
        pytest.skip("the nodes were not made here, so nothing can be put behind them")
    expected, seen = probed["open"].part(pods, inside=False)
    assert seen == expected, "without policies everybody gets out"

    expected, seen = probed["guarded"].part(pods, inside=False)
    assert {path[0] for path, answers in expected.items() if answers != {"dropped"}} == (
        INTERNET_CALLERS
    )
    assert seen == expected


def private_addresses(kubectl: Kubectl, cluster: Cluster) -> dict[Target, str]:
    """Return the Kubernetes API and a node, and how they answer to HTTPS.

    What a pod sends to the API has the API's own port by the time that policies judge it.
    """
    service = kubectl.get("service", "kubernetes", "default")["spec"]["clusterIP"]
    addresses = kubectl.get("node", cluster.nodes()[0], "default")["status"]["addresses"]
    (node,) = [item["address"] for item in addresses if item["type"] == "InternalIP"]
    return {(service, 443): "connected", (node, 443): "refused"}


@pytest.fixture
def strangers(
    kubectl: Kubectl, platform: Release, namespace: str, toolbox: str
) -> Iterator[list[str]]:
    """Give namespaces with a pod `stranger`, which calls itself the API but is of no release.

    One is the platform's own, where it can send to all: only those who are called can refuse it.
    """
    homes = [namespace, platform.namespace]
    labels = {NAME: "api", "app.kubernetes.io/part-of": "genx-fx", "app": "api"}
    pod = python_pod("stranger", toolbox, SLEEP, labels=labels)
    talks = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "stranger"},
        "spec": {
            "podSelector": {"matchExpressions": [NO_RELEASE]},
            "policyTypes": ["Egress"],
            "egress": [{}],
        },
    }
    try:
        for home in homes:
            kubectl.apply([talks, pod], home)
            kubectl.wait("pod/stranger", "condition=Ready", home)
        yield homes
    finally:
        for home in homes:
            kubectl("delete", "pod,networkpolicy", "stranger", "-n", home, "--ignore-not-found")


def test_strangers_reach_only_what_is_exposed(
    kubectl: Kubectl, pods: dict[str, Object], toolbox: str, strangers: list[str]
) -> None:
    by_address = {pod["status"]["podIP"]: component(pod) for pod in pods.values()}
    targets = sorted(itertools.product(by_address, PORTS))
    exposed = {(item.name, item.port) for item in PLAN.exposed}
    expected = {
        (name, port, "connected" if (name, port) in exposed else "dropped")
        for name in PLAN.by_name
        for port in PORTS
    }
    for home in strangers:

        def look(home: str = home) -> set[tuple[str, int, str]]:
            seen = probe(kubectl, home, "stranger", toolbox, targets)
            return {
                (by_address[address], port, answer)
                for (address, port), answer in zip(targets, seen, strict=True)
            }

        assert last_seen(look, expected, timeout=PATIENCE) == expected, home
