"""`ct install` for every way of installing that the chart's ci folder names."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from reference.installation import shared_volumes
from tests.chart.scenarios import read_yaml
from tests.cluster.kubectl import Kubectl, eventually
from tests.cluster.release import TIMEOUT
from tests.helm import CHART, ROOT
from tools.build import tool_path
from tools.cluster import Cluster

KEPT = {"PersistentVolumeClaim", "Secret", "ConfigMap"}
WAYS = sorted((CHART / "ci").glob("*-values.yaml"))


@pytest.mark.parametrize("way", WAYS, ids=lambda path: path.name.removesuffix("-values.yaml"))
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
    with tarfile.open(chart) as package:
        package.extractall(tmp_path / "charts", filter="data")
    ways = tmp_path / "charts" / "genx-fx" / "ci"
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
    # What the release leaves behind is what is meant to be kept.
    eventually("nothing else is left", lambda: kinds(kubectl, namespace) <= KEPT)


def kinds(kubectl: Kubectl, namespace: str) -> set[str]:
    return {item["kind"] for item in kubectl.list("all,pvc,secret,configmap", namespace)}
