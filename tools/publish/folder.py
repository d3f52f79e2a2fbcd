"""Publishes into a folder that a web server shows: a classic chart repository.

Its index.yaml says which versions there are; `helm repo add` reads nothing else. It is replaced
last and at once, so a publication that is broken off leaves the repository as it was.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from tools.build import go_tool
from tools.kind_node.cache import alone, run
from tools.publish.errors import PublishError
from tools.publish.files import UNFINISHED, digest_of, move, unfinished
from tools.publish.package import Package
from tools.publish.versions import PublishedVersion, check_follows, last_before

INDEX = "index.yaml"
LOCK = ".publish.lock"

Entry = dict[str, Any]
"""What an index says of one version."""


def publish(package: Package, folder: Path, url: str = "") -> bool:
    """Add a package to a repository; False where the same package is there already.

    `url` is where the folder is shown; without it the index has relative addresses, which hold
    wherever it is. PublishError where the version is there with other content, or does
    not say what it breaks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder / LOCK):
        for left in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left)
        entries = _entries(package.name, folder / INDEX)
        if _is_published(package, folder, entries):
            return False
        if before := last_before(package.version, _versions(entries, folder)):
            check_follows(before.archive, package.archive)
        with unfinished(folder) as stage:
            for file in package.files:
                shutil.copyfile(file, stage / file.name)
            _write_index(stage, folder / INDEX, url)
            move([*(stage / file.name for file in package.files), stage / INDEX], folder)
    return True


def published_versions(name: str, folder: Path) -> list[PublishedVersion]:
    """Return the versions of a chart that the index of a repository lists."""
    return _versions(_entries(name, folder / INDEX), folder)


def _versions(entries: list[Entry], folder: Path) -> list[PublishedVersion]:
    return [
        PublishedVersion(entry["version"], folder / entry["urls"][0].rpartition("/")[2])
        for entry in entries
    ]


def _is_published(package: Package, folder: Path, entries: list[Entry]) -> bool:
    """Whether the very package is listed; PublishError where something else has its name."""
    listed = next((one for one in entries if one["version"] == package.version), None)
    if listed and listed.get("digest") == package.digest:
        return True
    if listed:
        raise PublishError(
            f"{folder} has {package.name} {package.version} already, with other content (SHA-256 "
            f"{listed.get('digest')}, this one's is {package.digest}). What is published never "
            "changes: give the chart a higher version in the spec, platform.version"
        )
    there = folder / package.archive.name
    if there.exists() and digest_of(there) != package.digest:
        raise PublishError(
            f"{there} is there with other content, and {INDEX} does not list it. If a publication "
            "was broken off there, delete it and publish again; else give the chart a higher "
            "version in the spec, platform.version"
        )
    return False


def _entries(name: str, index: Path) -> list[Entry]:
    if not index.exists():
        return []
    try:
        entries = yaml.safe_load(index.read_text())["entries"]
        return list((entries or {}).get(name, []))
    except (yaml.YAMLError, UnicodeDecodeError, TypeError, KeyError, AttributeError):
        raise PublishError(
            f"{index} is no index of a chart repository; bring back the one that was there, or "
            "choose another folder"
        ) from None


def _write_index(stage: Path, before: Path, url: str) -> None:
    """Write the index of the packages in a folder, with what another index lists."""
    command: list[str | Path] = [go_tool("helm4"), "repo", "index", stage]
    command += ["--url", url] if url else []
    command += ["--merge", before] if before.exists() else []
    run(command, "write the index of the repository")
