"""An upgrade starts from the last release or, before the first, from the oldest chart it can."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from tools.released import (
    CHART,
    OLDEST_VERSION,
    TAGS_BEFORE,
    NoHistory,
    released_chart,
    released_revision,
)

FILE = f"{CHART}/Chart.yaml"


class Repository:
    """A repository whose commits have a chart of nothing but its version and a description."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        command = ["git", "-C", str(self.root), *who, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def write(self, version: str, about: str) -> None:
        chart = self.root / FILE
        chart.parent.mkdir(parents=True, exist_ok=True)
        chart.write_text(
            f"apiVersion: v2\nname: genx-fx\nversion: {version}\ndescription: {about}\n"
        )

    def commit(self, version: str, about: str) -> str:
        """Commit a chart, and give the commit."""
        self.write(version, about)
        self.git("add", ".")
        self.git("commit", "--quiet", f"--message={about}")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository with one commit of a version that no upgrade starts from."""
    made = Repository(tmp_path / "repository")
    made.commit("0.1.0", "before")
    return made


def test_it_is_the_first_commit_of_the_oldest_version(repository: Repository) -> None:
    first = repository.commit(OLDEST_VERSION, "first")
    repository.commit(OLDEST_VERSION, "second")
    repository.commit("9.0.0", "third")
    assert released_revision(repository.root) == first


def test_it_is_the_last_tag_where_there_is_one(repository: Repository) -> None:
    repository.commit(OLDEST_VERSION, "first")
    for tag in (f"v{OLDEST_VERSION}", "v9.0.0"):
        repository.git("tag", tag)
        repository.commit(tag[1:], f"after {tag}")
    repository.git("tag", "v10.0.0")  # of this very commit, which is what the upgrade leads to
    assert released_revision(repository.root) == "v9.0.0"


def test_a_tag_before_the_oldest_version_does_not_count(repository: Repository) -> None:
    repository.git("tag", TAGS_BEFORE.replace("*", "7"))
    first = repository.commit(OLDEST_VERSION, "first")
    repository.commit(OLDEST_VERSION, "second")
    assert released_revision(repository.root) == first


def test_a_merge_counts_as_what_it_brings(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "branch")
    on_branch = repository.commit(OLDEST_VERSION, "on the branch")
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--no-edit", "branch")
    merge = repository.git("rev-parse", "HEAD")
    repository.commit(OLDEST_VERSION, "after the merge")
    assert released_revision(repository.root) == merge != on_branch


def test_without_a_commit_of_the_oldest_version_the_chart_upgrades_itself(
    repository: Repository, tmp_path: Path
) -> None:
    repository.write(OLDEST_VERSION, "not committed yet")
    assert released_revision(repository.root) == ""
    assert described(released_chart(repository.root, tmp_path)) == "not committed yet"


def test_the_chart_is_that_of_the_older_chart(repository: Repository, tmp_path: Path) -> None:
    repository.commit(OLDEST_VERSION, "older")
    repository.commit(OLDEST_VERSION, "newer")
    assert described(released_chart(repository.root, tmp_path)) == "older"


def test_a_clone_without_the_older_commits_says_how_to_get_them(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit(OLDEST_VERSION, "first")
    repository.commit(OLDEST_VERSION, "second")
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.root}", str(clone))
    with pytest.raises(NoHistory, match="git fetch --unshallow --tags"):
        released_revision(clone)


def test_a_folder_without_a_repository_has_no_history(tmp_path: Path) -> None:
    with pytest.raises(NoHistory):
        released_revision(tmp_path)


def described(chart: Path) -> str:
    return str(yaml.safe_load((chart / "Chart.yaml").read_text())["description"])
