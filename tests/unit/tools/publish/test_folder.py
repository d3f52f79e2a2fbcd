"""A folder is a chart repository: versions join it, and none that is there ever changes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helm import ROOT
from tests.unit.tools.publish.conftest import Make, MakeChart, Serve
from tests.unit.tools.publish.helm import Keys, MakeHelm
from tools.publish.errors import PublishError
from tools.publish.files import UNFINISHED, digest_of
from tools.publish.folder import INDEX, LOCK, publish, published_versions

PUBLISH = """\
import pathlib, sys
from tools.kind_node.command_line import exit_status
from tools.publish import folder, package
made = package.Package("small", "1.1.0", pathlib.Path("{archive}"))
sys.exit(exit_status(lambda: folder.publish(made, pathlib.Path("{repository}"))))
"""


def test_both_helms_install_from_the_repository(
    make: Make, make_helm: MakeHelm, serve: Serve, tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    packages = [make("1.0.0"), make("1.1.0", "two"), make("1.2.0-rc.1", "three")]
    assert all(publish(package, repository) for package in packages)
    url = serve(repository)
    for name in ("helm3", "helm4"):
        helm = make_helm(name)
        helm("repo", "add", "team", url)
        for package in packages:
            options = ("--version", package.version, "--destination", str(helm.home))
            helm("pull", "team/small", *options)
            assert digest_of(helm.home / package.archive.name) == package.digest
        assert "text: two" in helm("template", "trial", "team/small")
        listed = helm("search", "repo", "team/small", "--versions")
        assert re.findall(r"team/small\s+(\S+)", listed) == ["1.1.0", "1.0.0"]


def test_addresses_are_relative_unless_one_is_given(make: Make, tmp_path: Path) -> None:
    publish(make("1.0.0"), tmp_path / "relative")
    assert urls(tmp_path / "relative") == {"1.0.0": ["small-1.0.0.tgz"]}
    publish(make("1.0.0"), tmp_path / "fixed")
    publish(make("1.1.0"), tmp_path / "fixed", "https://charts.example.com/team")
    assert urls(tmp_path / "fixed") == {
        "1.1.0": ["https://charts.example.com/team/small-1.1.0.tgz"],
        "1.0.0": ["small-1.0.0.tgz"],
    }


def test_what_is_published_stays_as_it_was(make: Make, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    publish(make("1.0.0"), repository)
    (repository / "index.html").write_text("a page of another's")
    before = contents(repository)
    publish(make("1.1.0", "two"), repository)
    after = contents(repository)
    assert {name for name in before if before[name] != after[name]} == {INDEX}
    entries = {entry["version"]: entry for entry in index(repository)}
    assert entries["1.0.0"] == yaml.safe_load(before[INDEX])["entries"]["small"][0]
    assert set(after) - set(before) == {
        "small-1.1.0.spdx.json",
        "small-1.1.0.tgz",
        "small-1.1.0.tgz.sha256",
    }


def test_the_same_package_again_changes_nothing(make: Make, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    assert publish(make("1.0.0"), repository)
    before = contents(repository)
    assert not publish(make("1.0.0"), repository)
    assert contents(repository) == before


def test_a_version_with_other_content_is_refused(make: Make, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    publish(make("1.0.0", "one"), repository)
    before = contents(repository)
    other = make("1.0.0", "two")
    with pytest.raises(PublishError, match=r"small 1\.0\.0 already, with other content") as refused:
        publish(other, repository)
    assert other.digest in str(refused.value)
    assert "give the chart a higher version in the spec" in str(refused.value)
    assert contents(repository) == before


def test_a_package_that_the_index_does_not_list_is_not_replaced(make: Make, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "small-1.0.0.tgz").write_text("somebody's")
    with pytest.raises(PublishError, match=r"index\.yaml does not list it"):
        publish(make("1.0.0"), repository)
    assert contents(repository) == {LOCK: b"", "small-1.0.0.tgz": b"somebody's"}


@pytest.mark.parametrize("broken", ["entries", "entries: [", "[]", "\xff"])
def test_an_index_that_cannot_be_read_is_not_replaced(
    make: Make, tmp_path: Path, broken: str
) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / INDEX).write_bytes(broken.encode("latin-1"))
    with pytest.raises(PublishError, match="is no index of a chart repository"):
        publish(make("1.0.0"), repository)
    assert (repository / INDEX).read_bytes() == broken.encode("latin-1")


def test_a_publication_that_is_killed_leaves_a_whole_repository(
    make: Make, make_chart: MakeChart, tmp_path: Path
) -> None:
    """Killed at many moments: what the index lists is there, and the next one finds its way."""
    repository = tmp_path / "repository"
    publish(make("1.0.0"), repository)
    chart = make_chart("1.1.0", "two")
    killed = 0
    for turn in range(12):
        process = subprocess.Popen(publish_command(chart, repository), cwd=ROOT)
        try:
            process.wait(0.25 + turn * 0.05)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
        for entry in index(repository):
            assert digest_of(repository / entry["urls"][0]) == entry["digest"]
        if len(index(repository)) == 2:
            break
    assert killed
    publish(make("1.1.0", "two"), repository)
    assert [entry["version"] for entry in index(repository)] == ["1.1.0", "1.0.0"]
    assert not list(repository.glob(f"{UNFINISHED}*"))


@pytest.mark.parametrize("where", ["where the package is made", "where it is published"])
def test_a_full_disk_leaves_the_repository_as_it_was(
    make: Make, make_chart: MakeChart, tmp_path: Path, where: str
) -> None:
    repository = tmp_path / "repository"
    publish(make("1.0.0"), repository)
    before = contents(repository)
    if where == "where it is published":
        package = make("1.1.0")
        action = PUBLISH.format(archive=package.archive, repository=repository)
        command = [sys.executable, "-c", action]
    else:
        command = publish_command(make_chart("1.1.0"), repository)
    # No file may be longer than a kilobyte, which is less than a package has.
    limited = ["bash", "-c", 'ulimit -f 1; trap "" XFSZ; exec "$@"', "limited", *command]
    done = subprocess.run(limited, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: "), done.stderr
    assert "too large" in done.stderr
    assert contents(repository) == before


def test_two_publications_at_once_both_arrive(make_chart: MakeChart, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    # Each chart has a folder of its own, so that each finds its own CHANGELOG.md.
    versions = ("1.0.0", "1.1.0", "1.2.0")
    processes = []
    for version in versions:
        chart = make_chart(version)
        log = chart / "CHANGELOG.md"
        os.replace(chart.parent / "CHANGELOG.md", log)
        processes.append(subprocess.Popen(publish_command(chart, repository, log), cwd=ROOT))
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert sorted(entry["version"] for entry in index(repository)) == list(versions)


def test_published_versions_are_those_of_the_index(make: Make, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    assert published_versions("small", repository) == []
    publish(make("1.0.0"), repository, "https://charts.example.com")
    (found,) = published_versions("small", repository)
    assert (found.version, found.archive) == ("1.0.0", repository / "small-1.0.0.tgz")
    assert published_versions("other", repository) == []


def test_a_signed_package_is_verified_by_both_helms(
    make: Make, make_helm: MakeHelm, serve: Serve, keys: Keys, tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    package = make("1.0.0", signing=keys.signing)
    assert publish(package, repository)
    url = serve(repository)
    for name in ("helm3", "helm4"):
        helm = make_helm(name)
        helm("repo", "add", "team", url)
        pull = ("pull", "team/small", "--verify", "--destination", str(helm.home))
        helm(*pull, "--keyring", str(keys.public))
        helm("verify", str(helm.home / package.archive.name), "--keyring", str(keys.public))
        with pytest.raises(AssertionError, match="signature made by unknown entity"):
            helm(*pull, "--keyring", str(keys.another))


def test_a_package_that_was_tampered_with_is_not_taken(
    make: Make, make_helm: MakeHelm, serve: Serve, keys: Keys, tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    package = make("1.0.0", signing=keys.signing)
    publish(package, repository)
    other = make("1.0.0", "tampered")
    (repository / package.archive.name).write_bytes(other.archive.read_bytes())
    url = serve(repository)
    for name in ("helm3", "helm4"):
        helm = make_helm(name)
        helm("repo", "add", "team", url)
        pull = ("pull", "team/small", "--verify", "--destination", str(helm.home))
        with pytest.raises(AssertionError, match=r"sha256 sum does not match"):
            helm(*pull, "--keyring", str(keys.public))


def publish_command(chart: Path, repository: Path, log: Path | None = None) -> list[str]:
    """Return the command line that publishes a chart."""
    module = [sys.executable, "-m", "tools.publish", "publish", str(repository)]
    changelog = log or chart.parent / "CHANGELOG.md"
    return [*module, "--chart", str(chart), "--changelog", str(changelog)]


def index(repository: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load((repository / INDEX).read_text())["entries"][
        "small"
    ]
    return entries


def urls(repository: Path) -> dict[str, list[str]]:
    return {entry["version"]: entry["urls"] for entry in index(repository)}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
