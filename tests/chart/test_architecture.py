"""Each fact of the architecture document, quoted, beside what the chart makes of it."""

from __future__ import annotations

import pytest

from tests.chart.conftest import Chart
from tests.chart.network import Network, Place, outside, pods
from tests.chart.reading import component, container, environment, pod, quantity, waits
from tests.chart.scenarios import COMPONENTS, nested
from tests.helm import CHART, NAMESPACE, refusal

DEV = (CHART / "values-dev.yaml",)

REPLICAS = [
    ("frontend", "- **Replicas**: 2 (load balanced)", 2),
    ("api", "- **Replicas**: 2 (load balanced)", 2),
    ("trading-bot", "- **Replicas**: 1 (singleton)", 1),
    ("mysql", "- **Replicas**: 1 (with persistent storage)", 1),
    ("redis", "- **Replicas**: 1 (with persistent storage)", 1),
    ("grafana", "- **Replicas**: 1 (with persistent storage)", 1),
]

RESOURCES = [
    ("frontend", "- **Resources**: 256Mi-1Gi RAM, 100m-500m CPU"),
    ("api", "- **Resources**: 512Mi-2Gi RAM, 250m-1000m CPU"),
    ("trading-bot", "- **Resources**: 512Mi-2Gi RAM, 250m-1000m CPU"),
    ("mysql", "- **Resources**: 512Mi-1Gi RAM, 250m-500m CPU"),
    ("redis", "- **Resources**: 256Mi-512Mi RAM, 100m-200m CPU"),
    ("grafana", "- **Resources**: 256Mi-512Mi RAM, 100m-250m CPU"),
]

SERVICES = [
    ("frontend", "Frontend  Port 3000", "frontend-service", "LoadBalancer", 3000, 3000),
    ("api", "API  Port 8080", "api-service", "LoadBalancer", 8080, 8080),
    ("grafana", "LoadBalancer:3001", "grafana-service", "LoadBalancer", 3001, 3000),
    ("mysql", "ClusterIP:3306", "mysql-service", "ClusterIP", 3306, 3306),
    ("redis", "ClusterIP:6379", "redis-service", "ClusterIP", 6379, 6379),
]

VOLUMES = [
    ("- **mysql-pvc**: 10Gi, RWO (ReadWriteOnce)", "mysql", "/var/lib/mysql"),
    ("- **redis-pvc**: 5Gi, RWO", "redis", "/data"),
    ("- **grafana-pvc**: 5Gi, RWO", "grafana", "/var/lib/grafana"),
    ("- **logs-pvc**: 10Gi, RWX (ReadWriteMany, shared across pods)", "api", "/app/logs"),
    ("- **data-pvc**: 20Gi, RWX (shared across pods)", "trading-bot", "/app/data"),
]

ACCESS = {"RWO": "ReadWriteOnce", "RWX": "ReadWriteMany"}

HEALTH = [
    ("frontend", "- **Health Checks**: HTTP GET on port 3000", "/", 3000),
    ("api", "- **Health Checks**: HTTP GET /health on port 8080", "/health", 8080),
]

DEPENDENCIES = [
    ("api", "- **Dependencies**: MySQL, Redis", ["mysql-service:3306", "redis-service:6379"]),
    (
        "trading-bot",
        "- **Dependencies**: MySQL, Redis, API",
        ["mysql-service:3306", "redis-service:6379", "api-service:8080"],
    ),
]

FLOWS = [
    ("1. **User → Frontend**: User accesses web UI via LoadBalancer (port 3000)", 3000),
    ("2. **Frontend → API**: Frontend calls API via internal service", 8080),
    ("3. **API → MySQL**: API reads/writes data to MySQL database", 3306),
    ("4. **API → Redis**: API uses Redis for caching and sessions", 6379),
    ("5. **Trading Bot → API**: Bot calls API for signal processing", 8080),
    ("6. **Trading Bot → MySQL**: Direct database access for trade records", 3306),
    ("7. **Admin → Grafana**: Monitoring via LoadBalancer (port 3001)", 3000),
]

PLACES = {
    "Frontend": "frontend",
    "API": "api",
    "Trading Bot": "trading-bot",
    "MySQL": "mysql",
    "Redis": "redis",
    "Grafana": "grafana",
}


@pytest.mark.parametrize(("name", "fact", "replicas"), REPLICAS)
def test_replicas(chart: Chart, name: str, fact: str, replicas: int) -> None:
    assert component(chart(), name)["spec"]["replicas"] == replicas, fact


@pytest.mark.parametrize(("name", "fact"), RESOURCES)
def test_resources(chart: Chart, name: str, fact: str) -> None:
    memory, _, cpu, _ = fact.removeprefix("- **Resources**: ").replace(",", "").split()
    given = container(component(chart(), name))["resources"]
    for resource, documented in (("memory", memory), ("cpu", cpu)):
        least, most = documented.split("-")
        assert quantity(given["requests"][resource]) == quantity(least), fact
        assert quantity(given["limits"][resource]) == quantity(most), fact


