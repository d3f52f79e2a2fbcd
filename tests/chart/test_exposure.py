from __future__ import annotations

import pytest

from tests.chart.conftest import Chart
from tests.chart.scenarios import merged, nested
from tests.helm import Render

HOSTS = {
    "frontend": "genx-fx.local",
    "api": "api.genx-fx.local",
    "grafana": "grafana.genx-fx.local",
}
SERVICES = {"frontend-service": 3000, "api-service": 8080, "grafana-service": 3001}
INGRESS = nested({"global.exposure": "ingress"})
GATEWAY = nested({"global.exposure": "gateway", "global.gateway.className": "cilium"})
TLS = nested({"global.tls.enabled": True, "global.tls.secretName": "fx-tls"})


def _types(rendered: Render) -> dict[str, str]:
    return {name: rendered.get("Service", name)["spec"]["type"] for name in SERVICES}


def test_load_balancers_by_default(chart: Chart) -> None:
    rendered = chart()
    assert _types(rendered) == dict.fromkeys(SERVICES, "LoadBalancer")
    assert rendered.of_kind("Ingress", "Gateway", "HTTPRoute") == []
    for name in ("mysql-service", "redis-service"):
        assert rendered.get("Service", name)["spec"]["type"] == "ClusterIP"


def test_load_balancers_can_be_restricted(chart: Chart) -> None:
    rendered = chart(
        nested(
            {
                "monitoring.grafana.service.loadBalancerSourceRanges": ["203.0.113.0/24"],
                "monitoring.grafana.service.loadBalancerClass": "example.org/internal",
                "monitoring.grafana.service.annotations": {"example.org/internal": "true"},
            }
        )
    )
    service = rendered.get("Service", "grafana-service")
    assert service["spec"]["loadBalancerSourceRanges"] == ["203.0.113.0/24"]
    assert service["spec"]["loadBalancerClass"] == "example.org/internal"
    assert service["metadata"]["annotations"] == {"example.org/internal": "true"}


@pytest.mark.parametrize("exposure", ["ingress", "gateway", "clusterIP"])
def test_no_load_balancer_otherwise(chart: Chart, exposure: str) -> None:
    rendered = chart(merged(GATEWAY, nested({"global.exposure": exposure})))
    assert _types(rendered) == dict.fromkeys(SERVICES, "ClusterIP")
    if exposure == "clusterIP":
        assert rendered.of_kind("Ingress", "Gateway", "HTTPRoute") == []


def test_one_service_can_have_a_type_of_its_own(chart: Chart) -> None:
    rendered = chart(nested({"monitoring.grafana.service.type": "ClusterIP"}))
    assert _types(rendered)["grafana-service"] == "ClusterIP"
    assert _types(rendered)["api-service"] == "LoadBalancer"


def test_ingress(chart: Chart) -> None:
    rendered = chart(merged(INGRESS, nested({"global.ingress.className": "nginx"})))
    assert rendered.of_kind("Gateway", "HTTPRoute") == []
    for name, host in HOSTS.items():
        spec = rendered.get("Ingress", name)["spec"]
        assert spec["ingressClassName"] == "nginx"
        assert "tls" not in spec
        (rule,) = spec["rules"]
        assert rule["host"] == host
        (path,) = rule["http"]["paths"]
        assert (path["path"], path["pathType"]) == ("/", "Prefix")
        backend = path["backend"]["service"]
        ports = rendered.get("Service", backend["name"])["spec"]["ports"]
        assert backend["port"]["name"] in {port["name"] for port in ports}
        assert backend["name"] == f"{name}-service"


def test_ingress_with_tls_annotations_and_hosts_of_its_own(chart: Chart) -> None:
    annotations = {"cert-manager.io/cluster-issuer": "letsencrypt"}
    more = nested(
        {
            "global.domain": "fx.example",
            "global.ingress.annotations": annotations,
            "application.api.ingress.hostname": "trade.example",
        }
    )
    rendered = chart(merged(INGRESS, TLS, more))
    hosts = {"frontend": "fx.example", "api": "trade.example", "grafana": "grafana.fx.example"}
    for name, host in hosts.items():
        ingress = rendered.get("Ingress", name)
        assert ingress["metadata"]["annotations"] == annotations
        assert ingress["spec"]["rules"][0]["host"] == host
        assert ingress["spec"]["tls"] == [{"hosts": [host], "secretName": "fx-tls"}]


def test_gateway(chart: Chart) -> None:
    rendered = chart(GATEWAY)
    assert rendered.of_kind("Ingress") == []
    (gateway,) = rendered.of_kind("Gateway")
    assert gateway["spec"]["gatewayClassName"] == "cilium"
    (listener,) = gateway["spec"]["listeners"]
    assert (listener["protocol"], listener["port"]) == ("HTTP", 80)
    for name, host in HOSTS.items():
        spec = rendered.get("HTTPRoute", name)["spec"]
        assert spec["parentRefs"] == [{"name": gateway["metadata"]["name"]}]
        assert spec["hostnames"] == [host]
        (rule,) = spec["rules"]
        (backend,) = rule["backendRefs"]
        assert SERVICES[backend["name"]] == backend["port"]


def test_gateway_with_tls(chart: Chart) -> None:
    (gateway,) = chart(merged(GATEWAY, TLS)).of_kind("Gateway")
    (listener,) = gateway["spec"]["listeners"]
    assert (listener["protocol"], listener["port"]) == ("HTTPS", 443)
    assert listener["tls"] == {"mode": "Terminate", "certificateRefs": [{"name": "fx-tls"}]}


def test_gateway_takes_routes_of_its_own_namespace_only(chart: Chart) -> None:
    for values in (GATEWAY, merged(GATEWAY, TLS)):
        (gateway,) = chart(values).of_kind("Gateway")
        (listener,) = gateway["spec"]["listeners"]
        assert listener["allowedRoutes"] == {"namespaces": {"from": "Same"}}


def test_gateway_of_others(chart: Chart) -> None:
    rendered = chart(
        nested(
            {
                "global.exposure": "gateway",
                "global.gateway.create": False,
                "global.gateway.name": "edge",
                "global.gateway.namespace": "infra",
            }
        )
    )
    assert rendered.of_kind("Gateway") == []
    for name in HOSTS:
        parents = rendered.get("HTTPRoute", name)["spec"]["parentRefs"]
        assert parents == [{"name": "edge", "namespace": "infra"}]


@pytest.mark.parametrize("values", [INGRESS, GATEWAY])
def test_a_disabled_component_has_no_host(chart: Chart, values: dict[str, object]) -> None:
    rendered = chart(merged(values, nested({"monitoring.grafana.enabled": False})))
    names = rendered.names("Ingress") | rendered.names("HTTPRoute")
    assert names == {"frontend", "api"}
