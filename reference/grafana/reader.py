"""The data source's database user: what it may do, and whether a dashboard's queries run."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import pymysql
import pymysql.cursors
from pymysql.converters import escape_string

from reference.grafana.provisioning import Dashboard, DataSource, Variable
from reference.grafana.sql import QueryError, Range, Value, parse_range, substitute, value

Cursor: TypeAlias = pymysql.cursors.Cursor

TIME_COLUMNS = {"time", "time_sec"}
HARMLESS = {"USAGE", "SELECT"}
QUERY_SECONDS = 10
# MySQL's error numbers: a query took longer than max_execution_time; the login was refused; the
# connection is lost or the server going.
QUERY_INTERRUPTED = 3024
REFUSED = (1044, 1045, 1049)
LOST = (0, 1053, 2006, 2013)


class UnreachableError(Exception):
    """The database does not answer."""


@contextmanager
def connect(source: DataSource) -> Iterator[Cursor]:
    """Log in as the data source does. Raises UnreachableError, or QueryError if it is refused."""
    host, _, port = source.url.partition(":")
    if not host or not (port or "3306").isdecimal():
        raise QueryError(f"{source.url!r} is no address, such as host:3306")
    try:
        connection = pymysql.connect(
            host=host,
            port=int(port or 3306),
            user=source.user,
            password=source.secureJsonData.get("password", "").encode(),
            database=str(source.jsonData.get("database") or source.database),
            connect_timeout=2,
            read_timeout=QUERY_SECONDS + 5,
            init_command=_session(source),
        )
    except (pymysql.Error, OSError) as error:
        if error.args and error.args[0] in REFUSED:
            raise QueryError(_reason(error)) from error
        raise UnreachableError(_reason(error)) from error
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _session(source: DataSource) -> str:
    """Return the statement that limits the time of queries, and sets the zone if one is said."""
    limit = f"SET max_execution_time = {QUERY_SECONDS * 1000}"
    zone = str(source.jsonData.get("timezone", ""))
    return f"{limit}, time_zone = '{escape_string(zone)}'" if zone else limit


def check_grants(source: DataSource, cursor: Cursor) -> list[str]:
    """Say which privileges the user has beyond reading."""
    _execute(cursor, "SHOW GRANTS")
    return [
        f"data source {source.name}: the user {source.user} is not read-only: {grant}"
        for (grant,) in cursor.fetchall()
        if not read_only(grant)
    ]


def read_only(grant: str) -> bool:
    """Return whether a line of SHOW GRANTS gives nothing but reading."""
    match = re.match(r"GRANT (.+) ON ", grant)
    if match is None or grant.endswith("WITH GRANT OPTION"):
        return False
    privileges = re.sub(r"\([^)]*\)", "", match[1]).split(",")
    return {privilege.strip() for privilege in privileges} <= HARMLESS


def check_dashboard(dashboard: Dashboard, uid: str, cursor: Cursor, run: bool) -> list[str]:
    """Try the queries that a dashboard sends to the data source `uid`.

    With `run` they are really run, else MySQL only plans them: that finds all errors but those in
    the data, at hardly any cost.
    """
    problems = []
    range_ = parse_range(dashboard.time.start, dashboard.time.to, int(time.time()))
    values: dict[str, Value] = {}
    for variable in dashboard.templating.variables:
        try:
            values[variable.name] = _choose(variable, uid, cursor, values, range_)
        except QueryError as error:
            values[variable.name] = Value(("",))
            problems.append(f"dashboard {dashboard.title}, variable {variable.name}: {error}")
    for panel in dashboard.all_panels():
        for target in panel.targets:
            asked = target.datasource or panel.datasource
            if asked is None or asked.uid != uid:
                continue
            try:
                statement = substitute(target.rawSql, values, range_)
                columns = _try(statement, cursor, run)
                # EXPLAIN returns other columns, and a query that was too slow returns none.
                is_series = run and columns and target.format == "time_series"
                if is_series and not columns & TIME_COLUMNS:
                    raise QueryError("a time series without a column `time`")
            except QueryError as error:
                problems.append(
                    f"dashboard {dashboard.title}, panel {panel.title},"
                    f" query {target.refId}: {error}"
                )
    return problems


def _choose(
    variable: Variable, uid: str, cursor: Cursor, values: dict[str, Value], range_: Range
) -> Value:
    if variable.type != "query" or variable.datasource is None or variable.datasource.uid != uid:
        return value(variable, [])
    if not isinstance(variable.query, str):
        raise QueryError("its query is no text")
    _execute(cursor, substitute(variable.query, values, range_))
    names = [column[0] for column in cursor.description or ()]
    position = names.index("__value") if "__value" in names else 0
    return value(variable, [str(row[position]) for row in cursor.fetchall()])


def _try(statement: str, cursor: Cursor, run: bool) -> set[str]:
    if not statement.strip():
        raise QueryError("it is empty")
    _execute(cursor, statement if run else f"EXPLAIN {statement}")
    return {column[0] for column in cursor.description or ()}


def _execute(cursor: Cursor, statement: str) -> None:
    """Run a statement. Raises QueryError where MySQL refuses it, UnreachableError without MySQL."""
    try:
        cursor.execute(statement)
    except (pymysql.Error, OSError) as error:
        number = error.args[0] if error.args else None
        if number in LOST or not isinstance(error, pymysql.Error):
            raise UnreachableError(_reason(error)) from error
        # Slow over much data, but right.
        if number != QUERY_INTERRUPTED:
            raise QueryError(_reason(error)) from error


def _reason(error: Exception) -> str:
    return str(error.args[-1] if error.args else error)
