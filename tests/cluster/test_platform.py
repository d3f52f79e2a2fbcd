"""The platform as production runs it: all that the spec declares is there and running."""

from __future__ import annotations

import pytest

from generator.plan.platform import Plan
from generator.spec.load import load_spec
from tests.cluster.kubectl import Kubectl, Object
from tests.cluster.processes import is_ready
from tests.cluster.release import Release
from tests.helm import RELEASE, ROOT

PLAN = Plan(load_spec(ROOT / "genx-fx.yaml"))
# What the architecture document says people reach.
ADDRESSED = {"frontend-service": [3000], "api-service": [8080], "grafana-service": [3001]}

pytestmark = pytest.mark.xdist_group("platform")


@pytest.fixture(scope="module")
def pods(kubectl: Kubectl, platform: Release) -> list[Object]:
    """The pods of all components."""
    selector = f"app.kubernetes.io/instance={RELEASE}"
    return kubectl.staying_pods(platform.namespace, selector)


def test_every_component_runs_and_is_ready(pods: list[Object]) -> None:
    assert {pod["metadata"]["labels"]["app"] for pod in pods} == set(PLAN.by_name)
    for pod in pods:
        assert is_ready(pod), pod["metadata"]["name"]


def test_nothing_had_to_start_twice(pods: list[Object]) -> None:
    restarts = {
        pod["metadata"]["name"]: status["restartCount"]
        for pod in pods
        for status in pod["status"]["containerStatuses"]
    }
    assert set(restarts.values()) == {0}, restarts


def test_every_claim_is_bound_at_its_documented_size(kubectl: Kubectl, platform: Release) -> None:
    own = [component.storage for component in PLAN.components if component.storage]
    shared = [volume.spec for volume in PLAN.volumes]
    documented = {item.claim: (str(item.size), item.access) for item in own} | {
        item.claim: (str(item.size), item.access) for item in shared
    }
    modes = {"ReadWriteOnce": "RWO", "ReadWriteMany": "RWX"}
    bound = {
        claim["metadata"]["name"]: (
            claim["status"]["capacity"]["storage"],
            modes[claim["status"]["accessModes"][0]],
        )
        for claim in kubectl.list("pvc", platform.namespace)
        if claim["status"]["phase"] == "Bound"
    }
    assert bound == documented


def test_every_exposed_component_has_an_address_and_its_port(
    kubectl: Kubectl, platform: Release
) -> None:
    services = kubectl.list("services", platform.namespace)
    addressed = {
        item["metadata"]["name"]: [port["port"] for port in item["spec"]["ports"]]
        for item in services
        if item["status"].get("loadBalancer", {}).get("ingress")
    }
    assert addressed == ADDRESSED


def test_replicas_run_on_different_nodes(pods: list[Object]) -> None:
    for name in ("frontend", "api"):
        nodes = [
            pod["spec"]["nodeName"] for pod in pods if pod["metadata"]["labels"]["app"] == name
        ]
        assert len(nodes) >= 2
        assert len(set(nodes)) == len(nodes), (name, nodes)


def test_processes_run_without_root_and_cannot_write_their_image(
    kubectl: Kubectl, platform: Release, pods: list[Object]
) -> None:
    script = "grep -E '^(Uid|Gid|CapEff|NoNewPrivs):' /proc/1/status; touch /written 2>&1"
    for pod in pods:
        name = pod["metadata"]["name"]
        seen = kubectl.exec(name, ["sh", "-c", script], platform.namespace).stdout
        words = [line.split() for line in seen.splitlines()]
        assert ["Uid:", *["10001"] * 4] in words, name
        assert ["Gid:", *["10001"] * 4] in words, name
        assert ["CapEff:", "0" * 16] in words, name
        assert ["NoNewPrivs:", "1"] in words, name
        assert "Read-only file system" in seen, name


def test_helm_test_passes(platform: Release) -> None:
    assert "Phase:          Succeeded" in platform.test()
