"""Finds the chart that people run today, which the chart of this checkout upgrades."""

from __future__ import annotations

import subprocess
from pathlib import Path

CHART = "charts/genx-fx"
TAGS = "v[0-9]*"
# Selectors changed in 0.2.0, and Kubernetes lets nobody change them: no upgrade starts before it.
OLDEST_VERSION = "0.2.0"
TAGS_BEFORE = "v0.1.*"


class NoHistory(Exception):
    """The older chart is not in this clone; the message says how to get it."""


def released_chart(root: Path, folder: Path) -> Path:
    """Put the chart of the last release before this commit into a folder; give the chart's.

    NoHistory where the clone does not reach back that far.
    """
    if not (revision := released_revision(root)):
        return root / CHART
    _extract(root, revision, folder)
    return folder / CHART


def released_revision(root: Path) -> str:
    """Give the tag of the last release or, before the first one, the commit that stands in for it.

    That is the first commit whose chart has the oldest version that this one can follow. Empty
    where no commit has that version yet: the chart of the checkout then upgrades itself. NoHistory
    where the clone does not reach back that far.
    """
    if tag := last_tag(root):
        return tag
    if _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() != "false":
        raise NoHistory(
            f"{root} does not hold all commits, and an upgrade starts from an earlier one: fetch "
            "the whole history with its tags (`git fetch --unshallow --tags`)"
        )
    return _first_commit_of(root, OLDEST_VERSION)


def last_tag(root: Path) -> str:
    """Give the tag of the last release, empty before the first; not one of this very commit."""
    return _git(
        root,
        *("describe", "--tags", "--abbrev=0", "--match", TAGS, "--exclude", TAGS_BEFORE, "HEAD^"),
    ).stdout.strip()


def _first_commit_of(root: Path, version: str) -> str:
    """Give the first commit on this branch whose chart has a version, empty where none has."""
    # A merge counts as what it brings to the branch, not as the commits of the other one.
    history = ("log", "--first-parent", "-m", "--reverse", "--format=%H")
    found = _git(root, *history, f"-Sversion: {version}", "--", f"{CHART}/Chart.yaml")
    return next(iter(found.stdout.split()), "")


def _extract(root: Path, revision: str, folder: Path) -> None:
    with subprocess.Popen(
        ["git", "-C", str(root), "archive", revision, CHART], stdout=subprocess.PIPE
    ) as archive:
        subprocess.run(["tar", "-x", "-C", str(folder)], stdin=archive.stdout, check=True)
    if archive.returncode:
        raise NoHistory(f"commit {revision} has no {CHART}")


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
    )
