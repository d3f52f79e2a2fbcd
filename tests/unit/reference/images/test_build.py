"""The images as the chart sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.names import camel_case
from reference.images import archives, images, values_overlay
from reference.images.__main__ import main
from reference.images.build import CHART_VALUES, BuiltImage
from tests.helm import render
from tests.spec_files import FOREX, build_chart
from tools.kind_node.cache import BuildError


def image_values(values: Any) -> int:
    """Return how many images the values of a chart name."""
    if not isinstance(values, dict):
        return 0
    return ("repository" in values) + sum(image_values(value) for value in values.values())


def test_every_image_of_the_chart_is_replaced() -> None:
    built = images()
    overlay = values_overlay(built)
    assert image_values(overlay) == image_values(
        yaml.load(CHART_VALUES.read_text(), yaml.CSafeLoader)
    )
    assert overlay["application"]["tradingBot"]["image"] == {
        "registry": "genx-fx.local",
        "repository": "reference/trading-bot",
        "tag": next(image.tag for image in built if image.component == "trading-bot"),
    }
    assert overlay["application"]["tradingBot"]["ready"]["path"] == "/tmp/ready"
    assert overlay["global"]["toolbox"]["image"]["repository"] == "reference/toolbox"


def test_nodes_that_hold_the_images_pull_none() -> None:
    """There is no registry of that name."""
    policies = {
        item["imagePullPolicy"] for _, item in render(values_overlay(images())).containers()
    }
    assert policies == {"IfNotPresent"}


def test_name_is_what_the_chart_asks_for() -> None:
    image = BuiltImage("api", "genx-fx.local", "reference/api", "0123", Path("api.tar"))
    assert image.name == "genx-fx.local/reference/api:0123"


@pytest.fixture
def _same_chart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Put a chart that stays as it is in place of ours."""
    values = build_chart(FOREX, tmp_path) / "values.yaml"
    monkeypatch.setattr("reference.images.build.CHART_VALUES", values)


@pytest.mark.usefixtures("_same_chart")
def test_component_without_an_image_is_an_error() -> None:
    with pytest.raises(BuildError, match="the chart's redis has no reference image"):
        values_overlay([image for image in images() if image.component != "redis"])


def test_images_with_one_base_share_an_archive() -> None:
    built = images()
    by_archive = {
        archive: {camel_case(image.component) for image in built if image.archive == archive}
        for archive in archives(built)
    }
    assert sorted(by_archive.values(), key=len) == [
        {"mysql"},
        {"backup"},
        {"frontend", "api", "tradingBot", "redis", "grafana", "toolbox"},
    ]


@pytest.mark.usefixtures("_same_chart")
def test_values_are_printed_as_yaml(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["values"]) == 0
    assert yaml.safe_load(capsys.readouterr().out) == values_overlay(images())


def test_failed_build_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> list[BuiltImage]:
        raise BuildError("cannot build the runtime file system: no space left")

    monkeypatch.setattr("reference.images.__main__.build_all", fail)
    assert main([]) == 1
    expected = "error: cannot build the runtime file system: no space left\n"
    assert capsys.readouterr().err == expected
