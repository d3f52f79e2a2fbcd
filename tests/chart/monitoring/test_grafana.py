from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from reference.grafana.expansion import expand_provisioned
from reference.grafana.settings import read
from tests.chart.conftest import Chart
from tests.chart.network import Network, Place, outside, pods
from tests.chart.reading import component, container, environment, mounts, objects_of, pod
from tests.chart.scenarios import external, merged, nested
from tests.helm import Render
from tests.passwords import PASSWORDS

MONITORING = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
PROMETHEUS = nested(
    {
        "monitoring.grafana.prometheus.url": "http://prometheus.monitoring:9090",
        "monitoring.grafana.prometheus.peers": [MONITORING],
        "monitoring.grafana.prometheus.podPort": 9090,
    }
)


def _provisioning(rendered: Render, file: str) -> Any:
    return yaml.safe_load(rendered.get("ConfigMap", "grafana-provisioning")["data"][file])


def test_volume_belongs_to_one_pod_at_a_time(chart: Chart) -> None:
    grafana = component(chart(), "grafana")
    assert grafana["kind"] == "Deployment"
    assert grafana["spec"]["replicas"] == 1
    assert grafana["spec"]["strategy"] == {"type": "Recreate"}
    assert mounts(grafana)["/var/lib/grafana"] == "claim grafana-pvc"


def test_reads_mysql_by_a_user_of_its_own(chart: Chart) -> None:
    rendered = chart()
    (source,) = _provisioning(rendered, "datasources.yaml")["datasources"]
    assert source["type"] == "mysql"
    assert source["isDefault"] is True
    variables = environment(component(rendered, "grafana"))
    used = set(re.findall(r"\$(\w+)", json.dumps(source)))
    assert used == {
        *("MYSQL_DATABASE", "GRAFANA_DATABASE_USER", "GRAFANA_DATABASE_PASSWORD"),
    }
    assert used <= variables.keys()
    assert variables["GRAFANA_DATABASE_PASSWORD"] == "secret GRAFANA_DATABASE_PASSWORD"
    assert source["secureJsonData"] == {"password": "$GRAFANA_DATABASE_PASSWORD"}
    assert not {"MYSQL_PASSWORD", "MYSQL_ROOT_PASSWORD", "DATABASE_URL"} & variables.keys()


def test_reads_where_nobody_writes(chart: Chart) -> None:
    (source,) = _provisioning(chart(), "datasources.yaml")["datasources"]
    assert source["url"] == "mysql-ro:3306"


def test_reads_a_server_outside_the_release_at_its_own_address(chart: Chart) -> None:
    rendered = chart(nested(external("mysql", "db.example")))
    (source,) = _provisioning(rendered, "datasources.yaml")["datasources"]
    assert source["url"] == "$DATABASE_HOST:$DATABASE_PORT"


def test_session_has_the_time_zone_of_what_is_stored(chart: Chart) -> None:
    """MySQL keeps UTC; in another zone of the server, Grafana would show other times."""
    (source,) = _provisioning(chart(), "datasources.yaml")["datasources"]
    assert source["jsonData"]["timezone"] == "+00:00"


def test_credentials_come_from_the_secret(chart: Chart) -> None:
    variables = environment(component(chart(), "grafana"))
    assert variables["GF_SECURITY_ADMIN_USER"] == "secret GRAFANA_ADMIN_USER"
    assert variables["GF_SECURITY_ADMIN_PASSWORD"] == "secret GRAFANA_ADMIN_PASSWORD"


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_any_password_reaches_grafana_as_it_is(chart: Chart, password: str) -> None:
    rendered = chart()
    grafana = component(rendered, "grafana")
    told = {
        name: password if origin.startswith("secret ") else origin
        for name, origin in environment(grafana).items()
    }
    settings = read(told, container(grafana).get("args", []))
    for name in ("ADMIN_USER", "ADMIN_PASSWORD"):
        assert settings[f"GF_SECURITY_{name}"] == password
    (source,) = _provisioning(rendered, "datasources.yaml")["datasources"]
    assert expand_provisioned(source, told)["secureJsonData"] == {"password": password}


@pytest.mark.parametrize("name", ["ADMIN_USER", "ADMIN_PASSWORD", "SECRET_KEY"])
def test_empty_text_is_not_the_published_default(chart: Chart, name: str) -> None:
    told = {f"GF_SECURITY_{name}": ""}
    settings = read(told, container(component(chart(), "grafana")).get("args", []))
    assert settings.get(f"GF_SECURITY_{name}") == "", "set, and to nothing"


