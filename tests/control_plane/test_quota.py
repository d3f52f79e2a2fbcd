"""The quota and the limit range of the prod overlay, as the API server enforces them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.chart.scenarios import COMPONENTS, of_each
from tests.cluster.pods import NAME
from tests.cluster.release import PRODUCTION
from tests.control_plane.release import QuietRelease

SCALED = {name: COMPONENTS[name] for name in ("frontend", "api")}
MOST = 10


@pytest.fixture
def production(release: QuietRelease) -> QuietRelease:
    """Return the platform as production runs it."""
    made = replace(release, files=(PRODUCTION,))
    made.install()
    return made


def test_quota_has_room_for_the_most_and_for_one_more_pod(production: QuietRelease) -> None:
    """A rollout of all at once waits for room now and then, and ends."""
    kubectl, namespace = production.kubectl, production.namespace
    # Nothing measures load here, so set the minimum to the maximum to scale them.
    production.upgrade(of_each(SCALED, {"autoscaling.minReplicas": MOST}))
    for name in SCALED:
        looks = f"jsonpath={{.status.readyReplicas}}={MOST}"
        kubectl.wait(f"deployment/{name}", looks, namespace)
    assert refused(production) == []
    (largest, *_) = kubectl.staying_pods(namespace, f"{NAME}=api")
    one_more = {**largest, "metadata": {"name": "one-more"}, "status": {}}
    create = ["create", "--dry-run=server", "-n", namespace, "-f", "-"]
    kubectl(*create, stdin=json.dumps(one_more))

    workloads = [f"deployment/{name}" for name in (*SCALED, "grafana")]
    workloads += [f"statefulset/{name}" for name in ("mysql", "redis", "trading-bot")]
    for name in SCALED:  # otherwise each of the twenty pods is watched for five seconds
        patch = json.dumps({"spec": {"minReadySeconds": 0}})
        kubectl("patch", f"deployment/{name}", "-n", namespace, "-p", patch)
    kubectl("rollout", "restart", "-n", namespace, *workloads)
    for workload in workloads:
        kubectl.rolled_out(workload, namespace)


def refused(production: QuietRelease) -> list[str]:
    """Return what controllers say of pods that they could not create."""
    events = production.kubectl.list("events", production.namespace)
    return [event["message"] for event in events if event["reason"] == "FailedCreate"]


def test_limits_of_a_pod_that_names_none_are_the_limit_ranges(production: QuietRelease) -> None:
    kubectl, namespace = production.kubectl, production.namespace
    (limit_range,) = kubectl.list("limitrange", namespace)
    (bounds,) = limit_range["spec"]["limits"]
    kubectl.apply(stranger(), namespace)
    (container,) = kubectl.get("pod", "stranger", namespace)["spec"]["containers"]
    assert container["resources"] == {
        "limits": bounds["default"],
        "requests": bounds["defaultRequest"],
    }


def test_pod_that_wants_more_than_the_limit_range_has_is_refused(production: QuietRelease) -> None:
    pod = stranger({"limits": {"cpu": "1001m"}})
    done = production.kubectl.run(
        "apply", "-n", production.namespace, "-f", "-", stdin=json.dumps(pod)
    )
    assert done.returncode
    assert "maximum cpu usage per Container is 1, but limit is 1001m" in done.stderr


def stranger(resources: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a pod that is not the platform's, as the restricted standard wants it."""
    container = {
        "name": "stranger",
        "image": "example.org/stranger:1",
        "resources": resources or {},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    security = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "stranger"},
        "spec": {"containers": [container], "securityContext": security},
    }
