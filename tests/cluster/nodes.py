"""Which node tests may lose, and how pods get there or stay away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.cluster.kubectl import Kubectl, Object
from tools.cluster import Cluster

HOSTNAME = "kubernetes.io/hostname"
TAINT = "genx-fx/test"
TOLERATIONS = [{"key": TAINT, "operator": "Exists", "effect": "NoSchedule"}]
"""What pods must tolerate that start while all nodes are tainted."""


def expendable(cluster: Cluster) -> str:
    """Return the one node that tests stop or cut off."""
    return cluster.nodes()[-1]


def away_from(node: str) -> dict[str, Any]:
    """Return the affinity of pods that never run on a node."""
    return _only("NotIn", node)


def on_one_of(*nodes: str) -> dict[str, Any]:
    """Return the affinity of pods that run on these nodes alone."""
    return _only("In", *nodes)


def _only(operator: str, *nodes: str) -> dict[str, Any]:
    term = [{"key": HOSTNAME, "operator": operator, "values": list(nodes)}]
    terms = {"nodeSelectorTerms": [{"matchExpressions": term}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}


def rather_on(node: str) -> dict[str, Any]:
    """Return the affinity of pods that run on a node if they can, and else on another."""
    preference = {"matchExpressions": [{"key": HOSTNAME, "operator": "In", "values": [node]}]}
    wish = [{"weight": 100, "preference": preference}]
    return {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": wish}}


@contextmanager
def all_tainted(cluster: Cluster, kubectl: Kubectl) -> Iterator[None]:
    """Let no pod start that does not tolerate it; those that run stay."""
    try:
        for node in cluster.nodes():
            kubectl("taint", "node", node, f"{TAINT}=:NoSchedule", "--overwrite")
        yield
    finally:
        for node in cluster.nodes():
            remove_taint(kubectl, node)


def remove_taint(kubectl: Kubectl, node: str) -> None:
    """Remove it from a node, where it is."""
    if any(taint["key"] == TAINT for taint in taints(kubectl, node)):
        kubectl("taint", "node", node, f"{TAINT}-")


def taints(kubectl: Kubectl, node: str) -> list[Object]:
    """Return the taints of a node."""
    found: list[Object] = kubectl.json("get", "node", node)["spec"].get("taints", [])
    return found
