"""Secrets are made once, whoever installs, and who reads a changed one starts anew."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.chart.scenarios import merged
from tests.cluster.kubectl import Kubectl
from tests.cluster.leftovers import assert_only_what_is_meant_to_stays
from tests.cluster.pods import component
from tests.cluster.release import DATA_TIER, ONE_OF_EACH, SECRET, Release
from tests.helm import CHART

UPGRADES = 2
MANAGER = "gitops"
GIVEN = CHART / "ci" / "values-given-values.yaml"
REDIS_PASSWORD = "another-redis-password"
READERS = {"redis", "api", "trading-bot"}


def test_secrets_that_were_generated_or_edited_stay_through_upgrades(
    kubectl: Kubectl, release: Release
) -> None:
    release.submit(DATA_TIER)
    generated = kubectl.secret(SECRET, release.namespace)
    assert len(generated["MYSQL_PASSWORD"]) == 32
    assert len(set(generated.values()) - {""}) == 10, "each has a value of its own"
    edit = {"stringData": {"MT5_LOGIN": "12345678"}}
    kubectl("patch", "secret", SECRET, "-n", release.namespace, "-p", json.dumps(edit))

    for revision in range(UPGRADES):
        release.submit(
            merged(DATA_TIER, {"global": {"config": {"MT5_SERVER": f"server-{revision}"}}})
        )
        kept = kubectl.secret(SECRET, release.namespace)
        assert kept == {**generated, "MT5_LOGIN": "12345678"}


def test_applying_the_manifests_twice_changes_nothing(kubectl: Kubectl, release: Release) -> None:
    """GitOps without Helm: `helm template | kubectl apply --server-side`."""
    manifests = release.template(DATA_TIER, "--skip-tests")
    apply_server_side(kubectl, release.namespace, manifests)
    kubectl.wait("jobs", "condition=Complete", release.namespace, "--all")
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
    """Return when something of each object was last applied, labels included."""
    options = ["-n", namespace, "-o", "json", "--show-managed-fields", "-f", "-"]
    listed = kubectl("get", *options, stdin=manifests)
    return {
        f"{item['kind']}/{item['metadata']['name']}": entry["time"]
        for item in json.loads(listed)["items"]
        for entry in item["metadata"]["managedFields"]
        if entry["manager"] == MANAGER
    }


def test_changed_given_password_restarts_what_reads_it(kubectl: Kubectl, release: Release) -> None:
    release = replace(release, files=(GIVEN,))
    release.install(ONE_OF_EACH)
    assert "Phase:          Succeeded" in release.test()
    before = pod_of_each(kubectl, release.namespace)

    # The new ones are ready only if Redis lets them in.
    changed = {"global": {"secrets": {"values": {"REDIS_PASSWORD": REDIS_PASSWORD}}}}
    release.upgrade(merged(ONE_OF_EACH, changed))

    after = pod_of_each(kubectl, release.namespace)
    assert before.keys() == after.keys() > READERS
    assert {name for name in after if after[name] != before[name]} == READERS
    login = ["sh", "-c", f"REDISCLI_AUTH={REDIS_PASSWORD} redis-cli ping"]
    assert kubectl.exec("redis-0", login, release.namespace).stdout.strip() == "PONG"

    release.uninstall()
    assert_only_what_is_meant_to_stays(kubectl, release.namespace, "values-given")


def pod_ids(kubectl: Kubectl, namespace: str) -> dict[str, str]:
    """Return the pods that go on running, and what tells each from its successor."""
    pods = kubectl.staying_pods(namespace)
    return {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in pods}


def pod_of_each(kubectl: Kubectl, namespace: str) -> dict[str, str]:
    """Return the same by component, of which each has one pod."""
    pods = kubectl.staying_pods(namespace)
    found = {component(pod): pod["metadata"]["uid"] for pod in pods}
    assert len(found) == len(pods)
    return found
