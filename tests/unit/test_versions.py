"""The generator, the chart and the changelog have one version."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from generator.spec.load import load_spec

ROOT = Path(__file__).parents[2]
VERSION = load_spec(ROOT / "genx-fx.yaml").platform.version


def test_generator_has_the_version_of_the_chart() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION


def test_changelog_begins_with_the_version_of_the_chart() -> None:
    sections = re.findall(r"^## \[(.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert sections[0] == VERSION
