"""Nothing of the cluster's networks leaves this machine: its rules are there, and they drop.

The one outside address that is tried is set aside for documentation, RFC 5737, and is tried only
when the rules have been read back.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.kubectl import Kubectl
from tests.cluster.pods import SLEEP, python_pod, toolbox_image
from tools.cluster import Cluster, network
from tools.cluster.engine import Engine
from tools.cluster.network import Ranges

OUTSIDE = "198.51.100.1"
PORT = 9
CONNECT = f"timeout 2 bash -c 'echo > /dev/tcp/{OUTSIDE}/{PORT}'"
CONNECT_PYTHON = f"import socket; socket.create_connection(('{OUTSIDE}', {PORT}), 2)"
LOOK_UP = """
import socket, sys
try:
    print(socket.getaddrinfo(sys.argv[1], 80)[0][4][0])
except socket.gaierror as error:
    print({socket.EAI_NONAME: "no such name", socket.EAI_AGAIN: "no answer"}[error.errno])
"""

pytestmark = pytest.mark.xdist_group("network-safety")


@pytest.fixture(scope="module")
def ranges(cluster: Cluster) -> Ranges:
    """Return the cluster's addresses, once the rules of this machine are known to be in place."""
    if cluster.ranges is None:
        pytest.skip("the cluster was not made here, nor are its networks")
    if network.can_guard():
        network.check_isolation(cluster.ranges)
    return cluster.ranges


@pytest.fixture(scope="module")
def engine(cluster: Cluster, ranges: Ranges) -> Engine:
    assert cluster.engine is not None
    return cluster.engine


@pytest.fixture
def dropped(cluster: Cluster, ranges: Ranges) -> Callable[[], int]:
    """Give a function that counts the packets dropped so far, on the nodes and on this machine."""

    def count() -> int:
        on_host = sum(network.dropped_packets().values()) if network.can_guard() else 0
        return on_host + sum(_dropped_on(cluster, node) for node in cluster.nodes())

    return count


def _dropped_on(cluster: Cluster, node: str) -> int:
    done = cluster.node_exec(node, ["nft", "-j", "list", "table", "inet", "isolation"])
    items = json.loads(done.stdout)["nftables"] if done.returncode == 0 else []
    return sum(
        part["counter"]["packets"]
        for item in items
        for part in item.get("rule", {}).get("expr", [])
        if "counter" in part
    )


@pytest.fixture
def pod(kubectl: Kubectl, namespace: str, base_values: dict[str, Any]) -> str:
    kubectl.apply(python_pod("inside", toolbox_image(base_values), SLEEP), namespace)
    kubectl.wait("pod/inside", "condition=Ready", namespace)
    return "inside"


def test_a_node_reaches_nothing_outside(
    cluster: Cluster, ranges: Ranges, dropped: Callable[[], int]
) -> None:
    for node in cluster.nodes():
        before = dropped()
        assert cluster.node_exec(node, ["bash", "-c", CONNECT]).returncode != 0, node
        assert dropped() > before, f"no rule dropped what {node} sent"


def test_a_pod_reaches_nothing_outside(
    kubectl: Kubectl, ranges: Ranges, namespace: str, pod: str, dropped: Callable[[], int]
) -> None:
    before = dropped()
    assert kubectl.exec(pod, ["python3", "-c", CONNECT_PYTHON], namespace).returncode != 0
    assert dropped() > before, "no rule dropped what the pod sent"


@contextmanager
def router() -> Iterator[None]:
    """Hand on what the cluster's bridge brings, as a router does: only the rules hold it."""
    setting = Path("/proc/sys/net/ipv4/conf", network.BRIDGE, "forwarding")
    before = setting.read_text()
    setting.write_text("1")
    try:
        yield
    finally:
        setting.write_text(before)


def test_a_container_beside_the_nodes_reaches_nothing_outside(
    cluster: Cluster, engine: Engine
) -> None:
    if not network.can_guard():
        pytest.skip("rules on this machine need root and nft")
    before = network.dropped_packets()["cluster to outside"]
    options = ("--rm", "--network", network.NAME, "--entrypoint", "bash")
    with router():
        assert engine.run("run", *options, cluster.image, "-c", CONNECT).returncode != 0
    assert network.dropped_packets()["cluster to outside"] > before


def test_a_container_beside_the_nodes_cannot_call_this_machine(
    cluster: Cluster, engine: Engine, ranges: Ranges
) -> None:
    if not network.can_guard():
        pytest.skip("rules on this machine need root and nft")
    before = network.dropped_packets()["cluster to host"]
    with socket.create_server((ranges.gateway, 0)) as server:
        address, port = server.getsockname()
        connect = f"timeout 2 bash -c 'echo > /dev/tcp/{address}/{port}'"
        options = ("--rm", "--network", network.NAME, "--entrypoint", "bash")
        assert engine.run("run", *options, cluster.image, "-c", connect).returncode != 0
    assert network.dropped_packets()["cluster to host"] > before


def test_this_machine_sends_nothing_for_the_cluster_elsewhere(ranges: Ranges) -> None:
    """Pods have no route on this machine: without the rule, this would go to the default one."""
    if not network.can_guard():
        pytest.skip("rules on this machine need root and nft")
    rule = "host to cluster by another way"
    before = network.dropped_packets()[rule]
    base = ranges.pods.split(".0.0/")[0]
    with pytest.raises(OSError, match=r"not permitted|timed out"):
        socket.create_connection((f"{base}.255.254", PORT), timeout=1)
    assert network.dropped_packets()[rule] > before


def test_outside_names_do_not_exist(
    kubectl: Kubectl, ranges: Ranges, namespace: str, pod: str
) -> None:
    def look_up(name: str) -> str:
        return kubectl.exec(pod, ["python3", "-c", LOOK_UP, name], namespace).stdout.strip()

    assert look_up("kubernetes.default.svc.cluster.local").startswith(
        ".".join(ranges.services.split(".")[:2])
    )
    assert look_up("example.com") == "no such name"


def test_the_engine_started_here_knows_no_outside_names(cluster: Cluster, engine: Engine) -> None:
    if not engine.is_ours:
        pytest.skip("the engine is the user's own")
    assert (
        cluster.node_exec(
            cluster.nodes()[0], ["timeout", "5", "getent", "hosts", "example.com"]
        ).stdout
        == ""
    )


def test_the_api_server_listens_on_loopback_alone(engine: Engine, cluster: Cluster) -> None:
    control_plane = cluster.nodes()[0]
    published = engine.output("port", control_plane)
    assert published.splitlines()
    assert all(
        line.rpartition("-> ")[2].startswith("127.0.0.1:") for line in published.splitlines()
    )


def test_rules_are_expected_where_they_can_be_set() -> None:
    if os.geteuid() == 0:
        assert network.can_guard(), "root, but without nft"
