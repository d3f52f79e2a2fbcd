from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import component, container, environment, pod_annotations
from tests.chart.scenarios import (
    COMPONENTS,
    PLAN,
    SECRETS,
    external,
    merged,
    nested,
)
from tests.helm import CHART, refusal, render

GIVEN = nested({"global.secrets.source": "values", "global.secrets.values": SECRETS})
AUTH = nested({"global.redis.auth.enabled": True})
LENIENT_AUTH = nested({"global.redis.auth": {"enabled": True, "required": False}})
EXTERNAL_REDIS = nested(external("redis", "redis.example.org"))

CHANGES: list[tuple[dict[str, Any], dict[str, Any], set[str]]] = [
    ({}, nested({"global.config.ENV": "staging"}), {"api"}),
    ({}, nested({"global.config.MT5_SERVER": "Broker-Live"}), {"api", "trading-bot"}),
    ({}, nested({"global.config.GRAFANA_DATABASE_USER": "reader"}), {"mysql", "grafana"}),
    ({}, EXTERNAL_REDIS, {"api", "trading-bot"}),
    (
        EXTERNAL_REDIS,
        nested({"global.external.redis.port": 6380}),
        {"api", "trading-bot"},
    ),
    (
        EXTERNAL_REDIS,
        nested({"global.external.redis.tls.enabled": True}),
        {"api", "trading-bot"},
    ),
    ({}, AUTH, {"redis", "api", "trading-bot"}),
    ({}, LENIENT_AUTH, {"api", "trading-bot"}),
    (LENIENT_AUTH, nested({"global.redis.auth.required": True}), {"redis"}),
    ({}, nested({"data.redis.extraConfiguration": "timeout 5"}), {"redis"}),
    ({}, nested({"data.mysql.maxConnections": 200}), {"mysql"}),
    ({}, nested({"global.config.extra": {"FEATURE": "on"}}), set()),
    ({}, nested({"application.api.replicas": 3}), set()),
    ({}, nested({"global.exposure": "clusterIP"}), set()),
    (GIVEN, nested({"global.secrets.values.SECRET_KEY": "new"}), {"api"}),
    (GIVEN, nested({"global.secrets.values.MT5_PASSWORD": "new"}), {"api", "trading-bot"}),
    (
        GIVEN,
        nested({"global.secrets.values.MYSQL_PASSWORD": "new"}),
        {"mysql", "api", "trading-bot"},
    ),
    (GIVEN, nested({"global.secrets.values.GRAFANA_ADMIN_PASSWORD": "new"}), {"grafana"}),
    (
        merged(GIVEN, AUTH),
        nested({"global.secrets.values.REDIS_PASSWORD": "new"}),
        {"redis", "api", "trading-bot"},
    ),
]


def test_addresses_follow_the_services(chart: Chart) -> None:
    rendered = chart(nested({"global.namePrefix": "blue-"}))
    data = rendered.get("ConfigMap", "blue-genx-fx-config")["data"]
    assert (data["DATABASE_HOST"], data["DATABASE_PORT"]) == ("blue-mysql-service", "3306")
    assert data["API_URL"] == "http://blue-api-service:8080"


def test_addresses_follow_external_servers(chart: Chart) -> None:
    values = nested(external("mysql", "db.example", port=3307))
    data = chart(values).get("ConfigMap", "genx-fx-config")["data"]
    assert (data["DATABASE_HOST"], data["DATABASE_PORT"]) == ("db.example", "3307")


def test_a_value_given_wins(chart: Chart) -> None:
    rendered = chart(nested({"global.config.API_URL": "https://api.example"}))
    data = rendered.get("ConfigMap", "genx-fx-config")["data"]
    assert data["API_URL"] == "https://api.example"


@pytest.mark.parametrize("key", ["DATABASE_HOST", "DATABASE_PORT", "REDIS_HOST", "REDIS_PORT"])
def test_hosts_and_ports_follow_the_components_alone(key: str) -> None:
    """Set here, they would part from what the network policies let through."""
    assert f"additional properties '{key}' not allowed" in refusal(
        nested({f"global.config.{key}": "1"})
    )


def test_all_values_are_text(chart: Chart) -> None:
    rendered = chart(nested({"global.config.extra": {"ROUNDS": "1e6", "YES": "yes"}}))
    data = rendered.get("ConfigMap", "genx-fx-config")["data"]
    assert (data["ROUNDS"], data["YES"]) == ("1e6", "yes")
    assert all(isinstance(value, str) for value in data.values())


