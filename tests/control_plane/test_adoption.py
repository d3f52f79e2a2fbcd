"""What Helm does with objects that are there already, and with fields that somebody else set."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.chart.scenarios import merged, nested
from tests.cluster.kubectl import Kubectl
from tests.control_plane.release import QuietRelease, only
from tests.helm import HELMS, RELEASE, HelmError

# A platform that runs already has objects of these names.
FOUND: list[dict[str, Any]] = [
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "genx-fx-config"},
        "data": {"ENV": "theirs", "THEIRS": "yes"},
    },
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "api-service"},
        "spec": {"selector": {"app": "api"}, "ports": [{"port": 8080, "targetPort": 8080}]},
    },
]
API = only("api")
PART = only("api", "trading-bot", "mysql")
CHANGED = nested({"global.config.MT5_SERVER": "changed"})
OTHER_CLASS = nested({"data.mysql.persistence.storageClass": "other"})
# How an upgrade that fails is undone.
UNDO = {"helm3": "--atomic", "helm4": "--rollback-on-failure"}
helm_3, helm_4 = (pytest.mark.parametrize("helm", [helm]) for helm in HELMS)


@pytest.fixture
def release(release: QuietRelease, helm: str) -> QuietRelease:
    """Return a release of either Helm."""
    return replace(release, helm=helm)


@pytest.mark.parametrize("found", FOUND, ids=lambda item: item["kind"])
def test_object_of_somebody_else_is_refused_and_left_alone(
    release: QuietRelease, found: dict[str, Any]
) -> None:
    kubectl, namespace = release.kubectl, release.namespace
    kubectl.apply(found, namespace)
    kind, name = found["kind"], found["metadata"]["name"]
    before = kubectl.get(kind, name, namespace)
    with pytest.raises(HelmError, match=f'{kind} "{name}" in namespace "{namespace}" exists'):
        release.install(API)
    assert kubectl.get(kind, name, namespace) == before
    assert kubectl.list("deployments,statefulsets", namespace) == []


def test_objects_are_adopted_where_that_is_asked_for(release: QuietRelease) -> None:
    """Helm 4 asks for a second word where `kubectl apply` set what the chart sets otherwise."""
    kubectl, namespace = release.kubectl, release.namespace
    kubectl.apply(FOUND, namespace)
    uids = [found_uid(kubectl, namespace, item) for item in FOUND]
    words = ["--take-ownership"]
    if release.helm == "helm4":
        with pytest.raises(HelmError, match=r'conflict with "kubectl-client-side-apply"'):
            release.install(API, *words)
        release.run("uninstall", RELEASE, "--no-hooks")
        kubectl.apply(FOUND, namespace)
        uids = [found_uid(kubectl, namespace, item) for item in FOUND]
        words.append("--force-conflicts")
    release.install(API, *words)
    assert [found_uid(kubectl, namespace, item) for item in FOUND] == uids
    config = kubectl.get("configmap", "genx-fx-config", namespace)
    assert config["metadata"]["annotations"]["meta.helm.sh/release-name"] == RELEASE
    assert config["data"]["ENV"] == "production"
    release.upgrade(API)
    release.uninstall()
    assert [item["metadata"]["name"] for item in kubectl.list("services", namespace)] == []


def found_uid(kubectl: Kubectl, namespace: str, item: dict[str, Any]) -> str:
    """Return which object of that name it is."""
    found = kubectl.get(item["kind"], item["metadata"]["name"], namespace)
    return str(found["metadata"]["uid"])


@helm_3
def test_helm_3_takes_back_what_kubectl_scaled(release: QuietRelease) -> None:
    release.install(API)
    scale(release)
    release.upgrade(only("api", replicas=4))
    assert replicas(release) == 4


@helm_4
def test_helm_4_names_who_scaled_and_leaves_half_an_upgrade(release: QuietRelease) -> None:
    """What was applied before the conflict stays applied, until the user decides."""
    release.install(API)
    scale(release)
    wanted = merged(only("api", replicas=4), {"global": {"config": {"MT5_SERVER": "changed"}}})
    with pytest.raises(HelmError, match=r'conflict with "kubectl" .*\.spec\.replicas'):
        release.upgrade(wanted)
    assert replicas(release) == 3
    config = release.kubectl.get("configmap", "genx-fx-config", release.namespace)
    assert config["data"]["MT5_SERVER"] == "changed"
    assert [revision["status"] for revision in release.history()] == ["deployed", "failed"]

    release.upgrade(wanted, "--force-conflicts")
    assert replicas(release) == 4


@helm_4
def test_conflict_leaves_nothing_behind_where_helm_4_is_told_to_undo_it(
    release: QuietRelease,
) -> None:
    release.install(PART)
    scale(release)
    before = state(release)
    with pytest.raises(HelmError, match=r'conflict with "kubectl" .*\.spec\.replicas'):
        release.upgrade(merged(PART, CHANGED), UNDO[release.helm])
    assert state(release) == before
    release.upgrade(merged(PART, CHANGED), UNDO[release.helm], "--force-conflicts")
    assert replicas(release) == 2


def test_failed_upgrade_leaves_nothing_behind_where_it_is_to_be_undone(
    release: QuietRelease,
) -> None:
    release.install(PART)
    before = state(release)
    with pytest.raises(HelmError, match="immutable"):
        release.upgrade(merged(PART, CHANGED, OTHER_CLASS), UNDO[release.helm])
    assert state(release) == before
    release.upgrade(merged(PART, CHANGED), UNDO[release.helm])
    assert state(release) != before


def test_failed_upgrade_stays_half_done_where_nothing_undoes_it(release: QuietRelease) -> None:
    release.install(PART)
    before = state(release)
    with pytest.raises(HelmError, match="immutable"):
        release.upgrade(merged(PART, CHANGED, OTHER_CLASS))
    after = state(release)
    assert {name for name in before if after[name] != before[name]} >= {
        "ConfigMap/genx-fx-config",
        "StatefulSet/trading-bot",
    }


def state(release: QuietRelease) -> dict[str, Any]:
    """Return what each object of the release says, without what Kubernetes notes of it."""
    kinds = "configmaps,services,deployments,statefulsets,networkpolicies,pvc,pdb"
    return {
        f"{item['kind']}/{item['metadata']['name']}": (item.get("data"), item.get("spec"))
        for item in release.kubectl.list(kinds, release.namespace)
    }


def scale(release: QuietRelease) -> None:
    """Scale as somebody does who knows nothing of Helm."""
    release.kubectl("scale", "deployment/api", "--replicas=3", "-n", release.namespace)


def replicas(release: QuietRelease) -> int:
    """Return how many pods of the API are asked for."""
    found = release.kubectl.get("deployment", "api", release.namespace)
    return int(found["spec"]["replicas"])
