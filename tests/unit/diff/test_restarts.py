from __future__ import annotations

from typing import Any

import pytest

from generator.diff.changes import ABSENT, Change
from generator.diff.finding import Finding
from generator.diff.report import as_text
from generator.diff.restarts import needed_keys, read_later, restarts
from tests.unit.diff.objects import changed, made, of, workload

IMAGE = "spec.template.spec.containers.0.image"
CHECKSUM = "spec.template.metadata.annotations.checksum/config"
ENVIRONMENT: dict[str, Any] = {
    "containers": [
        {
            "name": "one",
            "env": [
                {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "config", "key": "A"}}}
            ],
        }
    ]
}
CONFIG = made("ConfigMap", "config", data={"A": "1", "B": "1"})


@pytest.mark.parametrize(
    ("item", "how"),
    [
        (workload("Deployment"), "new pods start, and old ones stop when these are ready"),
        (
            workload("Deployment", strategy={"type": "Recreate"}),
            "all pods stop, then new ones start: no one runs meanwhile",
        ),
        (
            workload("StatefulSet", "bot", replicas=1, pod={"terminationGracePeriodSeconds": 60}),
            "the only pod stops, within 60 s, then the new one starts: no bot runs meanwhile",
        ),
        (
            workload("StatefulSet", replicas=3),
            "one pod after the other stops, and then its successor starts",
        ),
        (workload("DaemonSet"), "one pod after the other stops, and then its successor starts"),
    ],
)
def test_changed_template_is_a_restart_that_says_how(item: dict[str, Any], how: str) -> None:
    path = ("spec", "template", "spec", "containers", item["metadata"]["name"], "image")
    expected = Finding(
        f"{item['kind']}/{item['metadata']['name']}", how, [Change(path, "image:1", "image:2")]
    )
    assert list(restarts(of(item), of(changed(item, IMAGE, "image:2")))) == [expected]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.replicas", 5),
        ("metadata.labels", {"helm.sh/chart": "genx-fx-0.3.0"}),
        ("spec.template.spec.restartPolicy", "Always"),
        ("spec.template.spec.containers.0.terminationMessagePath", "/dev/termination-log"),
        ("spec.template.spec.containers.0.resources", {"limits": {"cpu": "1000m"}}),
    ],
)
def test_no_restart_where_the_pod_is_the_same_to_kubernetes(path: str, value: Any) -> None:
    item = workload("Deployment")
    item["spec"]["template"]["spec"]["containers"][0]["resources"] = {"limits": {"cpu": 1}}
    assert list(restarts(of(item), of(changed(item, path, value)))) == []


def test_nothing_restarts_where_no_pod_runs() -> None:
    item = workload("Deployment", replicas=0)
    assert list(restarts(of(item), of(changed(item, IMAGE, "image:2")))) == []


def test_workload_that_is_gone_ends_its_pods() -> None:
    expected = Finding("Deployment/one", "the chart has it no more: its pods end")
    assert list(restarts(of(workload("Deployment")), of())) == [expected]


def test_checksum_is_followed_to_the_content_that_the_pod_reads() -> None:
    """B changes as well, and the pod does not read it."""
    before = changed(workload("Deployment", pod=ENVIRONMENT), CHECKSUM, "old")
    old = of(before, CONFIG)
    new = of(changed(before, CHECKSUM, "new"), {**CONFIG, "data": {"A": "2", "B": "2"}})
    [found] = restarts(old, new)
    assert found.changes == [Change(("ConfigMap/config", "data", "A"), "1", "2")]


@pytest.mark.parametrize(
    "reader",
    [
        {"containers": [{"name": "one", "envFrom": [{"configMapRef": {"name": "config"}}]}]},
        {"volumes": [{"name": "files", "configMap": {"name": "config"}}]},
        {
            "volumes": [
                {"name": "files", "projected": {"sources": [{"configMap": {"name": "config"}}]}}
            ]
        },
        {
            "volumes": [
                {
                    "name": "files",
                    "configMap": {"name": "config", "items": [{"key": "A", "path": "a"}]},
                }
            ]
        },
    ],
)
def test_every_way_to_read_content_is_known(reader: Any) -> None:
    before = changed(workload("Deployment", pod=reader), CHECKSUM, "old")
    old = of(before, CONFIG)
    new = of(changed(before, CHECKSUM, "new"), {**CONFIG, "data": {"A": "2", "B": "1"}})
    [found] = restarts(old, new)
    assert found.changes == [Change(("ConfigMap/config", "data", "A"), "1", "2")]


def test_checksum_of_what_is_not_rendered_is_shown_itself() -> None:
    before = changed(workload("Deployment"), CHECKSUM, "old")
    [found] = restarts(of(before), of(changed(before, CHECKSUM, "new")))
    assert [change.path[-1] for change in found.changes] == ["checksum/config"]


def test_content_that_no_checksum_follows_is_read_at_the_next_start() -> None:
    item = workload("Deployment", pod=ENVIRONMENT)
    old, new = of(item, CONFIG), of(item, {**CONFIG, "data": {"A": "2"}})
    assert list(restarts(old, new)) == []
    [found] = read_later(old, new)
    assert found.what == "Deployment/one"
    assert found.do == "kubectl rollout restart deployment one"


def test_pods_that_wait_to_be_deleted_do_not_restart() -> None:
    item = workload("StatefulSet", updateStrategy={"type": "OnDelete"})
    old, new = of(item), of(changed(item, IMAGE, "image:2"))
    assert list(restarts(old, new)) == []
    [found] = read_later(old, new)
    assert "somebody deletes" in found.why
    assert [change.new for change in found.changes] == ["image:2"]


def test_more_keys_of_a_secret_that_is_not_rendered_are_named() -> None:
    """It may be the user's own; a key that may be missing is not needed."""

    def reads(**optional: bool) -> dict[str, Any]:
        env = [
            {
                "name": key,
                "valueFrom": {"secretKeyRef": {"name": "own", "key": key, "optional": may}},
            }
            for key, may in optional.items()
        ]
        return workload("Deployment", pod={"containers": [{"name": "one", "env": env}]})

    old, new = of(reads(A=False)), of(reads(A=False, B=False, C=True))
    [found] = needed_keys(old, new)
    assert found.what == "Secret/own"
    assert found.why.endswith("as pods need: B")
    rendered = made("Secret", "own", stringData={"A": "1", "B": "2"})
    assert list(needed_keys(old, of(reads(A=False, B=False), rendered))) == []


def test_content_of_a_secret_is_not_shown() -> None:
    from tests.unit.diff.test_report import comparison

    reader = {"containers": [{"name": "one", "envFrom": [{"secretRef": {"name": "secret"}}]}]}
    before = changed(workload("Deployment", pod=reader), CHECKSUM, "old")
    old = of(before, made("Secret", "secret", stringData={"A": "hush"}))
    new = of(changed(before, CHECKSUM, "new"), made("Secret", "secret", stringData={"B": "hush"}))
    [found] = restarts(old, new)
    assert [change.path[-1] for change in found.changes] == ["A", "B"]
    assert found.changes[0].new is ABSENT
    assert "hush" not in as_text(comparison(restarts=[found]))
