"""Chart.yaml says what chart repositories show: who makes the chart, where, under which licence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.spec.load import load_spec
from tests.helm import CHART, HELMS, KUBERNETES, ROOT, run_helm

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
    assert said["annotations"] == {"artifacthub.io/license": PLATFORM.license}


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
