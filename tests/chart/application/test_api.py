from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import (
    arguments,
    component,
    container,
    environment,
    mounts,
    objects_of,
    pod,
    waits,
)
from tests.chart.scenarios import COMPONENTS, merged, nested, nobody_waits_for
from tests.helm import render

HPA = nested({"application.api.autoscaling.enabled": True})
COLOCATED = nested({"global.storage.logs.mode": "rwo-colocated"})
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def test_probes_differ(chart: Chart) -> None:
    checked = container(component(chart(), "api"))
    startup, readiness, liveness = (
        checked[f"{name}Probe"] for name in ("startup", "readiness", "liveness")
    )
    assert startup != readiness != liveness != startup
    patience = {
        name: probe["periodSeconds"] * probe["failureThreshold"]
        for name, probe in {"startup": startup, "ready": readiness, "alive": liveness}.items()
    }
    assert patience["startup"] >= 120, "a slow start is no fault"
    assert patience["ready"] <= 15, "a sick pod leaves the service at once"
    assert patience["alive"] >= 5 * patience["ready"], "a restart is the last resort"


def test_rollout_loses_no_request(chart: Chart) -> None:
    deployment = component(chart(), "api")
    spec = deployment["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert spec["minReadySeconds"] >= 5
    sleep = container(deployment)["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert 5 <= sleep <= pod(deployment)["terminationGracePeriodSeconds"] - 15


def test_hpa_disabled_by_default(chart: Chart) -> None:
    rendered = chart()
    assert not rendered.has("HorizontalPodAutoscaler", "api")
    assert component(rendered, "api")["spec"]["replicas"] == 2


def test_hpa(chart: Chart) -> None:
    rendered = chart(HPA)
    spec = rendered.get("HorizontalPodAutoscaler", "api")["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 10)
    assert spec["metrics"][0]["resource"]["target"]["averageUtilization"] == 70
    up, down = spec["behavior"]["scaleUp"], spec["behavior"]["scaleDown"]
    assert up["stabilizationWindowSeconds"] < down["stabilizationWindowSeconds"]
    assert up["policies"]
    assert down["policies"]


def test_hpa_rules_the_replicas(chart: Chart) -> None:
    assert "replicas" not in component(chart(HPA), "api")["spec"]


def test_spreads_over_zones_and_hosts(chart: Chart) -> None:
    """By a wish each: of two constraints that may be broken, the scheduler obeys neither on nodes
    without zone labels.
    """
    deployment = component(chart(), "api")
    (constraint,) = pod(deployment)["topologySpreadConstraints"]
    assert constraint["topologyKey"] == "topology.kubernetes.io/zone"
    assert constraint["labelSelector"] == deployment["spec"]["selector"]
    assert constraint["matchLabelKeys"] == ["pod-template-hash"]
    assert constraint["nodeTaintsPolicy"] == "Honor", "or a tainted node counts as empty"
    assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"
    assert constraint["maxSkew"] == 1
    (wish,) = pod(deployment)["affinity"]["podAntiAffinity"][PREFERRED]
    assert wish == {
        "weight": 100,
        "podAffinityTerm": {
            "topologyKey": "kubernetes.io/hostname",
            "labelSelector": deployment["spec"]["selector"],
            "matchLabelKeys": ["pod-template-hash"],
        },
    }


def test_spread_over_hosts_can_be_made_strict(chart: Chart) -> None:
    rendered = chart(nested({"application.api.topologySpread.hosts": "DoNotSchedule"}))
    deployment = component(rendered, "api")
    zones, hosts = pod(deployment)["topologySpreadConstraints"]
    assert zones["whenUnsatisfiable"] == "ScheduleAnyway"
    strict = {"topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule"}
    assert hosts == zones | strict


def test_spread_over_zones_can_be_made_strict(chart: Chart) -> None:
    rendered = chart(nested({"application.api.topologySpread.zones": "DoNotSchedule"}))
    (zones,) = pod(component(rendered, "api"))["topologySpreadConstraints"]
    assert zones["topologyKey"] == "topology.kubernetes.io/zone"
    assert zones["whenUnsatisfiable"] == "DoNotSchedule"


@pytest.mark.parametrize("kind", ["podAffinity", "podAntiAffinity"])
@pytest.mark.parametrize("when", ["requiredDuringSchedulingIgnoredDuringExecution", PREFERRED])
def test_affinity_of_the_values_joins_that_of_the_chart(chart: Chart, kind: str, when: str) -> None:
    """Also where the chart asks for the pods that must share a node."""
    term = {"topologyKey": "example.org/rack", "labelSelector": {"matchLabels": {"app": "x"}}}
    own = {"weight": 7, "podAffinityTerm": term} if when == PREFERRED else term
    expected = chart(COLOCATED).get("Deployment", "api")["spec"]["template"]["spec"]["affinity"]
    given = nested({f"application.api.affinity.{kind}": {when: [own]}})
    affinity = pod(component(chart(merged(COLOCATED, given)), "api"))["affinity"]
    wanted = expected[kind] | {when: [*expected[kind].get(when, []), own]}
    assert affinity == expected | {kind: wanted}


def test_budget_never_blocks_a_drain(chart: Chart) -> None:
    rendered = chart()
    for budget in rendered.of_kind("PodDisruptionBudget"):
        assert budget["spec"]["maxUnavailable"] == 1
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
        selector = component(rendered, budget["metadata"]["name"])["spec"]["selector"]
        assert budget["spec"]["selector"] == selector
    assert rendered.names("PodDisruptionBudget") == set(COMPONENTS)


def test_budget_can_be_left_out(chart: Chart) -> None:
    rendered = chart(nested({"application.api.podDisruptionBudget.enabled": False}))
    assert "api" not in rendered.names("PodDisruptionBudget")


def test_disabled_leaves_nothing(chart: Chart) -> None:
    rendered = chart(nested({"application.api.enabled": False} | nobody_waits_for("api")))
    assert objects_of(rendered, "api") == set()
    assert not any("api" in name.split("-") for name in rendered.names("NetworkPolicy"))


def test_waits_for_what_the_values_name(chart: Chart) -> None:
    rendered = chart(
        nested({"application.frontend.waitFor": [], "application.tradingBot.waitFor": ["redis"]})
    )
    assert "initContainers" not in pod(component(rendered, "frontend"))
    assert waits(rendered, component(rendered, "trading-bot")) == ["redis-service:6379"]


def test_image_by_registry_and_digest(chart: Chart) -> None:
    digest = "sha256:" + "ab" * 32
    rendered = chart(
        nested({"global.imageRegistry": "registry.example", "application.api.image.digest": digest})
    )
    image = container(component(rendered, "api"))["image"]
    assert image == f"registry.example/genxdbx/genxdbxfx1@{digest}"


def test_extra_environment_and_volumes(chart: Chart) -> None:
    rendered = chart(
        nested(
            {
                "application.api.extraEnv": [{"name": "TZ", "value": "UTC"}],
                "application.api.extraVolumes": [
                    {"name": "more", "emptyDir": {"sizeLimit": "1Mi"}}
                ],
                "application.api.extraVolumeMounts": [{"name": "more", "mountPath": "/more"}],
            }
        )
    )
    deployment = component(rendered, "api")
    assert environment(deployment)["TZ"] == "UTC"
    assert mounts(deployment)["/more"] == "scratch 1Mi"


class TestWaiting:
    """The script of the init container, run by the shell of this machine.

    nc is a stub, and so is the clock, which only `sleep` moves.
    """

    @pytest.fixture
    def script(self) -> list[str]:
        rendered = render()
        (waiting,) = pod(component(rendered, "api"))["initContainers"]
        return [*waiting["command"], *arguments(rendered, waiting)]

    def test_names_what_it_found(self, script: list[str], tmp_path: Path) -> None:
        done = _run(script, tmp_path, nc='echo "$@" >>"$0.calls"')
        assert done.returncode == 0
        assert done.stdout.splitlines() == [
            "mysql-service:3306 answers",
            "redis-service:6379 answers",
        ]
        calls = (tmp_path / "nc.calls").read_text().splitlines()
        assert [call.split()[-2:] for call in calls] == [
            ["mysql-service", "3306"],
            ["redis-service", "6379"],
        ]

    def test_tries_again_and_tells(self, script: list[str], tmp_path: Path) -> None:
        done = _run(script, tmp_path, nc='[ -e "$0.tried" ] || { touch "$0.tried"; exit 1; }')
        assert done.returncode == 0
        assert done.stdout.splitlines() == [
            "waiting for mysql-service:3306, 5 s left",
            "mysql-service:3306 answers",
            "redis-service:6379 answers",
        ]

    def test_gives_up_in_time(self, script: list[str], tmp_path: Path) -> None:
        done = _run(script, tmp_path, nc="exit 1")
        assert done.returncode == 1
        assert done.stdout.splitlines() == [
            *(f"waiting for mysql-service:3306, {left} s left" for left in (5, 3, 1)),
            "mysql-service:3306 does not answer: gave up",
        ]


def _run(command: list[str], folder: Path, *, nc: str) -> subprocess.CompletedProcess[str]:
    clock = folder / "clock"
    clock.write_text("1000")
    stubs = {
        "nc": nc,
        "date": f"cat {clock}",
        "sleep": f"now=`cat {clock}`; echo $((now + $1)) >{clock}",
    }
    for name, text in stubs.items():
        program = folder / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    path = f"{folder}:{os.environ['PATH']}"
    return subprocess.run(
        command,
        env={"PATH": path, "WAIT_SECONDS": "5"},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
