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
from tests.chart.scenarios import has_path, merged, read_yaml
from tests.cluster.conftest import LIGHT
from tests.cluster.kubectl import Kubectl
from tests.cluster.leftovers import assert_only_what_is_meant_to_stays
from tests.cluster.release import TIMEOUT, Release, unpack
from tests.helm import CHART, ROOT
from tools.build import tool_path
from tools.cluster import Cluster

WAYS = {name.name.removesuffix("-values.yaml"): name for name in (CHART / "ci").iterdir()}
# Each way by one Helm, alternating: other tests show that both render the same.
HELM = {"scaled": "helm4", "small": "helm3"}
# Most tests use a platform with as many pods, whose own tests they run.
LONG = {"scaled"}
# Tests that install one of the ways, and run the chart's tests, for reasons of their own.
ELSEWHERE = {
    "colocated": "test_volumes.py, Helm 3",
    "default": "test_upgrade.py, both Helms in `make soak`",
    "values-given": "test_secrets.py, Helm 4",
}


def test_every_way_of_installing_is_tried() -> None:
    assert WAYS.keys() == HELM.keys() | ELSEWHERE.keys()


@pytest.mark.parametrize(
    ("way", "helm"),
    [
        pytest.param(way, helm, id=way, marks=[pytest.mark.soak] if way in LONG else [])
        for way, helm in HELM.items()
    ],
)
def test_chart_installs_and_its_tests_pass(
    way: str,
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
    shutil.copy(WAYS[way], ways)
    # If the file turns the shared volumes off, the default class is enough.
    says_so = has_path(read_yaml(WAYS[way]), "global.storage")
    shared = {} if says_so else shared_volumes(cluster)
    base = tmp_path / "base.json"
    base.write_text(json.dumps(merged(images, shared, LIGHT)))

    done = subprocess.run(
        [
            *(str(tool_path("ct")), "install", "--config", str(ROOT / "ct.yaml")),
            *("--namespace", namespace, "--helm-extra-args", f"--timeout={TIMEOUT}s"),
            *("--helm-extra-set-args", f"--values={base}"),
            # Otherwise ct runs kubectl many times for each pod, even if all is well. The pods stay,
            # and the report of a failed test describes them.
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
    assert_only_what_is_meant_to_stays(kubectl, namespace, way)
