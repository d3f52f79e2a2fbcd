"""The README says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from generator.chart.diagram import diagram
from generator.chart.files import chart_files
from generator.load import load_platform
from generator.plan.platform import Plan
from generator.spec.load import load_spec
from tests.helm import CHART, ROOT

README = (ROOT / "README.md").read_text()
SPEC = ROOT / "genx-fx.yaml"


def code_blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}[^\n]*\n(.*?)```", README, re.DOTALL)


def test_picture_is_that_of_the_spec() -> None:
    assert code_blocks("mermaid") == [diagram(Plan(load_spec(SPEC)))]


def test_version_is_that_of_the_chart() -> None:
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["version"]
    assert set(re.findall(r"genx-fx-(\S+?)\.tgz", README)) == {version}


def test_address_of_the_pages_is_that_of_the_spec() -> None:
    assert f"<{load_spec(SPEC).platform.documentation}>" in README


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """Return the spec with the edit of the README."""
    line = next(block for block in code_blocks("yaml") if "calls:" in block).splitlines()[1]
    assert line.strip() == "calls: [api, redis]"
    file = tmp_path / "genx-fx.yaml"
    (tmp_path / "platform").symlink_to(ROOT / "platform")
    file.write_text(SPEC.read_text().replace("      calls: [api]\n", f"{line}\n"))
    return file


def test_edit_of_the_example_does_what_is_said(edited: Path) -> None:
    before, after = chart_files(load_platform(SPEC)), chart_files(load_platform(edited))
    changed = {path for path in after if after[path] != before.get(path)}
    assert {
        "templates/network/flows/frontend-to-redis.yaml",
        "charts/application/templates/frontend/_pod.tpl",
        "charts/application/values.yaml",
        "templates/tests/frontend-to-redis.yaml",
        "README.md",
    } <= changed
    values = yaml.safe_load(after["charts/application/values.yaml"])
    assert values["frontend"]["waitFor"] == ["api", "redis"]
    assert 'has "redis"' in after["charts/application/templates/frontend/_pod.tpl"]
