"""Dashboard of the trades: how many, for how much, how fast, and what waits."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from generator.dashboards.panels import (
    PRICE,
    WAITING,
    WAITING_THRESHOLDS,
    account_choice,
    board,
    choice_among,
    chosen,
    lines,
    number,
    rows,
    shares,
    stacked_bars,
    steps,
    symbol_choice,
)

SCOPE = f"{chosen('trades.symbol', 'symbol')}\n  AND {chosen('trades.account_id', 'account')}"
CREATED = f"$__timeFilter(trades.created_at)\n  AND {SCOPE}"
CREATED_WITH_STATUS = f"{CREATED}\n  AND {chosen('trades.status', 'status')}"


def dashboard() -> Dashboard:
    """Return the dashboard of the trades."""
    return board(
        "trades",
        "Trades",
        "Volume, status and speed of the trades, and the trades that still wait.",
        [
            symbol_choice(),
            account_choice(),
            choice_among("trades", "status", "Status"),
        ],
        [
            number(
                "Trades",
                "Trades created in the time range.",
                f"SELECT COUNT(*) AS trades\nFROM trades\nWHERE {CREATED_WITH_STATUS}",
            ),
            number(
                "Executed",
                "Share of the trades created in the time range, of any status, that have a time "
                "of execution.",
                "SELECT AVG(trades.executed_at IS NOT NULL) AS executed\nFROM trades\n"
                f"WHERE {CREATED}",
                unit="percentunit",
                decimals=1,
                thresholds=steps("red", (0.8, "yellow"), (0.95, "green")),
                empty="no trades",
            ),
            number(
                "Pending now",
                "Trades that are PENDING at this moment, whenever they were created.",
                "SELECT COUNT(*) AS pending\nFROM trades\n"
                f"WHERE trades.status = 'PENDING'\n  AND {SCOPE}",
            ),
            number(
                "Oldest pending trade",
                "How long the oldest PENDING trade has waited. Yellow from one minute, red from "
                "five.",
                f"""
SELECT TIMESTAMPDIFF(SECOND, MIN(trades.created_at), NOW()) AS waiting
FROM trades
WHERE trades.status = 'PENDING'
  AND {SCOPE}""",
                unit="s",
                thresholds=WAITING_THRESHOLDS,
                empty="none",
            ),
            stacked_bars(
                "Trades by side",
                "Number of trades created, by type of trade.",
                f"""
SELECT $__timeGroup(trades.created_at, $__interval) AS time,
  trades.trade_type AS metric,
  COUNT(*) AS trades
FROM trades
WHERE {CREATED_WITH_STATUS}
GROUP BY time, metric
ORDER BY time""",
                decimals=0,
            ),
            stacked_bars(
                "Traded amount by quote currency",
                "Total amount of the trades created. An amount is in the quote currency of its "
                "pair, so each currency is a series of its own.",
                f"""
SELECT $__timeGroup(trades.created_at, $__interval) AS time,
  trading_pairs.quote_currency AS metric,
  SUM(trades.total_amount) AS amount
FROM trades
JOIN trading_pairs ON trading_pairs.symbol = trades.symbol
WHERE {CREATED_WITH_STATUS}
GROUP BY time, metric
ORDER BY time""",
                decimals=2,
            ),
            shares(
                "Status",
                "Trades created in the time range, by the status they have now.",
                f"""
SELECT trades.status AS status, COUNT(*) AS trades
FROM trades
WHERE {CREATED}
GROUP BY trades.status
ORDER BY trades DESC""",
            ),
            lines(
                "Time to execution",
                "Time from the creation of a trade to its execution, by the time of creation.",
                f"""
SELECT $__timeGroup(trades.created_at, $__interval) AS time,
  AVG(TIMESTAMPDIFF(SECOND, trades.created_at, trades.executed_at)) AS average,
  MAX(TIMESTAMPDIFF(SECOND, trades.created_at, trades.executed_at)) AS longest
FROM trades
WHERE {CREATED}
  AND trades.executed_at IS NOT NULL
GROUP BY time
ORDER BY time""",
                unit="s",
                width=16,
            ),
            rows(
                "Pending trades",
                "The hundred PENDING trades that have waited longest.",
                f"""
SELECT trades.id AS trade,
  trades.created_at AS created,
  TIMESTAMPDIFF(SECOND, trades.created_at, NOW()) AS waiting,
  trading_accounts.account_name AS account,
  trades.symbol AS symbol,
  trades.trade_type AS side,
  trades.quantity AS quantity,
  trades.price AS price,
  trades.signal_id AS from_signal
FROM trades
LEFT JOIN trading_accounts ON trading_accounts.id = trades.account_id
WHERE trades.status = 'PENDING'
  AND {SCOPE}
ORDER BY trades.created_at
LIMIT 100""",
                {"waiting": WAITING, "price": PRICE},
            ),
        ],
        since="now-24h",
    )
