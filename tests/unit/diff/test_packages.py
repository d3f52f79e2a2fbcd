"""The chart of the last release and this one, as packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.diff import report
from generator.diff.command import Wish, diff
from generator.validate.inputs import Inputs
from tests.helm import CHART, ROOT, package_chart
from tests.unit.diff.edits import Edit, edited
from tools.released import NoHistory, released_chart


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(package_chart(CHART, tmp_path_factory.mktemp("package")))


@pytest.mark.parametrize("environment", ["", "prod"])
def test_chart_that_upgrades_itself_changes_nothing(package: str, environment: str) -> None:
    found = diff(Wish(package, str(CHART), Inputs(), environment))
    assert report.verdict(found) == "nothing changes"


def test_change_of_one_value_restarts_who_reads_it(package: str, tmp_path: Path) -> None:
    edit = Edit("values.yaml", 'MT5_SERVER: ""', 'MT5_SERVER: "Demo"')
    found = diff(Wish(package, str(edited(CHART, tmp_path, edit)), Inputs()))
    assert [one.what for one in found.restarts] == ["Deployment/api", "StatefulSet/trading-bot"]
    text = report.as_text(found).splitlines()
    assert '    ConfigMap/genx-fx-config.data.MT5_SERVER: "" → Demo' in text
    bot = "  StatefulSet/trading-bot: the only pod stops, within 60 s, then the new one starts:"
    assert f"{bot} no trading-bot runs meanwhile" in text
    assert not found.breaks


def test_last_release_can_be_compared(package: str, tmp_path: Path) -> None:
    try:
        old = package_chart(released_chart(ROOT, tmp_path), tmp_path)
    except NoHistory as error:
        pytest.skip(str(error))
    found = diff(Wish(str(old), package, Inputs()))
    assert found.compared
    assert report.as_markdown(found)
    assert report.as_json(found)
