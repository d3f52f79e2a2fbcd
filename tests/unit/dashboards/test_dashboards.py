import json
import re
from collections import Counter
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

PLATFORM = Path(__file__).parents[3] / "platform"
VARIABLE = re.compile(r"\$\{(\w+):sqlstring\}|\$([a-z]\w*)")


def as_mysql(sql: str) -> exp.Query:
    """Parse a query, its Grafana macros and variables replaced by what Grafana would send."""
    sql = re.sub(
        r"\$__timeFilter\(([\w.]+)\)", r"\1 BETWEEN FROM_UNIXTIME(1) AND FROM_UNIXTIME(2)", sql
    )
    sql = re.sub(r"\$__timeGroup\(([\w.]+), \$__interval\)", r"UNIX_TIMESTAMP(\1) DIV 60 * 60", sql)
    sql = VARIABLE.sub("'a'", sql)
    assert "$" not in sql
    query = sqlglot.parse_one(sql, dialect="mysql")
    assert isinstance(query, exp.Query)
    return query


TEXTS = {file.name: file.read_text() for file in sorted((PLATFORM / "dashboards").iterdir())}
BOARDS: dict[str, dict[str, Any]] = {name: json.loads(text) for name, text in TEXTS.items()}
PANELS = [
    pytest.param(panel, id=f"{name}-{panel.get('title')}")
    for name, board in BOARDS.items()
    for panel in board["panels"]
]
QUERIES = [
    pytest.param(as_mysql(sql), id=f"{name}-{origin}")
    for name, board in BOARDS.items()
    for origin, sql in [
        *(
            (f"choice of {variable['name']}", variable["query"])
            for variable in board["templating"]["list"]
        ),
        *(
            (panel["title"], target["rawSql"])
            for panel in board["panels"]
            for target in panel["targets"]
        ),
    ]
]
each_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS.keys())
each_panel = pytest.mark.parametrize("panel", PANELS)
each_query = pytest.mark.parametrize("query", QUERIES)


@cache
def tables() -> dict[str, dict[str, str]]:
    """Return the types of the columns of each table that the init script creates."""
    script = (PLATFORM / "mysql" / "10-schema.sql").read_text()
    return {
        statement.this.this.name: {
            column.name: str(column.kind) for column in statement.find_all(exp.ColumnDef)
        }
        for statement in sqlglot.parse(script, dialect="mysql")
        if isinstance(statement, exp.Create) and statement.kind == "TABLE"
    }


def test_there_is_one_file_for_each_dashboard() -> None:
    assert sorted(TEXTS) == ["accounts.json", "market-data.json", "signals.json", "trades.json"]
    assert [BOARDS[name]["title"] for name in sorted(TEXTS)] == [
        "Accounts",
        "Market data",
        "Signals",
        "Trades",
    ]


def test_all_together_are_small() -> None:
    assert sum(len(text.encode()) for text in TEXTS.values()) <= 60_000


def test_uids_are_unique_and_follow_the_file_names() -> None:
    uids = {name: board["uid"] for name, board in BOARDS.items()}
    assert uids == {name: f"genx-fx-{name.removesuffix('.json')}" for name in TEXTS}


@each_board
def test_dashboard_refreshes_in_utc_and_cannot_be_edited(board: dict[str, Any]) -> None:
    assert (board["refresh"], board["timezone"], board["editable"]) == ("30s", "utc", False)
    assert "genx-fx" in board["tags"]
    assert "id" not in board


@each_board
def test_panels_have_ids_of_their_own(board: dict[str, Any]) -> None:
    identifiers = [panel["id"] for panel in board["panels"]]
    assert identifiers == list(range(1, len(identifiers) + 1))
    assert 6 <= len(identifiers) <= 9


@each_board
def test_panels_fill_the_grid_without_overlap(board: dict[str, Any]) -> None:
    cells: Counter[tuple[int, int]] = Counter()
    for position in (panel["gridPos"] for panel in board["panels"]):
        x, y, w, h = (position[key] for key in "xywh")
        cells.update(product(range(x, x + w), range(y, y + h)))
    assert set(cells.values()) == {1}
    assert set(cells) == set(product(range(24), range(max(y for _, y in cells) + 1)))


@each_board
def test_variables_are_declared_and_used(board: dict[str, Any]) -> None:
    declared = {variable["name"] for variable in board["templating"]["list"]}
    queries = "".join(target["rawSql"] for panel in board["panels"] for target in panel["targets"])
    assert {braced or bare for braced, bare in VARIABLE.findall(queries)} == declared
    assert all(variable["datasource"]["uid"] == "mysql" for variable in board["templating"]["list"])


@each_board
def test_only_a_variable_of_several_values_stands_without_quoting(board: dict[str, Any]) -> None:
    queries = "".join(target["rawSql"] for panel in board["panels"] for target in panel["targets"])
    several = {
        variable["name"]
        for variable in board["templating"]["list"]
        if variable["multi"] and variable["allValue"] == "'all'"
    }
    assert {bare for _, bare in VARIABLE.findall(queries) if bare} == several


@each_panel
def test_panel_says_what_it_shows_and_reads_from_mysql(panel: dict[str, Any]) -> None:
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["datasource"] == {"type": "mysql", "uid": "mysql"}
    assert [target["rawQuery"] for target in panel["targets"]] == [True]


@each_panel
def test_only_panels_over_time_ask_for_time_series(panel: dict[str, Any]) -> None:
    (target,) = panel["targets"]
    over_time = panel["type"] in {"timeseries", "candlestick"}
    columns = as_mysql(target["rawSql"]).named_selects
    assert target["format"] == ("time_series" if over_time else "table")
    assert (columns[0] == "time") is over_time
    assert over_time is target["rawSql"].endswith("\nORDER BY time")
    # Grafana names the series after `metric` only if there is one other column.
    assert "metric" not in columns or len(columns) == 3


@each_query
def test_every_table_and_column_exists(query: exp.Query) -> None:
    assert {table.name for table in query.find_all(exp.Table)} <= set(tables())
    qualify(query.copy(), schema=MappingSchema({**tables()}, dialect="mysql"), dialect="mysql")


@each_query
def test_no_query_shows_a_secret(query: exp.Query) -> None:
    columns = {column.name for column in query.find_all(exp.Column)}
    assert not columns & {"password_hash", "email", "account_number"}
    assert all(isinstance(star.parent, exp.Count) for star in query.find_all(exp.Star))
