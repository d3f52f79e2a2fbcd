"""The cluster enforces NetworkPolicies as Kubernetes defines them; other tests rely on that.

What each policy means is tested with the node's agent; here, that the cluster tells it in time.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cluster.arena import Arena
from tests.cluster.kubectl import Kubectl, eventually, last_seen
from tests.cluster.network_policy_cases import (
    CASES,
    DB,
    Case,
    allow,
    app,
    block,
    into_db,
    pods,
    policy,
    port,
    team,
)
from tests.cluster.pods import toolbox_image
from tools.cluster import Cluster

PATIENCE = 20.0  # seconds until a policy must be in effect

pytestmark = pytest.mark.xdist_group("network-policy")


@pytest.fixture(scope="module")
def open_arena(
    kubectl: Kubectl,
    cluster: Cluster,
    base_values: dict[str, Any],
    make_namespace: Callable[..., str],
) -> Iterator[Arena]:
    """Give the pods, and no policies."""
    namespaces = {each: make_namespace(f"policy-{each}") for each in ("shop", "bank")}
    made = Arena(kubectl, toolbox_image(base_values), cluster.nodes()[-2:], namespaces)
    assert wait_for(made, set(made.flows)) == set(made.flows)
    yield made
    made.close()


@pytest.fixture
def arena(open_arena: Arena) -> Iterator[Arena]:
    """Give the arena, without policies before and after."""
    yield open_arena
    open_arena.open_up()
    assert wait_for(open_arena, set(open_arena.flows)) == set(open_arena.flows)


def wait_for(arena: Arena, expected: set[str]) -> set[str]:
    """Return the open flows, as soon as they are those expected, or else the last seen."""
    return last_seen(arena.open_flows, expected, timeout=PATIENCE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_policies_close_exactly_what_they_say(arena: Arena, case: Case) -> None:
    arena.enforce(case.policies)
    assert wait_for(arena, arena.expected(case)) == arena.expected(case)


def test_pods_are_on_one_node_and_across_nodes(open_arena: Arena, kubectl: Kubectl) -> None:
    if len(kubectl.json("get", "nodes")["items"]) == 1:
        pytest.skip("the cluster has one node")
    hosts = {
        pod["metadata"]["name"]: pod["spec"]["nodeName"]
        for pod in kubectl.list("pods", open_arena.namespaces["shop"])
    }
    assert hosts["web"] == hosts["db"] != hosts["job"]


def test_a_label_that_is_added_counts_at_once(arena: Arena, kubectl: Kubectl) -> None:
    closed = Case("", into_db(allow(pods({"matchLabels": {"may": "enter"}}))), [DB])
    arena.enforce(closed.policies)
    assert wait_for(arena, arena.expected(closed)) == arena.expected(closed)
    opened = arena.expected(Case("", (), [DB], ["shop/job > shop/db:*"]))
    namespace, pod = arena.place("shop/job")
    kubectl("label", "pod", pod, "may=enter", "-n", namespace)
    assert wait_for(arena, opened) == opened
    kubectl("label", "pod", pod, "may-", "-n", namespace)
    assert wait_for(arena, arena.expected(closed)) == arena.expected(closed)


def test_a_label_of_a_namespace_counts_at_once(arena: Arena, kubectl: Kubectl) -> None:
    closed = Case("", into_db(allow(team("audit"))), [DB])
    arena.enforce(closed.policies)
    assert wait_for(arena, arena.expected(closed)) == arena.expected(closed)
    bank = arena.namespaces["bank"]
    kubectl("label", "namespace", bank, "team=audit", "--overwrite")
    try:
        opened = arena.expected(Case("", (), [DB], ["bank/* > shop/db:*"]))
        assert wait_for(arena, opened) == opened
    finally:
        kubectl("label", "namespace", bank, "team=bank", "--overwrite")


def test_a_policy_that_is_changed_counts_at_once(arena: Arena) -> None:
    for number in (8080, 9000):
        case = Case("", into_db(allow(ports=[port(number)])), [DB], [f"* > shop/db:{number}"])
        arena.enforce(case.policies)
        assert wait_for(arena, arena.expected(case)) == arena.expected(case)


def test_a_new_pod_is_isolated_by_a_policy_that_was_there(arena: Arena, kubectl: Kubectl) -> None:
    case = Case("", into_db(), [DB])
    arena.enforce(case.policies)
    assert wait_for(arena, arena.expected(case)) == arena.expected(case)
    namespace, _ = arena.place("shop/db")
    old = kubectl.get("pod", "db", namespace)
    kept = {key: old["metadata"][key] for key in ("labels", "namespace")}
    newcomer = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "newcomer", **kept},
        "spec": old["spec"],
    }
    kubectl.apply(newcomer, namespace)
    try:
        kubectl.wait("pod/newcomer", "condition=Ready", namespace)
        address = kubectl.get("pod", "newcomer", namespace)["status"]["podIP"]
        targets = [(address, 8080, "")]
        assert arena.probers["shop/web"].probe(targets) == [""]
        arena.open_up()
        eventually(
            "the new pod answers", lambda: all(arena.probers["shop/web"].probe(targets)), timeout=20
        )
    finally:
        kubectl("delete", "pod", "newcomer", "-n", namespace, "--wait=false")


def test_services_are_judged_by_the_pods_behind_them(arena: Arena, kubectl: Kubectl) -> None:
    namespace, _ = arena.place("shop/db")
    kubectl.apply(service("db", "ClusterIP"), namespace)
    address = kubectl.get("service", "db", namespace)["spec"]["clusterIP"]
    sources = [name for name in arena.probers if name != "shop/db"]

    def reached() -> set[str]:
        return {name for name in sources if all(arena.probers[name].probe([(address, 80, "")]))}

    eventually("all reach the service", lambda: reached() == set(sources), timeout=20)
    arena.enforce(into_db(allow(pods(app("web")), ports=[port(8080)])))
    eventually("only web reaches it", lambda: reached() == {"shop/web"}, timeout=20)
    # The service's own port is not the pod's.
    arena.enforce(into_db(allow(pods(app("web")), ports=[port(80)])))
    eventually("none reaches it", lambda: reached() == set(), timeout=20)
    kubectl("delete", "service", "db", "-n", namespace)


def test_load_balancers_are_judged_by_the_pods_behind_them(
    arena: Arena, kubectl: Kubectl, cluster: Cluster
) -> None:
    if cluster.ranges is None:
        pytest.skip("only where the addresses of the cluster's network are known")
    namespace, _ = arena.place("shop/db")
    kubectl.apply(service("outside", "LoadBalancer"), namespace)
    ingress = eventually(
        "the service has an address",
        lambda: kubectl.get("service", "outside", namespace)["status"]["loadBalancer"].get(
            "ingress"
        ),
    )
    address = ingress[0]["ip"]

    eventually("open without policies", lambda: answers(address), timeout=20)
    arena.enforce(into_db())
    eventually("closed by a policy", lambda: not answers(address), timeout=20)
    arena.enforce(into_db(allow(pods({}), team("bank"))))
    assert not answers(address), "the host is no pod"
    arena.enforce(into_db(allow(block(cluster.ranges.nodes))))
    eventually("open to the host's addresses", lambda: answers(address), timeout=20)
    kubectl("delete", "service", "outside", "-n", namespace)


def answers(address: str) -> bool:
    """Return whether this machine gets an answer from a service."""
    try:
        with socket.create_connection((address, 80), timeout=1) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return bool(connection.recv(100))
    except OSError:
        return False


def service(name: str, kind: str) -> dict[str, Any]:
    """Return a service for shop/db, with a port of its own."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {
            "type": kind,
            "selector": {"app": "db"},
            "ports": [{"port": 80, "targetPort": "http"}],
        },
    }


def test_the_kubelet_probes_pods_that_nobody_else_may_reach(arena: Arena, kubectl: Kubectl) -> None:
    case = Case("", [policy(ingress=[], egress=[])], ["* > shop/*", "shop/* > *"])
    arena.enforce(case.policies)
    assert wait_for(arena, arena.expected(case)) == arena.expected(case)
    for name in ("shop/web", "shop/job"):

        def probes(name: str = name) -> int:
            (answer,) = arena.probers[name].probe([("127.0.0.1", 8080, "")])
            return int(answer.rpartition("\n")[2])

        start = probes()
        eventually("probes go on", lambda: probes() >= start + 4, timeout=30)  # noqa: B023
        namespace, pod = arena.place(name)
        status = kubectl.get("pod", pod, namespace)["status"]
        (container,) = status["containerStatuses"]
        assert (container["ready"], container["restartCount"]) == (True, 0)
