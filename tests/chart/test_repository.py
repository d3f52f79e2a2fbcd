"""The packaged chart, served as a chart repository, is the chart."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from generator.chart.files import chart_files
from generator.load import load_platform
from tests.benchmark.sizes import package_size, release_record_size
from tests.helm import CHART, HELMS, KUBERNETES, NAMESPACE, RELEASE, ROOT, render
from tools.build import tool_path
from tools.repository import add_to_repository

MOST_PACKAGE_BYTES = 148_000
MOST_RELEASE_BYTES = 249_500
STRAY_FILES = (
    "ci/test-values.yaml",
    ".git/config",
    ".idea/x.xml",
    "values.yaml~",
    "a.swp",
    "b.tmp",
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder made as `make` makes dist/."""
    folder = tmp_path_factory.mktemp("dist")
    add_to_repository(CHART, folder)
    return folder


@pytest.fixture
def url(repository: Path) -> Iterator[str]:
    """Where the repository is served."""
    handler = functools.partial(QuietHandler, directory=str(repository))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.parametrize("name", HELMS)
def test_helm_installs_from_the_repository(
    name: str, url: str, repository: Path, tmp_path: Path
) -> None:
    helm = functools.partial(helm_at_home, name, tmp_path)
    helm("repo", "add", "genx", url)
    helm("pull", "genx/genx-fx", "--destination", str(tmp_path))
    (package,) = repository.glob("*.tgz")
    assert (tmp_path / package.name).read_bytes() == package.read_bytes()
    options = ("--namespace", NAMESPACE, "--kube-version", KUBERNETES)
    text = helm("template", RELEASE, "genx/genx-fx", *options)
    objects = [item for item in yaml.load_all(text, Loader=yaml.CSafeLoader) if item]
    assert objects == list(render(helm=name).objects)


def test_the_index_lists_the_package(repository: Path) -> None:
    index = yaml.safe_load((repository / "index.yaml").read_text())
    ((name, (entry,)),) = index["entries"].items()
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert name == chart["name"]
    assert {key: entry[key] for key in chart} == chart
    assert entry["urls"] == [f"{name}-{chart['version']}.tgz"]


def test_the_package_holds_the_chart_and_nothing_else(tmp_path: Path) -> None:
    chart = shutil.copytree(CHART, tmp_path / "genx-fx")
    for stray in STRAY_FILES:
        (chart / stray).parent.mkdir(exist_ok=True)
        (chart / stray).write_text("stray: true\n")
    add_to_repository(chart, tmp_path)
    generated = chart_files(load_platform(ROOT / "genx-fx.yaml"))
    assert packaged(tmp_path) == {path for path in generated if not path.startswith("ci/")}


def test_a_second_version_joins_the_first(repository: Path, tmp_path: Path) -> None:
    shutil.copytree(repository, tmp_path / "dist")
    chart = shutil.copytree(CHART, tmp_path / "genx-fx")
    text = (chart / "Chart.yaml").read_text()
    version = yaml.safe_load(text)["version"]
    (chart / "Chart.yaml").write_text(text.replace(f"version: {version}", "version: 99.0.0"))
    add_to_repository(chart, tmp_path / "dist")
    index = yaml.safe_load((tmp_path / "dist/index.yaml").read_text())
    assert [entry["version"] for entry in index["entries"]["genx-fx"]] == ["99.0.0", version]


def test_the_package_is_small(repository: Path) -> None:
    size = package_size(repository)
    print(f"package: {size} bytes")
    assert size <= MOST_PACKAGE_BYTES


@pytest.mark.parametrize("overlay", [None, *sorted(CHART.glob("values-*.yaml"))])
def test_a_release_is_small(overlay: Path | None) -> None:
    size = release_record_size(*(("--values", str(overlay)) if overlay else ()))
    print(f"release record: {size} bytes")
    assert size <= MOST_RELEASE_BYTES


def packaged(repository: Path) -> set[str]:
    (package,) = repository.glob("*.tgz")
    with tarfile.open(package) as archive:
        return {name.removeprefix("genx-fx/") for name in archive.getnames()}


def helm_at_home(name: str, home: Path, *arguments: str) -> str:
    """Output of a Helm that keeps its list of repositories in a home of its own."""
    return subprocess.run(
        [str(tool_path(name)), *arguments],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        check=True,
    ).stdout
