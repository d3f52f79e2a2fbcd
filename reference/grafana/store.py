"""What Grafana keeps on its volume, in SQLite: sessions and annotations."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

SESSION_SECONDS = 7 * 86400

TABLES = """
CREATE TABLE IF NOT EXISTS session (token_hash TEXT PRIMARY KEY, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS annotation (
  id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, text TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Annotation:
    """A note; its time is in milliseconds since 1970."""

    id: int
    time: int
    text: str


class Store:
    """The file `grafana.db`. Every method raises sqlite3.Error where the volume fails."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "grafana.db"

    def check(self) -> None:
        """Raise what keeps the file from being written."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM session WHERE expires < ?", (time.time(),))

    def new_session(self) -> str:
        """Keep a new session; return its token, which is kept nowhere."""
        token = secrets.token_urlsafe(32)
        with self._transaction() as connection:
            expires = time.time() + SESSION_SECONDS
            connection.execute("INSERT INTO session VALUES (?, ?)", (_hash(token), expires))
        return token

    def has_session(self, token: str) -> bool:
        """Return whether the token's session is kept and not over."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT 1 FROM session WHERE token_hash = ? AND expires > ?",
                (_hash(token), time.time()),
            ).fetchone()
        return row is not None

    def end_session(self, token: str) -> None:
        """Forget a session."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM session WHERE token_hash = ?", (_hash(token),))

    def annotate(self, text: str) -> int:
        """Keep a note; return its number."""
        with self._transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO annotation (time, text) VALUES (?, ?)", (int(time.time() * 1000), text)
            )
        return int(cursor.lastrowid or 0)

    def annotations(self) -> list[Annotation]:
        """Return the notes, newest first."""
        with self._transaction() as connection:
            rows = connection.execute("SELECT id, time, text FROM annotation ORDER BY id DESC")
            return [Annotation(*row) for row in rows]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=2)) as connection, connection:
            connection.executescript(TABLES)
            yield connection


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
