"""The chart as a dependency of another: with an alias, a condition, and globals of others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chart.network import Network, pods
from tests.helm import (
    CHART,
    HELMS,
    KUBERNETES,
    NAMESPACE,
    Render,
    package_chart,
    parse,
    render,
    run_helm,
)

# Rancher, Fleet and umbrella charts put these there: https://helm.sh/docs/chart_template_guide/subcharts_and_globals/
FOREIGN = {"cattle": {"clusterId": "local"}, "fleet": {"clusterLabels": {}}, "team": "trading"}

BLUE_AND_GREEN = [
    {"name": "genx-fx", "version": "*", "repository": "", "alias": f"{color}Platform"}
    for color in ("blue", "green")
]
PREFIXES = {
    f"{color}Platform": {"global": {"namePrefix": f"{color}-"}} for color in ("blue", "green")
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the packaged chart, as a repository would have it."""
    return package_chart(CHART, tmp_path_factory.mktemp("package"))


def parent(folder: Path, package: Path, dependencies: list[dict[str, str]]) -> Path:
    """Write a chart that depends on the packaged one; gives its folder."""
    chart = folder / "parent"
    (chart / "charts").mkdir(parents=True)
    shutil.copy(package, chart / "charts")
    described = {"apiVersion": "v2", "name": "parent", "version": "1.0.0"}
    (chart / "Chart.yaml").write_text(yaml.safe_dump({**described, "dependencies": dependencies}))
    return chart


def rendered(helm: str, chart: Path, values: dict[str, Any]) -> Render:
    return render(values, helm=helm, chart=chart, release="parent")


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("alias", ["", "platform"])
def test_a_parent_renders_what_the_chart_alone_does(
    helm: str, alias: str, package: Path, tmp_path: Path
) -> None:
    dependency = {"name": "genx-fx", "version": "*", "repository": ""}
    dependency |= {"alias": alias} if alias else {}
    chart = parent(tmp_path, package, [dependency])
    key = alias or "genx-fx"
    values = {"global": FOREIGN, key: {"application": {"api": {"replicas": 3}}}}
    objects = rendered(helm, chart, values)
    assert objects.get("Deployment", "api")["spec"]["replicas"] == 3
    alone = render(helm=helm, release="parent")
    assert {(o["kind"], o["metadata"]["name"].split("-secrets-")[0]) for o in objects.objects} == {
        (o["kind"], o["metadata"]["name"].split("-secrets-")[0]) for o in alone.objects
    }


@pytest.mark.parametrize("helm", HELMS)
def test_globals_of_the_parent_reach_the_chart(helm: str, package: Path, tmp_path: Path) -> None:
    chart = parent(tmp_path, package, [{"name": "genx-fx", "version": "*", "repository": ""}])
    values = {
        "global": {
            **FOREIGN,
            "imageRegistry": "registry.example.org",
            "config": {"MT5_SERVER": "Broker-Live"},
            "external": {"mysql": {"host": "db.example.org", "cidrs": ["203.0.113.7/32"]}},
        }
    }
    objects = rendered(helm, chart, values)
    data = objects.get("ConfigMap", "genx-fx-config")["data"]
    assert (data["MT5_SERVER"], data["DATABASE_HOST"]) == ("Broker-Live", "db.example.org")
    assert not objects.has("StatefulSet", "mysql")
    assert all(
        item["image"].startswith("registry.example.org/") for _, item in objects.containers()
    )


@pytest.mark.parametrize("helm", HELMS)
def test_a_condition_of_the_parent_leaves_nothing(helm: str, package: Path, tmp_path: Path) -> None:
    dependency = {
        "name": "genx-fx",
        "version": "*",
        "repository": "",
        "condition": "genx-fx.enabled",
    }
    chart = parent(tmp_path, package, [dependency])
    assert rendered(helm, chart, {"genx-fx": {"enabled": True}}).objects
    assert rendered(helm, chart, {"genx-fx": {"enabled": False}}).objects == ()


@pytest.mark.parametrize("helm", HELMS)
def test_two_aliases_in_one_release_share_no_object_and_reach_their_own_database_only(
    helm: str, package: Path, tmp_path: Path
) -> None:
    chart = parent(tmp_path, package, BLUE_AND_GREEN)
    objects = rendered(helm, chart, PREFIXES)
    values = tmp_path / "values.json"
    values.write_text(json.dumps(PREFIXES))
    arguments = ("--namespace", NAMESPACE, "--kube-version", KUBERNETES, "--values", str(values))
    printed = parse(run_helm(helm, "template", "parent", str(chart), *arguments))
    assert objects.objects == printed.objects, "as on the command line"
    names = [(o["kind"], o["metadata"]["name"]) for o in objects.objects]
    assert len(names) == len(set(names))
    for color in ("blue", "green"):
        data = objects.get("ConfigMap", f"{color}-genx-fx-config")["data"]
        assert data["DATABASE_HOST"] == f"{color}-mysql-service"
    network = Network.of(objects)
    places = pods(objects)
    crossing = {
        (source.name, target.name, port)
        for source in places
        for target in places
        for port in (3000, 3306, 6379, 8080)
        if source.name.split("-")[0] != target.name.split("-")[0]
        and network.allows(source, target, port)
    }
    assert crossing == set()
    own = {place.name: place for place in places}
    assert network.allows(own["blue-api"], own["blue-mysql"], 3306)
    assert network.allows(own["green-api"], own["green-mysql"], 3306)


@pytest.mark.parametrize("helm", HELMS)
def test_no_selector_of_one_alias_holds_for_pods_of_the_other(
    helm: str, package: Path, tmp_path: Path
) -> None:
    objects = rendered(helm, parent(tmp_path, package, BLUE_AND_GREEN), PREFIXES)
    for item in objects.of_kind("Service", "Deployment", "StatefulSet", "PodDisruptionBudget"):
        selector = item["spec"]["selector"]
        labels = selector.get("matchLabels", selector).items()
        chosen = {
            place.name.split("-")[0] for place in pods(objects) if labels <= place.labels.items()
        }
        assert chosen == {item["metadata"]["name"].split("-")[0]}, item["metadata"]["name"]
