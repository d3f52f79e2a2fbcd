from __future__ import annotations

from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import pod, quantity
from tests.chart.scenarios import merged, nested
from tests.helm import Manifest, Render, refusal

QUOTA = nested({"resourceQuota.enabled": True})
RANGE = nested({"limitRange.enabled": True})
SCALED = merged(
    QUOTA,
    nested(
        {
            "application.frontend.autoscaling.enabled": True,
            "application.api.autoscaling.enabled": True,
            "application.tradingBot.guard.enabled": True,
            "data.mysql.backup.enabled": True,
        }
    ),
)
RESOURCES = ("cpu", "memory", "ephemeral-storage")
BOUNDS = ("requests", "limits")


def _pods(rendered: Render, workload: Manifest) -> int:
    """Most pods of a workload that run at once: at its largest scale, in the midst of a rollout."""
    name, spec = workload["metadata"]["name"], workload["spec"]
    if workload["kind"] in ("Pod", "Job", "CronJob"):
        return 1
    scaled = rendered.has("HorizontalPodAutoscaler", name)
    most = (
        rendered.get("HorizontalPodAutoscaler", name)["spec"]["maxReplicas"]
        if scaled
        else spec["replicas"]
    )
    surge = spec.get("strategy", {}).get("rollingUpdate", {}).get("maxSurge", 0)
    return int(most) + int(surge)


def _asked(workload: Manifest, bound: str, resource: str) -> float:
    """What one pod counts for: its containers and sidecars, or its largest init container."""

    def amount(item: Manifest) -> float:
        return quantity(item["resources"][bound][resource])

    spec = pod(workload)
    sidecars, starting = 0.0, [0.0]
    for item in spec.get("initContainers", []):
        if item.get("restartPolicy") == "Always":
            sidecars += amount(item)
        else:
            starting.append(sidecars + amount(item))
    return max(sidecars + sum(map(amount, spec["containers"])), *starting)


def _most(rendered: Render, key: str) -> float:
    """What all pods of a release ask for at once, at most; tests run one after another."""
    bound, resource = key.split(".")
    asked = {
        workload["metadata"]["name"]: _asked(workload, bound, resource) * _pods(rendered, workload)
        for workload in rendered.workloads
    }
    backups = [
        asked.pop(workload["metadata"]["name"])
        for workload in rendered.of_kind("CronJob", "Job", "Pod")
        if workload["metadata"]["labels"]["app"] == "mysql-backup"
    ]
    names = [workload["metadata"]["name"] for workload in rendered.of_kind("Pod")]
    tests = [asked.pop(name) for name in names if name in asked]
    at_once = 2  # a dump, and the binary log
    return sum(asked.values()) + max(tests) + at_once * max(backups, default=0)


def test_none_by_default(chart: Chart) -> None:
    assert chart().of_kind("ResourceQuota", "LimitRange") == []


def test_quota_has_room_for_all_at_the_largest_scale_and_no_whole_unit_more(chart: Chart) -> None:
    rendered = chart(SCALED)
    hard = rendered.get("ResourceQuota", "genx-fx")["spec"]["hard"]
    for key in (f"{bound}.{resource}" for bound in BOUNDS for resource in RESOURCES):
        asked = _most(rendered, key)
        unit = quantity("1") if key.endswith("cpu") else quantity("1Gi")
        assert asked <= quantity(hard[key]) < asked + unit, key


def test_quota_of_storage_has_room_for_every_volume_and_a_copy_of_it(chart: Chart) -> None:
    rendered = chart(merged(QUOTA, nested({"data.mysql.backup.enabled": True})))
    hard = rendered.get("ResourceQuota", "genx-fx")["spec"]["hard"]
    claims = rendered.of_kind("PersistentVolumeClaim")
    asked = sum(quantity(item["spec"]["resources"]["requests"]["storage"]) for item in claims)
    assert asked == quantity("70Gi"), "50Gi as documented, and backups"
    assert quantity(hard["requests.storage"]) == 2 * asked


@pytest.mark.parametrize("path", ["data.mysql.persistence.size", "global.storage.data.size"])
def test_a_volume_can_grow_within_the_quota_of_production(chart: Chart, path: str) -> None:
    assert chart(merged(QUOTA, nested({path: "40Gi"}))).of_kind("ResourceQuota")
    said = refusal(merged(QUOTA, nested({path: "140Gi"})))
    assert "resourceQuota.hard.requests.storage: is 140Gi" in said
    assert "set at least" in said


@pytest.mark.parametrize(("key", "surge"), [("limits.cpu", 1.5), ("requests.memory", 768 * 2**20)])
def test_a_quota_without_room_for_a_rollout_is_refused(
    chart: Chart, key: str, surge: float
) -> None:
    """Of the frontend and of the API there is then one pod more, and the hook runs before."""
    rendered = chart(QUOTA)
    needed = sum(
        _asked(workload, *key.split(".")) * _pods(rendered, workload)
        for workload in rendered.of_kind("Deployment", "StatefulSet", "Job")
    )
    enough = nested({"resourceQuota.hard": {}})
    enough["resourceQuota"]["hard"][key] = _text(needed)
    assert chart(merged(QUOTA, enough)).of_kind("ResourceQuota")
    enough["resourceQuota"]["hard"][key] = _text(needed - surge)
    said = refusal(merged(QUOTA, enough))
    assert f"resourceQuota.hard.{key}: is {_text(needed - surge)}" in said


