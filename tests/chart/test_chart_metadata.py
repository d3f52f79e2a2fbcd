"""Chart.yaml says what chart repositories show: who makes the chart, where, under which licence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.chart.files import chart_files
from generator.images import images
from generator.load import load_platform
from generator.spec.load import load_spec
from generator.validate.inputs import Inputs
from tests.helm import CHART, HELMS, KUBERNETES, ROOT, run_helm
from tests.spec_files import spec_data, write_spec

PLATFORM = load_spec(ROOT / "genx-fx.yaml").platform
CHARTS = sorted(file.parent for file in CHART.rglob("Chart.yaml"))


def metadata(chart: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((chart / "Chart.yaml").read_text())
    return loaded


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_metadata_of_every_chart_is_that_of_the_spec(chart: Path) -> None:
    said = metadata(chart)
    assert said["home"] == PLATFORM.home
    assert said["icon"] == PLATFORM.icon
    assert said["keywords"] == PLATFORM.keywords
    assert said["sources"] == PLATFORM.sources
    assert said["maintainers"] == [
        maintainer.model_dump(exclude_none=True) for maintainer in PLATFORM.maintainers
    ]


# https://artifacthub.io/docs/topics/annotations/helm/
def test_annotations_are_those_of_artifact_hub() -> None:
    said = metadata(CHART)["annotations"]
    assert {name.removeprefix("artifacthub.io/") for name in said} == {
        "prerelease",
        "license",
        "images",
        "links",
    }
    links = yaml.safe_load(said["artifacthub.io/links"])
    assert links == [{"name": "Documentation", "url": PLATFORM.documentation}]
    assert said["artifacthub.io/license"] == PLATFORM.license
    assert said["artifacthub.io/prerelease"] == "false"


def test_images_of_the_annotations_are_those_that_are_pulled() -> None:
    listed = yaml.safe_load(metadata(CHART)["annotations"]["artifacthub.io/images"])
    names = [entry["name"] for entry in listed]
    assert len(names) == len(set(names))
    assert {entry["image"] for entry in listed} == set(images(ROOT / "genx-fx.yaml", Inputs()))


def test_annotations_follow_version_and_signing_key(tmp_path: Path) -> None:
    signing_key = {"fingerprint": "0A" * 20, "url": "https://example.com/key.asc"}
    data = spec_data(ROOT / "genx-fx.yaml")
    del data["platform"]["license"]
    data["platform"] |= {"version": "0.3.0-rc.1", "signingKey": signing_key}
    files = chart_files(load_platform(write_spec(tmp_path / "genx-fx.yaml", data)))
    said = yaml.safe_load(files["Chart.yaml"])["annotations"]
    assert said["artifacthub.io/prerelease"] == "true"
    assert "artifacthub.io/license" not in said
    assert yaml.safe_load(said["artifacthub.io/signKey"]) == signing_key


def test_licence_is_that_of_the_repository() -> None:
    assert metadata(CHART)["annotations"]["artifacthub.io/license"] == "Apache-2.0"
    first = (ROOT / "LICENSE").read_text().split("\n\n")[0].split()
    assert first[:4] == ["Apache", "License", "Version", "2.0,"]


def test_icon_is_a_file_of_the_repository() -> None:
    said = metadata(CHART)
    place = said["home"].replace("https://github.com/", "https://raw.githubusercontent.com/")
    assert said["icon"].startswith(f"{place}/main/")
    assert (ROOT / said["icon"].removeprefix(f"{place}/main/")).is_file()


@pytest.mark.parametrize("helm", HELMS)
def test_helm_lint_recommends_nothing_more(helm: str) -> None:
    options = ("--strict", "--kube-version", KUBERNETES)
    output = run_helm(helm, "lint", str(CHART), *options)
    assert [line for line in output.splitlines() if line.startswith("[")] == []