def test_encrypts_with_a_key_of_its_own(chart: Chart) -> None:
    """Grafana's default is the same for all, and published."""
    rendered = chart()
    grafana = component(rendered, "grafana")
    variables = environment(grafana)
    assert variables["GF_SECURITY_SECRET_KEY"] == "secret GRAFANA_SECRET_KEY"
    assert (
        read({"GF_SECURITY_SECRET_KEY": "a${b}"}, container(grafana)["args"])[
            "GF_SECURITY_SECRET_KEY"
        ]
        == "a${b}"
    )
    (job,) = rendered.of_kind("Job")
    made = json.loads(environment(job)["SECRET_KEYS"])
    assert made["GRAFANA_SECRET_KEY"] == {"generate": 32}


@pytest.mark.parametrize("part", ["$HOME", "${HOME}", "$$"])
def test_address_of_prometheus_is_no_reference(chart: Chart, part: str) -> None:
    url = f"http://prometheus:9090/{part}"
    rendered = chart(merged(PROMETHEUS, nested({"monitoring.grafana.prometheus.url": url})))
    _, source = _provisioning(rendered, "datasources.yaml")["datasources"]
    assert expand_provisioned(source["url"], {"HOME": "/root"}) == url


def test_lets_nobody_sign_up_and_calls_nobody(chart: Chart) -> None:
    """Its policies let it reach MySQL alone."""
    variables = environment(component(chart(), "grafana"))
    off = [name for name, value in variables.items() if value == "false"]
    assert set(off) == {
        "GF_USERS_ALLOW_SIGN_UP",
        "GF_ANALYTICS_REPORTING_ENABLED",
        "GF_ANALYTICS_CHECK_FOR_UPDATES",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES",
    }


def test_no_prometheus_by_default(chart: Chart) -> None:
    sources = _provisioning(chart(), "datasources.yaml")["datasources"]
    assert [source["name"] for source in sources] == ["MySQL"]


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://prometheus.monitoring:9090", 9090),
        ("http://prometheus.monitoring", 80),
        ("https://prometheus.example/tenant", 443),
        ("https://prometheus.example:8443/tenant", 8443),
    ],
)
def test_prometheus(chart: Chart, url: str, port: int) -> None:
    peers = [{"ipBlock": {"cidr": "10.0.0.9/32"}}]
    prometheus = {"url": url, "peers": peers}
    rendered = chart(nested({"monitoring.grafana.prometheus": prometheus}))
    _, source = _provisioning(rendered, "datasources.yaml")["datasources"]
    assert (source["type"], source["url"]) == ("prometheus", url)
    assert source.get("isDefault", False) is False
    (grafana,) = (place for place in pods(rendered) if place.name == "grafana")
    network = Network.of(rendered)
    ports = [80, 443, 8443, 9090]
    assert [p for p in ports if network.allows(grafana, outside("10.0.0.9"), p)] == [port]
    for elsewhere in ("10.0.0.8", "169.254.169.254"):
        assert not any(network.allows(grafana, outside(elsewhere), p) for p in ports)


def test_prometheus_is_reached_at_the_port_of_its_pods(chart: Chart) -> None:
    """Its Service may have another one: a policy judges what comes out behind the Service."""
    behind = nested({"monitoring.grafana.prometheus.url": "http://prometheus.monitoring"})
    rendered = chart(merged(PROMETHEUS, behind))
    (grafana,) = (place for place in pods(rendered) if place.name == "grafana")
    network = Network.of(rendered)
    server = Place("prometheus", namespace="monitoring")
    assert [p for p in (80, 9090) if network.allows(grafana, server, p)] == [9090]


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({}, None),
        ({"global.exposure": "clusterIP"}, None),
        ({"global.exposure": "ingress"}, "https://grafana.genx-fx.local"),
        (
            {"global.exposure": "ingress", "global.tls.enabled": False},
            "http://grafana.genx-fx.local",
        ),
        (
            {
                "global.exposure": "gateway",
                "global.gateway.className": "envoy",
                "monitoring.grafana.ingress.hostname": "charts.example.org",
            },
            "https://charts.example.org",
        ),
        ({"global.exposure": "ingress", "monitoring.grafana.ingress.enabled": False}, None),
        (
            {"monitoring.grafana.rootUrl": "https://fx.example.org/grafana/"},
            "https://fx.example.org/grafana/",
        ),
    ],
)
def test_knows_the_url_that_browsers_use(
    chart: Chart, values: dict[str, Any], url: str | None
) -> None:
    variables = environment(component(chart(nested(values)), "grafana"))
    assert variables.get("GF_SERVER_ROOT_URL") == url


def test_dashboards_are_provisioned_from_files(chart: Chart) -> None:
    rendered = chart()
    (provider,) = _provisioning(rendered, "dashboards.yaml")["providers"]
    grafana = component(rendered, "grafana")
    assert mounts(grafana)[provider["options"]["path"]] == "config grafana-dashboards"
    assert mounts(grafana)["/etc/grafana/provisioning"] == "config grafana-provisioning"
    assert provider["allowUiUpdates"] is False
    items = {
        item["path"]
        for volume in pod(grafana)["volumes"]
        if volume["name"] == "provisioning"
        for item in volume["configMap"]["items"]
    }
    assert items == {"datasources/datasources.yaml", "dashboards/dashboards.yaml"}


