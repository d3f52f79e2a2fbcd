"""Nodes of a test's own, which no pod of another test may run on."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.cluster.kubectl import Kubectl, Object, eventually
from tools.control_plane.nodes import MANAGED, ZONE, node

ARENA = "genx-fx/arena"
NEVER = {"key": ARENA, "effect": "NoSchedule"}


@dataclass
class Arena:
    """Nodes with a label and a taint of their own."""

    kubectl: Kubectl
    name: str = field(default_factory=lambda: f"arena-{uuid.uuid4().hex[:6]}")

    @property
    def values(self) -> dict[str, Any]:
        """Options of a component that keep its pods on these nodes."""
        toleration = {"key": ARENA, "operator": "Exists", "effect": "NoSchedule"}
        return {"nodeSelector": {ARENA: self.name}, "tolerations": [toleration]}

    def add(self, zone: str, count: int, *, cores: int = 64) -> list[str]:
        """Add so many nodes to a zone, or to none, and wait until they are ready; their names."""
        names = [f"{self.name}-{uuid.uuid4().hex[:6]}" for _ in range(count)]
        items = [node(name, zone, cores=cores, labels={ARENA: self.name}) for name in names]
        for item in items:
            item["spec"] = {"taints": [NEVER]}
        bundle = {"apiVersion": "v1", "kind": "List", "items": items}
        self.kubectl("create", "-f", "-", stdin=json.dumps(bundle))
        eventually(f"{self.name} has its new nodes", lambda: self._are_ready(names), every=0.3)
        return names

    def nodes(self) -> list[Object]:
        """Return all nodes that are there."""
        found: list[Object] = self.kubectl.json("get", "nodes", "-l", f"{ARENA}={self.name}")
        return list(found["items"])  # type: ignore[call-overload]

    def lose(self, names: Iterable[str]) -> None:
        """Let nodes fall silent, as if they had lost their power.

        What the controller manager notes after 50 s of silence is noted at once.
        """
        key, _, _ = MANAGED.partition("=")
        for name in names:
            self.kubectl("label", "node", name, f"{key}-")
            unknown = {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"}
            status = json.dumps({"status": {"conditions": [unknown]}})
            self.kubectl("patch", "node", name, "--subresource=status", "-p", status)

    def remove(self, names: Iterable[str]) -> None:
        """Delete nodes, as whoever knows that they are gone for ever."""
        self.kubectl("delete", "node", *names)

    def _are_ready(self, names: list[str]) -> bool:
        items = self.kubectl.json("get", "nodes", *names)
        nodes = items["items"] if items["kind"] == "List" else [items]
        return all(len(item["spec"].get("taints", [])) == 1 for item in nodes)


@contextmanager
def arena(kubectl: Kubectl) -> Iterator[Arena]:
    """Give an arena whose nodes go at the end."""
    made = Arena(kubectl)
    try:
        yield made
    finally:
        kubectl("delete", "nodes", "--selector", f"{ARENA}={made.name}", "--wait=false")


def hosts(pods: Iterable[Object]) -> Counter[str]:
    """Return how many of these pods run on each node; those without a node do not count."""
    return Counter(pod["spec"]["nodeName"] for pod in pods if "nodeName" in pod["spec"])


def zones(pods: Iterable[Object], nodes: Iterable[Object]) -> Counter[str]:
    """Return how many of these pods run in each zone that has nodes."""
    zone_of = {item["metadata"]["name"]: item["metadata"]["labels"][ZONE] for item in nodes}
    found = Counter(dict.fromkeys(zone_of.values(), 0))
    for host, count in hosts(pods).items():
        found[zone_of[host]] += count
    return found


def skew(spread: Counter[str]) -> int:
    """Return how many more pods are in the fullest place than in the emptiest."""
    return max(spread.values()) - min(spread.values())