def test_resources_are_held_to_the_documented_ranges(helm: str) -> None:
    outside: dict[str, str] = {}
    for name, fact in RESOURCES:
        path = ".".join((*COMPONENTS[name], "resources"))
        memory, _, cpu, _ = fact.removeprefix("- **Resources**: ").replace(",", "").split()
        for resource, documented, step in (("memory", memory, ""), ("cpu", cpu, "m")):
            least, most = (quantity(end) / quantity(f"1{step}") for end in documented.split("-"))
            outside[f"{path}.requests.{resource}"] = f"{least - 1:.0f}{step}"
            outside[f"{path}.limits.{resource}"] = f"{most + 1:.0f}{step}"
    said = refusal(nested(outside), helm=helm)
    assert len(outside) == 24
    for path in outside:
        assert f"at '/{path.replace('.', '/')}'" in said, path


@pytest.mark.parametrize(("name", "fact", "service", "kind", "port", "target"), SERVICES)
def test_services(
    chart: Chart, name: str, fact: str, service: str, kind: str, port: int, target: int
) -> None:
    rendered = chart()
    spec = rendered.get("Service", service)["spec"]
    assert spec["type"] == kind, fact
    assert [item["port"] for item in spec["ports"]] == [port], fact
    listens = {
        item["name"]: item["containerPort"]
        for item in container(component(rendered, name))["ports"]
    }
    assert listens[spec["ports"][0]["targetPort"]] == target, fact


@pytest.mark.parametrize(("fact", "name", "path"), VOLUMES)
def test_persistent_volumes(chart: Chart, fact: str, name: str, path: str) -> None:
    claim, rest = fact.removeprefix("- **").split("**: ")
    size, access = rest.replace(",", "").split()[:2]
    rendered = chart()
    spec = rendered.get("PersistentVolumeClaim", claim)["spec"]
    assert spec["resources"]["requests"]["storage"] == size, fact
    assert spec["accessModes"] == [ACCESS[access]], fact
    workload = component(rendered, name)
    (volume,) = (
        volume["name"]
        for volume in pod(workload)["volumes"]
        if volume.get("persistentVolumeClaim", {}).get("claimName") == claim
    )
    assert {"name": volume, "mountPath": path} in container(workload)["volumeMounts"], fact


def test_total_storage_is_50gi(chart: Chart) -> None:
    """Total Storage: **50Gi**."""
    claims = chart().of_kind("PersistentVolumeClaim")
    sizes = [quantity(item["spec"]["resources"]["requests"]["storage"]) for item in claims]
    assert sum(sizes) == quantity("50Gi")


@pytest.mark.parametrize(("name", "fact", "path", "port"), HEALTH)
def test_health_checks(chart: Chart, name: str, fact: str, path: str, port: int) -> None:
    checked = container(component(chart(), name))
    assert checked["ports"] == [{"name": "http", "containerPort": port}], fact
    for probe in ("startupProbe", "readinessProbe"):
        assert checked[probe]["httpGet"] == {"path": path, "port": "http"}, fact


@pytest.mark.parametrize(("name", "fact", "addresses"), DEPENDENCIES)
def test_dependencies_are_waited_for(
    chart: Chart, name: str, fact: str, addresses: list[str]
) -> None:
    assert waits(chart(), component(chart(), name)) == addresses, fact


@pytest.mark.parametrize(("fact", "port"), FLOWS)
def test_network_flow(chart: Chart, fact: str, port: int) -> None:
    source, target = fact.split("**")[1].split(" → ")
    rendered = chart()
    places = {place.name: place for place in pods(rendered)}
    caller = places[PLACES[source]] if source in PLACES else outside("203.0.113.9")
    assert Network.of(rendered).allows(caller, places[PLACES[target]], port), fact


def test_scales_to_ten_replicas_and_more(chart: Chart) -> None:
    """**Frontend**: Can scale to 10+ replicas. **API**: Can scale to 10+ replicas."""
    more = {"frontend": {"replicas": 10}, "api": {"replicas": 12}}
    rendered = chart({"application": more})
    assert component(rendered, "frontend")["spec"]["replicas"] == 10
    assert component(rendered, "api")["spec"]["replicas"] == 12


@pytest.mark.parametrize("replicas", [0, 2])
def test_the_bot_stays_at_one_replica(helm: str, replicas: int) -> None:
    """**Trading Bot**: Keep at 1 replica (singleton pattern)."""
    said = refusal({"application": {"tradingBot": {"replicas": replicas}}}, helm=helm)
    assert "tradingBot" in said
    assert "replicas" in said


