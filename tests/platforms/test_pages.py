"""docs/platforms/ explains what is tested: each page has the values of its file, and no others."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.chart.scenarios import merged, read_yaml
from tests.helm import HELMS, ROOT, render
from tests.platforms.files import PLATFORMS

PAGES = ROOT / "docs" / "platforms"
HEADINGS = ["Before", "Values", "Install", "Good to know", "What was tested"]

each_platform = pytest.mark.parametrize("platform", PLATFORMS)


def page(platform: str) -> str:
    """Return the text of a platform's page."""
    return (PAGES / f"{platform}.md").read_text()


def values_on(text: str) -> dict[str, Any]:
    """Return the values of all blocks of a page, laid over each other."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return merged(*map(yaml.safe_load, blocks))


@each_platform
def test_the_blocks_of_a_page_are_the_values_that_are_tested(platform: str) -> None:
    assert values_on(page(platform)) == read_yaml(PLATFORMS[platform])


@each_platform
def test_every_page_has_the_same_parts(platform: str) -> None:
    assert re.findall(r"^## (.+)$", page(platform), re.MULTILINE) == HEADINGS


@each_platform
def test_the_index_leads_to_page_and_values(platform: str) -> None:
    index = (PAGES / "README.md").read_text()
    assert f"]({platform}.md)" in index
    assert f"](../../tests/platforms/{platform}.yaml)" in index


def test_no_page_is_of_nothing() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {*PLATFORMS, "README"}


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("environment", ["staging", "prod"])
@each_platform
def test_goes_over_the_values_of_an_environment(platform: str, environment: str, helm: str) -> None:
    overlay = ROOT / "charts" / "genx-fx" / f"values-{environment}.yaml"
    assert render(helm=helm, files=(overlay, PLATFORMS[platform])).objects
