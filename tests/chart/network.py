"""Decides what NetworkPolicies let through, as Kubernetes documents it.

https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.chart.reading import pod, pod_labels
from tests.helm import NAMESPACE, Manifest, Render

PODS = "10.244.1.7"  # every pod's address: private, as everywhere


@dataclass(frozen=True)
class Place:
    """A pod, or an address outside the cluster, which has no namespace."""

    name: str
    address: str = PODS
    namespace: str = ""
    labels: dict[str, str] = field(default_factory=dict, hash=False)
    ports: dict[str, int] = field(default_factory=dict, hash=False)


def outside(address: str) -> Place:
    """An address outside the cluster."""
    return Place(address, address)


def pods(render: Render) -> list[Place]:
    """Every pod of a render, hooks and tests included."""
    return [_pod(workload) for workload in render.workloads]


def _pod(workload: Manifest) -> Place:
    ports = {
        port["name"]: port["containerPort"]
        for container in pod(workload)["containers"]
        for port in container.get("ports", [])
    }
    name = workload["metadata"]["name"]
    return Place(name, namespace=NAMESPACE, labels=pod_labels(workload), ports=ports)


@dataclass(frozen=True)
class Network:
    """The policies of one namespace."""

    policies: tuple[Manifest, ...]

    @classmethod
    def of(cls, render: Render) -> Network:
        """The policies of a render."""
        return cls(tuple(render.of_kind("NetworkPolicy")))

    def allows(self, source: Place, target: Place, port: int, protocol: str = "TCP") -> bool:
        """Whether a connection is let out of the source and into the target."""
        return self._open("Egress", source, target, target, port, protocol) and self._open(
            "Ingress", target, source, target, port, protocol
        )

    def _open(
        self, direction: str, owner: Place, peer: Place, target: Place, port: int, protocol: str
    ) -> bool:
        ruling = [item["spec"] for item in self.policies if _rules(item["spec"], direction, owner)]
        rules = [rule for spec in ruling for rule in spec.get(direction.lower()) or []]
        return not ruling or any(
            _peer_matches(rule.get("to" if direction == "Egress" else "from"), peer)
            and _port_matches(rule.get("ports"), target, port, protocol)
            for rule in rules
        )


def _rules(spec: Manifest, direction: str, owner: Place) -> bool:
    return (
        owner.namespace == NAMESPACE
        and direction in spec["policyTypes"]
        and _selects(spec["podSelector"], owner.labels)
    )


def _selects(selector: Manifest, labels: dict[str, str]) -> bool:
    exact = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    return exact and all(
        _expression_holds(expression, labels) for expression in selector.get("matchExpressions", [])
    )


def _expression_holds(expression: Manifest, labels: dict[str, str]) -> bool:
    value = labels.get(expression["key"])
    match expression["operator"]:
        case "In":
            return value in expression["values"]
        case "NotIn":
            return value not in expression["values"]
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    raise ValueError(f"no such operator: {expression}")


def _peer_matches(peers: Iterable[Manifest] | None, place: Place) -> bool:
    return not peers or any(_is_peer(peer, place) for peer in peers)


def _is_peer(peer: Manifest, place: Place) -> bool:
    if "ipBlock" in peer:
        return _within(peer["ipBlock"], place.address)
    if not place.namespace:
        return False
    if "namespaceSelector" in peer:
        namespace = {"kubernetes.io/metadata.name": place.namespace}
        if not _selects(peer["namespaceSelector"], namespace):
            return False
    elif place.namespace != NAMESPACE:
        return False
    return _selects(peer.get("podSelector", {}), place.labels)


def _within(block: Manifest, address: str) -> bool:
    return _is_in(address, block["cidr"]) and not any(
        _is_in(address, hole) for hole in block.get("except", [])
    )


@functools.cache
def _is_in(address: str, cidr: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(cidr)


def _port_matches(
    rules: Iterable[Manifest] | None, target: Place, port: int, protocol: str
) -> bool:
    return not rules or any(
        rule.get("protocol", "TCP") == protocol and _is_port(rule, target, port) for rule in rules
    )


def _is_port(rule: Manifest, target: Place, port: int) -> bool:
    first = rule.get("port")
    if first is None:
        return True
    if isinstance(first, str):
        return target.ports.get(first) == port
    last: Any = rule.get("endPort", first)
    return bool(first <= port <= last)
