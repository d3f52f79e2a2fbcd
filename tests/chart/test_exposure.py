from __future__ import annotations

from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.scenarios import merged, nested
from tests.helm import CHART, Manifest, Render

HOSTS = {
    "frontend": "genx-fx.local",
    "api": "api.genx-fx.local",
    "grafana": "grafana.genx-fx.local",
}
SERVICES = {"frontend-service": 3000, "api-service": 8080, "grafana-service": 3001}
INGRESS = nested({"global.exposure": "ingress"})
GATEWAY = nested({"global.exposure": "gateway", "global.gateway.className": "cilium"})
TLS = nested({"global.tls.enabled": True})
PLAIN = nested({"global.tls.enabled": False})
ISSUER = {"cert-manager.io/cluster-issuer": "letsencrypt"}
CLIENT = {"ipBlock": {"cidr": "203.0.113.7/32"}}
PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]


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


def test_admins_come_from_private_networks_unless_values_say_otherwise(chart: Chart) -> None:
    def ranges(values: dict[str, Any], name: str) -> Any:
        spec = chart(nested(values)).get("Service", name)["spec"]
        assert spec["type"] == "LoadBalancer"
        return spec.get("loadBalancerSourceRanges")

    assert ranges({}, "grafana-service") == PRIVATE
    assert ranges({}, "frontend-service") is None
    for everybody in (["0.0.0.0/0"], []):
        said = {"monitoring.grafana.service.loadBalancerSourceRanges": everybody}
        assert ranges(said, "grafana-service") == (everybody or None)


@pytest.mark.parametrize("exposure", ["loadBalancer", "clusterIP"])
def test_clients_keep_their_addresses_where_addresses_decide(chart: Chart, exposure: str) -> None:
    """Behind `externalTrafficPolicy: Cluster`, a NetworkPolicy sees the address of a node."""

    def policies(values: dict[str, Any]) -> dict[str, str | None]:
        rendered = chart(nested({"global.exposure": exposure, **values}))
        specs = {name: rendered.get("Service", name)["spec"] for name in SERVICES}
        return {name: spec.get("externalTrafficPolicy") for name, spec in specs.items()}

    behind = "Local" if exposure == "loadBalancer" else None
    assert set(policies({}).values()) == {None}
    assert policies({"global.exposedTo.users": [CLIENT]}) == {
        **{"frontend-service": behind, "api-service": behind},
        "grafana-service": None,
    }
    assert policies({"global.exposedTo.admins": [CLIENT]}) == {
        **{"frontend-service": None, "api-service": None},
        "grafana-service": behind,
    }
    own = {"application.api.service.externalTrafficPolicy": "Local"}
    assert policies(own)["api-service"] == behind
    node_port = {"application.api.service.type": "NodePort", "global.exposedTo.users": [CLIENT]}
    assert policies(node_port)["api-service"] == "Local"


def test_annotations_of_load_balancers(chart: Chart) -> None:
    """As clouds take them for TLS: on what they balance, and on no other Service."""
    certificate = {"service.beta.kubernetes.io/aws-load-balancer-ssl-cert": "arn:aws:acm:1"}
    values = nested(
        {
            "global.loadBalancer.annotations": certificate,
            "global.tls.enabled": True,
            "application.api.service.annotations": {"example.org/own": "yes"},
            "monitoring.grafana.service.type": "ClusterIP",
        }
    )
    rendered = chart(values)
    found = {
        item["metadata"]["name"]: item["metadata"].get("annotations")
        for item in rendered.of_kind("Service")
    }
    assert found["frontend-service"] == certificate
    assert found["api-service"] == {**certificate, "example.org/own": "yes"}
    assert {name for name, own in found.items() if own} == {"frontend-service", "api-service"}


def test_ingress(chart: Chart) -> None:
    rendered = chart(merged(INGRESS, PLAIN, nested({"global.ingress.className": "nginx"})))
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


