"""`genx-fx diff` as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helm import HELMS, ROOT, package_chart, run_helm
from tests.http_folder import served
from tests.oci_registry import Registry
from tests.unit.diff import small_chart
from tools.build import tool_path

SAME = "nothing changes"
IMAGE = ("small:1", "small:2")
SELECTOR = ("matchLabels: {app: small}", "matchLabels: {app: small, part: one}")


def diff(
    folder: Path, *arguments: str | Path, helm: str = "helm4", given: str = "", path: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, with a home of its own."""
    return subprocess.run(
        [sys.executable, "-m", "generator", "diff", *map(str, arguments)],
        cwd=folder,
        env=os.environ
        | {"PATH": path or str(Path(tool_path(helm)).parent), "PYTHONPATH": str(ROOT)}
        | {"HOME": str(folder)},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return small_chart.write(tmp_path / "old")


def new(folder: Path, version: str = "1.0.1", *change: str, **options: object) -> Path:
    return small_chart.write(folder / "new", version, *change, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("helm", HELMS)
def test_nothing_to_report_says_so(tmp_path: Path, old: Path, helm: str) -> None:
    """Also where a password is made up at each render."""
    done = diff(tmp_path, "old/small", "old/small", helm=helm)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        SAME,
        "small 1.0.0 (old/small) → 1.0.0 (old/small), with the defaults, on Kubernetes 1.30",
    ]


@pytest.mark.parametrize("helm", HELMS)
def test_restart_passes(tmp_path: Path, old: Path, helm: str) -> None:
    done = diff(tmp_path, old, new(tmp_path, "1.0.1", *IMAGE), helm=helm)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "breaks: 0, restarts: 1, other changes: 1; nothing breaks"
    assert "    spec.template.spec.containers.small.image: small:1 → small:2" in lines


@pytest.mark.parametrize(("version", "status"), [("1.0.1", 1), ("1.1.0", 1), ("2.0.0", 0)])
def test_break_needs_a_major_version(tmp_path: Path, old: Path, version: str, status: int) -> None:
    done = diff(tmp_path, old, new(tmp_path, version, *SELECTOR))
    assert (done.returncode, done.stderr) == (status, "")
    assert done.stdout.startswith("breaks: 1, ")


def test_content_is_followed_from_the_checksum(tmp_path: Path, old: Path) -> None:
    chart = new(tmp_path, "1.0.1", "{{ .Values.a | quote }}", '"2"')
    text = (chart / "templates" / "all.yaml").read_text()
    (chart / "templates" / "all.yaml").write_text(text.replace(".Values.a | to", '"2" | to'))
    done = diff(tmp_path, old, chart, "--output", "json")
    [restart] = json.loads(done.stdout)["restarts"]
    assert restart["changes"] == [{"path": "ConfigMap/config.data.A", "old": "1", "new": "2"}]


def test_users_refused_values_come_first_and_objects_are_not_compared(
    tmp_path: Path, old: Path
) -> None:
    (tmp_path / "my.yaml").write_text("a: 8\n")
    done = diff(tmp_path, old, new(tmp_path, most=5), "-f", "my.yaml")
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert "the new chart refuses the values, so that objects are not compared" in lines[0]
    assert lines[4] == "  my.yaml:1:4: a: your value is refused: is 8; at most 5 is wanted"
    assert "  a: 9, 8, 6 were accepted and are refused: at most 5 is wanted" in lines


def test_values_that_the_old_chart_refuses_are_the_users_mistake(tmp_path: Path, old: Path) -> None:
    done = diff(tmp_path, old, new(tmp_path, most=20), "--set", "a=15")
    assert (done.returncode, done.stdout) == (2, "")
    first, *rest = done.stderr.splitlines()
    assert first == (
        f"{old}: the old chart refuses the values; give those with which it is installed"
    )
    assert "maximum" in rest[0]


def test_each_chart_brings_the_values_of_its_own_environment(tmp_path: Path, old: Path) -> None:
    done = diff(tmp_path, old, new(tmp_path, "2.0.0"), "--environment", "prod", "--output", "json")
    found = json.loads(done.stdout)
    assert found["values"] == ["environment prod"]
    assert found["restarts"][0]["changes"] == [
        {"path": "ConfigMap/config.data.A", "old": "1", "new": "2"}
    ]


def test_older_kubernetes_that_is_given_up_is_a_break(tmp_path: Path, old: Path) -> None:
    done = diff(tmp_path, old, new(tmp_path, kubernetes=">=1.32.0-0"))
    assert done.returncode == 1
    line = "  Chart.yaml: kubeVersion: clusters older than 1.32 are no longer supported; 1.30 was"
    assert line in done.stdout.splitlines()


def test_values_from_every_kind_of_option_are_taken(tmp_path: Path, old: Path) -> None:
    options = ["-f", "-", "--set-string", "global.b=x", "--set-json", "a=3"]
    done = diff(tmp_path, old, old, *options, given="a: 2\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "with -, --set-json a=3, --set-string global.b=x" in done.stdout


def test_all_that_can_not_be_had_is_named_at_once(tmp_path: Path, old: Path) -> None:
    (tmp_path / "no.tgz").write_text("no package")
    (tmp_path / "empty").mkdir()
    both = diff(tmp_path, "no.tgz", "empty")
    assert (both.returncode, both.stdout) == (2, "")
    assert both.stderr.splitlines() == [
        "no.tgz: is no package of a chart: not a gzip file",
        "empty: no chart is there: it has no Chart.yaml with name and version",
    ] or both.stderr.startswith("no.tgz: is no package of a chart: ")
    missing = diff(tmp_path, "./none", "none.tgz")
    assert missing.stderr.splitlines() == [
        "./none: no such file or folder",
        "none.tgz: no such file or folder",
    ]


def test_unknown_environment_names_those_that_there_are(tmp_path: Path, old: Path) -> None:
    done = diff(tmp_path, old, old, "--environment", "test")
    assert done.returncode == 2
    assert done.stderr == f"{old}: no environment test in the chart; it has prod\n"


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[str]:
    """Serve a repository of two versions; gives its address."""
    folder = tmp_path / "served"
    folder.mkdir()
    for version, change in (("1.0.0", ()), ("1.1.0", IMAGE)):
        chart = small_chart.write(tmp_path / version, version, *change)
        (tmp_path / f"{version}-package").mkdir()
        package = package_chart(chart, tmp_path / f"{version}-package")
        package.rename(folder / package.name)
    run_helm("helm4", "repo", "index", str(folder))
    with served(folder) as address:
        yield address


@pytest.mark.parametrize("helm", HELMS)
def test_charts_of_a_repository_are_compared(tmp_path: Path, repository: str, helm: str) -> None:
    program = [str(tool_path(helm)), "repo", "add", "fx", repository]
    subprocess.run(program, env={"HOME": str(tmp_path)}, check=True, capture_output=True)
    named = ["fx/small@1.0.0", "fx/small"]
    addressed = [f"{repository}/small@1.0.0", f"{repository}/small-1.1.0.tgz"]
    for old_one, new_one in (named, addressed):
        done = diff(tmp_path, old_one, new_one, helm=helm)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"small 1.0.0 ({old_one}) → 1.1.0 ({new_one})" in done.stdout
        assert "small:1 → small:2" in done.stdout


@pytest.mark.parametrize("helm", HELMS)
def test_what_a_repository_does_not_have_is_said_by_helm(
    tmp_path: Path, repository: str, helm: str
) -> None:
    done = diff(tmp_path, f"{repository}/small@9.0.0", "fx/small", helm=helm)
    assert (done.returncode, done.stdout) == (2, "")
    first, second = done.stderr.splitlines()
    assert first.startswith(f"{repository}/small@9.0.0: Helm: ")
    assert "not found" in first
    assert second.startswith("fx/small: no such file or folder, and as name/chart of a repository,")


@pytest.mark.parametrize("helm", HELMS)
def test_charts_of_a_registry_are_compared(tmp_path: Path, registry: Registry, helm: str) -> None:
    for version, change in (("1.0.0", ()), ("1.1.0", IMAGE)):
        chart = small_chart.write(tmp_path / version, version, *change)
        (folder := tmp_path / f"{version}-package").mkdir()
        package = str(package_chart(chart, folder))
        run_helm("helm4", "push", package, registry.address, "--plain-http")
    named = registry.reference
    digest = registry.digest("1.1.0")
    for old_one, new_one in ((f"{named}:1.0.0", named), (f"{named}@1.0.0", f"{named}@{digest}")):
        done = diff(tmp_path, old_one, new_one, "--plain-http", helm=helm)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"small 1.0.0 ({old_one}) → 1.1.0 ({new_one})" in done.stdout
        assert "small:1 → small:2" in done.stdout


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("oci://registry.example.org/fx/small:1.0.0", "FX --version 1.0.0"),
        ("oci://registry.example.org/fx/small@1.0.0", "FX --version 1.0.0"),
        ("oci://registry.example.org/fx/small", "FX"),
        ("oci://registry.example.org/fx/small@sha256:0a", "FX@sha256:0a"),
        ("oci://127.0.0.1:5000/small:1.0.0", "oci://127.0.0.1:5000/small --version 1.0.0"),
        ("oci://127.0.0.1:5000/small", "oci://127.0.0.1:5000/small"),
    ],
)
def test_registry_is_asked_by_helm(tmp_path: Path, old: Path, named: str, told: str) -> None:
    """The Helm of this test only says what it was asked."""
    program = tmp_path / "bin" / "helm"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nshift 3\necho "Error: asked for $*" >&2\nexit 1\n')
    program.chmod(0o755)
    done = diff(tmp_path, named, old, path=f"{program.parent}:/usr/bin:/bin")
    asked = told.replace("FX", "oci://registry.example.org/fx/small")
    assert (done.returncode, done.stderr) == (2, f"{named}: Helm: asked for {asked}\n")
