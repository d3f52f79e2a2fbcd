from __future__ import annotations

from typing import Any

import pymysql
import pytest

from reference.common import database as module
from reference.common.database import Database
from reference.common.outage import OutageError
from reference.common.settings import DatabaseAddress

PATIENCE = f"SET wait_timeout = {module.SERVER_PATIENCE_SECONDS}"
ADDRESS = DatabaseAddress(host="db", port=3306, user="u", password="p", database="d")


class FakeConnection:
    """Stands for a connection, and its own cursor."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.ping_error: Exception | None = None
        self.error: Exception | None = None
        self.closed = False

    def ping(self, reconnect: bool) -> None:
        if self.ping_error:
            raise self.ping_error

    def cursor(self) -> FakeConnection:
        return self

    def __enter__(self) -> FakeConnection:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, statement: str, values: object = ()) -> None:
        self.statements.append(statement)
        if self.error and statement not in (PATIENCE, "BEGIN", "COMMIT"):
            raise self.error

    def fetchall(self) -> list[dict[str, Any]]:
        return [{"one": 1}]

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[FakeConnection]:
    made: list[FakeConnection] = []

    def connect(_: DatabaseAddress, seconds: float) -> FakeConnection:
        made.append(FakeConnection())
        return made[-1]

    monkeypatch.setattr(module, "connect", connect)
    return made


def test_connection_is_used_again(connections: list[FakeConnection]) -> None:
    database = Database(ADDRESS, 3)
    assert database.rows("SELECT 1") == database.rows("SELECT 1") == [{"one": 1}]
    assert len(connections) == 1
    assert database.in_use == 0


def test_answers_may_take_as_long_as_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    patience: list[float] = []

    def connect(_: DatabaseAddress, seconds: float) -> FakeConnection:
        patience.append(seconds)
        return FakeConnection()

    monkeypatch.setattr(module, "connect", connect)
    Database(ADDRESS, 1, seconds=5).rows("SELECT 1")
    assert patience == [5]


def test_no_more_connections_than_allowed(
    connections: list[FakeConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(ADDRESS, 2)
    monkeypatch.setattr(module, "LONGEST_WAIT_SECONDS", 0.01)
    with database.cursor(), database.cursor():
        assert database.in_use == 2
        with pytest.raises(OutageError, match="all 2 connections are busy"):
            database.rows("SELECT 1")
    assert len(connections) == 2


def test_connection_that_died_at_rest_is_replaced(
    connections: list[FakeConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TRY_AFTER_SECONDS", 0)
    database = Database(ADDRESS, 1)
    database.rows("SELECT 1")
    connections[0].ping_error = pymysql.OperationalError(2013, "gone")
    assert database.rows("SELECT 1") == [{"one": 1}]
    assert [connection.closed for connection in connections] == [True, False]


@pytest.mark.parametrize(
    "error",
    [
        pymysql.OperationalError(2013, "Lost connection"),
        pymysql.InterfaceError(0, ""),
        TimeoutError("timed out"),
    ],
)
def test_failure_is_an_outage_and_the_next_query_connects_anew(
    connections: list[FakeConnection], error: Exception
) -> None:
    database = Database(ADDRESS, 1)
    database.rows("SELECT 1")
    connections[0].error = error
    with pytest.raises(OutageError, match="mysql"):
        database.rows("SELECT 1")
    assert connections[0].closed
    assert database.in_use == 0
    database.rows("SELECT 1")
    assert len(connections) == 2


def test_transaction_is_committed(connections: list[FakeConnection]) -> None:
    with Database(ADDRESS, 1).transaction() as cursor:
        cursor.execute("INSERT")
    assert connections[0].statements == [PATIENCE, "BEGIN", "INSERT", "COMMIT"]


def test_transaction_that_fails_is_not_committed_and_its_connection_dropped(
    connections: list[FakeConnection],
) -> None:
    with pytest.raises(KeyError), Database(ADDRESS, 1).transaction():
        raise KeyError
    assert connections[0].statements == [PATIENCE, "BEGIN"]
    assert connections[0].closed


def test_close_closes_what_rests(connections: list[FakeConnection]) -> None:
    database = Database(ADDRESS, 2)
    database.rows("SELECT 1")
    database.close()
    assert connections[0].closed


def test_the_server_soon_undoes_the_transaction_of_a_client_that_is_lost(
    connections: list[FakeConnection],
) -> None:
    """A client whose node is lost keeps its locks until the server closes its connection."""
    database = Database(ADDRESS, 1)
    database.rows("SELECT 1")
    assert connections[0].statements == ["SELECT 1"]
    with database.transaction():
        assert connections[0].statements[1:] == [PATIENCE, "BEGIN"]
    assert module.TRY_AFTER_SECONDS < module.SERVER_PATIENCE_SECONDS <= 30
