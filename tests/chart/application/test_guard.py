"""The sidecar that lets the bot run only while its pod holds a Lease."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import component, container, environment, objects_of, pod
from tests.chart.scenarios import merged, nested
from tests.helm import CHART, Manifest, Render, pod_template, refusal

GUARDED = nested({"application.tradingBot.guard.enabled": True})


def with_guard(**more: Any) -> dict[str, Any]:
    return merged(GUARDED, nested({f"application.tradingBot.{k}": v for k, v in more.items()}))


def guard(rendered: Render) -> Manifest:
    """Return the sidecar, which is the last init container."""
    found: Manifest = pod(component(rendered, "trading-bot"))["initContainers"][-1]
    assert found["name"] == "guard"
    return found


def setting(rendered: Render, name: str) -> str:
    return str(next(item["value"] for item in guard(rendered)["env"] if item["name"] == name))


def test_there_is_none_by_default(chart: Chart) -> None:
    rendered = chart()
    spec = pod(component(rendered, "trading-bot"))
    assert "shareProcessNamespace" not in spec
    assert [item["name"] for item in spec["initContainers"]] == ["wait-for-dependencies"]
    assert not any("guard" in name for name in objects_of(rendered, "trading-bot"))
    assert "FENCING_TOKEN_FILE" not in environment(component(rendered, "trading-bot"))


def test_production_has_one(chart: Chart) -> None:
    assert guard(chart(files=(CHART / "values-prod.yaml",)))["restartPolicy"] == "Always"


def test_the_bot_starts_when_the_lease_is_held(chart: Chart) -> None:
    """Its startup probe never gives up: a guard that is started again would only begin anew."""
    sidecar = guard(chart(GUARDED))
    assert sidecar["restartPolicy"] == "Always"
    probe = sidecar["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 86400
    assert "livenessProbe" not in sidecar


def test_it_can_end_the_bot(chart: Chart) -> None:
    """A user can signal only processes of its own, and only those in its namespace."""
    own = {"runAsUser": 1234, "runAsGroup": 1234}
    rendered = chart(with_guard(containerSecurityContext=own))
    bot = component(rendered, "trading-bot")
    assert pod(bot)["shareProcessNamespace"] is True
    assert guard(rendered)["securityContext"] == container(bot)["securityContext"]


def test_the_token_is_in_the_guard_alone(chart: Chart) -> None:
    rendered = chart(GUARDED)
    bot = component(rendered, "trading-bot")
    holders = [
        item["name"]
        for item in [*pod(bot)["initContainers"], *pod(bot)["containers"]]
        if any(mount["name"] == "guard-token" for mount in item.get("volumeMounts", []))
    ]
    assert holders == ["guard"]


@pytest.mark.parametrize("prefix", ["", "blue-"])
def test_the_lease_follows_the_release_and_not_the_prefix(chart: Chart, prefix: str) -> None:
    rendered = chart(merged(GUARDED, nested({"global.namePrefix": prefix})))
    (sidecar,) = (
        item
        for workload in rendered.of_kind("StatefulSet")
        for item in pod_template(workload)["spec"].get("initContainers", [])
        if item["name"] == "guard"
    )
    names = {item["name"]: item.get("value") for item in sidecar["env"]}
    assert names["LEASE_NAME"] == "genx-fx-trading-bot"


def test_it_reaches_one_lease_and_nothing_else(chart: Chart) -> None:
    values = with_guard(**{"guard.leaseName": "account-4711", "serviceAccount.name": "robot"})
    rendered = chart(values)
    (rule,) = rendered.get("Role", "trading-bot-guard")["rules"]
    assert rule == {
        "apiGroups": ["coordination.k8s.io"],
        "resources": ["leases"],
        "resourceNames": ["account-4711"],
        "verbs": ["get", "update", "create"],
    }
    assert setting(rendered, "LEASE_NAME") == "account-4711"
    (subject,) = rendered.get("RoleBinding", "trading-bot-guard")["subjects"]
    assert subject["name"] == "robot"


def test_no_object_is_the_lease(chart: Chart) -> None:
    """An upgrade would reset it, and two releases could not share it."""
    assert "Lease" not in {item["kind"] for item in chart(GUARDED).objects}


def test_its_pod_reaches_the_api_server(chart: Chart) -> None:
    values = merged(GUARDED, nested({"networkPolicy.apiServerCidrs": ["10.0.0.1/32"]}))
    policy = chart(values).get("NetworkPolicy", "trading-bot-guard-to-api-server")
    (rule,) = policy["spec"]["egress"]
    assert rule["to"] == [{"ipBlock": {"cidr": "10.0.0.1/32"}}]
    assert {port["port"] for port in rule["ports"]} == {443, 6443}
    assert not chart().has("NetworkPolicy", "trading-bot-guard-to-api-server")


def test_the_bot_is_told_its_token_by_a_file(chart: Chart) -> None:
    bot = component(chart(GUARDED), "trading-bot")
    assert environment(bot)["FENCING_TOKEN_FILE"] == "/var/run/guard/token"
    (mount,) = (m for m in container(bot)["volumeMounts"] if m["name"] == "guard")
    assert mount == {"name": "guard", "mountPath": "/var/run/guard", "readOnly": True}


def test_its_clock_does_not_outlive_the_node(chart: Chart) -> None:
    volumes = pod(component(chart(GUARDED), "trading-bot"))["volumes"]
    (volume,) = (volume for volume in volumes if volume["name"] == "guard")
    assert volume["emptyDir"]["medium"] == "Memory"


def test_another_program_of_the_guard_restarts_the_pod(chart: Chart) -> None:
    annotations = pod_template(component(chart(GUARDED), "trading-bot"))["metadata"]["annotations"]
    assert len(annotations["checksum/guard"]) == 64


@pytest.mark.parametrize(("lease", "deadline", "period"), [(15, 10, 2), (7, 3, 2), (60, 20, 2)])
def test_the_kubelet_looks_often_enough_where_the_guard_is_dead(
    chart: Chart, lease: int, deadline: int, period: int
) -> None:
    times = {
        "guard.leaseDuration": lease,
        "guard.renewDeadline": deadline,
        "guard.retryPeriod": 1,
    }
    bot = container(component(chart(with_guard(**times)), "trading-bot"))
    for name in ("startup", "liveness"):
        assert bot[f"{name}Probe"]["periodSeconds"] <= (lease - deadline) / 2
    assert bot["startupProbe"]["periodSeconds"] == period


@pytest.mark.parametrize("name", ["startup", "liveness"])
def test_a_bot_that_hangs_is_given_as_long_as_without_a_guard(chart: Chart, name: str) -> None:
    without, with_it = (
        container(component(chart(values), "trading-bot"))[f"{name}Probe"]
        for values in ({}, GUARDED)
    )
    seconds = [probe["periodSeconds"] * probe["failureThreshold"] for probe in (without, with_it)]
    assert seconds[0] <= seconds[1] < seconds[0] + with_it["periodSeconds"]
    assert with_it["exec"]["command"][4:] == without["exec"]["command"]


@pytest.mark.parametrize(
    ("left", "own", "runs"),
    [(100, "true", True), (100, "false", True), (0, "true", False), (None, "true", False)],
    ids=["held", "held, but ill", "lost", "never held"],
)
def test_a_probe_ends_what_may_not_run(
    chart: Chart, tmp_path: Path, left: float | None, own: str, runs: bool
) -> None:
    command = container(component(chart(GUARDED), "trading-bot"))["livenessProbe"]["exec"][
        "command"
    ]
    until = tmp_path / "until"
    if left is not None:
        until.write_text(f"{time.clock_gettime(time.CLOCK_BOOTTIME) + left:.2f} 4711\n")
    script = command[2].replace("/var/run/guard/until", str(until))
    # What would end the processes of a pod says so here.
    harmless = f'kill() {{ echo kill "$@"; }}\n{script}'
    run = [*command[:2], harmless, *command[3:4], own]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (runs and own == "true")
    assert done.stdout.splitlines() == ([] if runs else ["kill -s KILL -- -1", "kill 1"])


def test_times_that_leave_no_room_name_who_needs_it() -> None:
    said = refusal(with_guard(**{"guard.leaseDuration": 13, "guard.renewDeadline": 10}))
    assert (
        "must be at least 4 less than leaseDuration, 13: in that time trading-bot is ended" in said
    )
