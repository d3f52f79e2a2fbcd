"""The hooks of pre-commit run the commands of `make lint`, on the files that these read."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / ".pre-commit-config.yaml"


@pytest.fixture(scope="module")
def hooks() -> dict[str, dict[str, Any]]:
    (repository,) = yaml.safe_load(CONFIG.read_text())["repos"]
    return {hook["id"]: hook for hook in repository["hooks"]}


@pytest.fixture(scope="module")
def commands() -> list[list[str]]:
    """List the linters that `make lint` starts from .venv, each with its arguments."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    # As if the chart had just changed, and Python's packages had not.
    make = ["make", "--dry-run", "--what-if=ct.yaml", "--old-file=.venv/installed", "lint"]
    done = subprocess.run(make, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return [shlex.split(line) for line in done.stdout.splitlines() if line.startswith(".venv/bin")]


def entry(hook: dict[str, Any]) -> list[str]:
    return shlex.split(hook["entry"])


def test_each_linter_of_make_lint_is_a_hook(
    hooks: dict[str, dict[str, Any]], commands: list[list[str]]
) -> None:
    assert len(commands) == 4
    entries = [entry(hook) for hook in hooks.values()]
    for words in commands:
        options = [word for word in words if not (ROOT / word).exists() or word == words[0]]
        assert options in entries


def test_each_hook_is_a_command_of_make_lint(
    hooks: dict[str, dict[str, Any]], commands: list[list[str]]
) -> None:
    wanted = re.search(r"^lint: (.*?) ##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert wanted
    for hook in hooks.values():
        words = entry(hook)
        if words[0] == "make":
            assert words[-1] in wanted[1].split()
        else:
            assert any(command[: len(words)] == words for command in commands), hook["id"]


def test_yamllint_is_given_the_files_that_make_lint_gives_it(
    hooks: dict[str, dict[str, Any]], commands: list[list[str]]
) -> None:
    (words,) = (words for words in commands if words[0].endswith("yamllint"))
    places = [ROOT / word for word in words if (ROOT / word).exists() and word != words[0]]
    given = {file for place in places for file in (place, *place.rglob("*.yaml")) if file.is_file()}
    others = {*(ROOT / "tests").rglob("*.yaml"), CONFIG}
    chosen = re.compile(hooks["yamllint"]["files"])
    found = {file for file in given | others if chosen.search(file.relative_to(ROOT).as_posix())}
    assert given
    assert found == given


def test_no_hook_downloads_anything(hooks: dict[str, dict[str, Any]]) -> None:
    assert {hook["language"] for hook in hooks.values()} == {"system"}


def test_pre_commit_accepts_the_configuration(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(CONFIG)]
    env = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