@pytest.mark.parametrize("tls", [{}, TLS], ids=["auto", "said"])
def test_cert_manager_issues_for_each_ingress(chart: Chart, tls: dict[str, Any]) -> None:
    """By an issuer annotation alone. One Secret in several Ingresses is issued for the first."""
    more = nested(
        {
            "global.domain": "fx.example",
            "global.ingress.annotations": ISSUER,
            "application.api.ingress.hostname": "trade.example",
        }
    )
    rendered = chart(merged(INGRESS, tls, more))
    hosts = {"frontend": "fx.example", "api": "trade.example", "grafana": "grafana.fx.example"}
    for name, host in hosts.items():
        ingress = rendered.get("Ingress", name)
        assert ingress["metadata"]["annotations"] == ISSUER
        assert ingress["spec"]["rules"][0]["host"] == host
        assert ingress["spec"]["tls"] == [{"hosts": [host], "secretName": f"{name}-tls"}]
    prefixed = chart(merged(INGRESS, tls, nested({"global.namePrefix": "blue-"})))
    (tls,) = prefixed.get("Ingress", "blue-api")["spec"]["tls"]
    assert tls["secretName"] == "blue-api-tls"


def test_certificates_that_are_there_already(chart: Chart) -> None:
    values = {"global.tls.secretName": "wildcard", "application.api.ingress.tlsSecretName": "trade"}
    by_ingress = chart(merged(INGRESS, nested(values)))
    by_gateway = listeners(chart(merged(GATEWAY, nested(values))))
    for name in HOSTS:
        secret = "trade" if name == "api" else "wildcard"
        (tls,) = by_ingress.get("Ingress", name)["spec"]["tls"]
        assert tls["secretName"] == secret
        assert by_gateway[f"https-{name}"]["tls"]["certificateRefs"] == [{"name": secret}]


def test_the_controller_may_have_the_certificate(chart: Chart) -> None:
    """AWS Certificate Manager, the default certificate of nginx, or Google's by annotation."""
    values = nested({"global.tls.source": "controller"})
    for name, host in HOSTS.items():
        spec = chart(merged(INGRESS, values)).get("Ingress", name)["spec"]
        assert spec["tls"] == [{"hosts": [host]}]
        listener = listeners(chart(merged(GATEWAY, values)))[f"https-{name}"]
        assert (listener["protocol"], listener["hostname"]) == ("HTTPS", host)
        assert "tls" not in listener


@pytest.mark.parametrize("exposure", [INGRESS, GATEWAY], ids=["ingress", "gateway"])
def test_plain_http_needs_a_word(chart: Chart, exposure: dict[str, Any]) -> None:
    def encrypted(values: dict[str, Any]) -> bool:
        rendered = chart(merged(exposure, values))
        tls = [item["spec"].get("tls") for item in rendered.of_kind("Ingress")]
        return (all(tls) and not rendered.of_kind("Gateway")) or "https-grafana" in listeners(
            rendered
        )

    assert encrypted({})
    assert not encrypted(PLAIN)


def test_one_ingress_differs_from_the_others(chart: Chart) -> None:
    own = {"nginx.ingress.kubernetes.io/whitelist-source-range": "203.0.113.0/24"}
    values = nested(
        {
            "global.ingress.className": "public",
            "global.ingress.annotations": ISSUER,
            "monitoring.grafana.ingress.className": "internal",
            "monitoring.grafana.ingress.annotations": own,
        }
    )
    rendered = chart(merged(INGRESS, values))
    found = {
        item["metadata"]["name"]: (
            item["spec"]["ingressClassName"],
            item["metadata"]["annotations"],
        )
        for item in rendered.of_kind("Ingress")
    }
    assert found == {
        **dict.fromkeys(("frontend", "api"), ("public", ISSUER)),
        "grafana": ("internal", ISSUER | own),
    }


def listeners(rendered: Render) -> dict[str, Manifest]:
    """Return the listeners of the chart's own Gateway by name."""
    found = [
        item for gateway in rendered.of_kind("Gateway") for item in gateway["spec"]["listeners"]
    ]
    return {item["name"]: item for item in found}


def test_gateway(chart: Chart) -> None:
    rendered = chart(merged(GATEWAY, PLAIN))
    assert rendered.of_kind("Ingress") == []
    (gateway,) = rendered.of_kind("Gateway")
    assert gateway["spec"]["gatewayClassName"] == "cilium"
    (listener,) = gateway["spec"]["listeners"]
    assert (listener["protocol"], listener["port"]) == ("HTTP", 80)
    for name, host in HOSTS.items():
        spec = rendered.get("HTTPRoute", name)["spec"]
        parent = {"name": gateway["metadata"]["name"], "sectionName": "http"}
        assert spec["parentRefs"] == [parent]
        assert spec["hostnames"] == [host]
        (rule,) = spec["rules"]
        (backend,) = rule["backendRefs"]
        assert SERVICES[backend["name"]] == backend["port"]


