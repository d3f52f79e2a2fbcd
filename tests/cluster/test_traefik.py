"""Traefik serves the platform by TLS, as a user of k3s sets it up."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.chart.scenarios import merged, nested, read_yaml
from tests.cluster.certificates import Authority
from tests.cluster.kubectl import Kubectl, eventually
from tests.cluster.release import Release
from tests.cluster.traefik.run import Traefik, running
from tests.platforms.files import PLATFORMS
from tools.cluster import Cluster

DOMAIN = "fx.example.org"
HOSTS = {"frontend": DOMAIN, "api": f"api.{DOMAIN}", "grafana": f"grafana.{DOMAIN}"}

pytestmark = pytest.mark.xdist_group("platform")


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
def certified(kubectl: Kubectl, platform: Release, authority: Authority) -> Iterator[Release]:
    """The platform, with a certificate for each host where the chart expects it."""
    secrets = [authority.secret(f"{name}-tls", host) for name, host in HOSTS.items()]
    kubectl.apply(secrets, platform.namespace)
    with platform.unchanged():
        yield platform
    names = [secret["metadata"]["name"] for secret in secrets]
    kubectl("delete", "secret", *names, "-n", platform.namespace)


def values_of_k3s(traefik: Traefik) -> dict[str, Any]:
    """What docs/platforms/k3s.md tells users to set, on this cluster."""
    text = json.dumps(read_yaml(PLATFORMS["k3s"])).replace("kube-system", traefik.namespace)
    return merged(json.loads(text), nested({"global.storageClass": ""}))


@dataclass(frozen=True)
class Client:
    """Somebody outside, whose DNS leads every host to Traefik."""

    address: str
    trust: ssl.SSLContext

    def get(self, url: str) -> httpx.Response:
        """Ask for a URL; the certificate must be one of its host."""
        asked = httpx.URL(url)
        # A proxy cannot reach a cluster on this machine.
        with httpx.Client(verify=self.trust, trust_env=False) as client:
            return client.get(
                asked.copy_with(host=self.address),
                headers={"Host": asked.host},
                extensions={"sni_hostname": asked.host},
            )


@pytest.fixture(scope="module")
def client(traefik: Traefik, authority: Authority) -> Client:
    return Client(traefik.address, authority.trust())


@pytest.fixture(scope="module")
def served(traefik: Traefik, certified: Release, client: Client) -> Release:
    """The platform behind Traefik."""
    certified.upgrade(values_of_k3s(traefik))
    eventually(
        "Traefik knows the hosts",
        lambda: client.get(f"https://{DOMAIN}/").status_code == 200,
        timeout=30,
        tolerate=httpx.TransportError,
    )
    return certified


def test_the_page_and_the_api_answer_at_their_hosts(served: Release, client: Client) -> None:
    assert "<title>GenX FX</title>" in client.get(f"https://{DOMAIN}/").text
    assert client.get(f"https://api.{DOMAIN}/health").json()["mysql"] == "ok"
    assert len(client.get(f"https://api.{DOMAIN}/pairs").json()) == 11
