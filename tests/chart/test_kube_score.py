"""kube-score finds nothing but what kube-score-exceptions.yaml excepts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.findings import CARELESS, VALUES, Finding, read_exceptions, unexcepted, unused
from tests.helm import KUBERNETES, template
from tools.build import tool_path

EXCEPTIONS = read_exceptions(Path(__file__).with_name("kube-score-exceptions.yaml"))
KUBE_SCORE_OK = 10


@pytest.mark.parametrize("values", VALUES)
def test_kube_score_finds_nothing(values: str) -> None:
    findings = kube_score(template(files=VALUES[values]))
    assert unexcepted(findings, EXCEPTIONS) == []


def test_kube_score_needs_every_exception() -> None:
    findings = [found for files in VALUES.values() for found in kube_score(template(files=files))]
    assert unused(findings, EXCEPTIONS) == []


def test_kube_score_sees_a_careless_pod() -> None:
    checks = {found.check for found in kube_score(CARELESS)}
    assert {"container-image-tag", "container-security-context-privileged"} <= checks


def kube_score(manifests: str) -> list[Finding]:
    minor = KUBERNETES.rpartition(".")[0]
    options = ["--output-format", "json", "--kubernetes-version", f"v{minor}"]
    options.append("--disable-ignore-checks-annotations")  # exceptions stand in one place
    done = subprocess.run(
        [str(tool_path("kube-score")), "score", *options, "-"],
        input=manifests,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return [
        Finding(
            check["check"]["id"],
            f"{item['type_meta']['kind']}/{item['object_meta']['name']}",
            "; ".join(comment["summary"] for comment in check["comments"] or []),
        )
        for item in json.loads(done.stdout)
        for check in item["checks"]
        if check["grade"] < KUBE_SCORE_OK and not check["skipped"]
    ]
