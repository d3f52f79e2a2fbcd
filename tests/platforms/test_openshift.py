"""OpenShift's restricted-v2, its routers, its name servers and Data Foundation.

Sources, all below https://docs.redhat.com/en/documentation/openshift_container_platform/:
- authentication: restricted-v2 gives the ids, and refuses others
- networking: routers make a Route of each Ingress, `route.openshift.io/termination` ends TLS there;
  openshift-dns answers on 5353
- storage, Data Foundation: the class of CephFS is ReadWriteMany, that of RBD is not
"""

from __future__ import annotations

from tests.chart.network import Place
from tests.helm import Render
from tests.platforms.reach import exposed, let_in, pods_that_cannot_ask

PLATFORM = "openshift"
GIVEN_BY_OPENSHIFT = {"runAsUser", "runAsGroup", "fsGroup", "supplementalGroups", "seLinuxOptions"}
ROUTER = Place("router-default", namespace="openshift-ingress")
NAME_SERVER = Place("dns-default", namespace="openshift-dns")


def test_no_pod_names_an_id_that_openshift_gives(rendered: Render) -> None:
    """Hooks and tests too: restricted-v2 refuses every id out of the namespace's range."""
    for name, pod in rendered.pod_specs():
        assert not GIVEN_BY_OPENSHIFT & pod["securityContext"].keys(), name
    for name, container in rendered.containers():
        assert not GIVEN_BY_OPENSHIFT & container["securityContext"].keys(), name


def test_every_pod_is_restricted(rendered: Render) -> None:
    for name, pod in rendered.pod_specs():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
    for name, container in rendered.containers():
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False, name
        assert context["capabilities"] == {"drop": ["ALL"]}, name


def test_routers_serve_every_host_by_https(rendered: Render) -> None:
    ingresses = rendered.of_kind("Ingress")
    assert {item["metadata"]["name"] for item in ingresses} == exposed()
    for item in ingresses:
        assert item["spec"]["ingressClassName"] == "openshift-default"
        assert item["metadata"]["annotations"]["route.openshift.io/termination"] == "edge"
        # The routers' own certificate is for *.apps: a host of two labels before it has none.
        (rule,) = item["spec"]["rules"]
        assert rule["host"].endswith("apps.example.org")
        # A Secret that is missing would leave the host without a Route.
        assert not [entry for entry in item["spec"]["tls"] if "secretName" in entry]


def test_routers_alone_come_in(rendered: Render) -> None:
    assert let_in(rendered, ROUTER) == exposed()
    assert let_in(rendered, Place("stranger", namespace="default")) == set()


def test_names_are_resolved_on_the_port_of_openshift(rendered: Render) -> None:
    assert pods_that_cannot_ask(rendered, NAME_SERVER, 5353) == set()


def test_claims_have_classes_that_can_serve_them(rendered: Render) -> None:
    for claim in rendered.of_kind("PersistentVolumeClaim"):
        shared = claim["spec"]["accessModes"] == ["ReadWriteMany"]
        wanted = f"ocs-storagecluster-{'cephfs' if shared else 'ceph-rbd'}"
        assert claim["spec"]["storageClassName"] == wanted, claim["metadata"]["name"]
