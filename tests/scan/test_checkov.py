"""checkov finds nothing but what checkov-exceptions.yaml excepts."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.findings import CARELESS, VALUES, Finding, read_exceptions, unexcepted, unused
from tests.helm import template
from tools.build import tool_path

EXCEPTIONS = read_exceptions(Path(__file__).with_name("checkov-exceptions.yaml"))


@pytest.fixture(scope="module")
def checkov(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    """Return findings by name of the values; one run of checkov, which takes seconds to start."""
    inputs = {name: template(files=files) for name, files in VALUES.items()}
    return run_checkov(inputs | {"careless": CARELESS}, tmp_path_factory.mktemp("checkov"))


@pytest.mark.parametrize("values", VALUES)
def test_checkov_finds_nothing(values: str, checkov: dict[str, list[Finding]]) -> None:
    assert unexcepted(checkov[values], EXCEPTIONS) == []


def test_checkov_needs_every_exception(checkov: dict[str, list[Finding]]) -> None:
    findings = [found for values in VALUES for found in checkov[values]]
    assert unused(findings, EXCEPTIONS) == []


def test_checkov_sees_a_careless_pod(checkov: dict[str, list[Finding]]) -> None:
    privileged, host_network = "CKV_K8S_16", "CKV_K8S_19"
    assert {privileged, host_network} <= {found.check for found in checkov["careless"]}


def run_checkov(manifests: Mapping[str, str], folder: Path) -> dict[str, list[Finding]]:
    """Return findings by name of the manifests; a proxy that must not be called shows it."""
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
