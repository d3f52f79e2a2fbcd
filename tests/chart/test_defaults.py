"""Defaults on which the architecture document and the contract are silent, held to numbers.

The spec and the chart may not change them unseen: each stands here with its reason.
"""

from __future__ import annotations

import pytest

from tests.chart.conftest import Chart
from tests.chart.data.test_mysql import _configuration
from tests.chart.reading import component, container, pod
from tests.chart.scenarios import COMPONENTS, PLAN, nested

# They read their data before they start, and answer late when they are busy.
DATABASES = ("mysql", "redis")

# What is set aside and the most that may be written: logs of the container, and scratch volumes.
SCRATCH_SPACE = {
    "frontend": ("128Mi", "512Mi"),
    "api": ("128Mi", "1Gi"),
    "trading-bot": ("128Mi", "1Gi"),
    "mysql": ("64Mi", "512Mi"),
    "redis": ("32Mi", "128Mi"),
    "grafana": ("64Mi", "256Mi"),
}

# Seconds to stop in: a request, a trade or a dump is finished, and MySQL writes its pages back.
GRACE = {
    **{"frontend": 60, "api": 60, "trading-bot": 60},
    **{"mysql": 300, "redis": 60, "grafana": 30},
}

# `wget`, `nc` and a short Python program.
TOOLBOX = {
    "requests": {"cpu": "10m", "memory": "32Mi", "ephemeral-storage": "8Mi"},
    "limits": {"cpu": "100m", "memory": "64Mi", "ephemeral-storage": "16Mi"},
}


@pytest.mark.parametrize("name", COMPONENTS)
def test_patience_of_probes(chart: Chart, name: str) -> None:
    """Seconds between two checks, and how many failures in a row count.

    A slow start is no fault: three minutes, and ten for a database. A sick pod leaves its Service
    after ten seconds, and is restarted after three minutes: it outlives a fault of what it calls.
    """
    patience = {
        key: (probe["periodSeconds"], probe["failureThreshold"])
        for key, probe in container(component(chart(), name)).items()
        if key.endswith("Probe")
    }
    assert patience == {
        "startupProbe": (2, 300 if name in DATABASES else 90),
        "readinessProbe": (5, 2),
        "livenessProbe": (20, 9),
    }


@pytest.mark.parametrize("name", COMPONENTS)
def test_time_for_one_check(chart: Chart, name: str) -> None:
    timeouts = {
        key: probe["timeoutSeconds"]
        for key, probe in container(component(chart(), name)).items()
        if key.endswith("Probe")
    }
    assert timeouts == {
        "startupProbe": 2,
        "readinessProbe": 3,
        "livenessProbe": 10 if name in DATABASES else 5,
    }


@pytest.mark.parametrize("name", SCRATCH_SPACE)
def test_scratch_space(chart: Chart, name: str) -> None:
    resources = container(component(chart(), name))["resources"]
    space = tuple(resources[bound]["ephemeral-storage"] for bound in ("requests", "limits"))
    assert space == SCRATCH_SPACE[name]


def test_resources_of_the_toolbox(chart: Chart) -> None:
    tools = {
        owner: item["resources"]
        for owner, item in chart().containers()
        if owner.startswith(("Job/", "Pod/")) or owner.endswith("/wait-for-dependencies")
    }
    callers = {flow.caller.name for flow in PLAN.flows}
    health = [component for component in PLAN.components if component.http_health]
    tests = len(PLAN.flows) + len(health) + 3  # two of the policies, and Grafana's login
    assert len(tools) == 1 + tests + len(callers), "the job of the secrets, tests, and who waits"
    for owner, resources in tools.items():
        assert resources == TOOLBOX, owner


@pytest.mark.parametrize("name", GRACE)
def test_time_to_stop(chart: Chart, name: str) -> None:
    assert pod(component(chart(), name))["terminationGracePeriodSeconds"] == GRACE[name]


@pytest.mark.parametrize("name", ["frontend", "api"])
def test_time_in_which_callers_leave(chart: Chart, name: str) -> None:
    """Load balancers and kube-proxy of large clusters take seconds to learn of it."""
    stop = container(component(chart(), name))["lifecycle"]["preStop"]
    assert stop == {"sleep": {"seconds": 10}}


@pytest.mark.parametrize("name", ["frontend", "api", "trading-bot", "grafana"])
def test_time_to_wait(chart: Chart, name: str) -> None:
    """Five minutes, as long as `helm install --wait`: the first start of MySQL takes one or two."""
    (waiting,) = pod(component(chart(), name))["initContainers"]
    assert {"name": "WAIT_SECONDS", "value": "300"} in waiting["env"]


def test_age_of_a_heartbeat(chart: Chart) -> None:
    """Two minutes: longer than a slow answer of the broker."""
    rendered = chart(nested({"application.tradingBot.heartbeat.path": "/tmp/heartbeat"}))
    command = container(component(rendered, "trading-bot"))["livenessProbe"]["exec"]["command"]
    assert command[-2:] == ["/tmp/heartbeat", "120"]


def test_connections_of_mysql(chart: Chart) -> None:
    """MySQL's own default."""
    assert _configuration(chart())["max_connections"] == "151"


def test_ids_of_processes(chart: Chart) -> None:
    """No user or group of a usual image or node."""
    for owner, spec in chart().pod_specs():
        ids = {spec["securityContext"][key] for key in ("runAsUser", "runAsGroup", "fsGroup")}
        assert ids == {10001}, owner
