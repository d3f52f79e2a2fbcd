from __future__ import annotations

from typing import Any, cast

import pymysql
import pytest

from reference.grafana.provisioning import Dashboard
from reference.grafana.reader import Cursor, UnreachableError, check_dashboard, read_only


@pytest.mark.parametrize(
    ("grant", "harmless"),
    [
        ("GRANT USAGE ON *.* TO `r`@`%`", True),
        ("GRANT SELECT ON `fx`.`trades` TO `r`@`%`", True),
        ("GRANT SELECT (`id`, `name`) ON `fx`.`users` TO `r`@`%`", True),
        ("GRANT SELECT, INSERT ON `fx`.`trades` TO `r`@`%`", False),
        ("GRANT SELECT (`id`), UPDATE (`id`) ON `fx`.`users` TO `r`@`%`", False),
        ("GRANT ALL PRIVILEGES ON `fx`.* TO `r`@`%`", False),
        ("GRANT SELECT ON `fx`.* TO `r`@`%` WITH GRANT OPTION", False),
        ("GRANT `writer`@`%` TO `r`@`%`", False),
    ],
)
def test_grant_beyond_reading_is_seen(grant: str, harmless: bool) -> None:
    assert read_only(grant) is harmless


class FakeCursor:
    """Answers every query with one row of the given columns."""

    def __init__(self, columns: list[str], error: Exception | None = None) -> None:
        self.columns = columns
        self.error = error
        self.statements: list[str] = []

    @property
    def description(self) -> list[tuple[str]] | None:
        return None if self.error else [(column,) for column in self.columns]

    def execute(self, statement: str) -> None:
        self.statements.append(statement)
        if self.error:
            raise self.error

    def fetchall(self) -> list[tuple[Any, ...]]:
        return [tuple(f"{column}-1" for column in self.columns)]


def dashboard(format: str = "table", sql: str = "SELECT '$account'") -> Dashboard:
    return Dashboard.model_validate(
        {
            "uid": "d",
            "title": "D",
            "schemaVersion": 42,
            "time": {"from": "now-1h", "to": "now"},
            "templating": {
                "list": [
                    {
                        "name": "account",
                        "type": "query",
                        "query": "SELECT accounts",
                        "datasource": {"uid": "mysql"},
                    }
                ]
            },
            "panels": [
                {
                    "id": 1,
                    "type": "stat",
                    "title": "P",
                    "gridPos": {"x": 0, "y": 0, "w": 1, "h": 1},
                    "datasource": {"uid": "mysql"},
                    "targets": [{"refId": "A", "rawSql": sql, "format": format}],
                }
            ],
        }
    )


def check(board: Dashboard, cursor: FakeCursor, run: bool = True) -> list[str]:
    return check_dashboard(board, "mysql", cast(Cursor, cursor), run)


def test_variables_are_filled_from_the_database() -> None:
    cursor = FakeCursor(["__text", "__value"])
    assert check(dashboard(), cursor) == []
    assert cursor.statements == ["SELECT accounts", "SELECT '__value-1'"]


def test_queries_are_only_planned_when_not_run() -> None:
    cursor = FakeCursor(["a"])
    assert check(dashboard("time_series"), cursor, run=False) == []
    assert cursor.statements[-1] == "EXPLAIN SELECT 'a-1'"


@pytest.mark.parametrize(
    ("board", "error", "problem"),
    [
        (
            dashboard(),
            pymysql.ProgrammingError(1142, "SELECT command denied"),
            "panel P, query A: SELECT command denied",
        ),
        (dashboard(sql="$typo"), None, "panel P, query A: no variable $typo"),
        (dashboard(sql=" "), None, "panel P, query A: it is empty"),
        (dashboard("time_series"), None, "panel P, query A: a time series without a column `time`"),
    ],
)
def test_panel_whose_query_does_not_run_is_named(
    board: Dashboard, error: Exception | None, problem: str
) -> None:
    problems = check(board, FakeCursor(["a"], error))
    assert f"dashboard D, {problem}" in problems


def test_slow_query_is_no_fault() -> None:
    slow = pymysql.OperationalError(3024, "maximum statement execution time exceeded")
    for format in ("table", "time_series"):
        assert check(dashboard(format), FakeCursor(["time"], slow)) == []


@pytest.mark.parametrize(
    "error", [pymysql.OperationalError(2013, "Lost connection"), TimeoutError("timed out")]
)
def test_lost_connection_is_no_fault_of_a_panel(error: Exception) -> None:
    with pytest.raises(UnreachableError):
        check(dashboard(), FakeCursor(["a"], error))
