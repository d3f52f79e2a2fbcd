"""Secrets are made once, whoever installs, and who reads a changed one starts anew."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.chart.scenarios import SECRETS, merged, of_each
from tests.cluster.kubectl import Kubectl
from tests.cluster.nodes import away_from, expendable
from tests.cluster.release import Release
from tools.cluster import Cluster

SECRET = "genx-fx-secrets"
OFF = {"enabled": False}
# The smallest platform that has secrets: the rest would start for nothing.
DATA_TIER = {
    "application": {"frontend": OFF, "api": OFF, "tradingBot": OFF},
    "monitoring": {"grafana": OFF},
}
UPGRADES = 3


@pytest.fixture
def data_tier(cluster: Cluster) -> dict[str, Any]:
    """Values of the smallest platform, on nodes that no other test takes away."""
    names = {"mysql": ("data", "mysql"), "redis": ("data", "redis")}
    return merged(DATA_TIER, of_each(names, {"affinity": away_from(expendable(cluster))}))


def test_secrets_that_were_generated_or_edited_stay_through_upgrades(
    kubectl: Kubectl, release: Release, data_tier: dict[str, Any]
) -> None:
    release.install(data_tier)
    generated = kubectl.secret(SECRET, release.namespace)
    assert len(generated["MYSQL_PASSWORD"]) == 32
    assert len(set(generated.values()) - {""}) >= 8, "each has a value of its own"
    edit = {"stringData": {"MT5_LOGIN": "12345678"}}
    kubectl("patch", "secret", SECRET, "-n", release.namespace, "-p", json.dumps(edit))

    for revision in range(UPGRADES):
        release.upgrade(merged(data_tier, {"config": {"MT5_SERVER": f"server-{revision}"}}))
        kept = kubectl.secret(SECRET, release.namespace)
        assert kept == {**generated, "MT5_LOGIN": "12345678"}


def test_applying_the_manifests_twice_changes_nothing(
    kubectl: Kubectl, release: Release, data_tier: dict[str, Any]
) -> None:
    """GitOps without Helm: `helm template | kubectl apply --server-side`."""
    manifests = release.template(data_tier, "--skip-tests")
    apply_server_side(kubectl, release.namespace, manifests)
    kubectl.rolled_out("statefulset/mysql", release.namespace)
    kubectl.rolled_out("statefulset/redis", release.namespace)
    generated = kubectl.secret(SECRET, release.namespace)
    before = versions(kubectl, release.namespace, manifests)
    pods = pod_ids(kubectl, release.namespace)

    manifests = release.template(data_tier, "--skip-tests")
    apply_server_side(kubectl, release.namespace, manifests)

    assert len(before) > 20
    assert versions(kubectl, release.namespace, manifests) == before
    assert pod_ids(kubectl, release.namespace) == pods
    assert kubectl.secret(SECRET, release.namespace) == generated


def apply_server_side(kubectl: Kubectl, namespace: str, manifests: str) -> None:
    options = ["--server-side", "--field-manager=gitops", "-n", namespace, "-f", "-"]
    kubectl("apply", *options, stdin=manifests)


def versions(kubectl: Kubectl, namespace: str, manifests: str) -> dict[str, str]:
    """What changes with the wish for each object, and not with its state."""
    listed = kubectl("get", "-n", namespace, "-o", "json", "-f", "-", stdin=manifests)
    return {
        f"{item['kind']}/{item['metadata']['name']}": str(
            item["metadata"].get("generation") or item["metadata"]["resourceVersion"]
        )
        for item in json.loads(listed)["items"]
    }


def test_changed_given_password_restarts_what_reads_it(
    kubectl: Kubectl, release: Release, data_tier: dict[str, Any]
) -> None:
    given = merged(
        data_tier,
        {
            "secrets": {"source": "values", "values": SECRETS},
            "data": {"redis": {"auth": {"enabled": True}}},
        },
    )
    release.install(given)
    before = pod_ids(kubectl, release.namespace)

    changed = {"REDIS_PASSWORD": "another-redis-password"}
    release.upgrade(merged(given, {"secrets": {"values": changed}}))
    kubectl.rolled_out("statefulset/redis", release.namespace)

    after = pod_ids(kubectl, release.namespace)
    assert after["mysql-0"] == before["mysql-0"], "reads no password of Redis"
    assert after["redis-0"] != before["redis-0"]
    login = ["sh", "-c", "REDISCLI_AUTH=another-redis-password redis-cli ping"]
    assert kubectl.exec("redis-0", login, release.namespace).stdout.strip() == "PONG"


def pod_ids(kubectl: Kubectl, namespace: str) -> dict[str, str]:
    """The pods that go on running, and what tells each from its successor."""
    pods = kubectl.list("pods", namespace)
    return {
        pod["metadata"]["name"]: pod["metadata"]["uid"]
        for pod in pods
        if pod["status"]["phase"] != "Succeeded"
    }
