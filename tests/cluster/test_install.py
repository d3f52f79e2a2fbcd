"""`ct install` for every way of installing that the chart's ci folder names."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reference.installation import shared_volumes
from tests.chart.scenarios import read_yaml
from tests.cluster.kubectl import Kubectl, last_seen
from tests.cluster.release import SECRET, TIMEOUT, Release, unpack
from tests.helm import CHART, ROOT
from tools.build import tool_path
from tools.cluster import Cluster

KINDS = (
    "all,pvc,secret,configmap,serviceaccount,role,rolebinding,networkpolicy,pdb,ingress,quota,"
    "limitrange"
)
OF_EVERY_NAMESPACE = {"ConfigMap/kube-root-ca.crt", "ServiceAccount/default"}
VOLUMES = ("mysql", "redis", "grafana", "logs", "data")
CLAIMS = {f"PersistentVolumeClaim/{volume}-pvc" for volume in VOLUMES}
# What each way leaves behind, as it is meant to: data, and the passwords that it was made with.
KEPT = {
    "colocated": {*CLAIMS, f"Secret/{SECRET}"},
    "default": {*CLAIMS, f"Secret/{SECRET}"},
    "scaled": {*CLAIMS, f"Secret/{SECRET}"},
    "small": {f"Secret/small-{SECRET}"},  # nothing is persistent
    "values-given": CLAIMS,  # the Secret is the release's own
}
WAYS = sorted((CHART / "ci").glob("*-values.yaml"))


def name(way: Path) -> str:
    return way.name.removesuffix("-values.yaml")


@pytest.mark.parametrize("way", WAYS, ids=name)
def test_chart_installs_and_its_tests_pass(
    way: Path,
    helm: str,
    chart: Path,
    kubectl: Kubectl,
    namespace: str,
    images: dict[str, Any],
    cluster: Cluster,
    tmp_path: Path,
) -> None:
    """On a namespace that enforces the restricted standard, as the fixture makes it."""
    ways = unpack(chart, tmp_path / "charts") / "ci"
    ways.mkdir()
    shutil.copy(way, ways)
    # Where the file says of the shared volumes that they aren't, the default class serves.
    shared = {} if "storage" in read_yaml(way) else shared_volumes(cluster)
    base = tmp_path / "base.json"
    base.write_text(json.dumps({**images, **shared}))

    done = subprocess.run(
        [
            *(str(tool_path("ct")), "install", "--config", str(ROOT / "ct.yaml")),
            *("--namespace", namespace, "--helm-extra-args", f"--timeout={TIMEOUT}s"),
            *("--helm-extra-set-args", f"--values={base}"),
            # It would take a kubectl for each thing it prints of each pod, also when all is well.
            # Pods that stay are there for what a failed test brings along.
            "--skip-clean-up",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=2 * TIMEOUT,
        env={
            **kubectl.environment,
            "PATH": os.pathsep.join(
                [str(tool_path(helm).parent), str(kubectl.program.parent), os.environ["PATH"]]
            ),
        },
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "All charts installed successfully" in done.stdout

    release = Release(kubectl, namespace, chart, images, helm)
    (called,) = release.run("list", "--short").split()
    release.run("uninstall", called)
    kept = KEPT[name(way)]
    assert last_seen(lambda: left(kubectl, namespace), kept, timeout=120, every=1) == kept


def left(kubectl: Kubectl, namespace: str) -> set[str]:
    """What is there and has no owner to go with."""
    found = [
        item for item in kubectl.list(KINDS, namespace) if "ownerReferences" not in item["metadata"]
    ]
    return {f"{item['kind']}/{item['metadata']['name']}" for item in found} - OF_EVERY_NAMESPACE
