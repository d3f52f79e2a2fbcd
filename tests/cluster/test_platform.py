"""The platform as production runs it: all that the spec declares is there and running."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from generator.kinds.mysql.model import MySQL
from generator.plan.platform import Plan
from generator.spec.load import load_spec
from generator.values.schemas import CHART_LABELS
from tests.cluster.conftest import LABELS
from tests.cluster.kubectl import Kubectl, Object
from tests.cluster.pods import component
from tests.cluster.processes import is_ready
from tests.cluster.release import SECRET, Release
from tests.helm import HELMS, RELEASE, ROOT, HelmError
from tools.cluster import Cluster

PLAN = Plan(load_spec(ROOT / "genx-fx.yaml"))
# What the architecture document says people reach, and what is only for the platform itself.
ADDRESSED = {"frontend-service": [3000], "api-service": [8080], "grafana-service": [3001]}
INTERNAL = {"mysql-service": [3306], "redis-service": [6379]}
# Its resources, as Kubernetes writes them: requests, then limits, of CPU and memory.
RESOURCES = {
    "frontend": (("100m", "256Mi"), ("500m", "1Gi")),
    "api": (("250m", "512Mi"), ("1", "2Gi")),
    "trading-bot": (("250m", "512Mi"), ("1", "2Gi")),
    "mysql": (("250m", "512Mi"), ("500m", "1Gi")),
    "redis": (("100m", "256Mi"), ("200m", "512Mi")),
    "grafana": (("100m", "256Mi"), ("250m", "512Mi")),
}

# Of `helm test`: seven connections, three of health, Grafana's login, two of policies, the backup.
TESTS = 14

pytestmark = pytest.mark.xdist_group("platform")


@pytest.fixture(scope="module")
def pods(kubectl: Kubectl, platform: Release) -> list[Object]:
    """Return the pods of all components."""
    selector = f"app.kubernetes.io/instance={RELEASE}"
    return kubectl.staying_pods(platform.namespace, selector)


def test_every_component_runs_and_is_ready(pods: list[Object]) -> None:
    assert {component(pod) for pod in pods} == set(PLAN.by_name)
    for pod in pods:
        assert is_ready(pod), pod["metadata"]["name"]


def test_every_component_has_its_documented_resources(pods: list[Object]) -> None:
    for pod in pods:
        (container,) = pod["spec"]["containers"]
        given = container["resources"]
        found = tuple(
            (given[kind]["cpu"], given[kind]["memory"]) for kind in ("requests", "limits")
        )
        assert found == RESOURCES[component(pod)], pod["metadata"]["name"]


def test_configuration_and_secrets_are_there(kubectl: Kubectl, platform: Release) -> None:
    found = {
        f"{item['kind']}/{item['metadata']['name']}"
        for item in kubectl.list("configmaps,secrets", platform.namespace)
    }
    assert found >= {
        *("ConfigMap/genx-fx-config", "ConfigMap/mysql-init-scripts", "Secret/genx-fx-secrets")
    }


def test_it_runs_on_three_nodes(cluster: Cluster, pods: list[Object]) -> None:
    if not cluster.is_kind:
        pytest.skip("a cluster that was there before has the nodes that it has")
    assert {pod["spec"]["nodeName"] for pod in pods} <= set(cluster.nodes())
    assert len(cluster.nodes()) == 3


def test_nothing_had_to_start_twice(pods: list[Object]) -> None:
    restarts = {
        pod["metadata"]["name"]: status["restartCount"]
        for pod in pods
        for status in pod["status"]["containerStatuses"]
    }
    assert set(restarts.values()) == {0}, restarts


def test_every_claim_is_bound_at_its_documented_size(kubectl: Kubectl, platform: Release) -> None:
    own = [item.storage for item in PLAN.components if item.storage]
    shared = [volume.spec for volume in PLAN.volumes]
    documented = {item.claim: (str(item.size), item.access) for item in own} | {
        item.claim: (str(item.size), item.access) for item in shared
    }
    for part in PLAN.components:
        if isinstance(part.spec, MySQL) and part.spec.backup:
            documented[part.spec.backup.claim] = (str(part.spec.backup.size), "RWO")
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


def test_services_have_their_ports_and_the_exposed_ones_an_address(
    kubectl: Kubectl, platform: Release
) -> None:
    services = kubectl.list("services", platform.namespace)
    ports: dict[bool, dict[str, list[int]]] = {True: {}, False: {}}
    for item in services:
        is_addressed = bool(item["status"].get("loadBalancer", {}).get("ingress"))
        numbers = [port["port"] for port in item["spec"].get("ports", [])]
        ports[is_addressed][item["metadata"]["name"]] = numbers
    assert ports[True] == ADDRESSED
    assert {name: ports[False].get(name) for name in INTERNAL} == INTERNAL


def test_replicas_run_on_different_nodes(pods: list[Object]) -> None:
    for name in ("frontend", "api"):
        nodes = [pod["spec"]["nodeName"] for pod in pods if component(pod) == name]
        assert len(nodes) >= 2
        assert len(set(nodes)) == len(nodes), (name, nodes)


def test_processes_run_without_root_and_cannot_write_their_image(
    kubectl: Kubectl, platform: Release, pods: list[Object]
) -> None:
    script = "grep -E '^(Uid|Gid|CapEff|NoNewPrivs):' /proc/self/status; touch /written 2>&1"
    for pod in pods:
        name = pod["metadata"]["name"]
        seen = kubectl.exec(name, ["sh", "-c", script], platform.namespace).stdout
        words = [line.split() for line in seen.splitlines()]
        assert ["Uid:", *["10001"] * 4] in words, name
        assert ["Gid:", *["10001"] * 4] in words, name
        assert ["CapEff:", "0" * 16] in words, name
        assert ["NoNewPrivs:", "1"] in words, name
        assert "Read-only file system" in seen, name


@pytest.mark.parametrize("helm", HELMS)
def test_labels_that_would_isolate_every_pod_are_refused(platform: Release, helm: str) -> None:
    before = platform.history()
    own = {"global": {"commonLabels": dict.fromkeys(CHART_LABELS, "trading")}}
    with pytest.raises(HelmError) as refused:
        replace(platform, helm=helm).upgrade(own)
    for label in CHART_LABELS:
        assert f"/global/commonLabels/{label.replace('/', '~1')}'" in str(refused.value)
    assert platform.history() == before


def test_pods_carry_the_labels_of_the_user_beside_those_of_the_chart(pods: list[Object]) -> None:
    """Services, NetworkPolicies and `helm test` are tried with them: see the other tests."""
    own = LABELS["global"]["commonLabels"]
    for pod in pods:
        assert pod["metadata"]["labels"].items() >= own.items()
        assert pod["metadata"]["labels"]["app"] == component(pod)


def test_helm_test_passes(platform: Release) -> None:
    assert platform.test().count("Phase:          Succeeded") == TESTS


@pytest.fixture
def failing(kubectl: Kubectl, platform: Release) -> Iterator[Callable[[str, str], str]]:
    """Give a function that runs one test, which must fail, and returns what its pod printed."""
    kept: list[str] = []

    def run(helm: str, test: str) -> str:
        kept.append(test)
        with pytest.raises(HelmError):
            replace(platform, helm=helm).test(test)
        return kubectl("logs", test, "-n", platform.namespace)

    yield run
    kubectl("delete", "pod", *kept, "-n", platform.namespace, "--ignore-not-found")


def test_helm_test_fails_where_policies_are_gone(
    kubectl: Kubectl, platform: Release, failing: Callable[[str, str], str]
) -> None:
    with platform.unchanged():
        kubectl("delete", "networkpolicies", "--all", "-n", platform.namespace)
        for helm, test in (("helm3", "stranger-test"), ("helm4", "isolated-test")):
            printed = failing(helm, test)
            assert "does not enforce NetworkPolicies" in printed, test
            assert "networkPolicy.enforced=false" in printed, test


@pytest.mark.parametrize(
    ("helm", "key", "value", "test", "words"),
    [
        ("helm3", "DATABASE_URL", "mysql://genx_user:wrong@mysql-service:3306/genxdb_fx_db",
         "api-to-mysql-test", "Access denied for user 'genx_user'"),
        ("helm4", "REDIS_URL", "redis://:wrong@redis-service:6379",
         "trading-bot-to-redis-test", "WRONGPASS"),
        ("helm4", "GRAFANA_DATABASE_PASSWORD", "wrong",
         "grafana-to-mysql-test", "Access denied for user"),
        ("helm3", "GRAFANA_ADMIN_PASSWORD", "wrong", "grafana-login-test", "401"),
    ],
)  # fmt: skip
def test_helm_test_fails_where_a_password_is_wrong(
    kubectl: Kubectl,
    platform: Release,
    failing: Callable[[str, str], str],
    helm: str,
    key: str,
    value: str,
    test: str,
    words: str,
) -> None:
    namespace = platform.namespace
    right = kubectl.secret(SECRET, namespace)[key]

    def write(text: str) -> None:
        kubectl("patch", "secret", SECRET, "-n", namespace, "-p",
                json.dumps({"stringData": {key: text}}))  # fmt: skip

    write(value)
    try:
        assert words in failing(helm, test)
    finally:
        write(right)
