"""What our reading of NetworkPolicies decides, against that of another project: Cyclonus.

https://github.com/mattfenwick/cyclonus
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.chart.network import Network, Place, outside, pods
from tests.chart.scenarios import SCENARIOS, rendered
from tests.chart.test_network_policies import INTERNET, NAME_SERVER, PRIVATE, STRANGER, ports
from tests.helm import Manifest
from tools.build import tool_path

# A pod of another release, and what stands for the rest of the world.
OTHERS = (STRANGER, NAME_SERVER, INTERNET, *map(outside, PRIVATE))

Connection = tuple[Place, Place, int, str]


def opinions(policies: Sequence[Manifest], connections: Sequence[Connection]) -> list[bool]:
    """Return whether Cyclonus says that the policies let each connection through."""
    asked = {"policies": policies, "traffic": [_traffic(*connection) for connection in connections]}
    done = subprocess.run(
        [tool_path("reachable")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[bool] = json.loads(done.stdout)
    return found


def _traffic(source: Place, target: Place, port: int, protocol: str) -> dict[str, Any]:
    names = [name for name, number in target.ports.items() if number == port]
    return {
        "Source": _peer(source),
        "Destination": _peer(target),
        "ResolvedPort": port,
        "ResolvedPortName": names[0] if names else "",
        "Protocol": protocol,
    }


def _peer(place: Place) -> dict[str, Any]:
    internal = {
        "PodLabels": place.labels,
        "NamespaceLabels": {"kubernetes.io/metadata.name": place.namespace},
        "Namespace": place.namespace,
    }
    return {"IP": place.address, "Internal": internal if place.namespace else None}


def connections_of(scenario: str) -> list[Connection]:
    """Return every connection from or to a pod of a scenario."""
    own = pods(rendered(scenario))
    # Pods with the same labels in another namespace.
    doubles = [replace(place, namespace="default") for place in own]
    pairs = [
        *((source, target) for source in own for target in own if source is not target),
        *((source, target) for source in own for target in OTHERS),
        *((source, target) for source in (*doubles, *OTHERS) for target in own),
    ]
    return [
        (source, target, port, protocol)
        for source, target in pairs
        for port in ports()
        for protocol in ("TCP", "UDP")
        # No component listens on UDP: one port of it is enough, and that of name servers.
        if protocol == "TCP" or port in (53, 8080)
    ]


def shapes() -> list[str]:
    """Return the scenarios whose policies are not those of another one."""
    found: dict[str, str] = {}
    for name in SCENARIOS:
        policies = rendered(name).of_kind("NetworkPolicy")
        found.setdefault(json.dumps([policies, len(pods(rendered(name)))], sort_keys=True), name)
    return list(found.values())


def test_cyclonus_tells_open_from_closed() -> None:
    """A check of the check: without policies all is open."""
    policies = rendered("default").of_kind("NetworkPolicy")
    connections = connections_of("default")
    assert all(opinions([], connections))
    assert set(opinions(policies, connections)) == {True, False}


@pytest.mark.parametrize("scenario", shapes())
def test_cyclonus_decides_every_connection_alike(scenario: str) -> None:
    network = Network.of(rendered(scenario))
    connections = connections_of(scenario)
    theirs = opinions(network.policies, connections)
    different = [
        (f"{source.name} to {target.name}:{port}/{protocol}", f"Cyclonus: {opinion}")
        for (source, target, port, protocol), opinion in zip(connections, theirs, strict=True)
        if network.allows(source, target, port, protocol) is not opinion
    ]
    assert not different[:10]
