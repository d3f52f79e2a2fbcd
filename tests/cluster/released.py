"""Finds the chart that people run today, which the chart of this checkout upgrades."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.helm import CHART, ROOT, run_helm

TAGS = "v[0-9]*"
# Stands in for a release until there is a tag: the oldest chart that this one can follow.
# StatefulSets had another podManagementPolicy before, which Kubernetes lets nobody change.
OLDEST_CHART = "eb6fc54287a809ed82bcee91445afd0e5b1cf1fa"


class NoHistory(Exception):
    """The older chart is not in this clone; the message says how to get it."""


def last_release(folder: Path, root: Path = ROOT) -> Path:
    """Package the chart of the last release before this commit, and give the package.

    NoHistory where the clone does not reach back that far.
    """
    revision = _last_tag(root) or OLDEST_CHART
    if _git(root, "cat-file", "-e", f"{revision}^{{commit}}").returncode:
        raise NoHistory(
            f"{root} holds no commit {revision}, whose chart the upgrade starts from: fetch the "
            "whole history with its tags (`git fetch --unshallow --tags`)"
        )
    _extract(root, revision, folder)
    run_helm(
        *("helm4", "package", str(folder / CHART.relative_to(ROOT))),
        *("--destination", str(folder)),
    )
    (package,) = folder.glob("*.tgz")
    return package


def _last_tag(root: Path) -> str:
    """The tag of the last release, empty before the first; one of this very commit is none yet."""
    return _git(root, "describe", "--tags", "--abbrev=0", "--match", TAGS, "HEAD^").stdout.strip()


def _extract(root: Path, revision: str, folder: Path) -> None:
    chart = str(CHART.relative_to(ROOT))
    with subprocess.Popen(
        ["git", "-C", str(root), "archive", revision, chart], stdout=subprocess.PIPE
    ) as archive:
        subprocess.run(["tar", "-x", "-C", str(folder)], stdin=archive.stdout, check=True)
    if archive.returncode:
        raise NoHistory(f"commit {revision} has no {chart}")


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
    )
