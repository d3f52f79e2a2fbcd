"""`make upgrade-check` fails where an upgrade from the last release breaks something untold."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.diff import small_chart
from tools.released import CHART
from tools.upgrade_check import main

SELECTOR = ("matchLabels: {app: small}", "matchLabels: {app: small, part: one}")


class Repository:
    """A repository of a small chart, in the place of the real one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        subprocess.run(["git", "-C", str(self.root), *who, *arguments], check=True)

    def commit(self, version: str, *change: str) -> None:
        shutil.rmtree(self.root / CHART, ignore_errors=True)
        made = small_chart.write(self.root / "made", version, *change)
        (self.root / CHART).parent.mkdir(exist_ok=True)
        made.rename(self.root / CHART)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message=one")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository whose chart has the oldest version that an upgrade starts from."""
    (tmp_path / "repository").mkdir()
    made = Repository(tmp_path / "repository")
    made.commit("0.2.0")
    return made


def check(
    repository: Repository, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, str]:
    status = main(options, repository.root)
    captured = capsys.readouterr()
    return status, captured.out + captured.err


@pytest.mark.parametrize(("version", "status"), [("0.2.1", 1), ("0.3.0", 0)])
def test_break_since_the_last_tag_needs_its_version(
    repository: Repository, capsys: pytest.CaptureFixture[str], version: str, status: int
) -> None:
    repository.git("tag", "v0.2.0")
    repository.commit(version, *SELECTOR)
    found, said = check(repository, capsys)
    assert found == status
    assert said.startswith("an upgrade from v0.2.0:\n  defaults: breaks: 1, restarts: 0, ")
    assert "\n  prod: breaks: 1, " in said
    assert ("spec.selector.matchLabels.part: (nothing) → one" in said) is bool(status)


def test_before_the_first_release_nothing_fails(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit("0.2.0", *SELECTOR)
    found, said = check(repository, capsys)
    assert found == 0
    assert "breaks: 1, " in said
    assert "no release is tagged yet" in said


def test_markdown_is_the_whole_report(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.git("tag", "v0.2.0")
    repository.commit("0.2.1", *SELECTOR)
    found, said = check(repository, capsys, "--output", "markdown")
    assert found == 1
    assert said.count("## ❌ Upgrade: breaks: 1") == 2


@pytest.mark.parametrize(("environment", "status"), [("", 0), ("true", 1)])
def test_clone_without_the_older_commits_is_a_failure_in_ci(
    repository: Repository,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environment: str,
    status: int,
) -> None:
    monkeypatch.setenv("CI", environment)
    repository.commit("0.2.0", "small:1", "small:2")
    clone = repository.root.parent / "clone"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.root}", str(clone))
    assert main([], clone) == status
    assert "git fetch --unshallow --tags" in capsys.readouterr().err
