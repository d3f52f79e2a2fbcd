from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from reference.grafana.provisioning import load

ENVIRONMENT = {"HOST": "db", "PASSWORD": "p$ss"}


def files(folder: Path) -> dict[str, Any]:
    """Return good provisioning: file names and contents."""
    return {
        "provisioning/datasources/sources.yaml": {
            "apiVersion": 1,
            "datasources": [
                {
                    "name": "MySQL",
                    "uid": "mysql",
                    "type": "mysql",
                    "url": "${HOST}:3306",
                    "isDefault": True,
                    "secureJsonData": {"password": "$PASSWORD"},
                }
            ],
        },
        "provisioning/dashboards/dashboards.yaml": {
            "apiVersion": 1,
            "providers": [
                {"name": "all", "type": "file", "options": {"path": str(folder / "dashboards")}}
            ],
        },
        "dashboards/trades.json": {
            "uid": "trades",
            "title": "Trades",
            "schemaVersion": 42,
            "time": {"from": "now-6h", "to": "now"},
            "templating": {
                "list": [{"name": "pair", "type": "query", "datasource": {"uid": "mysql"}}]
            },
            "panels": [
                {
                    "id": 1,
                    "type": "stat",
                    "title": "Count",
                    "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4},
                    "datasource": {"uid": "mysql"},
                    "targets": [{"refId": "A", "rawSql": "SELECT 1"}],
                }
            ],
        },
    }


def write(folder: Path, contents: dict[str, Any]) -> Path:
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_text(content)
        else:
            path.write_text((json.dumps if path.suffix == ".json" else yaml.safe_dump)(content))
    return folder / "provisioning"


def test_good_files_are_read(tmp_path: Path) -> None:
    found = load(write(tmp_path, files(tmp_path)), ENVIRONMENT)
    assert found.problems == []
    assert found.sources["mysql"].url == "db:3306"
    assert found.sources["mysql"].secureJsonData == {"password": "p$ss"}
    assert [panel.title for panel in found.dashboards["trades"].all_panels()] == ["Count"]


SOURCES = "provisioning/datasources/sources.yaml"
PROVIDERS = "provisioning/dashboards/dashboards.yaml"
TRADES = "dashboards/trades.json"
Change = Callable[[dict[str, Any]], object]

BROKEN: dict[str, tuple[Change, str]] = {
    "no data source file": (lambda f: f.pop(SOURCES), "datasources: no YAML file"),
    "no provider file": (lambda f: f.pop(PROVIDERS), "dashboards: no YAML file"),
    "no dashboard": (lambda f: f.pop(TRADES), "no dashboard in"),
    "no YAML": (lambda f: f.update({SOURCES: "a: ["}), "sources.yaml: while parsing"),
    "empty YAML": (lambda f: f.update({SOURCES: ""}), "sources.yaml: : Input should be"),
    "no JSON": (lambda f: f.update({TRADES: "{"}), "trades.json: Expecting"),
    "other version": (lambda f: f[SOURCES].update(apiVersion=2), "apiVersion: Input should be 1"),
    "misspelt key": (
        lambda f: f[SOURCES]["datasources"][0].update(isDefualt=True),
        "datasources.0.isDefualt: Extra inputs",
    ),
    "no uid": (lambda f: f[SOURCES]["datasources"][0].pop("uid"), "datasources.0.uid: Field"),
    "variable that is not set": (
        lambda f: f[SOURCES]["datasources"][0].update(url="${NOWHERE}:3306"),
        "sources.yaml: the environment has no NOWHERE",
    ),
    "uid twice": (
        lambda f: f[SOURCES]["datasources"].append({"name": "B", "uid": "mysql", "type": "mysql"}),
        "two data sources have the uid mysql",
    ),
    "two defaults": (
        lambda f: f[SOURCES]["datasources"].append(
            {"name": "B", "uid": "b", "type": "mysql", "isDefault": True}
        ),
        "more than one default data source: MySQL, B",
    ),
    "provider of another type": (
        lambda f: f[PROVIDERS]["providers"][0].update(type="git"),
        "providers.0.type: Input should be 'file'",
    ),
    "provider without a path": (
        lambda f: f[PROVIDERS]["providers"][0].pop("options"),
        "providers.0.options: Field required",
    ),
    "dashboard without a title": (lambda f: f[TRADES].pop("title"), "title: Field required"),
    "dashboard without panels": (lambda f: f[TRADES].update(panels=[]), "panels: List should"),
    "time range that is none": (
        lambda f: f[TRADES]["time"].update({"from": "yesterday"}),
        "time.from: String should match",
    ),
    "panel without a place": (
        lambda f: f[TRADES]["panels"][0].pop("gridPos"),
        "panels.0.gridPos: Field required",
    ),
    "panel id twice": (
        lambda f: f[TRADES]["panels"].append(f[TRADES]["panels"][0]),
        "dashboard Trades: two panels have the id 1",
    ),
    "panel without a data source": (
        lambda f: f[TRADES]["panels"][0].pop("datasource"),
        "dashboard Trades, panel Count: no data source",
    ),
    "unknown data source": (
        lambda f: f[TRADES]["panels"][0].update(datasource={"uid": "mysq"}),
        "panel Count: no data source has the uid mysq (there are: mysql)",
    ),
    "unknown data source of a query": (
        lambda f: f[TRADES]["panels"][0]["targets"][0].update(datasource={"uid": "other"}),
        "panel Count: no data source has the uid other",
    ),
    "unknown data source of a variable": (
        lambda f: f[TRADES]["templating"]["list"][0].update(datasource={"uid": "other"}),
        "variable pair: no data source has the uid other",
    ),
    "dashboard twice": (
        lambda f: f.update({"dashboards/copy.json": f[TRADES]}),
        "two dashboards have the uid trades",
    ),
}


@pytest.mark.parametrize(("change", "problem"), BROKEN.values(), ids=BROKEN)
def test_broken_file_is_named_with_its_fault(tmp_path: Path, change: Change, problem: str) -> None:
    contents = files(tmp_path)
    change(contents)
    found = load(write(tmp_path, contents), ENVIRONMENT)
    assert any(problem in line for line in found.problems), found.problems


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    contents = files(tmp_path)
    contents[SOURCES]["apiVersion"] = 2
    contents[TRADES]["panels"][0].pop("type")
    assert len(load(write(tmp_path, contents), ENVIRONMENT).problems) == 2


def test_passwords_are_not_repeated(tmp_path: Path) -> None:
    contents = files(tmp_path)
    contents[SOURCES]["datasources"][0]["secureJsonData"] = ["hush"]
    found = load(write(tmp_path, contents), ENVIRONMENT)
    assert found.problems
    assert "hush" not in str(found.problems)
