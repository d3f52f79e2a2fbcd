"""What `genx-fx diff` predicts of an upgrade is what Kubernetes and Helm then do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.diff.command import Wish, diff
from generator.diff.finding import Comparison
from generator.validate.inputs import Inputs
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.pods import component
from tests.control_plane.release import QuietRelease, only
from tests.helm import CHART, HelmError
from tests.unit.diff.cases import ACCEPTED, REFUSED
from tests.unit.diff.edits import Edit, edited
from tests.unit.diff.objects import changed

CLUSTER_WIDE = {"StorageClass", "PersistentVolume", "PriorityClass", "IngressClass", "RuntimeClass"}
NAMES = ("api", "trading-bot", "mysql")
QUICK = "--no-hooks"  # no container runs, so nobody needs the Secret


@pytest.fixture
def cluster_wide(kubectl: Kubectl) -> Iterator[list[str]]:
    """Delete what a test puts here once it has ended: kinds with names."""
    made: list[str] = []
    yield made
    for name in made:
        kubectl("delete", name, "--wait=false")


def test_server_refuses_and_accepts_what_the_rules_say(
    kubectl: Kubectl, namespace: str, cluster_wide: list[str]
) -> None:
    cases = [*REFUSED, *ACCEPTED]
    old, new = [], []
    for number, case in enumerate(cases):
        name = f"{namespace}-{number}"
        before = changed(case.item, "metadata.name", name)
        old.append(before)
        new.append(changed(before, case.path, case.value))
        if case.item["kind"] in CLUSTER_WIDE:
            cluster_wide.append(f"{case.item['kind']}/{name}")
    assert applied(kubectl, namespace, old) == set(range(len(cases)))
    eventually("every claim is bound", lambda: all_bound(kubectl, namespace), every=0.3)

    accepted = applied(kubectl, namespace, new)

    assert [str(cases[number]) for number in sorted(accepted) if number < len(REFUSED)] == []
    later = set(range(len(REFUSED), len(cases)))
    assert [str(cases[number]) for number in sorted(later - accepted)] == []


def applied(kubectl: Kubectl, namespace: str, items: list[dict[str, Any]]) -> set[int]:
    """Apply objects on the server; gives the numbers of those that it accepts."""
    bundle = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    command = ["apply", "--server-side", "--force-conflicts", "-o", "name", "-f", "-"]
    done = kubectl.run(*command, "-n", namespace, stdin=bundle)
    return {int(line.rpartition("-")[2]) for line in done.stdout.split()}


def all_bound(kubectl: Kubectl, namespace: str) -> bool:
    claims = kubectl.list("pvc", namespace)
    return all(claim["status"].get("phase") == "Bound" for claim in claims)


API = "charts/application/templates/api/deployment.yaml"
BOT = "charts/application/templates/trading-bot/statefulset.yaml"
CLAIM = "charts/data/templates/mysql/persistent-volume-claim.yaml"
CLAIMS = "templates/storage/{}-pvc.yaml"
KEEP = '(dict "helm.sh/resource-policy" "keep")'
SELECTOR = 'matchLabels: {{- include "api.selectorLabels" $ | nindent 6 }}'

# Whose pods restart, by the edit.
HARMLESS = {
    "image": (Edit("values.yaml", "tag: api-latest", "tag: api-next"), {"api"}),
    "config": (
        Edit("values.yaml", 'MT5_SERVER: ""', 'MT5_SERVER: "Demo"'),
        {"api", "trading-bot"},
    ),
    "pace": (Edit(API, "minReadySeconds: 5", "minReadySeconds: 6"), set[str]()),
}
REFUSED_EDITS = {
    "selector": Edit(API, SELECTOR, SELECTOR.replace(" {{", "\n      tier: backend {{")),
    "service-name": Edit(BOT, "trading-bot-headless", "trading-bot-pods"),
    "access-mode": Edit(CLAIM, "[ReadWriteOnce]", "[ReadWriteMany]"),
    "smaller": Edit(CLAIM, "{{ toYaml .persistence.size }}", "1Gi"),
}


def predicted(old: Path, new: Path, folder: Path) -> Comparison:
    """Compare two charts with the values of the release."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(only(*NAMES)))
    return diff(Wish(str(old), str(new), Inputs([str(file)])))


def pods(release: QuietRelease) -> dict[str, set[str]]:
    """Return the identities of the pods of each component."""
    found: dict[str, set[str]] = {name: set() for name in NAMES}
    for pod in release.kubectl.staying_pods(release.namespace):
        found[component(pod)].add(pod["metadata"]["uid"])
    return found


def rolled_out(release: QuietRelease) -> None:
    """Wait for the end of all rollouts."""
    for item in release.kubectl.list("deployments,statefulsets", release.namespace):
        release.kubectl.rolled_out(f"{item['kind']}/{item['metadata']['name']}", release.namespace)


def test_pods_restart_as_predicted(release: QuietRelease, tmp_path: Path) -> None:
    release, values = replace(release, chart=CHART), only(*NAMES)
    release.install(values, QUICK)
    for name, (edit, restarted) in HARMLESS.items():
        (folder := tmp_path / name).mkdir()
        chart = edited(release.chart, folder, edit)
        found = predicted(release.chart, chart, folder)
        before = pods(release)
        release = replace(release, chart=chart)
        release.upgrade(values, QUICK)
        rolled_out(release)
        after = pods(release)
        assert {one for one in NAMES if before[one] != after[one]} == restarted, name
        assert {one.what.rpartition("/")[2] for one in found.restarts} == restarted, name
        assert not found.breaks


def test_breaks_come_as_predicted(release: QuietRelease, helm: str, tmp_path: Path) -> None:
    """What is refused; what stays without the chart, and what is deleted."""
    release, values = replace(release, chart=CHART, helm=helm), only(*NAMES)
    kept_no_more = Edit(CLAIMS.format("data"), KEEP, "(dict)")
    release = replace(release, chart=edited(CHART, tmp_path, kept_no_more))
    release.install(values, QUICK)

    for name, edit in REFUSED_EDITS.items():
        (folder := tmp_path / name).mkdir()
        chart = edited(release.chart, folder, edit)
        [refused] = predicted(release.chart, chart, folder).breaks
        assert refused.why.startswith("Kubernetes refuses it"), name
        with pytest.raises(HelmError, match=refused.what.rpartition("/")[2]):
            replace(release, chart=chart).upgrade(values, QUICK)

    (folder := tmp_path / "gone").mkdir()
    chart = edited(release.chart, folder)
    for claim in ("logs", "data"):
        (chart / CLAIMS.format(claim)).unlink()
    broken = predicted(release.chart, chart, folder).breaks
    assert {one.what: one.why.split(" ")[1] for one in broken} == {
        "PersistentVolumeClaim/logs-pvc": "stays",
        "PersistentVolumeClaim/data-pvc": "is",
    }
    replace(release, chart=chart).upgrade(values, QUICK)
    assert is_there(release, "logs-pvc")
    assert not is_there(release, "data-pvc")


def is_there(release: QuietRelease, claim: str) -> bool:
    """Return whether a claim is there to stay: a pod that uses it delays its end."""
    found: list[Object] = release.kubectl.list("pvc", release.namespace)
    return claim in {
        item["metadata"]["name"] for item in found if "deletionTimestamp" not in item["metadata"]
    }
