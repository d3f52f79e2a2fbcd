"""How many pods run: by a number, by the HorizontalPodAutoscaler, or by KEDA."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.scenarios import KEDA_TRIGGER, POD_METRIC, SCALED_BY_KEDA, merged, nested
from tests.chart.test_quota import QUOTA
from tests.helm import refusal

HPA = nested({"application.api.autoscaling.enabled": True})
KEDA = nested({key: value for key, value in SCALED_BY_KEDA.items() if ".api." in key})


def _resource(name: str, percent: int) -> dict[str, Any]:
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": name, "target": target}}


@pytest.mark.parametrize(
    ("options", "metrics"),
    [
        ({}, [_resource("cpu", 70)]),
        (
            {"targetMemoryUtilizationPercentage": 80},
            [_resource("cpu", 70), _resource("memory", 80)],
        ),
        (
            {"targetCPUUtilizationPercentage": 0, "targetMemoryUtilizationPercentage": 150},
            [_resource("memory", 150)],
        ),
        ({"metrics": [POD_METRIC]}, [_resource("cpu", 70), POD_METRIC]),
        ({"targetCPUUtilizationPercentage": 0, "metrics": [POD_METRIC]}, [POD_METRIC]),
    ],
)
def test_metrics_of_the_autoscaler(
    chart: Chart, options: dict[str, Any], metrics: list[dict[str, Any]]
) -> None:
    said = nested({f"application.api.autoscaling.{key}": options[key] for key in options})
    rendered = chart(merged(HPA, said))
    assert rendered.get("HorizontalPodAutoscaler", "api")["spec"]["metrics"] == metrics


def test_keda_scales_in_place_of_the_autoscaler(chart: Chart) -> None:
    more = nested({"application.api.keda": {"minReplicas": 3, "maxReplicas": 30}})
    rendered = chart(merged(KEDA, more))
    assert rendered.names("ScaledObject") == {"api"}
    assert rendered.of_kind("HorizontalPodAutoscaler") == []
    spec = rendered.get("ScaledObject", "api")["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (3, 30)
    assert (spec["pollingInterval"], spec["cooldownPeriod"]) == (30, 300)
    assert spec["triggers"] == [KEDA_TRIGGER]
    behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 300
    assert "replicas" not in rendered.get("Deployment", "api")["spec"], "KEDA owns it"
    assert "replicas" in rendered.get("Deployment", "frontend")["spec"]


def test_no_keda_by_default(chart: Chart) -> None:
    assert chart().of_kind("ScaledObject") == []
    assert chart(
        nested(
            {
                "application.api.enabled": False,
                **SCALED_BY_KEDA,
                "application.tradingBot.waitFor": [],
                "application.frontend.waitFor": [],
            }
        )
    ).names("ScaledObject") == {"frontend"}


@pytest.mark.parametrize("key", ["minReplicas", "maxReplicas"])
def test_keda_keeps_to_the_documented_limits(chart: Chart, key: str) -> None:
    beyond = nested({f"application.api.keda.{key}": 51, "application.api.keda.maxReplicas": 51})
    said = refusal(merged(KEDA, beyond))
    assert "at most 50, as documented" in said
    lifted = nested({"global.enforceDocumentedLimits": False})
    assert chart(merged(KEDA, beyond, lifted)).has("ScaledObject", "api")
    assert "minimum" in refusal(merged(KEDA, nested({f"application.api.keda.{key}": 0})))


def test_a_quota_is_held_against_the_largest_scale_of_keda(chart: Chart) -> None:
    many = nested({"application.api.keda.maxReplicas": 50})
    assert chart(merged(QUOTA, KEDA)).of_kind("ResourceQuota")
    assert "resourceQuota.hard.limits.cpu" in refusal(merged(QUOTA, KEDA, many))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            merged(HPA, KEDA),
            "application.api.keda.enabled: is true, as is application.api.autoscaling.enabled: both"
            " would set the number of pods, so set one to false",
        ),
        (
            merged(HPA, nested({"application.api.autoscaling.targetCPUUtilizationPercentage": 0})),
            "application.api.autoscaling: has no metric",
        ),
        (
            nested({"application.api.keda.enabled": True}),
            "application.api.keda.triggers: is empty, but keda.enabled is true",
        ),
        (
            merged(KEDA, nested({"application.api.keda": {"minReplicas": 9, "maxReplicas": 4}})),
            "application.api.keda: minReplicas 9 is more than maxReplicas 4",
        ),
    ],
)
def test_what_cannot_scale_is_refused_in_words(values: dict[str, Any], message: str) -> None:
    assert message in refusal(values)
