"""The bot's book of trades in MySQL: one trade for each account and signal, never two.

The number of a client order is made of account and signal, so an order that is placed again has the
same number. The table `trades` has no column for it, and its pair (account_id, signal_id) stands
for it: whoever writes a trade holds the lock on the signal's row, and looks first. So neither a
second bot, nor a bot that lost the answer to its COMMIT, trades a signal twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reference.common.database import Cursor, Database
from reference.trading_bot.risk import Order, Signal, size

USERNAME = "trading-bot"
START_BALANCE = 100_000
CURRENCY = "USD"
# No password has this hash: nobody logs in as the bot, nor who signed up by its name before it.
NO_PASSWORD = "!"
# All that an account can have traded in the last minute, at a bot's shortest interval. The table of
# the contract has no index by time or status: each day's trades would make the next one slower.
LATEST = "(SELECT * FROM trades WHERE account_id = %s ORDER BY id DESC LIMIT 1500) AS latest"


@dataclass(frozen=True)
class Account:
    """The account that the bot trades for."""

    id: int
    user_id: int
    currency: str


@dataclass(frozen=True)
class Trade:
    """A trade, and MySQL's clock at the moment it was written or filled, in UTC."""

    id: int
    signal_id: int
    time: str


def client_order_id(account: Account, signal_id: int) -> str:
    """Return the number of an order: the same for every attempt."""
    return f"gx-{account.id}-{signal_id}"


class Book:
    """Reads and writes the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> str:
        """Return MySQL's clock in UTC, to the microsecond: the one clock that all bots share."""
        with self._database.cursor() as cursor:
            return _now(cursor)

    def account(self, broker: str, login: str) -> Account:
        """Return the broker account of this login, made if it is new."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT INTO users (username, email, password_hash) VALUES (%s, %s, %s)"
                " ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id),"
                " password_hash = VALUES(password_hash)",
                (USERNAME, f"{USERNAME}@example.com", NO_PASSWORD),
            )
            user_id = cursor.lastrowid
            # The user's row is locked now: two bots can't both make the account.
            cursor.execute(
                "SELECT id, user_id, currency FROM trading_accounts"
                " WHERE user_id = %s AND broker = %s AND account_number = %s FOR UPDATE",
                (user_id, broker, login),
            )
            row = cursor.fetchone()
            if row is None:
                cursor.execute(
                    "INSERT INTO trading_accounts"
                    " (user_id, account_name, broker, account_number, balance, currency)"
                    " VALUES (%s, 'Trading bot', %s, %s, %s, %s)",
                    (user_id, broker, login, START_BALANCE, CURRENCY),
                )
                row = {"id": cursor.lastrowid, "user_id": user_id, "currency": CURRENCY}
        return Account(**row)

    def place(self, account: Account, signal: Signal) -> Trade | None:
        """Write the order for a signal, PENDING; None where it has one already or risk forbids."""
        with self._database.transaction() as cursor:
            cursor.execute("SELECT id FROM trading_signals WHERE id = %s FOR UPDATE", (signal.id,))
            if cursor.fetchone() is None or _has_trade(cursor, account, signal):
                return None
            order = size(
                signal, _balance(cursor, account), account.currency, _spent(cursor, account, signal)
            )
            if order is None:
                return None
            return _insert(cursor, account, order)

    def fill(self, account: Account) -> list[Trade]:
        """Write FILLED what is PENDING, also of a bot that died: the demo broker fills at once."""
        pending = self._database.rows(
            f"SELECT id, signal_id FROM {LATEST} WHERE status = 'PENDING' ORDER BY id",
            (account.id,),
        )
        filled = []
        for row in pending:
            with self._database.transaction() as cursor:
                cursor.execute(
                    "UPDATE trades SET status = 'FILLED', executed_at = NOW()"
                    " WHERE id = %s AND status = 'PENDING'",
                    (row["id"],),
                )
                if cursor.rowcount:
                    filled.append(Trade(row["id"], row["signal_id"], _now(cursor)))
        return filled


def _has_trade(cursor: Cursor, account: Account, signal: Signal) -> bool:
    # Sees everything committed before the lock: it is the transaction's first plain read.
    cursor.execute(
        "SELECT id FROM trades WHERE account_id = %s AND signal_id = %s",
        (account.id, signal.id),
    )
    return cursor.fetchone() is not None


def _balance(cursor: Cursor, account: Account) -> Decimal:
    cursor.execute("SELECT balance FROM trading_accounts WHERE id = %s", (account.id,))
    row = cursor.fetchone()
    return Decimal(row["balance"]) if row else Decimal(0)


def _spent(cursor: Cursor, account: Account, signal: Signal) -> Decimal:
    """Return what the last minute's orders in this pair took, in the account's currency."""
    worth = "quantity" if signal.symbol.startswith(f"{account.currency}/") else "total_amount"
    cursor.execute(
        f"SELECT COALESCE(SUM({worth}), 0) AS spent FROM {LATEST}"
        " WHERE symbol = %s AND created_at > NOW() - INTERVAL 1 MINUTE",
        (account.id, signal.symbol),
    )
    row = cursor.fetchone()
    return Decimal(row["spent"]) if row else Decimal(0)


def _insert(cursor: Cursor, account: Account, order: Order) -> Trade:
    signal = order.signal
    cursor.execute(
        "INSERT INTO trades (user_id, account_id, symbol, trade_type, quantity, price,"
        " total_amount, signal_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            account.user_id,
            account.id,
            signal.symbol,
            signal.signal_type,
            order.quantity,
            signal.price,
            order.amount,
            signal.id,
        ),
    )
    return Trade(cursor.lastrowid, signal.id, _now(cursor))


def _now(cursor: Cursor) -> str:
    cursor.execute("SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%fZ') AS now")
    row = cursor.fetchone()
    assert row is not None
    return str(row["now"])
