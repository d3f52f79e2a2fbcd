"""Each option that the chart gives to mysqld is one of 8.4, the official image, and of 9.7.

With an option that it does not know a server does not start; with one that is `loose`, it starts
without it. tests/cluster has the server itself read the option file.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.chart.scenarios import GROUP, nested
from tests.helm import Render, render

LISTS = {path.stem: path for path in (Path(__file__).parent / "options").glob("*.txt")}
BACKUPS = {"data.mysql.backup.enabled": True}
MODES = {"standalone": BACKUPS, "groupReplication": GROUP | BACKUPS}
BEFORE_ALL = {"defaults_file", "no_defaults", "version"}
"""What each program of MySQL takes, and no list has."""
SWITCHES = ("skip_", "disable_")
"""Before the name of an option that is on or off; some names begin with it themselves."""

each_list = pytest.mark.parametrize("version", LISTS)
each_mode = pytest.mark.parametrize("mode", MODES)


def known(version: str) -> set[str]:
    lines = LISTS[version].read_text().splitlines()
    return {line for line in lines if not line.startswith("#")} | BEFORE_ALL


def in_file(rendered: Render) -> list[str]:
    """Return the options of the option file."""
    text = rendered.get("ConfigMap", "mysql-config")["data"]["genx-fx.cnf"]
    lines = [line for line in text.splitlines() if line and line[0] not in "[#"]
    return [line.partition("=")[0].strip() for line in lines]


def on_command_lines(rendered: Render) -> list[str]:
    """Return the options that scripts give to mysqld, and to no other program."""
    start = rendered.get("ConfigMap", "mysql-config")["data"]["start.sh"]
    throw_away = rendered.get("ConfigMap", "mysql-backup")["data"]["server.sh"]
    (array,) = re.findall(r"^server=\((.*?)^\)", throw_away, re.DOTALL | re.MULTILINE)
    calls = re.findall(r'^ *(?:MYSQL_PWD=\S* )?"\$\{server\[@\]\}"(.*)', throw_away, re.MULTILINE)
    return re.findall(r"(?<=[\s\"+(])--([\w-]+)", "\n".join([start, array, *calls]))


def unknown(options: list[str], version: str) -> list[str]:
    """Return the options that a version does not have, as they were written."""
    return [option for option in options if not names(option) & known(version)]


def names(option: str) -> set[str]:
    """Return the names under which a list may have an option."""
    name = option.replace("-", "_").removeprefix("loose_")
    return {name, *(name.removeprefix(switch) for switch in SWITCHES)}


def test_there_is_a_list_of_each_version() -> None:
    assert {"mysql-8.4", "mysql-9.7"} == set(LISTS)


@each_list
@each_mode
def test_each_option_of_the_option_file_is_known(mode: str, version: str) -> None:
    options = in_file(render(nested(MODES[mode])))
    assert {"port", "gtid_mode"} <= set(options)
    assert ("loose-group_replication_group_seeds" in options) is (mode == "groupReplication")
    assert unknown(options, version) == []


@each_list
@each_mode
def test_each_option_on_a_command_line_is_known(mode: str, version: str) -> None:
    options = on_command_lines(render(nested(MODES[mode])))
    assert {"report-host", "super-read-only", "skip-networking", "initialize-insecure"} <= {
        *options
    }
    assert unknown(options, version) == []


@each_list
@pytest.mark.parametrize("option", ["prot", "loose-group_replication_group_sedes", "skip-prot"])
def test_a_misspelt_option_is_found(option: str, version: str) -> None:
    assert unknown(["port", option], version) == [option]


def test_an_option_that_one_version_lacks_is_found() -> None:
    assert unknown(["expire_logs_days"], "mysql-8.4") == ["expire_logs_days"]  # of 8.0
    assert unknown(["mysql_native_password"], "mysql-9.7") == ["mysql_native_password"]  # of 8.4
