"""Traefik serves the platform by TLS, as users of k3s and of Traefik's chart set it up."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.chart.scenarios import merged, nested, read_yaml
from tests.cluster.certificates import Authority
from tests.cluster.kubectl import Kubectl, Object, last_seen
from tests.cluster.pods import SLEEP, component, python_pod, toolbox_image
from tests.cluster.probe import SCRIPT, probe
from tests.cluster.release import SECRET, Release
from tests.cluster.traefik.run import EDGE, POD_LABELS, Traefik, running
from tests.fixtures import MakeNamespace
from tests.helm import RELEASE
from tests.platforms.files import PLATFORMS
from tools.cluster import Cluster

DOMAIN = "fx.example.org"
NO_HOOKS = "--no-hooks"  # they would have nothing to do: neither Secret nor volumes change
PORTS = {"frontend": 3000, "api": 8080, "grafana": 3000, "mysql": 3306, "redis": 6379}
TRUSTING = ssl._create_unverified_context()  # of who takes any certificate

pytestmark = pytest.mark.xdist_group("platform")


@dataclass(frozen=True)
class Way:
    """A way in: the values for it, and what people find."""

    values: Mapping[str, Any]
    urls: Mapping[str, str]
    """Of each component that people reach."""
    gateway: str = ""
    """Name of the Gateway, where it is not by Ingress."""
    lets_in: frozenset[str] = frozenset({"frontend", "api", "grafana"})
    """The components that Traefik may connect to."""

    @property
    def hosts(self) -> dict[str, str]:
        """The first component of each host, whose certificate is that of the host."""
        return {host(self.urls[name]): name for name in ("grafana", "api", "frontend")}

    @property
    def redirects(self) -> bool:
        """Whether plain HTTP leads to HTTPS; otherwise it leads nowhere."""
        return self.gateway == "genx-fx"


def host(url: str) -> str:
    return httpx.URL(url).host


OWN_HOSTS = {
    "frontend": f"https://{DOMAIN}",
    "api": f"https://api.{DOMAIN}",
    "grafana": f"https://grafana.{DOMAIN}",
}
ONE_HOST = {
    "frontend": f"https://{DOMAIN}",
    "api": f"https://{DOMAIN}/api",
    "grafana": f"https://{DOMAIN}/grafana",
}
# docs/platforms/k3s.md
K3S = read_yaml(PLATFORMS["k3s"])
# docs/operations.md has these, one of them at the ports of Traefik's chart.
BY_GATEWAY = merged(K3S, nested({"global.exposure": "gateway"}))
OWN_GATEWAY = nested(
    {"global.gateway": {"className": "traefik", "httpPort": 8000, "httpsPort": 8443}}
)
GATEWAY_OF_OTHERS = nested(
    {
        "global.gateway": {
            **{"create": False, "name": EDGE, "namespace": "kube-system"},
            "sectionName": "https",
        }
    }
)
INTERNAL = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "internal"}}}
WITHOUT_PREFIX = {
    "type": "URLRewrite",
    "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}},
}
API_BELOW = nested(
    {
        "application.api.ingress": {
            **{"hostname": DOMAIN, "path": "/api"},
            "filters": [WITHOUT_PREFIX],
        }
    }
)
# An Ingress has no filters, and the reference API does not know the path: the frontend passes on
# what is asked below /api, as it does everywhere.
API_BEHIND_FRONTEND = nested({"application.api.ingress.enabled": False})
GRAFANA_BELOW = nested({"monitoring.grafana.ingress": {"hostname": DOMAIN, "path": "/grafana"}})

# In an order in which Grafana, which has its URL, restarts once.
WAYS = {
    "ingress": Way(
        merged(K3S, nested({"global.exposedTo.admins": [INTERNAL]})),
        OWN_HOSTS,
        lets_in=frozenset({"frontend", "api"}),
    ),
    "gateway": Way(merged(BY_GATEWAY, OWN_GATEWAY), OWN_HOSTS, "genx-fx"),
    "gateway-of-others": Way(merged(BY_GATEWAY, GATEWAY_OF_OTHERS), OWN_HOSTS, EDGE),
    "gateway-one-host": Way(
        merged(BY_GATEWAY, OWN_GATEWAY, API_BELOW, GRAFANA_BELOW), ONE_HOST, "genx-fx"
    ),
    "ingress-one-host": Way(
        merged(K3S, API_BEHIND_FRONTEND, GRAFANA_BELOW),
        ONE_HOST,
        lets_in=frozenset({"frontend", "grafana"}),
    ),
}


@dataclass(frozen=True)
class Client:
    """Somebody outside, whose DNS leads every host to Traefik."""

    address: str
    trust: ssl.SSLContext

    def get(
        self,
        url: str,
        *,
        trust: ssl.SSLContext | None = None,
        auth: tuple[str, str] | None = None,
    ) -> httpx.Response:
        """Ask for a URL; unless the client trusts anybody, the certificate must be of its host."""
        asked = httpx.URL(url)
        # A proxy cannot reach a cluster on this machine.
        with httpx.Client(verify=trust or self.trust, trust_env=False) as client:
            return client.get(
                asked.copy_with(host=self.address),
                headers={"Host": asked.host},
                extensions={"sni_hostname": asked.host},
                auth=auth,
            )

    def status(self, url: str) -> int:
        """Return the status of the answer for a URL; 0 where there is none."""
        try:
            return self.get(url).status_code
        except httpx.TransportError:
            return 0

    def certificate(self, host: str) -> str:
        """Return the certificate that is presented for a host."""
        with (
            socket.create_connection((self.address, 443), timeout=5) as connection,
            self.trust.wrap_socket(connection, server_hostname=host) as secured,
        ):
            return ssl.DER_cert_to_PEM_cert(secured.getpeercert(binary_form=True) or b"")


@pytest.fixture(scope="module")
def traefik(cluster: Cluster, kubectl: Kubectl) -> Iterator[Traefik]:
    if not cluster.is_kind:
        pytest.skip("a cluster that was not made for tests may have a Traefik of its own")
    with running(cluster, kubectl) as found:
        yield found


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def client(traefik: Traefik, authority: Authority) -> Client:
    return Client(traefik.address, authority.trust())


@pytest.fixture(scope="module")
def certified(
    kubectl: Kubectl, platform: Release, traefik: Traefik, authority: Authority
) -> Iterator[Release]:
    """The platform, with a certificate for each host where the chart expects it."""
    kubectl.apply(authority.secret(EDGE, DOMAIN, f"*.{DOMAIN}"), traefik.namespace)
    secrets = [authority.secret(f"{name}-tls", host(url)) for name, url in OWN_HOSTS.items()]
    kubectl.apply(secrets, platform.namespace)
    with platform.unchanged(NO_HOOKS):
        yield platform
    names = [secret["metadata"]["name"] for secret in secrets]
    kubectl("delete", "secret", *names, "-n", platform.namespace)


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.fixture(scope="module")
def served(way: Way, traefik: Traefik, certified: Release, client: Client) -> Release:
    """The platform behind Traefik."""
    here = json.loads(json.dumps(way.values).replace("kube-system", traefik.namespace))
    certified.upgrade(merged(here, nested({"global.storageClass": ""})), NO_HOOKS)
    # By these it is known that Traefik has seen it.
    expected = {f"http://{DOMAIN}/": 301 if way.redirects else 404}
    if "grafana" in way.lets_in:
        expected[f"{way.urls['grafana']}/login"] = 200

    def seen() -> dict[str, int]:
        return {url: client.status(url) for url in expected}

    assert last_seen(seen, expected, timeout=30, every=0.2) == expected
    return certified


def test_the_page_and_the_api_answer(way: Way, served: Release, client: Client) -> None:
    page = client.get(way.urls["frontend"]).text
    assert "<title>GenX FX</title>" in page
    files = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert len(files) >= 2
    for path in files:
        assert client.status(way.urls["frontend"] + path) == 200, path
    assert client.get(f"{way.urls['api']}/health").json()["mysql"] == "ok"
    for url in (f"{way.urls['api']}/pairs", f"{way.urls['frontend']}/api/pairs"):
        assert len(client.get(url).json()) == 11, "read from the database"


def test_every_host_has_the_certificate_of_its_secret(
    kubectl: Kubectl, way: Way, served: Release, traefik: Traefik, client: Client
) -> None:
    for name, first in way.hosts.items():
        secret = (f"{first}-tls", served.namespace)
        if way.gateway == EDGE:
            secret = (EDGE, traefik.namespace)
        assert client.certificate(name) == kubectl.secret(*secret)["tls.crt"], name


def test_plain_http_leads_to_https_or_nowhere(way: Way, served: Release, client: Client) -> None:
    for url in way.urls.values():
        asked = f"{url}/login?next=1"
        answer = client.get(asked.replace("https:", "http:"))
        found = answer.status_code, answer.headers.get("location")
        assert found == ((301, asked) if way.redirects else (404, None))


def test_no_other_host_leads_anywhere(way: Way, served: Release, client: Client) -> None:
    names = ("mysql", "mysql-service", "redis", "trading-bot", "api", "grafana")
    hosts = {"example.org", "mysql-service", *(f"{name}.{DOMAIN}" for name in names)}
    for name in sorted(hosts - set(way.hosts)):
        assert client.get(f"https://{name}/", trust=TRUSTING).status_code == 404, name
        assert client.status(f"http://{name}/") in (301, 404), name


def test_grafana_answers_admins(
    kubectl: Kubectl, way: Way, served: Release, client: Client
) -> None:
    grafana = way.urls["grafana"]
    if "grafana" not in way.lets_in:
        assert client.status(f"{grafana}/login") == 504, "no connection gets through"
        return
    base = httpx.URL(grafana).path.rstrip("/")
    assert client.get(f"{grafana}/").headers["location"] == f"{base}/login"
    assert client.status(f"{grafana}/api/datasources") == 401
    password = kubectl.secret(SECRET, served.namespace)["GRAFANA_ADMIN_PASSWORD"]
    sources = client.get(f"{grafana}/api/datasources", auth=("admin", password)).json()
    assert [source["type"] for source in sources] == ["mysql"]


def test_traefik_takes_all_that_the_chart_says(
    kubectl: Kubectl, way: Way, served: Release, traefik: Traefik
) -> None:
    """As `kubectl get ingress` and `kubectl get gateway` show it, which Helm's notes name."""
    if not way.gateway:
        ingresses = kubectl.list("ingress", served.namespace)
        assert len(ingresses) == len(way.lets_in | {"grafana"})
        for item in ingresses:
            assert item["status"]["loadBalancer"]["ingress"][0]["ip"] == traefik.address
        return
    routes = kubectl.list("httproute", served.namespace)
    assert len(routes) == len(way.urls) + way.redirects
    for route in routes:
        # Traefik also keeps what it said of the Gateway of the way before, for a while.
        (parent,) = (
            parent
            for parent in route["status"]["parents"]
            if parent["parentRef"]["name"] == way.gateway
        )
        assert conditions(parent) == {"Accepted": "True", "ResolvedRefs": "True"}
    gateways = kubectl.list("gateway", served.namespace)
    assert [item["metadata"]["name"] for item in gateways] == [way.gateway] * way.redirects
    for gateway in gateways:
        assert [item["value"] for item in gateway["status"]["addresses"]] == [traefik.address]
        assert conditions(gateway["status"]) == {"Accepted": "True", "Programmed": "True"}
        listeners = gateway["status"]["listeners"]
        assert len(listeners) == len(gateway["spec"]["listeners"]) == len(way.hosts) + 1
        for listener in listeners:
            found = {"Conflicted": "False", **conditions(listener)}
            assert found.pop("Conflicted") == "False", listener
            assert set(found) == {"Accepted", "Programmed", "ResolvedRefs"}
            assert set(found.values()) == {"True"}, listener
        assert sum(item["attachedRoutes"] for item in listeners) == len(routes)


