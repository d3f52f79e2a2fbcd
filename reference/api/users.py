"""Users of the demo: whoever comes first with a name owns it."""

from __future__ import annotations

import contextlib

import pymysql

from reference.api.sessions import Session, hash_password, password_fits
from reference.common.database import Database

START_BALANCE = 10_000


def log_in(database: Database, username: str, password: str) -> Session | None:
    """Return the user of this name, with a demo account if new; None for a wrong password."""
    session = _known(database, username, password)
    if session is not None or _exists(database, username):
        return session
    # Another pod may have created the same name at the same time: then it exists now.
    with contextlib.suppress(pymysql.IntegrityError):
        _create(database, username, password)
    return _known(database, username, password)


def _known(database: Database, username: str, password: str) -> Session | None:
    found = database.rows(
        "SELECT id, username, password_hash FROM users WHERE username = %s AND is_active",
        (username,),
    )
    if found and password_fits(password, found[0]["password_hash"]):
        return Session(user_id=found[0]["id"], username=found[0]["username"])
    return None


def _exists(database: Database, username: str) -> bool:
    return bool(database.rows("SELECT 1 FROM users WHERE username = %s", (username,)))


def _create(database: Database, username: str, password: str) -> None:
    with database.transaction() as cursor:
        cursor.execute(
            "INSERT INTO users (username, email, password_hash) VALUES (%s, %s, %s)",
            (username, f"{username}@example.com", hash_password(password)),
        )
        user_id = cursor.lastrowid
        cursor.execute(
            "INSERT INTO trading_accounts (user_id, account_name, broker, account_number, balance)"
            " VALUES (%s, 'Demo', 'demo', %s, %s)",
            (user_id, f"demo-{user_id}", START_BALANCE),
        )
