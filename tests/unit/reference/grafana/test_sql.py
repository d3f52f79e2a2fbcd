from __future__ import annotations

import json
from pathlib import Path

import pytest

from reference.grafana.provisioning import Dashboard, Variable
from reference.grafana.sql import QueryError, Range, Value, parse_range, substitute, value

RANGE = Range(1000, 61000)
VALUES = {
    "symbol": Value(("EUR/USD",), quoted=False),
    "pairs": Value(("EUR/USD", "it's")),
    "account": Value(("1",), verbatim="'all'"),
}
DASHBOARDS = Path(__file__).parents[4] / "platform/dashboards"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("$__timeFilter(a.b)", "a.b BETWEEN FROM_UNIXTIME(1000) AND FROM_UNIXTIME(61000)"),
        ("$__timeFilter(COALESCE(a, b))", "COALESCE(a, b) BETWEEN FROM_UNIXTIME(1000)"),
        ("$__timeFrom() $__timeTo()", "FROM_UNIXTIME(1000) FROM_UNIXTIME(61000)"),
        ("$__timeGroup(t, 5m) AS x", "UNIX_TIMESTAMP(t) DIV 300 * 300 AS x"),
        ("$__timeGroup(t, '1h', 0)", "UNIX_TIMESTAMP(t) DIV 3600 * 3600"),
        ("$__timeGroup(t, $__interval)", "UNIX_TIMESTAMP(t) DIV 60 * 60"),
        ("$__timeGroupAlias(t, 1d)", 'UNIX_TIMESTAMP(t) DIV 86400 * 86400 AS "time"'),
        ("$__time(t)", "UNIX_TIMESTAMP(t) AS time_sec"),
        ("$__unixEpochFilter(e)", "e >= 1000 AND e <= 61000"),
        ("$__unixEpochFrom()-$__unixEpochTo()", "1000-61000"),
        ("$__unixEpochGroup(e, 2s)", "e DIV 2 * 2"),
        ("$__interval_ms $__from", "60000 1000000"),
        ("= '$symbol'", "= 'EUR/USD'"),
        ("= ${symbol:sqlstring}", "= 'EUR/USD'"),
        ("IN ($pairs)", "IN ('EUR/USD','it''s')"),
        ("IN (${pairs:csv})", "IN (EUR/USD,it's)"),
        ("IN ($account)", "IN ('all')"),
        ("a $ b", "a $ b"),
    ],
)
def test_statement_is_what_grafana_would_send(statement: str, expected: str) -> None:
    assert substitute(statement, VALUES, RANGE).startswith(expected)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("$nothing", "no variable \\$nothing"),
        ("${nothing:csv}", "no variable \\$nothing"),
        ("$__timeFliter(a)", "no macro \\$__timeFliter with 1 arguments"),
        ("$__timeFilter()", "no macro \\$__timeFilter with 0 arguments"),
        ("$__timeFilter(a", "a bracket is not closed"),
        ("$__timeGroup(t, soon)", "soon is no interval"),
        ("${pairs:glob}", "the format glob"),
    ],
)
def test_statement_that_grafana_could_not_send_is_refused(statement: str, reason: str) -> None:
    with pytest.raises(QueryError, match=reason):
        substitute(statement, VALUES, RANGE)


@pytest.mark.parametrize(
    ("current", "options", "expected"),
    [
        ("EUR/USD", [], Value(("EUR/USD",), quoted=False)),
        ("", ["a", "b"], Value(("a",), quoted=False)),
        ("", [], Value(("",), quoted=False)),
    ],
)
def test_variable_stands_for_its_current_value_or_its_first_option(
    current: str, options: list[str], expected: Value
) -> None:
    variable = Variable.model_validate(
        {"name": "x", "type": "query", "current": {"value": current}}
    )
    assert value(variable, options) == expected


@pytest.mark.parametrize(("all_value", "text"), [("'all'", "'all'"), (None, "'a','b'")])
def test_all_is_the_value_for_all_or_every_option(all_value: str | None, text: str) -> None:
    variable = Variable.model_validate(
        {
            "name": "x",
            "type": "query",
            "current": {"value": ["$__all"]},
            "multi": True,
            "includeAll": True,
            "allValue": all_value,
        }
    )
    assert substitute("$x", {"x": value(variable, ["a", "b"])}, RANGE) == text


def test_range_is_read() -> None:
    assert parse_range("now-6h", "now", 100_000) == Range(78_400, 100_000)
    assert parse_range("now-1d/d", "now-1m", 100_000) == Range(13_600, 99_940)
    with pytest.raises(QueryError, match="then is no time"):
        parse_range("then", "now", 0)


@pytest.mark.parametrize("file", sorted(DASHBOARDS.glob("*.json")), ids=lambda path: path.stem)
def test_every_macro_and_variable_of_the_chart_is_known(file: Path) -> None:
    dashboard = Dashboard.model_validate(json.loads(file.read_text()))
    values = {each.name: value(each, ["x"]) for each in dashboard.templating.variables}
    statements = [
        substitute(target.rawSql, values, RANGE)
        for panel in dashboard.all_panels()
        for target in panel.targets
    ]
    assert statements
    assert not any("$" in statement for statement in statements)
