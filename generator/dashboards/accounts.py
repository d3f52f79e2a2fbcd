"""Dashboard of the trading accounts: their balances and what they trade."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from generator.dashboards.panels import (
    account_choice,
    board,
    choice_among,
    chosen,
    number,
    ranking,
    rows,
    shares,
    stacked_bars,
    steps,
)

SCOPE = (
    f"{chosen('trading_accounts.id', 'account')}"
    f"\n  AND {chosen('trading_accounts.currency', 'currency')}"
)
ACTIVE = f"trading_accounts.is_active\n  AND {SCOPE}"
CREATED = "$__timeFilter(trades.created_at)"


def dashboard() -> Dashboard:
    """Return the dashboard of the trading accounts."""
    return board(
        "accounts",
        "Accounts",
        "Balances of the trading accounts, who holds them, and how much each of them trades.",
        [
            account_choice(),
            choice_among("trading_accounts", "currency", "Currency"),
        ],
        [
            number(
                "Active accounts",
                "Trading accounts that are active.",
                f"SELECT COUNT(*) AS accounts\nFROM trading_accounts\nWHERE {ACTIVE}",
            ),
            number(
                "Users who can trade",
                "Active users with at least one active trading account.",
                f"""
SELECT COUNT(DISTINCT users.id) AS users_who_can_trade
FROM users
JOIN trading_accounts ON trading_accounts.user_id = users.id
WHERE users.is_active
  AND {ACTIVE}""",
            ),
            number(
                "Accounts without funds",
                "Active accounts with a balance of zero or less.",
                "SELECT COUNT(*) AS accounts\nFROM trading_accounts\n"
                f"WHERE trading_accounts.balance <= 0\n  AND {ACTIVE}",
                thresholds=steps("green", (1, "red")),
            ),
            number(
                "Idle accounts",
                "Active accounts without a trade in the time range.",
                f"""
SELECT COUNT(*) AS accounts
FROM trading_accounts
WHERE NOT EXISTS (
    SELECT 1
    FROM trades
    WHERE trades.account_id = trading_accounts.id
      AND {CREATED}
  )
  AND {ACTIVE}""",
                thresholds=steps("green", (1, "yellow")),
            ),
            ranking(
                "Balance by currency",
                "Sum of the balances of the active accounts, each in its own currency.",
                f"""
SELECT trading_accounts.currency AS currency, SUM(trading_accounts.balance) AS balance
FROM trading_accounts
WHERE {ACTIVE}
GROUP BY trading_accounts.currency
ORDER BY balance DESC""",
                decimals=2,
            ),
            shares(
                "Accounts by broker",
                "Active accounts held at each broker.",
                f"""
SELECT trading_accounts.broker AS broker, COUNT(*) AS accounts
FROM trading_accounts
WHERE {ACTIVE}
GROUP BY trading_accounts.broker
ORDER BY accounts DESC""",
            ),
            ranking(
                "Trades by account",
                "The twenty accounts with the most trades created in the time range.",
                f"""
SELECT trading_accounts.account_name AS account, COUNT(*) AS trades
FROM trades
JOIN trading_accounts ON trading_accounts.id = trades.account_id
WHERE {CREATED}
  AND {SCOPE}
GROUP BY trading_accounts.id, trading_accounts.account_name
ORDER BY trades DESC
LIMIT 20""",
                decimals=0,
            ),
            stacked_bars(
                "Trades over time",
                "Number of trades created, by account.",
                f"""
SELECT $__timeGroup(trades.created_at, $__interval) AS time,
  trading_accounts.account_name AS metric,
  COUNT(*) AS trades
FROM trades
JOIN trading_accounts ON trading_accounts.id = trades.account_id
WHERE {CREATED}
  AND {SCOPE}
GROUP BY time, metric
ORDER BY time""",
                decimals=0,
                width=24,
            ),
            rows(
                "Accounts",
                "Every account, also inactive ones, with its trades of the time range.",
                f"""
SELECT trading_accounts.account_name AS account,
  users.username AS holder,
  trading_accounts.broker AS broker,
  trading_accounts.currency AS currency,
  trading_accounts.balance AS balance,
  trading_accounts.is_active AS active,
  COALESCE(activity.trades, 0) AS trades,
  COALESCE(activity.pending, 0) AS pending,
  activity.last_trade AS last_trade,
  trading_accounts.updated_at AS updated
FROM trading_accounts
LEFT JOIN users ON users.id = trading_accounts.user_id
LEFT JOIN (
  SELECT trades.account_id,
    COUNT(*) AS trades,
    SUM(trades.status = 'PENDING') AS pending,
    MAX(trades.created_at) AS last_trade
  FROM trades
  WHERE {CREATED}
  GROUP BY trades.account_id
) AS activity ON activity.account_id = trading_accounts.id
WHERE {SCOPE}
ORDER BY trading_accounts.account_name""",
                {
                    "balance": {
                        "decimals": 2,
                        "thresholds": steps("red", (0.01, "green")),
                        "custom.cellOptions": {"type": "color-text"},
                    },
                    "active": {"unit": "bool_yes_no"},
                },
            ),
        ],
        since="now-7d",
    )
