"""The package is the chart and nothing else, and what Helm stores of it stays small."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest

from generator.chart.files import chart_files
from generator.load import load_platform
from tests.benchmark.sizes import release_record_size
from tests.chart.scenarios import GROUP
from tests.helm import CHART, ROOT
from tools.publish.package import make_package

CHANGELOG = ROOT / "CHANGELOG.md"
MOST_PACKAGE_BYTES = 228_000
MOST_RELEASE_BYTES = 268_000
MOST_RELEASE_BYTES_OF_A_GROUP = 335_000
STRAY_FILES = (
    "ci/test-values.yaml",
    ".git/config",
    ".idea/x.xml",
    "values.yaml~",
    "a.swp",
    "b.tmp",
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart as `make package` packages it."""
    return make_package(CHART, tmp_path_factory.mktemp("dist"), CHANGELOG).archive


def test_the_package_holds_the_chart_and_nothing_else(tmp_path: Path) -> None:
    chart = shutil.copytree(CHART, tmp_path / "genx-fx")
    for stray in STRAY_FILES:
        (chart / stray).parent.mkdir(exist_ok=True)
        (chart / stray).write_text("stray: true\n")
    generated = chart_files(load_platform(ROOT / "genx-fx.yaml"))
    with tarfile.open(make_package(chart, tmp_path / "dist", CHANGELOG).archive) as packed:
        names = {name.removeprefix("genx-fx/") for name in packed.getnames()}
    assert names == {path for path in generated if not path.startswith("ci/")}


def test_the_package_is_small(archive: Path) -> None:
    size = archive.stat().st_size
    print(f"package: {size} bytes")
    assert size <= MOST_PACKAGE_BYTES


def test_a_release_with_a_group_of_databases_is_small(archive: Path) -> None:
    """Its manifest has the agent and its client, of which the others have nothing."""
    chosen = [f"--set={path}={value}" for path, value in GROUP.items()]
    size = release_record_size(archive, *chosen)
    print(f"release record: {size} bytes")
    assert size <= MOST_RELEASE_BYTES_OF_A_GROUP


@pytest.mark.parametrize("overlay", [None, *sorted(CHART.glob("values-*.yaml"))])
def test_a_release_is_small(archive: Path, overlay: Path | None) -> None:
    size = release_record_size(archive, *(("--values", str(overlay)) if overlay else ()))
    print(f"release record: {size} bytes")
    assert size <= MOST_RELEASE_BYTES
