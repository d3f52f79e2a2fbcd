"""A small chart to publish, since what is tried here is the same for any chart."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.http_folder import served
from tests.oci_registry import registry, start_registry
from tests.unit.tools.publish.helm import HelmHome, Keys, MakeHelm
from tools.publish.package import Package, Signing, make_package

__all__ = ["registry", "start_registry"]

CHART_YAML = """\
apiVersion: v2
name: small
description: A chart with subcharts
version: {version}
home: https://example.com/small
annotations:
  artifacthub.io/license: Apache-2.0
  artifacthub.io/images: |
    - name: server
      image: example.com:5000/team/server:1.0
    - name: redis
      image: redis:7.4.5
dependencies:
  - {{name: first, version: 1.0.0, repository: ""}}
  - {{name: second, version: 1.0.0, repository: ""}}
  - {{name: third, version: 1.0.0, repository: ""}}
"""
CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: small
data:
  text: {text}
"""
CHANGELOG = """\
# Changelog

## [{version}] - {day}

### Added

- The first sentence. The second one.
"""

MakeChart = Callable[..., Path]
Make = Callable[..., Package]
Serve = Callable[[Path], str]


@pytest.fixture
def make_chart(tmp_path: Path) -> MakeChart:
    """Write a chart of a version, with a text that tells one content from another."""

    def make(version: str = "1.0.0", text: str = "one", day: str = "2026-02-03") -> Path:
        chart = tmp_path / "charts" / f"{version}-{text}"
        files = {
            "Chart.yaml": CHART_YAML.format(version=version),
            "templates/config-map.yaml": CONFIG_MAP.format(text=text),
            "../CHANGELOG.md": CHANGELOG.format(version=version, day=day),
        }
        for name in ("first", "second", "third"):
            about = f"apiVersion: v2\nname: {name}\nversion: 1.0.0\ndescription: A subchart\n"
            files[f"charts/{name}/Chart.yaml"] = about
        for name, content in files.items():
            (chart / name).parent.mkdir(parents=True, exist_ok=True)
            (chart / name).write_text(content)
        return chart

    return make


@pytest.fixture
def make(make_chart: MakeChart, tmp_path: Path) -> Make:
    """Package a chart as `make_chart` writes it into a folder of its own."""
    count = iter(range(100))

    def make(version: str = "1.0.0", text: str = "one", signing: Signing | None = None) -> Package:
        chart = make_chart(version, text)
        folder = tmp_path / f"package-{next(count)}"
        return make_package(chart, folder, chart.parent / "CHANGELOG.md", signing)

    return make


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Show folders over HTTP on loopback."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(served(folder))


@pytest.fixture
def make_helm(tmp_path: Path) -> MakeHelm:
    """Give a Helm an empty home."""

    def make(name: str) -> HelmHome:
        home = tmp_path / f"home-{name}"
        home.mkdir()
        return HelmHome(name, home)

    return make


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Make keys to sign with. A machine without GnuPG has not tried signing: CI says so."""
    if shutil.which("gpg") is None:
        missing = "signing is not tried: there is no gpg; on Debian as root: apt-get install gnupg"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return Keys.make(tmp_path_factory.mktemp("keys"))
