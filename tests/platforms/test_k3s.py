"""k3s with its own Traefik, ServiceLB and name server in kube-system, and Longhorn for volumes.

What is held true is from https://docs.k3s.io/networking/networking-services,
https://docs.k3s.io/storage and https://longhorn.io/docs/latest/nodes-and-volumes/volumes/rwx-volumes/.
"""

from __future__ import annotations

from tests.chart.network import Place
from tests.helm import Render
from tests.platforms.reach import exposed, let_in, pods_that_cannot_ask

PLATFORM = "k3s"
ENTRYPOINTS = "traefik.ingress.kubernetes.io/router.entrypoints"
TRAEFIK = Place("traefik", namespace="kube-system", labels={"app.kubernetes.io/name": "traefik"})
NEIGHBOUR = Place("metrics-server", namespace="kube-system", labels={"k8s-app": "metrics-server"})
NAME_SERVER = Place("coredns", namespace="kube-system", labels={"k8s-app": "kube-dns"})


def test_traefik_serves_every_host_by_https_alone(rendered: Render) -> None:
    ingresses = rendered.of_kind("Ingress")
    assert {item["metadata"]["name"] for item in ingresses} == exposed()
    for item in ingresses:
        assert item["spec"]["ingressClassName"] == "traefik"
        assert item["metadata"]["annotations"][ENTRYPOINTS] == "websecure"
        assert item["spec"]["tls"]


def test_traefik_alone_reaches_what_it_serves(rendered: Render) -> None:
    assert let_in(rendered, TRAEFIK) == exposed()
    assert let_in(rendered, NEIGHBOUR) == set()


def test_no_service_takes_ports_of_the_nodes(rendered: Render) -> None:
    """ServiceLB opens the port of a load balancer on every node, and Traefik has 80 and 443."""
    types = {item["spec"].get("type", "ClusterIP") for item in rendered.of_kind("Service")}
    assert types == {"ClusterIP"}


def test_every_claim_has_a_class_that_can_serve_it(rendered: Render) -> None:
    """The class local-path of k3s has no ReadWriteMany volumes; Longhorn has."""
    claims = [item["spec"] for item in rendered.of_kind("PersistentVolumeClaim")]
    assert {claim["storageClassName"] for claim in claims} == {"longhorn"}
    assert ["ReadWriteMany"] in [claim["accessModes"] for claim in claims]


def test_names_are_resolved(rendered: Render) -> None:
    assert pods_that_cannot_ask(rendered, NAME_SERVER) == set()
