"""GKE Autopilot: what it refuses or changes, its Gateway, and its storage.

Sources, all below https://cloud.google.com/kubernetes-engine/docs/:
- concepts/autopilot-resource-requests: smallest and largest requests, and their ratio
- concepts/autopilot-security: what no pod may have
- how-to/deploying-gateways, how-to/configure-gateway-resources: class, certificates, health checks
- how-to/persistent-volumes/filestore-csi-driver: ReadWriteMany
Addresses of the load balancers: https://cloud.google.com/load-balancing/docs/firewall-rules.
"""

from __future__ import annotations

import pytest

from tests.chart.network import Place, outside
from tests.chart.reading import quantity
from tests.chart.scenarios import PLAN
from tests.helm import Manifest, Render, pod_template
from tests.platforms.reach import exposed, let_in, pods_that_cannot_ask

PLATFORM = "gke-autopilot"
GIB = 2**30
SMALLEST = {"cpu": 0.05, "memory": 52 * 2**20, "ephemeral-storage": 10 * 2**20}
LARGEST_SCRATCH = 10 * GIB
MEMORY_PER_CORE = (1 * GIB, 6.5 * GIB)
CLOUD_DNS = outside("169.254.169.254")
NODE_LOCAL = outside("169.254.20.10")
KUBE_DNS = Place("kube-dns", namespace="kube-system", labels={"k8s-app": "kube-dns"})


def requests(pod: Manifest, name: str) -> float:
    """Return what a pod requests, cores or bytes: the containers together, or one that is first."""

    def of(containers: list[Manifest]) -> list[float]:
        return [quantity(item["resources"]["requests"][name]) for item in containers]

    return max(sum(of(pod["containers"])), *of(pod.get("initContainers", [])), 0)


def test_no_request_is_changed_by_autopilot(rendered: Render) -> None:
    """A request below the minimum is raised in the cluster, and differs from the chart for ever."""
    for name, pod in rendered.pod_specs():
        for resource, least in SMALLEST.items():
            assert requests(pod, resource) >= least, f"{name}: {resource}"
        assert requests(pod, "ephemeral-storage") <= LARGEST_SCRATCH, name
        per_core = requests(pod, "memory") / requests(pod, "cpu")
        assert MEMORY_PER_CORE[0] <= per_core <= MEMORY_PER_CORE[1], name


def test_no_pod_has_what_autopilot_refuses(rendered: Render) -> None:
    for name, pod in rendered.pod_specs():
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), name
        assert not any("hostPath" in volume for volume in pod.get("volumes", [])), name
    for name, container in rendered.containers():
        assert not any("hostPort" in port for port in container.get("ports", [])), name
        assert not container["securityContext"].get("privileged"), name


def test_gateway_has_a_class_of_gke_and_certificates_of_the_map(rendered: Render) -> None:
    (gateway,) = rendered.of_kind("Gateway")
    assert gateway["spec"]["gatewayClassName"] == "gke-l7-global-external-managed"
    assert gateway["metadata"]["annotations"]["networking.gke.io/certmap"]
    secure = [item for item in gateway["spec"]["listeners"] if item["protocol"] == "HTTPS"]
    assert len(secure) == len(exposed())
    # With a certificate map, a listener names no Secret.
    assert not [item for item in secure if "tls" in item]


def test_every_service_is_asked_for_its_health_where_it_answers(rendered: Render) -> None:
    """Without a policy GKE asks for /, and takes a Service that answers 404 out of service."""
    policies = {
        item["spec"]["targetRef"]["name"]: item["spec"]["default"]["config"]
        for item in rendered.of_kind("HealthCheckPolicy")
    }
    for component in PLAN.exposed:
        assert component.service
        config = policies.get(component.service.name, {}).get("httpHealthCheck", {})
        assert config.get("requestPath", "/") == component.health_path, component.name


def test_load_balancers_alone_come_in(rendered: Render) -> None:
    for address in ("130.211.3.4", "35.191.200.1"):
        assert let_in(rendered, outside(address)) == exposed()
    assert let_in(rendered, outside("203.0.113.9")) == set()


@pytest.mark.parametrize("server", [CLOUD_DNS, NODE_LOCAL, KUBE_DNS], ids=lambda one: one.name)
def test_names_are_resolved_by_whatever_the_cluster_has(rendered: Render, server: Place) -> None:
    assert pods_that_cannot_ask(rendered, server) == set()


def test_claims_have_classes_that_can_serve_them(rendered: Render) -> None:
    """A persistent disk has one node; a share of Filestore has at least 100Gi in older clusters."""
    for claim in rendered.of_kind("PersistentVolumeClaim"):
        spec = claim["spec"]
        shared = spec["accessModes"] == ["ReadWriteMany"]
        wanted = "enterprise-multishare-rwx" if shared else "standard-rwo"
        assert spec["storageClassName"] == wanted, claim["metadata"]["name"]
        if shared:
            assert quantity(spec["resources"]["requests"]["storage"]) >= 100 * GIB


def test_every_pod_has_the_seccomp_profile_of_autopilot(rendered: Render) -> None:
    for item in rendered.workloads:
        context = pod_template(item)["spec"]["securityContext"]
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
