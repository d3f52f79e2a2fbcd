"""What the lists show: their SQL, and rows as JSON."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from reference.common.database import Database

PAIRS = """
SELECT id, symbol, base_currency, quote_currency
FROM trading_pairs WHERE is_active ORDER BY symbol
"""

MARKET_DATA = """
SELECT id, symbol, timestamp, open_price, high_price, low_price, close_price, volume
FROM market_data WHERE %(symbol)s IS NULL OR symbol = %(symbol)s
ORDER BY id DESC LIMIT %(limit)s
"""

SIGNALS = """
SELECT id, symbol, signal_type, confidence, price, timestamp, model_version, features
FROM trading_signals WHERE %(symbol)s IS NULL OR symbol = %(symbol)s
ORDER BY id DESC LIMIT %(limit)s
"""

# Select the latest trades before joining: after a join, MySQL would sort all trades.
TRADES = """
SELECT latest.id, account_id, account_name, symbol, trade_type, quantity, price, total_amount,
  status, signal_id, latest.created_at, executed_at
FROM (
  SELECT * FROM trades WHERE %(symbol)s IS NULL OR symbol = %(symbol)s
  ORDER BY id DESC LIMIT %(limit)s
) AS latest
JOIN trading_accounts ON trading_accounts.id = account_id
ORDER BY latest.id DESC
"""

ACCOUNTS = """
SELECT id, account_name, broker, account_number, balance, currency
FROM trading_accounts WHERE user_id = %(user_id)s AND is_active ORDER BY id
"""


def read(database: Database, statement: str, **values: object) -> str:
    """Run a query and return its rows as a JSON array."""
    return as_json(database.rows(statement, values))


def as_json(rows: list[dict[str, Any]]) -> str:
    """Return the rows as JSON: amounts as numbers, times in UTC, JSON columns as what they hold."""
    for row in rows:
        if isinstance(row.get("features"), str):
            row["features"] = json.loads(row["features"])
    return json.dumps(rows, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    raise TypeError(f"no JSON for {type(value).__name__}")
