"""Secrets are made once, whoever installs, and who reads a changed one starts anew."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import SECRETS, merged
from tests.cluster.kubectl import Kubectl
from tests.cluster.leftovers import assert_only_what_is_meant_to_stays
from tests.cluster.load import REQUESTS, addresses, steady_load
from tests.cluster.pods import component
from tests.cluster.release import DATA_TIER, ONE_OF_EACH, SECRET, Release
from tests.helm import CHART, HelmError
from tests.passwords import ALL, PASSWORDS

UPGRADES = 2
MANAGER = "gitops"
GIVEN = CHART / "ci" / "values-given-values.yaml"
RATE = 20  # requests a second
REDIS_PASSWORD = f"--requirepass {ALL}"
PASSWORD_VALUES = {
    "MYSQL_ROOT_PASSWORD": ALL,
    "MYSQL_PASSWORD": ALL[::-1],
    "REDIS_PASSWORD": ALL,
    "SECRET_KEY": ALL,
    "JWT_SECRET": ALL,
    "MT5_LOGIN": PASSWORDS["quotes"],  # the bot keeps it in a column of 100 characters
    "MT5_PASSWORD": ALL,
    "GRAFANA_ADMIN_USER": PASSWORDS["quotes"],
    "GRAFANA_ADMIN_PASSWORD": ALL,
    "GRAFANA_DATABASE_PASSWORD": f"-{ALL}",
    "GRAFANA_SECRET_KEY": ALL,
}
READERS = {"redis", "api", "trading-bot"}
# Of `helm test`, those that fail where a password is not what the other side has.
LOGINS = (
    *("api-to-mysql-test", "api-to-redis-test", "grafana-to-mysql-test", "grafana-login-test"),
    *("trading-bot-to-mysql-test", "trading-bot-to-redis-test"),
)


# Of the control plane's tests of the same Job, some are run by Helm 3 in `make test`.
@pytest.mark.parametrize("helm", ["helm4", pytest.param("helm3", marks=pytest.mark.soak)])
def test_secrets_that_were_generated_or_edited_stay_through_upgrades(
    kubectl: Kubectl, release: Release, helm: str
) -> None:
    """The Job that prepares a release also refuses what would lose them, or run twice."""
    release = replace(release, helm=helm)
    release.submit(DATA_TIER)
    generated = kubectl.secret(SECRET, release.namespace)
    assert len(generated["MYSQL_PASSWORD"]) == 32
    texts = [text for text in generated.values() if text]
    assert len(set(texts)) == len(texts) == 4, "each that MySQL or Redis reads has its own value"
    edit = {"stringData": {"MT5_LOGIN": "12345678"}}
    kubectl("patch", "secret", SECRET, "-n", release.namespace, "-p", json.dumps(edit))

    for revision in range(UPGRADES):
        release.submit(
            merged(DATA_TIER, {"global": {"config": {"MT5_SERVER": f"server-{revision}"}}})
        )
        kept = kubectl.secret(SECRET, release.namespace)
        assert kept == {**generated, "MT5_LOGIN": "12345678"}

    pods = pod_ids(kubectl, release.namespace)
    for change, refusal in (
        ({"namePrefix": "blue-"}, "a second set would run beside it"),
        ({"secrets": {"source": "values", "values": SECRETS}}, "MYSQL_PASSWORD, .*: .* another"),
    ):
        started = time.monotonic()
        with pytest.raises(HelmError, match=refusal):
            release.submit(merged(DATA_TIER, {"global": change}))
        assert time.monotonic() - started < 60, "a refusal is not tried again"
        assert kubectl.secret(SECRET, release.namespace) == kept
    assert pod_ids(kubectl, release.namespace) == pods

    same = {key: kept[key] for key in SECRETS if kept.get(key)}
    release.submit(merged(DATA_TIER, {"global": {"secrets": {"source": "values", "values": same}}}))
    assert kubectl.secret(SECRET, release.namespace).items() >= same.items()


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


def test_any_password_works(kubectl: Kubectl, release: Release) -> None:
    release = replace(release, files=(GIVEN,))
    release.install(given(enabled=True))
    assert ping(kubectl, release, "env -u REDISCLI_AUTH redis-cli ping").startswith("NOAUTH")
    assert ping(kubectl, release, "redis-cli ping") == "PONG"
    passed = replace(release, helm="helm3").test(*LOGINS)
    assert passed.count("Phase:          Succeeded") == len(LOGINS)
    assert logs_in(kubectl, release, PASSWORD_VALUES["GRAFANA_ADMIN_PASSWORD"])
    assert not logs_in(kubectl, release, "admin")

    # The new ones are ready only if Redis lets them in.
    before = pod_of_each(kubectl, release.namespace)
    release.upgrade(given(enabled=True, REDIS_PASSWORD=REDIS_PASSWORD))
    after = pod_of_each(kubectl, release.namespace)
    assert {name for name in after if after[name] != before[name]} == READERS
    assert ping(kubectl, release, "redis-cli ping") == "PONG"

    release.uninstall()
    assert_only_what_is_meant_to_stays(kubectl, release.namespace, "values-given")


@pytest.mark.soak  # upgrades that cost no request are in `make test` by test_upgrade.py
@pytest.mark.alone
def test_redis_comes_to_demand_a_password_in_two_steps(
    kubectl: Kubectl, release: Release, tmp_path: Path
) -> None:
    """They cost no request but while Redis restarts."""
    release = replace(release, files=(GIVEN,))
    release.install(given(enabled=False))
    off = pod_of_each(kubectl, release.namespace)
    targets = addresses(kubectl, release, REQUESTS)

    with steady_load(targets, RATE, tmp_path) as load:
        release.upgrade(given(enabled=True, required=False))
    assert [str(failure) for failure in load.failures] == []
    assert load.requests > RATE
    sent = pod_of_each(kubectl, release.namespace)
    assert {name for name in off if off[name] != sent[name]} == READERS - {"redis"}
    assert ping(kubectl, release, "env -u REDISCLI_AUTH redis-cli ping") == "PONG"

    release.upgrade(given(enabled=True))

    demanded = pod_of_each(kubectl, release.namespace)
    assert {name for name in sent if sent[name] != demanded[name]} == {"redis"}
    assert ping(kubectl, release, "env -u REDISCLI_AUTH redis-cli ping").startswith("NOAUTH")
    assert ping(kubectl, release, "redis-cli ping") == "PONG"


def given(enabled: bool, required: bool = True, **passwords: str) -> dict[str, Any]:
    """Return values with nasty passwords, and with these in their place."""
    auth = {"enabled": enabled, "required": required}
    secrets = {"values": {**PASSWORD_VALUES, **passwords}}
    return merged(ONE_OF_EACH, {"global": {"secrets": secrets, "redis": {"auth": auth}}})


def ping(kubectl: Kubectl, release: Release, command: str) -> str:
    """Return what Redis answers to a command in its own container."""
    return kubectl.exec("redis-0", ["sh", "-c", command], release.namespace).stdout.strip()


def logs_in(kubectl: Kubectl, release: Release, password: str) -> bool:
    """Return whether Grafana lets its administrator in with this password."""
    script = """
