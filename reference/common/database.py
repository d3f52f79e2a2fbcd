"""MySQL with a bounded pool of connections that never waits long and reconnects by itself."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pymysql
import pymysql.cursors

from reference.common.outage import OutageError
from reference.common.settings import DatabaseAddress

Row = dict[str, Any]
Connection: TypeAlias = "pymysql.Connection[pymysql.cursors.DictCursor]"
Cursor = pymysql.cursors.DictCursor

# A connection that was idle for longer is tested before it is used.
TRY_AFTER_SECONDS = 1.0

# How long to wait for a connection when all are in use.
LONGEST_WAIT_SECONDS = 1.0

# When the server closes a connection that says nothing, and undoes its transaction. A client whose
# node is lost cannot say goodbye, and its locks would stop its successor for eight hours.
# Connections that only read hold no locks and may rest longer, because a new one is expensive.
SERVER_PATIENCE_SECONDS = 20


def connect(address: DatabaseAddress, seconds: float) -> Connection:
    """Open a connection with UTC times; connecting and each answer may take `seconds`."""
    return pymysql.connect(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password.encode(),  # of text, only Latin letters could be sent
        database=address.database,
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=seconds,
        read_timeout=seconds,
        write_timeout=seconds,
        init_command="SET time_zone = '+00:00', innodb_lock_wait_timeout = 1",
        cursorclass=pymysql.cursors.DictCursor,
    )


class Database:
    """A pool of at most `size` connections. Every failure to reach MySQL is an `OutageError`.

    Each answer of MySQL may take `seconds`.
    """

    def __init__(self, address: DatabaseAddress, size: int, seconds: float = 2) -> None:
        self._address = address
        self._size = size
        self._seconds = seconds
        # Each place holds an idle connection and the time since when it is idle, or nothing yet.
        self._places: queue.LifoQueue[tuple[Connection, float] | None] = queue.LifoQueue()
        for _ in range(size):
            self._places.put(None)

    @property
    def in_use(self) -> int:
        """How many connections are lent out."""
        return self._size - self._places.qsize()

    @contextlib.contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """Lend a cursor in autocommit mode."""
        try:
            place = self._places.get(timeout=LONGEST_WAIT_SECONDS)
        except queue.Empty:
            raise OutageError("mysql", f"all {self._size} connections are busy") from None
        connection: Connection | None = None
        healthy = False
        try:
            connection = self._usable(place)
            with connection.cursor() as cursor:
                yield cursor
            healthy = True
        except (pymysql.OperationalError, pymysql.InterfaceError, OSError) as error:
            raise OutageError("mysql", error.args[-1] if error.args else error) from error
        finally:
            if connection is not None and healthy:
                self._places.put((connection, time.monotonic()))
            else:
                _discard(connection)
                self._places.put(None)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """Lend a cursor in a transaction: committed at the end, undone by any error."""
        with self.cursor() as cursor:
            cursor.execute(f"SET wait_timeout = {SERVER_PATIENCE_SECONDS}")
            cursor.execute("BEGIN")
            yield cursor
            cursor.execute("COMMIT")

    def rows(
        self, statement: str, values: Sequence[object] | Mapping[str, object] = ()
    ) -> list[Row]:
        """Run one query."""
        with self.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def close(self) -> None:
        """Close the resting connections."""
        with contextlib.suppress(queue.Empty):
            while True:
                place = self._places.get_nowait()
                if place is not None:
                    _discard(place[0])

    def _usable(self, place: tuple[Connection, float] | None) -> Connection:
        if place is not None:
            connection, since = place
            if time.monotonic() - since < TRY_AFTER_SECONDS or _alive(connection):
                return connection
        return connect(self._address, self._seconds)


def _alive(connection: Connection) -> bool:
    """Return whether the server answers; silence until the time-out is an outage."""
    began = time.monotonic()
    try:
        connection.ping(reconnect=False)
    except (pymysql.Error, OSError) as error:
        _discard(connection)
        if time.monotonic() - began > 1:
            raise OutageError("mysql", "does not answer") from error
        return False
    return True


def _discard(connection: Connection | None) -> None:
    if connection is not None:
        with contextlib.suppress(Exception):
            connection.close()
