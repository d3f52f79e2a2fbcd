"""What the budgets allow: evictions one by one, and drains that end."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.chart.scenarios import COMPONENTS
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.pods import NAME
from tests.control_plane.nodes import Arena, hosts
from tests.control_plane.release import QuietRelease, only

SINGLE = ("trading-bot", "mysql", "redis", "grafana")
REFUSAL = "Cannot evict pod as it would violate the pod's disruption budget."


@pytest.fixture
def platform(release: QuietRelease, nodes: Arena) -> QuietRelease:
    """Return the platform on four nodes of its own."""
    nodes.add("zone-a", 2)
    nodes.add("zone-b", 2)
    release.install(only(*COMPONENTS, on=nodes))
    return release


def evict(kubectl: Kubectl, pod: Object) -> subprocess.CompletedProcess[str]:
    """Ask for an eviction, as a drain does."""
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": name, "namespace": namespace},
    }
    path = f"/api/v1/namespaces/{namespace}/pods/{name}/eviction"
    return kubectl.run("create", "--raw", path, "-f", "-", stdin=json.dumps(eviction))


def allowed(kubectl: Kubectl, namespace: str) -> dict[str, int]:
    """Return how many evictions each budget allows now."""
    budgets = kubectl.list("pdb", namespace)
    return {b["metadata"]["name"]: b["status"].get("disruptionsAllowed", 0) for b in budgets}


def test_budgets_allow_one_pod_of_each_at_a_time(platform: QuietRelease, nodes: Arena) -> None:
    kubectl, namespace = platform.kubectl, platform.namespace
    every = dict.fromkeys(COMPONENTS, 1)
    eventually("the budgets are counted", lambda: allowed(kubectl, namespace) == every)
    # Nobody can take the place of a pod that is evicted.
    kubectl("cordon", *(item["metadata"]["name"] for item in nodes.nodes()))

    for name in ("frontend", "api"):
        first, second = kubectl.staying_pods(namespace, f"{NAME}={name}")
        assert evict(kubectl, first).returncode == 0
        refused = evict(kubectl, second)
        assert refused.returncode
        assert REFUSAL in refused.stderr
    for name in SINGLE:
        (pod,) = kubectl.staying_pods(namespace, f"{NAME}={name}")
        assert evict(kubectl, pod).returncode == 0, name
    eventually("no budget is left", lambda: set(allowed(kubectl, namespace).values()) == {0})

    kubectl("uncordon", *(item["metadata"]["name"] for item in nodes.nodes()))
    eventually("all are back", lambda: allowed(kubectl, namespace) == every)


def test_unready_pod_is_evicted_though_the_budget_is_spent(
    platform: QuietRelease, nodes: Arena
) -> None:
    kubectl, namespace = platform.kubectl, platform.namespace
    kubectl("cordon", *(item["metadata"]["name"] for item in nodes.nodes()))
    pods = kubectl.staying_pods(namespace, f"{NAME}=api")
    for pod in pods:
        conditions = [{"type": kind, "status": "False"} for kind in ("Ready", "ContainersReady")]
        status = json.dumps({"status": {"conditions": conditions}})
        name = pod["metadata"]["name"]
        kubectl("patch", "pod", name, "-n", namespace, "--subresource=status", "-p", status)
    eventually("no budget is left", lambda: allowed(kubectl, namespace)["api"] == 0)
    for pod in pods:
        assert evict(kubectl, pod).returncode == 0


def test_drain_of_every_node_in_turn_ends(platform: QuietRelease, nodes: Arena) -> None:
    """Drain each node; the pods of a StatefulSet may come back on the node that is drained next.

    A pod here is gone at once, so the disruption controller can overlook that it was deleted. It
    then takes the new pod of the same name for the evicted one and allows no eviction for 2 minutes
    (DeletionTimeout in pkg/controller/disruption of Kubernetes): each drain gets 3.
    """
    kubectl, namespace = platform.kubectl, platform.namespace
    for item in nodes.nodes():
        host = item["metadata"]["name"]
        kubectl("drain", host, "--delete-emptydir-data", "--timeout=180s")
        assert host not in hosts(kubectl.staying_pods(namespace))
        kubectl("uncordon", host)
    for name in COMPONENTS:
        kind = "deployment" if name in ("frontend", "api", "grafana") else "statefulset"
        kubectl.rolled_out(f"{kind}/{name}", namespace)
