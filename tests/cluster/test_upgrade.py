"""From the last release of the chart to this one and back, with both Helms.

Nothing that is kept may change on the way, and users notice no upgrade that fails.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chart.scenarios import merged
from tests.cluster import kept
from tests.cluster.kubectl import Kubectl
from tests.cluster.load import Request, addresses, steady_load
from tests.cluster.release import ONE_OF_EACH, SECRET, Release
from tests.fixtures import MakeNamespace
from tests.helm import ROOT, HelmError, package_chart, run_helm
from tools.released import NoHistory, released_chart

RATE = 10  # requests a second; 5 of them on new connections
PATIENCE = 25  # seconds until an upgrade that does not get ready counts as failed
UNDO = {"helm3": "--atomic", "helm4": "--rollback-on-failure"}
REQUESTS: tuple[Request, ...] = (
    ("GET", "frontend-service", "/"),
    ("GET", "api-service", "/pairs"),
    ("GET", "grafana-service", "/api/health"),
)
PLACES = (*kept.OWN_VOLUMES, *kept.SHARED_VOLUMES)

# Beside other installations MySQL may answer a request late, and each that fails counts.
pytestmark = pytest.mark.alone


@dataclass(frozen=True)
class Kept:
    """What no upgrade may change."""

    secrets: dict[str, str]
    claims: dict[str, str]
    """Names, and ids of what is behind them."""
    words: dict[str, str]


@dataclass(frozen=True)
class Upgraded:
    """A release that was upgraded from the last released chart to this one."""

    release: Release
    word: str
    before: Kept

    def kept(self) -> Kept:
        """Return what there is now, of the secrets those that there were: a new key may come."""
        now = what_is_kept(self.release, self.word)
        secrets = {key: now.secrets[key] for key in self.before.secrets}
        return replace(now, secrets=secrets)


def what_is_kept(release: Release, word: str) -> Kept:
    kubectl, namespace = release.kubectl, release.namespace
    claims = {
        claim["metadata"]["name"]: f"{claim['metadata']['uid']} {claim['spec']['volumeName']}"
        for claim in kubectl.list("pvc", namespace)
    }
    words = kept.read(kubectl, namespace, PLACES, word)
    return Kept(kubectl.secret(SECRET, namespace), claims, words)


@pytest.fixture(scope="module")
def old_chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the chart that was released last."""
    folder = tmp_path_factory.mktemp("released")
    try:
        return package_chart(released_chart(ROOT, folder), folder)
    except NoHistory as error:
        pytest.fail(str(error), pytrace=False)


def known_to(chart: Path, values: dict[str, Any]) -> dict[str, Any]:
    """Return values without those that a chart does not have: an older one would refuse them."""
    defaults = yaml.safe_load(run_helm("helm4", "show", "values", str(chart)))

    def known(given: dict[str, Any], declared: dict[str, Any]) -> dict[str, Any]:
        return {
            key: known(value, declared[key]) if isinstance(value, dict) and declared[key] else value
            for key, value in given.items()
            if key in declared
        }

    return known(values, defaults)


@pytest.fixture(
    scope="module",
    # What runs alone adds all of its time. Helm 3 upgrades in other tests as well.
    params=["helm4", pytest.param("helm3", marks=pytest.mark.soak)],
)
def upgraded(
    request: pytest.FixtureRequest,
    kubectl: Kubectl,
    make_namespace: MakeNamespace,
    chart: Path,
    old_chart: Path,
    base_values: dict[str, Any],
) -> Upgraded:
    """Return a platform with data in all its volumes, upgraded by each Helm in turn."""
    new = Release(kubectl, make_namespace("upgrade"), chart, base_values, helm=request.param)
    old = replace(new, chart=old_chart, base=known_to(old_chart, base_values))
    word = uuid.uuid4().hex

    old.install(ONE_OF_EACH)
    kept.write(kubectl, old.namespace, PLACES, word)
    before = what_is_kept(old, word)
    new.upgrade(ONE_OF_EACH)

    return Upgraded(new, word, before)


def test_upgrade_from_the_last_release_keeps_everything(upgraded: Upgraded) -> None:
    assert set(upgraded.before.words.values()) == {upgraded.word}
    assert upgraded.kept() == upgraded.before


@pytest.mark.soak
def test_tests_of_the_chart_pass_after_the_upgrade(upgraded: Upgraded) -> None:
    assert "Phase:          Succeeded" in upgraded.release.test()


def test_upgrade_that_fails_is_undone_and_users_notice_nothing(
    kubectl: Kubectl, upgraded: Upgraded, tmp_path: Path
) -> None:
    """One program's image does not exist; another's ends as soon as it starts."""
    release = upgraded.release
    toolbox = release.base["global"]["toolbox"]["image"]
    images = {"api": {"image": {"tag": "no-such-tag"}}, "frontend": {"image": toolbox}}
    broken = merged(ONE_OF_EACH, {"application": images})
    manifests = release.manifests()
    targets = addresses(kubectl, release, REQUESTS)

    with steady_load(targets, RATE, tmp_path) as load:
        with pytest.raises(HelmError):
            release.upgrade(broken, UNDO[release.helm], f"--timeout={PATIENCE}s")
        for workload in ("deployment/api", "deployment/frontend"):
            kubectl.rolled_out(workload, release.namespace)

    events = [event["message"] for event in kubectl.list("events", release.namespace)]
    assert any("no-such-tag" in event for event in events)
    assert any("restarting failed container frontend" in event for event in events)
    assert [str(failure) for failure in load.failures] == []
    assert load.requests > RATE * PATIENCE / 2
    assert [revision["status"] for revision in release.history()][-2:] == ["failed", "deployed"]
    assert release.manifests() == manifests
    assert upgraded.kept() == upgraded.before


def test_rollback_to_the_last_release_keeps_everything(upgraded: Upgraded) -> None:
    upgraded.release.rollback(1)
    assert upgraded.release.history()[-1]["description"] == "Rollback to 1"
    assert upgraded.kept() == upgraded.before
