"""Which node tests may lose, and how pods get there or stay away."""

from __future__ import annotations

from typing import Any

from tools.cluster import Cluster

HOSTNAME = "kubernetes.io/hostname"


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
