from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import component, container, objects_of, pod
from tests.chart.scenarios import nested
from tests.helm import render

HEARTBEAT = nested(
    {
        "application.tradingBot.heartbeat.path": "/tmp/heartbeat",
        "application.tradingBot.heartbeat.maxAgeSeconds": 90,
        "application.tradingBot.ready.path": "/tmp/ready",
        "application.tradingBot.ready.maxAgeSeconds": 90,
    }
)


def test_is_a_stateful_set_of_exactly_one(chart: Chart) -> None:
    rendered = chart()
    bot = rendered.get("StatefulSet", "trading-bot")
    assert bot["spec"]["replicas"] == 1
    assert not rendered.has("Deployment", "trading-bot")
    governing = rendered.get("Service", bot["spec"]["serviceName"])
    assert governing["spec"]["clusterIP"] == "None"


def test_is_never_autoscaled(chart: Chart) -> None:
    rendered = chart(
        nested(
            {
                "application.api.autoscaling.enabled": True,
                "application.frontend.autoscaling.enabled": True,
            }
        )
    )
    targets = {
        hpa["spec"]["scaleTargetRef"]["name"] for hpa in rendered.of_kind("HorizontalPodAutoscaler")
    }
    assert targets == {"api", "frontend"}


def test_listens_nowhere(chart: Chart) -> None:
    rendered = chart()
    assert "ports" not in container(component(rendered, "trading-bot"))
    assert "trading-bot-service" not in rendered.names("Service")


def test_drains_are_not_blocked(chart: Chart) -> None:
    spec = chart().get("PodDisruptionBudget", "trading-bot")["spec"]
    assert (spec["maxUnavailable"], spec["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")


def test_probes_differ_and_a_restart_is_the_last_resort(chart: Chart) -> None:
    checked = container(component(chart(), "trading-bot"))
    probes = [checked[f"{name}Probe"] for name in ("startup", "readiness", "liveness")]
    assert all(probes.count(probe) == 1 for probe in probes)
    liveness = checked["livenessProbe"]
    assert liveness["periodSeconds"] * liveness["failureThreshold"] >= 60


def test_is_ready_when_it_can_write_where_it_must(chart: Chart) -> None:
    command = container(component(chart(), "trading-bot"))["readinessProbe"]["exec"]["command"]
    checks = command[-1].split(" && ")
    assert checks == [f"test -w {path}" for path in ("/tmp", "/app/logs", "/app/data")]


def test_is_ready_when_it_has_stayed_up(chart: Chart) -> None:
    """Helm waits for ready pods, and a program that ends after 40 s was ready before it ended."""
    checked = container(component(chart(), "trading-bot"))
    assert checked["readinessProbe"]["initialDelaySeconds"] == 45
    at_once = nested({"application.tradingBot.probes.readiness.initialDelaySeconds": 0})
    checked = container(component(chart(at_once), "trading-bot"))
    assert checked["readinessProbe"]["initialDelaySeconds"] == 0


def test_liveness_asks_the_kernel_by_default(chart: Chart) -> None:
    command = container(component(chart(), "trading-bot"))["livenessProbe"]["exec"]["command"]
    assert "/proc/[0-9]*/status" in command[-1]


@pytest.mark.parametrize(
    ("age", "code"), [(0, 0), (80, 0), (100, 1), (None, 1)], ids=["new", "old", "dead", "never"]
)
@pytest.mark.parametrize(("probe", "name"), [("liveness", "heartbeat"), ("readiness", "ready")])
def test_file_counts_by_its_age(
    tmp_path: Path, probe: str, name: str, age: int | None, code: int
) -> None:
    bot = component(render(HEARTBEAT), "trading-bot")
    command = container(bot)[f"{probe}Probe"]["exec"]["command"]
    file = tmp_path / name
    if age is not None:
        file.touch()
        os.utime(file, times=(time.time() - age,) * 2)
    run = [str(file) if part == f"/tmp/{name}" else part for part in command]
    done = subprocess.run(run, capture_output=True, check=False)
    assert bool(done.returncode) == bool(code)


def test_each_file_is_asked_by_one_probe(chart: Chart) -> None:
    """A bot that can't work is not ready and not restarted; one that hangs is."""
    checked = container(component(chart(HEARTBEAT), "trading-bot"))
    for probe, files in {
        "startup": set(),
        "readiness": {"/tmp/ready"},
        "liveness": {"/tmp/heartbeat"},
    }.items():
        command = checked[f"{probe}Probe"]["exec"]["command"]
        assert {"/tmp/heartbeat", "/tmp/ready"} & set(command) == files


def test_has_time_to_stop(chart: Chart) -> None:
    assert pod(component(chart(), "trading-bot"))["terminationGracePeriodSeconds"] >= 30


def test_disabled_leaves_nothing(chart: Chart) -> None:
    rendered = chart(nested({"application.tradingBot.enabled": False}))
    assert objects_of(rendered, "trading-bot") == set()
    assert not any("trading-bot" in name for name in rendered.names("NetworkPolicy"))
