"""Runs Traefik in a namespace of its own, for the classes `traefik` of Ingresses and Gateways."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.load import origin
from tests.cluster.namespaces import LABEL, LABELS, Namespaces
from tests.cluster.program_images import loaded
from tools.cluster import Cluster
from tools.custom_resources import definitions

NAME = "traefik"
EDGE = "edge"  # its Gateway for everybody, and the Secret with the certificate of that
POD_LABELS = {"app.kubernetes.io/name": NAME}  # as k3s and Traefik's chart have them
MANIFEST = Path(__file__).with_name("manifest.yaml")
# Objects that belong to no namespace. A GatewayClass goes with its definition.
OF_CLUSTER = "crd,clusterrole,clusterrolebinding,ingressclass"


@dataclass(frozen=True)
class Traefik:
    """Traefik while it runs: its namespace, and the address at which this machine reaches it."""

    namespace: str
    address: str


@contextmanager
def running(cluster: Cluster, kubectl: Kubectl) -> Iterator[Traefik]:
    """Give Traefik when it is ready; all of it goes with the block."""
    image = loaded(cluster, NAME)
    namespaces = Namespaces(kubectl)
    namespace = namespaces.make(NAME)
    text = MANIFEST.read_text()
    filled = string.Template(text).substitute(namespace=namespace, image=image)
    try:
        apply(kubectl, gateway_api())
        kubectl.wait("crd", "condition=Established", namespace, f"--selector={LABEL}")
        apply(kubectl, yaml.safe_load_all(filled))
        kubectl.rolled_out(f"deployment/{NAME}", namespace)
        found = eventually(
            "Traefik has an address",
            lambda: origin(kubectl.get("service", NAME, namespace)),
            tolerate=ValueError,
        )
        yield Traefik(namespace, urlsplit(found).hostname or "")
    finally:
        kubectl("delete", OF_CLUSTER, "--selector", LABEL)
        namespaces.end()


def gateway_api() -> Iterator[Object]:
    """Yield the definitions of Gateway API, labelled as what goes with the tests."""
    for item in definitions():
        if item["spec"]["group"] == "gateway.networking.k8s.io":
            yield {**item, "metadata": {**item["metadata"], "labels": LABELS}}


def apply(kubectl: Kubectl, objects: Iterable[Object]) -> None:
    """Apply objects on the server: definitions are too large for what kubectl notes on them."""
    text = yaml.dump_all(objects, Dumper=yaml.CSafeDumper)
    kubectl("apply", "--server-side", "-f", "-", stdin=text)
