"""What a user says of the Services themselves, whatever the way in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.scenarios import PLAN, nested
from tests.helm import Render, refusal

FRONTEND, API, GRAFANA = (
    "application.frontend.service",
    "application.api.service",
    "monitoring.grafana.service",
)
PATHS = {part.service.name: f"{part.path}.service" for part in PLAN.served if part.service}
SCALED = [part.service.name for part in PLAN.served if part.service and part.replicated]


def _service(rendered: Render, name: str) -> dict[str, Any]:
    spec: dict[str, Any] = rendered.get("Service", name)["spec"]
    return spec


@pytest.mark.parametrize("name", PATHS)
def test_address_families_of_every_service(chart: Chart, name: str) -> None:
    said = {"ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv6", "IPv4"]}
    spec = _service(chart(nested({f"{PATHS[name]}.{key}": said[key] for key in said})), name)
    assert {key: spec[key] for key in said} == said
    assert not set(said) & set(_service(chart(), name)), "the cluster decides"


@pytest.mark.parametrize("name", PATHS)
def test_labels_of_a_service_are_beside_those_that_identify_it(chart: Chart, name: str) -> None:
    own = {"example.org/scrape": "yes"}
    before = chart().get("Service", name)["metadata"]["labels"]
    rendered = chart(nested({f"{PATHS[name]}.labels": own}))
    assert rendered.get("Service", name)["metadata"]["labels"] == {**before, **own}
    assert _service(rendered, name)["selector"] == _service(chart(), name)["selector"]


@pytest.mark.parametrize("label", ["app.kubernetes.io/name", "app", "app.kubernetes.io/instance"])
def test_labels_that_identify_a_service_are_refused(label: str) -> None:
    said = refusal(nested({f"{API}.labels": {label: "own"}}))
    assert "nothing: the chart sets this label itself" in said


def test_labels_of_a_service_replace_the_common_ones(chart: Chart) -> None:
    common = {"global.commonLabels": {"team": "fx"}, f"{API}.labels": {"team": "api"}}
    rendered = chart(nested(common))
    assert rendered.get("Service", "api-service")["metadata"]["labels"]["team"] == "api"
    assert rendered.get("Service", "frontend-service")["metadata"]["labels"]["team"] == "fx"


@pytest.mark.parametrize("kind", ["NodePort", "LoadBalancer"])
def test_node_ports(chart: Chart, kind: str) -> None:
    values = {f"{API}.type": kind, f"{API}.nodePort": 30080}
    rendered = chart(nested(values))
    (port,) = _service(rendered, "api-service")["ports"]
    assert port["nodePort"] == 30080
    (port,) = _service(rendered, "frontend-service")["ports"]
    assert "nodePort" not in port, "Kubernetes chooses one"


@pytest.mark.parametrize("name", SCALED)
def test_clients_that_stay_with_a_pod(chart: Chart, name: str) -> None:
    values = {
        f"{PATHS[name]}.sessionAffinity": "ClientIP",
        f"{PATHS[name]}.sessionAffinityTimeoutSeconds": 600,
    }
    spec = _service(chart(nested(values)), name)
    assert spec["sessionAffinity"] == "ClientIP"
    assert spec["sessionAffinityConfig"] == {"clientIP": {"timeoutSeconds": 600}}
    assert not {"sessionAffinity", "sessionAffinityConfig"} & set(_service(chart(), name))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"global.exposure": "clusterIP", f"{API}.nodePort": 30080},
            f"{API}.nodePort: is 30080, but the Service is of type ClusterIP: set {API}.type to"
            " NodePort or LoadBalancer, or nodePort to 0",
        ),
        (
            {f"{FRONTEND}.nodePort": 30080, f"{GRAFANA}.nodePort": 30080},
            f"{GRAFANA}.nodePort: is 30080, as is {FRONTEND}.nodePort: a node has each port once",
        ),
        (
            {f"{API}.ipFamilyPolicy": "SingleStack", f"{API}.ipFamilies": ["IPv4", "IPv6"]},
            f"{API}.ipFamilyPolicy: is SingleStack, but ipFamilies names IPv4 and IPv6: set it to"
            " PreferDualStack or RequireDualStack, or name one family",
        ),
        (
            {"data.mysql.service.ipFamilies": ["IPv6", "IPv4"]},
            "data.mysql.service.ipFamilyPolicy: is empty, but ipFamilies names IPv6 and IPv4",
        ),
    ],
)
def test_what_kubernetes_would_refuse_is_refused_in_words(
    values: dict[str, Any], message: str
) -> None:
    assert message in refusal(nested(values))


def test_node_ports_of_what_does_not_run_are_free(chart: Chart) -> None:
    values = {
        **{f"{path}.nodePort": 30080 for path in (FRONTEND, GRAFANA)},
        f"{API}.type": "ClusterIP",
        "monitoring.grafana.enabled": False,
    }
    assert chart(nested(values)).objects
    said = {"data.mysql.service.ipFamilies": ["IPv6", "IPv4"]}
    outside = {"global.external.mysql.host": "10.9.0.7"}
    assert chart(nested({**said, **outside})).objects