def test_the_port_of_the_api_is_not_for_sale(chart: Chart, helm: str) -> None:
    """Its probes, its Service and its policies look at the port of the image."""
    data = chart().get("ConfigMap", "genx-fx-config")["data"]
    (port,) = container(component(chart(), "api"))["ports"]
    assert data["PORT"] == str(port["containerPort"])
    assert "PORT" in refusal(nested({"global.config.PORT": "9090"}), helm=helm)


@pytest.mark.parametrize("name", [part.name for part in PLAN.components if part.kind == "web"])
def test_web_servers_are_told_the_port_that_their_service_sends_to(chart: Chart, name: str) -> None:
    """One that obeys PORT would listen elsewhere."""
    rendered = chart()
    said = environment(component(rendered, name))["PORT"]
    data = rendered.get("ConfigMap", "genx-fx-config")["data"]
    (port,) = container(component(rendered, name))["ports"]
    assert data.get(said.removeprefix("config "), said) == str(port["containerPort"])


@pytest.mark.parametrize(("before", "change", "restarted"), CHANGES)
def test_pods_restart_for_what_they_read_and_only_then(
    before: dict[str, Any], change: dict[str, Any], restarted: set[str]
) -> None:
    assert _restarted(_templates(before), _templates(merged(before, change))) == restarted


def test_pods_restart_for_extra_keys_that_they_read(chart: Chart) -> None:
    source = [{"configMapRef": {"name": "genx-fx-config"}}]
    reads = nested({"application.api.extraEnvFrom": source})
    values = [
        merged(reads, nested({"global.config.extra": {"FEATURE": on}})) for on in ("on", "off")
    ]
    before, after = (pod_annotations(component(chart(item), "api")) for item in values)
    assert before != after


@pytest.mark.parametrize("name", COMPONENTS)
def test_extra_key_reaches_its_reader_and_restarts_nobody_else(helm: str, name: str) -> None:
    """Also a reader that has no other key, and a key that YAML could misread."""
    before, after = (
        render(nested({"global.config.extra": {"YES": {"value": on, "readBy": [name]}}}), helm=helm)
        for on in ("on", "off")
    )
    assert after.get("ConfigMap", "genx-fx-config")["data"]["YES"] == "off"
    assert {each for each in COMPONENTS if environment(component(after, each)).get("YES")} == {name}
    assert environment(component(after, name))["YES"] == "config YES"
    changed = {
        each
        for each in COMPONENTS
        if pod_annotations(component(before, each)) != pod_annotations(component(after, each))
    }
    assert changed == {name}


def test_extra_key_that_is_mere_text_is_read_by_nobody(chart: Chart) -> None:
    rendered = chart(nested({"global.config.extra": {"FEATURE": "on"}}))
    assert rendered.get("ConfigMap", "genx-fx-config")["data"]["FEATURE"] == "on"
    assert not any("FEATURE" in environment(component(rendered, name)) for name in COMPONENTS)


def test_reader_of_an_extra_key_must_be_a_component(helm: str) -> None:
    unknown = {"FEATURE": {"value": "on", "readBy": ["tradingBot"]}}
    said = refusal(nested({"global.config.extra": unknown}), helm=helm)
    assert "/global/config/extra/FEATURE/readBy/0" in said.replace(".", "/")
    assert "'trading-bot'" in said


def test_a_new_version_of_the_chart_restarts_nothing(tmp_path: Path) -> None:
    newer = tmp_path / "genx-fx"
    shutil.copytree(CHART, newer)
    for file in newer.rglob("Chart.yaml"):
        text = file.read_text()
        for key, value in {"version": "9.9.9", "appVersion": "'9.9'"}.items():
            text = re.sub(rf"^{key}: .*$", f"{key}: {value}", text, flags=re.MULTILINE)
        file.write_text(text)
    assert "9.9.9" in str(render(chart=newer).get("Deployment", "api")["metadata"]["labels"])
    assert _restarted(_templates({}), _templates({}, newer)) == set()


def _templates(values: dict[str, Any], chart: Path = CHART) -> dict[str, Any]:
    rendered = render(values, chart=chart)
    running = rendered.names("Deployment") | rendered.names("StatefulSet")
    return {
        name: component(rendered, name)["spec"]["template"]
        for name in COMPONENTS
        if name in running
    }


def _restarted(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if name in after and before[name] != after[name]}