def conditions(status: Object) -> dict[str, str]:
    return {item["type"]: item["status"] for item in status["conditions"]}


@pytest.fixture(scope="module")
def strangers(
    kubectl: Kubectl, traefik: Traefik, platform: Release, make_namespace: MakeNamespace
) -> list[str]:
    """Namespaces with a pod that is like Traefik's by half: by its namespace, or by its labels."""
    labels: dict[str, dict[str, str]] = {traefik.namespace: {}, make_namespace(): POD_LABELS}
    for namespace, own in labels.items():
        pod = python_pod("stranger", toolbox_image(platform.base), SLEEP, labels=own)
        kubectl.apply(pod, namespace)
    for namespace in labels:
        kubectl.wait("pod/stranger", "condition=Ready", namespace)
    return list(labels)


EVERYBODY = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "everybody"},
    "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]},
}


@pytest.mark.parametrize("way", ["ingress"], indirect=True)
def test_traefik_alone_comes_in(
    kubectl: Kubectl, way: Way, served: Release, traefik: Traefik, strangers: list[str]
) -> None:
    selector = f"app.kubernetes.io/instance={RELEASE}"
    pods = kubectl.staying_pods(served.namespace, selector)
    addresses = {component(pod): pod["status"]["podIP"] for pod in pods}
    targets = [(addresses[name], port) for name, port in PORTS.items()]

    def by_stranger(namespace: str) -> list[str]:
        command = ["python3", "-c", SCRIPT, json.dumps(targets)]
        answers: list[str] = json.loads(kubectl.exec("stranger", command, namespace).stdout)
        return answers

    def by_traefik() -> list[str]:
        image = toolbox_image(served.base)
        (pod,) = kubectl.list("pods", traefik.namespace, "app=traefik")
        return probe(kubectl, traefik.namespace, pod["metadata"]["name"], image, targets)

    with ThreadPoolExecutor() as pool:
        controllers = pool.submit(by_traefik)
        for answers in pool.map(by_stranger, strangers):
            assert connected(answers) == set()
        assert connected(controllers.result()) == way.lets_in

    kubectl.apply(EVERYBODY, served.namespace)
    try:  # nothing but the policies stands before them
        for namespace in strangers:
            everything = ["connected"] * len(targets)
            found = last_seen(lambda: by_stranger(namespace), everything, timeout=30)  # noqa: B023
            assert found == everything
    finally:
        kubectl("delete", "networkpolicy", "everybody", "-n", served.namespace)


def connected(answers: list[str]) -> set[str]:
    """Return the names of the targets of PORTS that took a connection."""
    return {name for name, said in zip(PORTS, answers, strict=True) if said == "connected"}