def test_dashboards_ask_the_provisioned_data_source(chart: Chart) -> None:
    rendered = chart()
    uids = {item["uid"] for item in _provisioning(rendered, "datasources.yaml")["datasources"]}
    dashboards = rendered.get("ConfigMap", "grafana-dashboards")["data"]
    assert set(dashboards) == {
        *("trades.json", "signals.json", "market-data.json", "accounts.json")
    }
    for name, text in dashboards.items():
        asked = {
            panel["datasource"]["uid"]
            for panel in json.loads(text)["panels"]
            if panel.get("targets")
        }
        assert asked, name
        assert asked <= uids, name


LOKI = {
    "name": "Loki",
    "type": "loki",
    "url": "http://loki.monitoring:3100",
    "jsonData": {"maxLines": 1000000, "timeout": "60"},
    "secureJsonData": {"password": "$LOKI_PASSWORD"},
}
WITH_LOKI = nested(
    {
        "monitoring.grafana.extraDataSources": [LOKI],
        "monitoring.grafana.extraEnv": [
            {
                "name": "LOKI_PASSWORD",
                "valueFrom": {"secretKeyRef": {"name": "loki", "key": "password"}},
            }
        ],
    }
)


def test_own_data_sources_follow_those_of_the_chart(chart: Chart) -> None:
    rendered = chart(merged(PROMETHEUS, WITH_LOKI))
    sources = _provisioning(rendered, "datasources.yaml")["datasources"]
    assert [source["name"] for source in sources] == ["MySQL", "Prometheus", "Loki"]
    assert sources[2] == LOKI
    assert [source["name"] for source in sources if source.get("isDefault")] == ["MySQL"]


def test_the_password_of_an_own_data_source_stays_in_its_secret(chart: Chart) -> None:
    rendered = chart(WITH_LOKI)
    told = environment(component(rendered, "grafana"))
    source = _provisioning(rendered, "datasources.yaml")["datasources"][-1]
    assert told["LOKI_PASSWORD"] == "secret password"
    read = expand_provisioned(source, told | {"LOKI_PASSWORD": "a$b${c}"})
    assert read["secureJsonData"] == {"password": "a$b${c}"}


def test_any_variable_may_come_from_extra_env_from(chart: Chart) -> None:
    source = nested({"monitoring.grafana.extraDataSources": [LOKI]})
    more = nested({"monitoring.grafana.extraEnvFrom": [{"secretRef": {"name": "loki"}}]})
    rendered = chart(merged(source, more))
    assert _provisioning(rendered, "datasources.yaml")["datasources"][-1] == LOKI


def test_own_dashboards_are_beside_those_of_the_chart(chart: Chart) -> None:
    text = '{"title": "Orders: {{ own }}", "panels": []}\n'
    rendered = chart(nested({"monitoring.grafana.dashboards": {"orders.json": text}}))
    boards = rendered.get("ConfigMap", "grafana-dashboards")["data"]
    own = chart().get("ConfigMap", "grafana-dashboards")["data"]
    assert boards == {**own, "orders.json": text}
    # Grafana looks at its files every ten seconds.
    assert component(rendered, "grafana") == component(chart(), "grafana")


def test_config_maps_of_ones_own_hold_dashboards(chart: Chart) -> None:
    names = ["team-dashboards", "1234"]
    rendered = chart(nested({"monitoring.grafana.dashboardConfigMaps": names}))
    ours, own = _provisioning(rendered, "dashboards.yaml")["providers"]
    root = own["options"]["path"]
    assert own["folder"] == ours["folder"]
    assert own["name"] != ours["name"]
    found = mounts(component(rendered, "grafana"))
    assert {path: found[path] for path in found if path.startswith(root)} == {
        f"{root}/{name}": f"config {name}" for name in names
    }
    (before,) = _provisioning(chart(), "dashboards.yaml")["providers"]
    assert before == ours


def test_pods_restart_with_their_provisioning(chart: Chart) -> None:
    before, after = (component(chart(values), "grafana") for values in ({}, PROMETHEUS))
    assert before["spec"]["template"] != after["spec"]["template"]


def test_probes_differ(chart: Chart) -> None:
    checked = container(component(chart(), "grafana"))
    assert len({str(checked[f"{name}Probe"]) for name in ("startup", "readiness", "liveness")}) == 3


def test_disabled_leaves_nothing(chart: Chart) -> None:
    rendered = chart(nested({"monitoring.enabled": False}))
    assert objects_of(rendered, "grafana") == set()
    assert not any("grafana" in name for name in rendered.names("NetworkPolicy"))
    assert not any("grafana" in name for name in rendered.names("ConfigMap"))
