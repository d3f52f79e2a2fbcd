"""Workflows of GitHub Actions say the same as the project: versions, targets, pinned actions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.spec.load import load_spec
from tests.helm import ROOT
from tools.build import GO_TOOLS, OLDEST_HELM, TOOLS, read_go_mod

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yaml"))
TEST = ROOT / ".github/workflows/test.yaml"
PINNED = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def jobs(workflow: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(workflow.read_text())["jobs"]
    return found


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("v").split("."))


def commands(workflow: Path) -> str:
    steps = (step for job in jobs(workflow).values() for step in job["steps"])
    return "\n".join(step["run"] for step in steps if "run" in step)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_the_digest_of_a_version(workflow: Path) -> None:
    used = re.findall(r"uses: (.*)", workflow.read_text())
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_no_job_has_more_rights_than_it_names(workflow: Path) -> None:
    assert yaml.safe_load(workflow.read_text())["permissions"] == {}
    for name, job in jobs(workflow).items():
        assert "permissions" in job, name


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_every_target_and_module_exists(workflow: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    text = commands(workflow)
    targets = {
        word
        for line in re.findall(r"^\s*make (.*)", text, re.MULTILINE)
        for word in line.split()
        if "=" not in word
    }
    assert targets
    for target in targets - {".venv/installed"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for module in re.findall(r"python -m ([\w.]+)", text):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module
    for program in re.findall(r"^\s*(\.ci/\w+)", text, re.MULTILINE):
        assert (ROOT / program).is_file()


@pytest.mark.parametrize("name", sorted(OLDEST_HELM))
def test_the_oldest_and_the_newest_helm_of_each_line_are_tried(name: str) -> None:
    tool = GO_TOOLS[name]
    newest = read_go_mod(TOOLS / tool.folder).version_of(tool.package)
    matrix = jobs(TEST)["chart"]["strategy"]["matrix"]["helm"]
    line = [version for version in matrix if numbers(version)[0] == OLDEST_HELM[name][0]]
    assert min(map(numbers, line))[:2] == OLDEST_HELM[name]
    assert newest in line
    assert newest in jobs(TEST)["official-images"]["strategy"]["matrix"]["helm"]


def test_every_kubernetes_from_the_oldest_on_is_tried() -> None:
    oldest = load_spec(ROOT / "genx-fx.yaml").platform.kubernetes
    matrix = jobs(TEST)["official-images"]["strategy"]["matrix"]["kubernetes"]
    minors = [numbers(version)[1] for version in matrix]
    assert minors == list(range(numbers(oldest)[1], minors[-1] + 1))
    assert len(minors) > 1


def test_the_oldest_python_is_used() -> None:
    oldest = re.search(r'requires-python = ">=(.*)"', (ROOT / "pyproject.toml").read_text())
    assert oldest
    for workflow in WORKFLOWS:
        for version in re.findall(r'python-version: "(.*)"', workflow.read_text()):
            assert version == oldest[1], workflow


def test_all_that_a_user_runs_is_run() -> None:
    assert ".ci/run" in commands(TEST)
    assert "pytest" in commands(TEST)
