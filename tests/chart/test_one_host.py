"""Several components under one host name, each at a path of its own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import component, container, environment
from tests.chart.scenarios import merged, nested
from tests.chart.test_exposure import GATEWAY, INGRESS, ISSUER, listeners
from tests.helm import Manifest, Render, refusal

HOST = "fx.example.org"
PATHS = {"frontend": "/", "api": "/api", "grafana": "/grafana"}
OF = {"frontend": "application", "api": "application", "grafana": "monitoring"}
ONE_HOST = nested(
    {
        "global.domain": HOST,
        **{f"{OF[name]}.{name}.ingress.hostname": HOST for name in PATHS},
        **{f"{OF[name]}.{name}.ingress.path": path for name, path in PATHS.items()},
    }
)
BY_INGRESS, BY_GATEWAY = merged(INGRESS, ONE_HOST), merged(GATEWAY, ONE_HOST)


def _path(rendered: Render, name: str) -> Manifest:
    """The one path of a component's Ingress; AssertionError where its host is another."""
    (rule,) = rendered.get("Ingress", name)["spec"]["rules"]
    assert rule["host"] == HOST
    (path,) = rule["http"]["paths"]
    assert isinstance(path, dict)
    return path


def test_each_component_has_its_path_of_the_ingress(chart: Chart) -> None:
    rendered = chart(BY_INGRESS)
    for name, path in PATHS.items():
        found = _path(rendered, name)
        assert (found["path"], found["pathType"]) == (path, "Prefix")
        assert found["backend"]["service"]["name"] == f"{name}-service"


def test_all_components_of_a_host_have_one_certificate(chart: Chart) -> None:
    """Controllers take that of the Ingress that they see first."""
    rendered = chart(BY_INGRESS)
    for name in PATHS:
        (tls,) = rendered.get("Ingress", name)["spec"]["tls"]
        assert tls == {"hosts": [HOST], "secretName": "frontend-tls"}
    own = nested({"application.frontend.ingress.tlsSecretName": "own"})
    (tls,) = chart(merged(BY_INGRESS, own)).get("Ingress", "grafana")["spec"]["tls"]
    assert tls["secretName"] == "own"
    left = nested({"application.frontend.ingress.enabled": False})
    (tls,) = chart(merged(BY_INGRESS, left)).get("Ingress", "grafana")["spec"]["tls"]
    assert tls["secretName"] == "api-tls", "of the first that is there"


@pytest.mark.parametrize("issuer", [*ISSUER, "cert-manager.io/issuer", "kubernetes.io/tls-acme"])
def test_one_ingress_of_a_host_asks_for_its_certificate(chart: Chart, issuer: str) -> None:
    """cert-manager makes a Certificate for each that asks, and refuses a second of one name."""
    values = nested({"global.ingress.annotations": {issuer: "any", "example.org/all": "yes"}})
    rendered = chart(merged(BY_INGRESS, values))
    asking = {
        name: sorted(rendered.get("Ingress", name)["metadata"]["annotations"]) for name in PATHS
    }
    assert asking == {
        "frontend": sorted([issuer, "example.org/all"]),
        "api": ["example.org/all"],
        "grafana": ["example.org/all"],
    }


def test_each_component_has_its_path_of_the_gateway(chart: Chart) -> None:
    rendered = chart(BY_GATEWAY)
    for name, path in PATHS.items():
        spec = rendered.get("HTTPRoute", name)["spec"]
        assert spec["hostnames"] == [HOST]
        (rule,) = spec["rules"]
        assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": path}}]
        assert "filters" not in rule


def test_a_host_has_one_listener(chart: Chart) -> None:
    """A Gateway with two of one host name and port is refused by its controller."""
    rendered = chart(BY_GATEWAY)
    assert set(listeners(rendered)) == {"http", "https-frontend"}
    listener = listeners(rendered)["https-frontend"]
    assert listener["hostname"] == HOST
    assert listener["tls"]["certificateRefs"] == [{"name": "frontend-tls"}]
    for name in PATHS:
        (parent,) = rendered.get("HTTPRoute", name)["spec"]["parentRefs"]
        assert parent["sectionName"] == "https-frontend"


def test_what_gateways_and_controllers_do_with_requests_is_passed_on(chart: Chart) -> None:
    removed = {
        "type": "URLRewrite",
        "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}},
    }
    values = nested(
        {
            "application.api.ingress.filters": [removed],
            "application.api.ingress.annotations": {"example.org/own": "yes"},
        }
    )
    route = chart(merged(BY_GATEWAY, values)).get("HTTPRoute", "api")
    assert route["spec"]["rules"][0]["filters"] == [removed]
    assert route["metadata"]["annotations"] == {"example.org/own": "yes"}
    nginx = nested(
        {
            "application.api.ingress.path": "/api(/|$)(.*)",
            "application.api.ingress.pathType": "ImplementationSpecific",
            "application.api.ingress.annotations": {
                "nginx.ingress.kubernetes.io/use-regex": "true",
                "nginx.ingress.kubernetes.io/rewrite-target": "/$2",
            },
        }
    )
    path = _path(chart(merged(BY_INGRESS, nginx)), "api")
    assert (path["path"], path["pathType"]) == ("/api(/|$)(.*)", "ImplementationSpecific")
    (rule,) = chart(merged(BY_GATEWAY, nginx)).get("HTTPRoute", "api")["spec"]["rules"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/api"}}]
    exact = nested({"application.api.ingress.pathType": "Exact"})
    (rule,) = chart(merged(BY_GATEWAY, exact)).get("HTTPRoute", "api")["spec"]["rules"]
    assert rule["matches"] == [{"path": {"type": "Exact", "value": "/api"}}]


def _grafana(rendered: Render) -> tuple[dict[str, str], dict[str, str]]:
    """Its environment, and the path that each of its probes asks."""
    workload = component(rendered, "grafana")
    probes = {
        name: probe["httpGet"]["path"]
        for name, probe in container(workload).items()
        if name.endswith("Probe")
    }
    return environment(workload), probes


@pytest.mark.parametrize(
    "values",
    [
        BY_INGRESS,
        BY_GATEWAY,
        merged(BY_INGRESS, nested({"monitoring.grafana.ingress.path": "/grafana/"})),
        nested({"monitoring.grafana.rootUrl": f"https://{HOST}/grafana/"}),
    ],
)
def test_grafana_answers_below_the_path_of_its_url(chart: Chart, values: dict[str, Any]) -> None:
    """It would send whoever asks elsewhere away: the kubelet, which counts that as healthy."""
    rendered = chart(values)
    variables, probes = _grafana(rendered)
    assert variables["GF_SERVER_ROOT_URL"].rstrip("/") == f"https://{HOST}/grafana"
    assert variables["GF_SERVER_SERVE_FROM_SUB_PATH"] == "true"
    assert probes == {
        "startupProbe": "/grafana/api/health",
        "readinessProbe": "/grafana/api/health",
        "livenessProbe": "/grafana/healthz",
    }
    (test,) = rendered.get("Pod", "grafana-login-test")["spec"]["containers"]
    assert test["args"][-1] == "http://grafana-service:3001/grafana/api/datasources"


def test_a_proxy_may_take_the_path_of_grafana_away(chart: Chart) -> None:
    values = merged(BY_INGRESS, nested({"monitoring.grafana.serveFromSubPath": False}))
    variables, probes = _grafana(chart(values))
    assert variables["GF_SERVER_ROOT_URL"] == f"https://{HOST}/grafana"
    assert "GF_SERVER_SERVE_FROM_SUB_PATH" not in variables
    assert probes["readinessProbe"] == "/api/health"


def test_grafana_at_a_host_of_its_own_answers_at_its_root(chart: Chart) -> None:
    for values in ({}, INGRESS, nested({"monitoring.grafana.rootUrl": "https://a.example.org/"})):
        variables, probes = _grafana(chart(values))
        assert "GF_SERVER_SERVE_FROM_SUB_PATH" not in variables
        assert probes["readinessProbe"] == "/api/health"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"monitoring.grafana.ingress.path": "/api/"},
            f"monitoring.grafana.ingress: {HOST}/api is also the address of application.api: give"
            " one of them another path or hostname",
        ),
        (
            {"application.frontend.ingress.path": "/api"},
            f"application.api.ingress: {HOST}/api is also the address of application.frontend",
        ),
        (
            {"monitoring.grafana.ingress.path": "/"},
            f"monitoring.grafana.ingress: {HOST}/ is also the address of application.frontend",
        ),
        (
            {"application.api.ingress.tlsSecretName": "own"},
            f"application.api.ingress.tlsSecretName: is own, but {HOST} has the certificate of"
            " application.frontend: set tlsSecretName there",
        ),
        (
            {"application.api.ingress.annotations": {"cert-manager.io/issuer": "own"}},
            "application.api.ingress.annotations: has cert-manager.io/issuer, but"
            f" {HOST} has the certificate of application.frontend: set it there",
        ),
    ],
)
def test_what_cannot_share_a_host_is_refused_in_words(values: dict[str, Any], message: str) -> None:
    assert message in refusal(merged(BY_INGRESS, nested(values)))


def test_who_has_no_way_in_takes_no_address(chart: Chart) -> None:
    same = nested({"monitoring.grafana.ingress.path": "/"})
    without = (
        {"monitoring.grafana.enabled": False},
        {"monitoring.grafana.ingress.enabled": False},
        {"global.exposure": "clusterIP"},
    )
    for values in without:
        assert chart(merged(BY_INGRESS, same, nested(values))).objects