import os, sys, urllib.error, urllib.parse, urllib.request
fields = {"user": os.environ["GRAFANA_ADMIN_USER"], "password": sys.stdin.read()}
try:
    urllib.request.urlopen("http://localhost:3000/login", urllib.parse.urlencode(fields).encode())
    print(200)
except urllib.error.HTTPError as error:
    print(error.code)
"""
    command = ["python", "-c", script]
    done = kubectl.exec("deploy/grafana", command, release.namespace, stdin=password)
    assert done.stdout in ("200\n", "401\n"), done.stderr
    return done.stdout == "200\n"


def pod_ids(kubectl: Kubectl, namespace: str) -> dict[str, str]:
    """Return the pods that go on running, and what tells each from its successor."""
    pods = kubectl.staying_pods(namespace)
    return {
        pod["metadata"]["name"]: pod["metadata"]["uid"]
        for pod in pods
        if pod["status"]["phase"] != "Failed"  # a refusal stays, to be read
    }


def pod_of_each(kubectl: Kubectl, namespace: str) -> dict[str, str]:
    """Return the same by component, of which each has one pod."""
    pods = kubectl.staying_pods(namespace)
    found = {component(pod): pod["metadata"]["uid"] for pod in pods}
    assert len(found) == len(pods)
    return found