def test_kubectl_autoscale_deployment_api_finds_its_deployment(chart: Chart) -> None:
    """`kubectl autoscale deployment api --cpu-percent=70 --min=2 --max=10 -n genx-fx`."""
    rendered = chart()
    assert rendered.has("Deployment", "api")
    assert rendered.of_kind("HorizontalPodAutoscaler") == []
    assert "cpu" in container(rendered.get("Deployment", "api"))["resources"]["requests"]


def test_autoscaling_is_as_in_the_documented_command(chart: Chart) -> None:
    """`kubectl autoscale deployment api --cpu-percent=70 --min=2 --max=10 -n genx-fx`."""
    rendered = chart({"application": {"api": {"autoscaling": {"enabled": True}}}})
    spec = rendered.get("HorizontalPodAutoscaler", "api")["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 10)
    assert spec["metrics"][0]["resource"] == {
        "name": "cpu",
        "target": {"type": "Utilization", "averageUtilization": 70},
    }


def test_layers_are_told_by_labels(chart: Chart) -> None:
    """Application Layer, Data Layer, Monitoring Layer."""
    rendered = chart()
    tiers = {
        name: component(rendered, name)["metadata"]["labels"]["tier"] for name in PLACES.values()
    }
    assert tiers == {
        "frontend": "frontend",
        "api": "backend",
        "trading-bot": "backend",
        "mysql": "database",
        "redis": "cache",
        "grafana": "monitoring",
    }


def test_configuration_and_secrets(chart: Chart) -> None:
    """ConfigMap genx-fx-config, Secrets genx-fx-secrets, MySQL Init ConfigMap."""
    rendered = chart(files=DEV)
    assert {"genx-fx-config", "mysql-init-scripts"} <= rendered.names("ConfigMap")
    assert "genx-fx-secrets" in rendered.names("Secret")


def test_one_namespace(chart: Chart) -> None:
    """**Namespace Isolation**: Dedicated `genx-fx` namespace."""
    assert NAMESPACE == "genx-fx"
    for item in chart().objects:
        assert item["metadata"].get("namespace", NAMESPACE) == NAMESPACE
        assert item["kind"] not in {"Namespace", "ClusterRole", "ClusterRoleBinding"}


def test_network_policies_restrict_pod_to_pod_communication(chart: Chart) -> None:
    """**Network Policies**: (Future) Restrict pod-to-pod communication."""
    rendered = chart()
    network = Network.of(rendered)
    places = pods(rendered)
    stranger = Place("stranger", namespace="default")
    for place in places:
        assert not network.allows(place, stranger, 8080)
        assert not network.allows(stranger, place, 22)


def test_sensitive_data_stays_in_secrets(chart: Chart) -> None:
    """**Secrets Management**: Sensitive data in Kubernetes Secrets."""
    for name in PLACES.values():
        for variable, source in environment(component(chart(), name)).items():
            if any(word in variable for word in ("PASSWORD", "SECRET", "KEY", "LOGIN")):
                assert source.startswith("secret"), variable


def test_role_based_access_control(chart: Chart) -> None:
    """**RBAC**: (Future) Role-based access control."""
    rendered = chart()
    assert {"genx-fx-viewer", "genx-fx-operator"} <= rendered.names("Role")
    accounts = [pod(component(rendered, name))["serviceAccountName"] for name in PLACES.values()]
    assert sorted(accounts) == sorted(PLACES.values())


def test_pods_are_not_root_and_cannot_write_to_their_image(chart: Chart) -> None:
    """**Pod Security**: Non-root containers, read-only filesystems where possible."""
    rendered = chart()
    for owner, spec in rendered.pod_specs():
        assert spec["securityContext"]["runAsNonRoot"] is True, owner
    for owner, item in rendered.containers():
        assert item["securityContext"]["readOnlyRootFilesystem"] is True, owner


def test_default_credentials_are_admin_admin_in_dev_only(chart: Chart) -> None:
    """**Default Credentials**: admin/admin."""
    given = chart(files=DEV).get("Secret", "genx-fx-secrets")["stringData"]
    assert given["GRAFANA_ADMIN_USER"] == given["GRAFANA_ADMIN_PASSWORD"] == "admin"
    for files in ((), (CHART / "values-staging.yaml",), (CHART / "values-prod.yaml",)):
        rendered = chart(files=files)
        assert rendered.of_kind("Secret") == []
        read = environment(rendered.get("Deployment", "grafana"))
        assert read["GF_SECURITY_ADMIN_PASSWORD"] == "secret GRAFANA_ADMIN_PASSWORD"


def test_data_survives_pods_and_the_release(chart: Chart) -> None:
    """Persistent volumes survive pod restarts."""
    for claim in chart().of_kind("PersistentVolumeClaim"):
        assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
