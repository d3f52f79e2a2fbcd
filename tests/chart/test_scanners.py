"""kube-score and checkov find nothing but what scanner-exceptions.yaml excepts."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.helm import CHART, KUBERNETES, render, template
from tools.build import tool_path

EXCEPTIONS: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("scanner-exceptions.yaml").read_text()
)
VALUES: dict[str, tuple[Path, ...]] = {
    "default": (),
    "prod": (CHART / "values-prod.yaml",),
}
KUBE_SCORE_OK = 10

CARELESS = """
apiVersion: v1
kind: Pod
metadata: {name: careless}
spec:
  hostNetwork: true
  containers: [{name: careless, image: careless:latest, securityContext: {privileged: true}}]
"""


class Finding(NamedTuple):
    check: str
    object: str
    message: str


def test_every_exception_has_a_reason() -> None:
    for scanner in EXCEPTIONS.values():
        for check, exception in scanner.items():
            assert set(exception) <= {"reason", "only"}, check
            assert len(exception["reason"]) > 20, check


@pytest.mark.parametrize("values", VALUES)
def test_kube_score_finds_nothing(values: str) -> None:
    findings = kube_score(template(files=VALUES[values]))
    assert unexcepted(findings, EXCEPTIONS["kube-score"]) == []


def test_kube_score_needs_every_exception() -> None:
    findings = [found for files in VALUES.values() for found in kube_score(template(files=files))]
    assert unused(findings, EXCEPTIONS["kube-score"]) == []


def test_kube_score_sees_a_careless_pod() -> None:
    checks = {found.check for found in kube_score(CARELESS)}
    assert {"container-image-tag", "container-security-context-privileged"} <= checks


def test_replicated_deployments_spread_over_hosts() -> None:
    spread = {
        item["metadata"]["name"]: [
            rule["topologyKey"]
            for rule in item["spec"]["template"]["spec"].get("topologySpreadConstraints", [])
        ]
        for item in render().of_kind("Deployment")
        if item["spec"].get("replicas", 1) > 1
    }
    assert spread
    assert all("kubernetes.io/hostname" in keys for keys in spread.values()), spread


@pytest.mark.parametrize("values", VALUES)
def test_checkov_finds_nothing(values: str, checkov: dict[str, list[Finding]]) -> None:
    assert unexcepted(checkov[values], EXCEPTIONS["checkov"]) == []


def test_checkov_needs_every_exception(checkov: dict[str, list[Finding]]) -> None:
    findings = [found for values in VALUES for found in checkov[values]]
    assert unused(findings, EXCEPTIONS["checkov"]) == []


def test_checkov_sees_a_careless_pod(checkov: dict[str, list[Finding]]) -> None:
    privileged, host_network = "CKV_K8S_16", "CKV_K8S_19"
    assert {privileged, host_network} <= {found.check for found in checkov["careless"]}


@pytest.fixture(scope="session")
def checkov(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    """Findings by name of values. Checkov takes seconds: it runs once, for all test processes."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    results = folder / "checkov.json"
    with (folder / "checkov.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not results.exists():
            inputs = {name: template(files=files) for name, files in VALUES.items()}
            findings = run_checkov(inputs | {"careless": CARELESS}, folder)
            results.write_text(json.dumps(findings))
    found: dict[str, list[list[str]]] = json.loads(results.read_text())
    return {name: [Finding(*entry) for entry in entries] for name, entries in found.items()}


def unexcepted(
    findings: Iterable[Finding], exceptions: Mapping[str, Mapping[str, Any]]
) -> list[Finding]:
    return sorted(
        found
        for found in findings
        if found.check not in exceptions
        or found.object not in exceptions[found.check].get("only", [found.object])
    )


def unused(
    findings: Iterable[Finding], exceptions: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """Exceptions, by check and object, without which no more would be found."""
    found = {(finding.check, finding.object) for finding in findings}
    checks = {check for check, _ in found}
    return [
        (check, name)
        for check, exception in exceptions.items()
        for name in exception.get("only", ["any object"])
        if ((check, name) not in found if "only" in exception else check not in checks)
    ]


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


def run_checkov(manifests: Mapping[str, str], folder: Path) -> dict[str, list[Finding]]:
    """Findings by name of the manifests. A proxy that nobody may call shows that it is offline."""
    for name, text in manifests.items():
        (folder / f"{name}.yaml").write_text(text)
    with socket.create_server(("127.0.0.1", 0)) as internet:
        internet.settimeout(0)
        proxy = f"http://127.0.0.1:{internet.getsockname()[1]}"
        done = subprocess.run(
            [
                str(tool_path("checkov")),
                *(option for name in manifests for option in ("--file", f"{name}.yaml")),
                *("--framework", "kubernetes", "--output", "json"),
                *("--quiet", "--compact", "--skip-download"),
            ],
            capture_output=True,
            text=True,
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true",
                **dict.fromkeys(("http_proxy", "https_proxy"), proxy),
            },
            check=False,
        )
        with pytest.raises(BlockingIOError):
            internet.accept()  # nobody has called
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0
    findings: dict[str, list[Finding]] = {name: [] for name in manifests}
    for failed in report["results"]["failed_checks"]:
        kind, _, name = failed["resource"].split(".", 2)
        finding = Finding(failed["check_id"], f"{kind}/{name}", failed["check_name"])
        findings[Path(failed["file_path"]).stem].append(finding)
    return findings
