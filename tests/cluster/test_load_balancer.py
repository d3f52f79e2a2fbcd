"""Services of type LoadBalancer get addresses that this machine can reach."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.chart.scenarios import nested
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.load import address as url_of
from tests.cluster.nodes import on_one_of
from tests.cluster.pods import python_pod, toolbox_image
from tests.cluster.release import OFF, Release
from tools.cluster import Cluster
from tools.cluster.network import Ranges

SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(sys.argv[1].encode())
http.server.HTTPServer(("0.0.0.0", 8080), Handler).serve_forever()
"""

MakeServer = Callable[..., str]

# Safe beside other tests: addresses stay while the controller is restarted.
pytestmark = pytest.mark.xdist_group("load-balancer")


@pytest.fixture(scope="module")
def ranges(cluster: Cluster) -> Ranges:
    if cluster.ranges is None:
        pytest.skip("the cluster was not made here; its load balancers are its own affair")
    return cluster.ranges


@pytest.fixture
def servers(
    kubectl: Kubectl, ranges: Ranges, namespace: str, base_values: dict[str, Any]
) -> MakeServer:
    """Give a function that makes a server that answers with its name; returns its address."""
    image = toolbox_image(base_values)
    probe = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}

    def make(name: str, wish: str = "") -> str:
        pod = python_pod(name, image, SERVER, name, labels={"app": name}, readinessProbe=probe)
        kubectl.apply([pod, service(name, wish)], namespace)
        kubectl.wait(f"pod/{name}", "condition=Ready", namespace)
        return eventually("an address", lambda: address(kubectl, name, namespace), timeout=30)

    return make


def service(name: str, wish: str = "", app: str = "") -> Object:
    """Return a service that may wish for an address, before a server named as it or otherwise."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {
            "type": "LoadBalancer",
            "selector": {"app": app or name},
            "ports": [{"port": 80, "targetPort": 8080}],
            **({"loadBalancerIP": wish} if wish else {}),
        },
    }


def address(kubectl: Kubectl, name: str, namespace: str) -> str:
    """Return the service's address; empty while it has none."""
    status = kubectl.get("service", name, namespace)["status"]
    ingress = status["loadBalancer"].get("ingress", [])
    return str(ingress[0]["ip"]) if ingress else ""


def answer(host: str, port: int = 80) -> str:
    """Return what this machine gets from a port; empty where no connection comes about."""
    try:
        with socket.create_connection((host, port), timeout=1) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            with connection.makefile("rb") as stream:
                return stream.read().decode().rpartition("\r\n")[2]
    except OSError:
        return ""


def test_each_service_answers_at_an_address_of_its_own(servers: MakeServer, ranges: Ranges) -> None:
    found = {name: servers(name) for name in ("one", "two")}
    assert found["one"] != found["two"]
    first, last = map(IPv4Address, ranges.load_balancers)
    for name, host in found.items():
        assert first <= IPv4Address(host) <= last
        eventually(f"{name} answers", lambda: answer(host) == name, timeout=30)  # noqa: B023


def test_an_address_is_released_with_its_service(
    servers: MakeServer, ranges: Ranges, kubectl: Kubectl, namespace: str
) -> None:
    # The last of the range, because other tests' services get the first free ones.
    host = servers("gone", wish=ranges.load_balancers[1])
    assert host == ranges.load_balancers[1]
    eventually("it answers", lambda: answer(host) == "gone", timeout=30)
    kubectl("delete", "service", "gone", "-n", namespace)
    eventually("nobody answers", lambda: not answer(host), timeout=30)
    kubectl.apply(service("heir", wish=host, app="gone"), namespace)
    eventually("the address is free", lambda: address(kubectl, "heir", namespace) == host)


def test_addresses_outlive_the_controller(
    servers: MakeServer, kubectl: Kubectl, namespace: str
) -> None:
    host = servers("steady")
    eventually("it answers", lambda: answer(host) == "steady", timeout=30)
    kubectl("rollout", "restart", "deployment/load-balancer", "-n", "kube-system")
    kubectl.rolled_out("deployment/load-balancer", "kube-system")
    assert answer(host) == "steady"
    newcomer = servers("newcomer")
    assert newcomer != host
    eventually("the newcomer answers", lambda: answer(newcomer) == "newcomer", timeout=30)
    assert address(kubectl, "steady", namespace) == host
    assert answer(host) == "steady"


# The frontend alone, a pod beside the addresses of load balancers and one on another node.
FRONTEND_ON_TWO_NODES = {
    **{f"{name}.enabled": False for name in ("data", "monitoring")},
    "application.api": OFF,
    "application.tradingBot": OFF,
    "application.frontend.waitFor": [],
    "application.frontend.replicas": 2,
    "application.frontend.topologySpread.hosts": "DoNotSchedule",
    "application.frontend.tolerations": [{"operator": "Exists"}],
    "global.secrets.source": "existing",
    "global.secrets.existingSecret": "nobody-reads-it",
}
TRIES = 10  # connections, so that some go to either pod


def test_a_client_is_known_by_its_own_address(
    kubectl: Kubectl, cluster: Cluster, ranges: Ranges, release: Release
) -> None:
    """Not by that of the node that its connection came to, which is the same for everybody."""
    nodes = cluster.nodes()
    if len(nodes) == 1:
        pytest.skip("on one node, no other stands before the pods")
    addresses = kubectl.get("node", nodes[0], "default")["status"]["addresses"]
    (of_node,) = [item["address"] for item in addresses if item["type"] == "InternalIP"]
    here = {"application.frontend.affinity": on_one_of(*nodes[:2])}

    def letting_in(client: str, *, by_load_balancer: str = "0.0.0.0/0") -> dict[str, Any]:
        peers = {"global.exposedTo.users": [{"ipBlock": {"cidr": client}}]}
        source = {"application.frontend.service.loadBalancerSourceRanges": [by_load_balancer]}
        return nested({**FRONTEND_ON_TWO_NODES, **here, **peers, **source})

    release.install(letting_in(f"{ranges.gateway}/32"))
    host = urlsplit(url_of(kubectl, release, "frontend-service")).hostname or ""

    def answered() -> int:
        return sum(answer(host, 3000) != "" for _ in range(TRIES))

    eventually("this machine is let in", lambda: answered() == TRIES, timeout=30)
    release.upgrade(letting_in(f"{of_node}/32"))
    eventually("it is not the node", lambda: answered() == 0, timeout=60)
    release.upgrade(letting_in(f"{ranges.gateway}/32", by_load_balancer="203.0.113.0/24"))
    eventually("the load balancer keeps it out", lambda: answered() == 0, timeout=60)
    release.upgrade(letting_in(f"{ranges.gateway}/32"))
    eventually("it is let in again", lambda: answered() == TRIES, timeout=30)
