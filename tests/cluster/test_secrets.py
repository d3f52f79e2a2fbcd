"""Secrets are made once, whoever installs, and who reads a changed one starts anew."""

from __future__ import annotations

import json

from tests.chart.scenarios import SECRETS, merged
from tests.cluster.kubectl import Kubectl
from tests.cluster.release import DATA_TIER, SECRET, Release

UPGRADES = 3
MANAGER = "gitops"


def test_secrets_that_were_generated_or_edited_stay_through_upgrades(
    kubectl: Kubectl, release: Release
) -> None:
    release.install(DATA_TIER)
    generated = kubectl.secret(SECRET, release.namespace)
    assert len(generated["MYSQL_PASSWORD"]) == 32
    assert len(set(generated.values()) - {""}) == 9, "each has a value of its own"
    edit = {"stringData": {"MT5_LOGIN": "12345678"}}
    kubectl("patch", "secret", SECRET, "-n", release.namespace, "-p", json.dumps(edit))

    for revision in range(UPGRADES):
        release.upgrade(merged(DATA_TIER, {"config": {"MT5_SERVER": f"server-{revision}"}}))
        kept = kubectl.secret(SECRET, release.namespace)
        assert kept == {**generated, "MT5_LOGIN": "12345678"}


def test_applying_the_manifests_twice_changes_nothing(kubectl: Kubectl, release: Release) -> None:
    """GitOps without Helm: `helm template | kubectl apply --server-side`."""
    manifests = release.template(DATA_TIER, "--skip-tests")
    apply_server_side(kubectl, release.namespace, manifests)
    kubectl.rolled_out("statefulset/mysql", release.namespace)
    kubectl.rolled_out("statefulset/redis", release.namespace)
    generated = kubectl.secret(SECRET, release.namespace)
    before = applied(kubectl, release.namespace, manifests)
    pods = pod_ids(kubectl, release.namespace)

    manifests = release.template(DATA_TIER, "--skip-tests")
    apply_server_side(kubectl, release.namespace, manifests)

    assert len(before) > 20
    assert applied(kubectl, release.namespace, manifests) == before
    assert pod_ids(kubectl, release.namespace) == pods
    assert kubectl.secret(SECRET, release.namespace) == generated


def apply_server_side(kubectl: Kubectl, namespace: str, manifests: str) -> None:
    options = ["--server-side", f"--field-manager={MANAGER}", "-n", namespace, "-f", "-"]
    kubectl("apply", *options, stdin=manifests)


def applied(kubectl: Kubectl, namespace: str, manifests: str) -> dict[str, str]:
    """When something of each object was last changed by being applied, labels included."""
    options = ["-n", namespace, "-o", "json", "--show-managed-fields", "-f", "-"]
    listed = kubectl("get", *options, stdin=manifests)
    return {
        f"{item['kind']}/{item['metadata']['name']}": entry["time"]
        for item in json.loads(listed)["items"]
        for entry in item["metadata"]["managedFields"]
        if entry["manager"] == MANAGER
    }


def test_changed_given_password_restarts_what_reads_it(kubectl: Kubectl, release: Release) -> None:
    given = merged(
        DATA_TIER,
        {
            "secrets": {"source": "values", "values": SECRETS},
            "data": {"redis": {"auth": {"enabled": True}}},
            "application": {"api": {"enabled": True, "replicas": 1}},
        },
    )
    release.install(given)
    before = pod_ids(kubectl, release.namespace)

    changed = {"REDIS_PASSWORD": "another-redis-password"}
    release.upgrade(merged(given, {"secrets": {"values": changed}}))

    after = pod_ids(kubectl, release.namespace)
    assert after["mysql-0"] == before["mysql-0"], "reads no password of Redis"
    assert after["redis-0"] != before["redis-0"]
    # The new one is ready only if Redis lets it in.
    assert len(apis(before)) == len(apis(after)) == 1
    assert apis(before) != apis(after)
    login = ["sh", "-c", "REDISCLI_AUTH=another-redis-password redis-cli ping"]
    assert kubectl.exec("redis-0", login, release.namespace).stdout.strip() == "PONG"


def pod_ids(kubectl: Kubectl, namespace: str) -> dict[str, str]:
    """The pods that go on running, and what tells each from its successor."""
    pods = kubectl.staying_pods(namespace)
    return {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in pods}


def apis(pods: dict[str, str]) -> set[str]:
    return {name for name in pods if name.startswith("api-")}
