from __future__ import annotations

from tests.chart.conftest import Chart
from tests.chart.reading import component, container, environment, mounts, objects_of, pod
from tests.chart.scenarios import nested

HPA = nested({"application.frontend.autoscaling.enabled": True})


def test_is_a_deployment_of_two_behind_a_service(chart: Chart) -> None:
    assert objects_of(chart(), "frontend") >= {
        "Deployment/frontend",
        "Service/frontend-service",
        "ServiceAccount/frontend",
        "PodDisruptionBudget/frontend",
    }


def test_knows_the_api_by_its_service_and_no_secret(chart: Chart) -> None:
    variables = environment(component(chart(), "frontend"))
    assert variables["API_URL"] == "config API_URL"
    assert not [name for name, source in variables.items() if source.startswith("secret")]


def test_has_no_claim(chart: Chart) -> None:
    assert all(
        source.startswith("scratch")
        for source in mounts(chart().get("Deployment", "frontend")).values()
    )


def test_hpa_disabled_by_default(chart: Chart) -> None:
    assert not chart().has("HorizontalPodAutoscaler", "frontend")


def test_hpa(chart: Chart) -> None:
    spec = chart(HPA).get("HorizontalPodAutoscaler", "frontend")["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 10)
    assert spec["metrics"][0]["resource"]["target"]["averageUtilization"] == 70
    up, down = spec["behavior"]["scaleUp"], spec["behavior"]["scaleDown"]
    assert up["stabilizationWindowSeconds"] < down["stabilizationWindowSeconds"]


def test_hpa_rules_the_replicas(chart: Chart) -> None:
    rendered = chart(HPA)
    assert "replicas" not in component(rendered, "frontend")["spec"]
    target = rendered.get("HorizontalPodAutoscaler", "frontend")["spec"]["scaleTargetRef"]
    assert target == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "frontend"}


def test_rollout_loses_no_request(chart: Chart) -> None:
    deployment = component(chart(), "frontend")
    assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert deployment["spec"]["minReadySeconds"] >= 5
    sleep = container(deployment)["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert 0 < sleep < pod(deployment)["terminationGracePeriodSeconds"]


def test_disabled_leaves_nothing(chart: Chart) -> None:
    rendered = chart(nested({"application.frontend.enabled": False}))
    assert objects_of(rendered, "frontend") == set()
    assert not any("frontend" in name for name in rendered.names("NetworkPolicy"))