def _container(name: str, cpu: str, **more: Any) -> Manifest:
    resources = {"requests": {"cpu": "1m"}, "limits": {"cpu": cpu, "memory": "8Mi"}}
    resources["requests"]["memory"] = "1Mi"
    return {"name": name, "image": "own:1.0", "resources": resources, **more}


# More than what the API itself asks for, so that each of them counts: see _asked.
OWN_CONTAINERS = {
    "containers": {"extraContainers": [_container("proxy", "2"), _container("other", "1")]},
    "sidecars": {"extraInitContainers": [_container("side", "2", restartPolicy="Always")]},
    "init containers": {"extraInitContainers": [_container("migrate", "3")]},
    "init containers after sidecars": {
        "extraInitContainers": [
            _container("late", "2"),
            _container("side", "500m", restartPolicy="Always"),
            _container("migrate", "3"),
        ]
    },
    "instead of the chart's": {"extraInitContainers": [_container("wait-for-dependencies", "3")]},
}


@pytest.mark.parametrize("own", OWN_CONTAINERS)
def test_a_quota_without_room_for_own_containers_is_refused(chart: Chart, own: str) -> None:
    more = {f"application.api.{key}": value for key, value in OWN_CONTAINERS[own].items()}
    values = merged(QUOTA, nested(more | {"application.api.replicas": 3}))
    rendered = chart(merged(values, nested({"resourceQuota.hard": {"limits.cpu": "100"}})))
    workloads = rendered.of_kind("Deployment", "StatefulSet", "Job")
    needed = sum(_asked(item, "limits", "cpu") * _pods(rendered, item) for item in workloads)
    enough = nested({"resourceQuota.hard": {"limits.cpu": _text(needed)}})
    assert chart(merged(values, enough)).of_kind("ResourceQuota")
    little = nested({"resourceQuota.hard": {"limits.cpu": _text(needed - 0.001)}})
    assert "resourceQuota.hard.limits.cpu: is" in refusal(merged(values, little))


@pytest.mark.parametrize(("surge", "pods"), [(3, 7), ("30%", 6), ("0%", 4)])
def test_a_quota_has_room_for_the_pods_that_an_update_adds(
    chart: Chart, surge: int | str, pods: int
) -> None:
    api = "application.api"
    update = {"maxSurge": surge, "maxUnavailable": 1}
    own = {f"{api}.replicas": 4, f"{api}.updateStrategy.rollingUpdate": update}
    rest = chart().of_kind("Deployment", "StatefulSet", "Job")
    needed = sum(
        _asked(item, "limits", "cpu")
        * (pods if item["metadata"]["name"] == "api" else _pods(chart(), item))
        for item in rest
    )
    values = merged(QUOTA, nested(own))
    enough = nested({"resourceQuota.hard": {"limits.cpu": _text(needed)}})
    assert chart(merged(values, enough)).of_kind("ResourceQuota")
    little = nested({"resourceQuota.hard": {"limits.cpu": _text(needed - 0.001)}})
    assert "resourceQuota.hard.limits.cpu: is" in refusal(merged(values, little))


def test_a_container_without_resources_gets_those_of_the_limit_range(chart: Chart) -> None:
    bare = nested({"application.api.extraContainers": [{"name": "proxy", "image": "own:1.0"}]})
    said = refusal(merged(QUOTA, bare))
    for key in ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory"):
        assert f"resourceQuota.hard.{key}: is" in said
    assert "application.api.extraContainers proxy has none" in said
    assert chart(merged(QUOTA, RANGE, bare)).of_kind("LimitRange")
    assert chart(bare).has("Deployment", "api")


def _text(amount: float) -> str:
    """Return an amount as a user writes it: thousandths of a core, or bytes in Mi."""
    return f"{amount / 2**20:.0f}Mi" if amount > 2**20 else f"{amount * 1000:.0f}m"


def test_quota_can_be_set(chart: Chart) -> None:
    own = nested({"resourceQuota.hard": {"requests.cpu": "8", "pods": "40"}})
    hard = chart(merged(QUOTA, own)).get("ResourceQuota", "genx-fx")["spec"]["hard"]
    assert (hard["requests.cpu"], hard["pods"]) == ("8", "40")


def test_every_container_is_within_the_limit_range(chart: Chart) -> None:
    rendered = chart(merged(QUOTA, RANGE))
    (limits,) = rendered.get("LimitRange", "genx-fx")["spec"]["limits"]
    assert limits["type"] == "Container"
    for owner, item in rendered.containers():
        for resource in RESOURCES:
            asked = quantity(item["resources"]["limits"][resource])
            assert asked <= quantity(limits["max"][resource]), owner


@pytest.mark.parametrize("resource", RESOURCES)
def test_defaults_of_the_limit_range_agree(chart: Chart, resource: str) -> None:
    (limits,) = chart(RANGE).get("LimitRange", "genx-fx")["spec"]["limits"]
    least, usual, most = (
        quantity(limits[key][resource]) for key in ("defaultRequest", "default", "max")
    )
    assert least <= usual <= most
