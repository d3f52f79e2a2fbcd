"""actionlint and zizmor find nothing in the workflows of GitHub Actions."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.helm import ROOT
from tools.build import tool_path

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yaml"))
CARELESS = """\
name: careless
on: pull_request_target
jobs:
  one:
    runs-on: ubuntu-nowhere
    steps:
      - uses: actions/checkout@v4
      - run: echo "${{ github.event.pull_request.title }}"
"""


@pytest.mark.parametrize("name", ["actionlint", "zizmor"])
def test_workflows_pass(name: str) -> None:
    assert WORKFLOWS
    code, output = judged(name, *WORKFLOWS)
    assert code == 0, output


@pytest.mark.parametrize(
    ("name", "complaints"),
    [
        ("actionlint", ("ubuntu-nowhere", "untrusted")),
        ("zizmor", ("dangerous-triggers", "unpinned-uses", "template-injection")),
    ],
)
def test_a_careless_workflow_does_not_pass(
    name: str, complaints: tuple[str, ...], tmp_path: Path
) -> None:
    careless = tmp_path / ".github/workflows/careless.yaml"
    careless.parent.mkdir(parents=True)
    careless.write_text(CARELESS)
    code, output = judged(name, careless)
    assert code != 0
    for complaint in complaints:
        assert complaint in output


def judged(name: str, *files: Path) -> tuple[int, str]:
    """Return the exit status of a scanner, and what it printed. Neither asks the network."""
    options = ["--offline", "--no-progress"] if name == "zizmor" else ["-no-color"]
    done = subprocess.run(
        [tool_path(name), *options, *files], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr
