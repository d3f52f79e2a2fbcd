from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import component, container, mounts, pod, quantity
from tests.chart.scenarios import COMPONENTS, STORING, VOLUMES, at_path, has_path, read_yaml
from tests.helm import CHART, Render

DEV, STAGING, PROD = (CHART / f"values-{name}.yaml" for name in ("dev", "staging", "prod"))


def _asked(rendered: Render, bound: str, resource: str) -> float:
    total = 0.0
    for workload in rendered.of_kind("Deployment", "StatefulSet"):
        each = quantity(container(workload)["resources"][bound][resource])
        total += each * workload["spec"]["replicas"]
    return total


def test_dev_needs_no_storage_class_no_load_balancer_and_no_volume(chart: Chart) -> None:
    rendered = chart(files=(DEV,))
    assert rendered.of_kind("PersistentVolumeClaim", "Ingress", "Gateway") == []
    types = {service["spec"].get("type") for service in rendered.of_kind("Service")}
    assert "LoadBalancer" not in types
    assert mounts(component(rendered, "mysql"))["/var/lib/mysql"].startswith("scratch")


def test_dev_is_small(chart: Chart) -> None:
    small, usual = chart(files=(DEV,)), chart()
    for resource in ("cpu", "memory"):
        assert _asked(small, "requests", resource) < _asked(usual, "requests", resource)
        assert _asked(small, "limits", resource) <= _asked(usual, "limits", resource) / 2
    for workload in small.of_kind("Deployment", "StatefulSet"):
        assert workload["spec"]["replicas"] == 1


def test_dev_installs_without_a_question(chart: Chart) -> None:
    rendered = chart(files=(DEV,))
    data = rendered.get("ConfigMap", "genx-fx-config")["data"]
    assert (data["ENV"], data["DEBUG"]) == ("development", "true")
    given = rendered.get("Secret", "genx-fx-secrets")["stringData"]
    assert all(given.values())


def test_staging_rehearses_production(chart: Chart) -> None:
    rendered = chart(files=(STAGING,))
    assert rendered.get("ConfigMap", "genx-fx-config")["data"]["ENV"] == "staging"
    assert rendered.names("HorizontalPodAutoscaler") == {"api"}
    assert len(rendered.of_kind("PersistentVolumeClaim")) == len(STORING) + len(VOLUMES) + 1
    assert rendered.has("CronJob", "mysql-backup")


def test_production_scales_spreads_and_guards_its_namespace(chart: Chart) -> None:
    rendered = chart(files=(PROD,))
    assert rendered.get("ConfigMap", "genx-fx-config")["data"]["ENV"] == "production"
    assert rendered.names("HorizontalPodAutoscaler") == {"api", "frontend"}
    assert rendered.of_kind("ResourceQuota")
    assert rendered.of_kind("LimitRange")
    for name in ("api", "frontend"):
        rules = {
            item["topologyKey"]: item["whenUnsatisfiable"]
            for item in pod(component(rendered, name))["topologySpreadConstraints"]
        }
        assert rules["kubernetes.io/hostname"] == "DoNotSchedule"
    assert "--requirepass" in container(component(rendered, "redis"))["args"]


@pytest.mark.parametrize("file", [DEV, STAGING, PROD], ids=lambda file: str(file.stem))
def test_overlays_say_only_what_differs(file: Path) -> None:
    defaults = read_yaml(CHART / "values.yaml")
    for path, value in _leaves(read_yaml(file)):
        if not path.startswith("global.secrets.values."):
            assert has_path(defaults, path), path
            assert at_path(defaults, path) != value, path


@pytest.mark.parametrize("file", [STAGING, PROD], ids=lambda file: str(file.stem))
def test_no_secret_outside_dev(chart: Chart, file: Path) -> None:
    assert "secrets" not in read_yaml(file)
    assert chart(files=(file,)).of_kind("Secret") == []


@pytest.mark.parametrize("file", [DEV, STAGING, PROD], ids=lambda file: str(file.stem))
def test_every_environment_runs_the_whole_platform(chart: Chart, file: Path) -> None:
    rendered = chart(files=(file,))
    for name in COMPONENTS:
        assert component(rendered, name)


def _leaves(values: Any, path: str = "") -> list[tuple[str, Any]]:
    if not isinstance(values, dict):
        return [(path, values)]
    return [
        leaf
        for key, value in values.items()
        for leaf in _leaves(value, f"{path}.{key}" if path else key)
    ]
