"""Paths that a program writes to: scratch volumes and folders of shared ones, all by values."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import component, container, mounts, pod
from tests.chart.scenarios import COMPONENTS, STORING, nested, of_each
from tests.helm import HELMS, HelmError, Manifest, refusal, render

FOLDER = {"volume": "data", "subPath": "bot/out"}


def written(name: str, **paths: Any) -> dict[str, Any]:
    """Return values that say this of a component's writable paths: app_out is /app/out."""
    return of_each(
        {name: COMPONENTS[name]},
        {"writable": {f"/{path.replace('_', '/')}": paths[path] for path in paths}},
    )


def mount_at(workload: Manifest, path: str) -> dict[str, Any]:
    """Return what is mounted at a path."""
    found = container(workload)["volumeMounts"]
    (mount,) = (dict(mount) for mount in found if mount["mountPath"] == path)
    return mount


@pytest.mark.parametrize("name", COMPONENTS)
def test_another_size_and_another_path(chart: Chart, name: str) -> None:
    values = written(name, tmp={"size": "20Mi"}, app_out={"size": 8388608})
    before, after = mounts(component(chart(), name)), mounts(component(chart(values), name))
    assert after == before | {"/tmp": "scratch 20Mi", "/app/out": "scratch 8388608"}


@pytest.mark.parametrize("helm", HELMS)
def test_null_takes_a_path_away(helm: str) -> None:
    left = mounts(component(render(written("frontend", tmp=None), helm=helm), "frontend"))
    assert set(left) == {"/app/logs", "/app/data"}


@pytest.mark.parametrize("mode", ["rwx", "rwo-colocated", "ephemeral"])
def test_a_folder_of_a_shared_volume(chart: Chart, mode: str) -> None:
    shared = nested({"global.storage.data.mode": mode})
    bot = component(chart(written("trading-bot", app_out=FOLDER) | shared), "trading-bot")
    folder, whole = mount_at(bot, "/app/out"), mount_at(bot, "/app/data")
    assert folder == {"name": "data", "mountPath": "/app/out", "subPath": "bot/out"}
    assert whole == {"name": "data", "mountPath": "/app/data"}
    assert [volume["name"] for volume in pod(bot)["volumes"]].count("data") == 1


def test_all_of_a_shared_volume_at_another_path(chart: Chart) -> None:
    bot = component(chart(written("trading-bot", srv={"volume": "logs"})), "trading-bot")
    assert mount_at(bot, "/srv") == {"name": "logs", "mountPath": "/srv"}


def test_the_bot_is_ready_when_it_can_write_to_each_of_them(chart: Chart) -> None:
    values = written("trading-bot", tmp=None, app_out=FOLDER, srv={"size": "1Mi"})
    probe = container(component(chart(values), "trading-bot"))["readinessProbe"]
    asked = probe["exec"]["command"][-1].split(" && ")
    paths = ("/app/out", "/srv", "/app/logs", "/app/data")
    assert asked == [f"test -w {path}" for path in paths]


@pytest.mark.parametrize("path", ["/app/.cache", "/.cache", "/1e3", "/on", "/A_b", "/" + "x" * 90])
def test_any_path_has_a_volume_of_its_own(chart: Chart, path: str) -> None:
    values = of_each({"redis": COMPONENTS["redis"]}, {"writable": {path: {"size": "1Mi"}}})
    redis = component(chart(values), "redis")
    assert mounts(redis)[path] == "scratch 1Mi"
    assert all(isinstance(volume["name"], str) for volume in pod(redis)["volumes"])


@pytest.mark.parametrize("name", STORING)
def test_a_path_where_the_data_is_mounted_is_refused(name: str) -> None:
    (data,) = (
        mount["mountPath"]
        for mount in container(component(render(), name))["volumeMounts"]
        if mount["name"] == "storage"
    )
    values = of_each({name: COMPONENTS[name]}, {"writable": {data: {"size": "1Mi"}}})
    assert f"writable: {data} is where the volume storage is mounted" in refusal(values)


def test_what_they_may_take_must_fit_the_limit() -> None:
    told = refusal(written("redis", tmp={"size": "1Gi"}))
    assert "data.redis.resources.limits.ephemeral-storage: is 128Mi, but" in told
    assert "scratch volumes may take 1024Mi" in told


@pytest.mark.parametrize(
    "given",
    [
        *({}, {"size": "lots"}, {"size": "1Mi", "volume": "data"}, {"volume": "other"}, "1Mi"),
        *({"volume": "data", "subPath": bad} for bad in ("", "/out", "../out", "a/../b", "a//b")),
    ],
)
def test_what_is_neither_a_size_nor_a_volume_is_refused(chart: Chart, given: Any) -> None:
    with pytest.raises(HelmError, match=r"app.*out"):
        chart(written("trading-bot", app_out=given))