@pytest.mark.parametrize("tls", [{}, TLS], ids=["auto", "said"])
def test_cert_manager_issues_for_each_listener(chart: Chart, tls: dict[str, Any]) -> None:
    """It issues nothing for a listener without a host name."""
    rendered = chart(merged(GATEWAY, tls, nested({"global.gateway.annotations": ISSUER})))
    (gateway,) = rendered.of_kind("Gateway")
    assert gateway["metadata"]["annotations"] == ISSUER
    assert set(listeners(rendered)) == {"http", *(f"https-{name}" for name in HOSTS)}
    for name, host in HOSTS.items():
        listener = listeners(rendered)[f"https-{name}"]
        assert (listener["protocol"], listener["port"]) == ("HTTPS", 443)
        assert listener["hostname"] == host
        references = [{"name": f"{name}-tls"}]
        assert listener["tls"] == {"mode": "Terminate", "certificateRefs": references}
        (parent,) = rendered.get("HTTPRoute", name)["spec"]["parentRefs"]
        assert parent["sectionName"] == f"https-{name}"


def test_plain_requests_to_a_gateway_are_sent_to_https(chart: Chart) -> None:
    rendered = chart(GATEWAY)
    spec = rendered.get("HTTPRoute", "genx-fx-to-https")["spec"]
    assert spec["parentRefs"] == [{"name": "genx-fx", "sectionName": "http"}]
    (rule,) = spec["rules"]
    (redirect,) = rule["filters"]
    assert redirect["requestRedirect"] == {"scheme": "https", "statusCode": 301}
    assert "backendRefs" not in rule
    assert not chart(merged(GATEWAY, PLAIN)).has("HTTPRoute", "genx-fx-to-https")


def test_gateway_listens_where_its_controller_does(chart: Chart) -> None:
    """Traefik's chart opens 8000 and 8443, and refuses listeners on other ports."""
    ports = nested({"global.gateway.httpPort": 8000, "global.gateway.httpsPort": 8443})
    found = listeners(chart(merged(GATEWAY, ports)))
    assert {item["port"] for item in found.values() if item["protocol"] == "HTTP"} == {8000}
    assert {item["port"] for item in found.values() if item["protocol"] == "HTTPS"} == {8443}


def test_gateway_takes_routes_of_its_own_namespace_only(chart: Chart) -> None:
    for values in (merged(GATEWAY, PLAIN), GATEWAY):
        for listener in listeners(chart(values)).values():
            assert listener["allowedRoutes"] == {"namespaces": {"from": "Same"}}


def test_gateway_of_others(chart: Chart) -> None:
    rendered = chart(
        nested(
            {
                "global.exposure": "gateway",
                "global.gateway.create": False,
                "global.gateway.name": "edge",
                "global.gateway.namespace": "infra",
                "global.gateway.sectionName": "https",
            }
        )
    )
    assert rendered.of_kind("Gateway") == []
    assert rendered.names("HTTPRoute") == set(HOSTS)
    for name in HOSTS:
        parents = rendered.get("HTTPRoute", name)["spec"]["parentRefs"]
        assert parents == [{"name": "edge", "namespace": "infra", "sectionName": "https"}]


@pytest.mark.parametrize("key", ["enabled", "ingress.enabled"])
@pytest.mark.parametrize("values", [INGRESS, GATEWAY], ids=["ingress", "gateway"])
def test_a_component_can_be_left_without_a_host(
    chart: Chart, values: dict[str, Any], key: str
) -> None:
    rendered = chart(merged(values, nested({f"monitoring.grafana.{key}": False})))
    names = rendered.names("Ingress") | rendered.names("HTTPRoute")
    assert names - {"genx-fx-to-https"} == {"frontend", "api"}
    assert "https-grafana" not in listeners(rendered)
    assert "admins-to-grafana" not in rendered.names("NetworkPolicy")


def test_production_is_served_by_https(chart: Chart) -> None:
    rendered = chart(files=(CHART / "values-prod.yaml",))
    assert set(_types(rendered).values()) == {"ClusterIP"}
    assert rendered.names("Ingress") == set(HOSTS)
    for ingress in rendered.of_kind("Ingress"):
        assert ingress["spec"]["tls"]
