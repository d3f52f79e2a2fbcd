from __future__ import annotations

from typing import Any

import pytest

from generator.diff.finding import Finding
from generator.diff.upgrade import breaks, others
from generator.spec.problems import path_text
from tests.unit.diff.cases import ACCEPTED, CLAIM, IMAGE, JOB, REFUSED, SERVICE, SET
from tests.unit.diff.objects import changed, made, of


def refused(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the paths at which Kubernetes would refuse the change."""
    return [path_text(one.path) for found in breaks(of(old), of(new)) for one in found.changes]


@pytest.mark.parametrize(("item", "path", "value"), REFUSED, ids=map(str, REFUSED))
def test_change_that_kubernetes_refuses_is_a_break(
    item: dict[str, Any], path: str, value: Any
) -> None:
    [where] = refused(item, changed(item, path, value))
    assert where.partition("[")[0].split(".")[:2] == path.split(".")[:2]


@pytest.mark.parametrize(("item", "path", "value"), ACCEPTED, ids=map(str, ACCEPTED))
def test_change_that_kubernetes_accepts_is_no_break(
    item: dict[str, Any], path: str, value: Any
) -> None:
    assert list(breaks(of(item), of(changed(item, path, value)))) == []


def test_hook_is_made_anew_and_may_change() -> None:
    job = changed(JOB, "metadata.annotations", {"helm.sh/hook": "pre-upgrade"})
    other = changed(job, IMAGE, "image:2")
    assert list(breaks(of(job), of(other))) == []
    [found] = others(of(job), of(other))
    assert found.why == "changes; it runs at each upgrade"


def test_address_that_is_no_longer_given_is_kept() -> None:
    given = changed(SERVICE, "spec.clusterIP", "10.0.0.1")
    assert list(breaks(of(given), of(SERVICE))) == []


def test_refusal_says_why_by_which_rule_and_what_to_do() -> None:
    [found] = breaks(of(SET), of(changed(SET, "spec.serviceName", "two")))
    assert found.why == (
        "Kubernetes refuses it: it cannot change once the object exists"
        " (pkg/apis/apps/validation/validation.go)"
    )
    assert "kubectl delete statefulset one --cascade=orphan" in found.do


KEPT = {"helm.sh/resource-policy": "keep"}


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (CLAIM, "it is deleted with its data"),
        (
            changed(CLAIM, "metadata.annotations", KEPT),
            "it stays in the cluster with its data, and no pod uses it",
        ),
        (made("Secret"), "it is deleted"),
        (
            made("Secret", annotations=KEPT),
            "it stays in the cluster, and no pod reads it",
        ),
        (SERVICE, "who calls it by this name finds nobody"),
        (SET, "its pods end, and nobody uses their claims and the data in them"),
    ],
)
def test_what_others_need_is_a_break_where_it_is_gone(item: dict[str, Any], said: str) -> None:
    [found] = breaks(of(item), of())
    assert found.why == said
    assert list(others(of(item), of())) == []


def test_new_name_is_found() -> None:
    renamed = changed(CLAIM, "metadata.name", "two")
    [found] = breaks(of(CLAIM), of(renamed))
    assert found.why.endswith("; PersistentVolumeClaim/two takes its place")


def test_port_that_is_gone_is_a_break() -> None:
    [found] = breaks(of(SERVICE), of(changed(SERVICE, "spec.ports.0.port", 8080)))
    assert [(one.old, one.new) for one in found.changes] == [(80, [8080])]


def test_other_objects_are_told_together() -> None:
    policy, tested = made("NetworkPolicy"), {"helm.sh/hook": "test"}
    old = of(policy, made("Pod", "test", annotations=tested))
    new = of(made("ConfigMap", "a"), made("ConfigMap", "b"))
    assert list(breaks(old, new)) == []
    assert list(others(old, new)) == [
        Finding("1 object", "removed: NetworkPolicy/one"),
        Finding("2 objects", "new: ConfigMap/a, ConfigMap/b"),
        Finding("1 object", "for helm test: Pod/test"),
    ]


def test_version_in_the_labels_is_told_once() -> None:
    """Also of what is for helm test."""
    items = [made("ConfigMap", name) for name in "ab"]
    items.append(made("Pod", "c", annotations={"helm.sh/hook": "test"}))
    old, new = (
        of(*(changed(item, "metadata.labels", {"helm.sh/chart": version}) for item in items))
        for version in ("one-1.0.0", "one-1.1.0")
    )
    assert list(others(old, new)) == [
        Finding("3 objects", "other labels that name the chart's version")
    ]


def test_what_is_told_as_a_break_or_a_restart_is_told_once() -> None:
    new = changed(changed(SET, "spec.serviceName", "two"), "spec.replicas", 2)
    new = changed(new, IMAGE, "image:2")
    [found] = others(of(SET), of(new))
    assert [path_text(one.path) for one in found.changes] == ["spec.replicas"]
