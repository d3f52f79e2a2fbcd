"""Dashboard of the trading signals: how many, how sure, and what became of them."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from generator.dashboards.panels import (
    PERCENT,
    PRICE,
    board,
    choice_among,
    chosen,
    lines,
    number,
    rows,
    stacked_bars,
    steps,
    symbol_choice,
)

SCOPE = "\n  AND ".join(
    [
        chosen("trading_signals.symbol", "symbol"),
        chosen("trading_signals.signal_type", "signal_type"),
        chosen("trading_signals.model_version", "model_version"),
    ]
)
GIVEN = f"$__timeFilter(trading_signals.timestamp)\n  AND {SCOPE}"
TRADED = "EXISTS (SELECT 1 FROM trades WHERE trades.signal_id = trading_signals.id)"


def dashboard() -> Dashboard:
    """Return the dashboard of the trading signals."""
    return board(
        "signals",
        "Signals",
        "Signals by type and model version, their confidence, and the trades made of them.",
        [
            symbol_choice(),
            choice_among("trading_signals", "signal_type", "Signal type"),
            choice_among("trading_signals", "model_version", "Model version"),
        ],
        [
            number(
                "Signals",
                "Signals given in the time range.",
                f"SELECT COUNT(*) AS signals\nFROM trading_signals\nWHERE {GIVEN}",
            ),
            number(
                "Average confidence",
                "Mean confidence of the signals in the time range, on the models' own scale.",
                "SELECT AVG(trading_signals.confidence) AS confidence\nFROM trading_signals\n"
                f"WHERE {GIVEN}",
                decimals=2,
                empty="no signals",
            ),
            number(
                "Turned into trades",
                "Share of the signals in the time range that at least one trade refers to.",
                f"SELECT AVG({TRADED}) AS traded\nFROM trading_signals\nWHERE {GIVEN}",
                unit="percentunit",
                decimals=1,
                empty="no signals",
            ),
            number(
                "Since the last signal",
                "Time since the last signal of the choice above. Yellow from 15 minutes, red from "
                "an hour; longer is normal while the market is closed.",
                f"""
SELECT TIMESTAMPDIFF(SECOND, MAX(trading_signals.timestamp), NOW()) AS silence
FROM trading_signals
WHERE {SCOPE}""",
                unit="s",
                thresholds=steps("green", (900, "yellow"), (3600, "red")),
                empty="no signals",
            ),
            stacked_bars(
                "Signals by type",
                "Number of signals given, by type of signal.",
                f"""
SELECT $__timeGroup(trading_signals.timestamp, $__interval) AS time,
  trading_signals.signal_type AS metric,
  COUNT(*) AS signals
FROM trading_signals
WHERE {GIVEN}
GROUP BY time, metric
ORDER BY time""",
                decimals=0,
            ),
            lines(
                "Average confidence by type",
                "Mean confidence of the signals of each type, on the models' own scale.",
                f"""
SELECT $__timeGroup(trading_signals.timestamp, $__interval) AS time,
  trading_signals.signal_type AS metric,
  AVG(trading_signals.confidence) AS confidence
FROM trading_signals
WHERE {GIVEN}
GROUP BY time, metric
ORDER BY time""",
                decimals=2,
            ),
            rows(
                "Model versions",
                "What each model version gave in the time range, and how much of it was traded.",
                f"""
SELECT trading_signals.model_version AS model_version,
  COUNT(*) AS signals,
  AVG(trading_signals.confidence) AS confidence,
  AVG({TRADED}) AS traded,
  MAX(trading_signals.timestamp) AS last_signal
FROM trading_signals
WHERE {GIVEN}
GROUP BY trading_signals.model_version
ORDER BY signals DESC""",
                {"confidence": {"decimals": 2}, "traded": PERCENT},
                width=12,
                height=8,
            ),
            lines(
                "Time from signal to trade",
                "Time from a signal to the creation of the trades made of it, by the time of the "
                "signal.",
                f"""
SELECT $__timeGroup(trading_signals.timestamp, $__interval) AS time,
  AVG(TIMESTAMPDIFF(SECOND, trading_signals.timestamp, trades.created_at)) AS average,
  MAX(TIMESTAMPDIFF(SECOND, trading_signals.timestamp, trades.created_at)) AS longest
FROM trading_signals
JOIN trades ON trades.signal_id = trading_signals.id
WHERE {GIVEN}
GROUP BY time
ORDER BY time""",
                unit="s",
            ),
            rows(
                "Latest signals",
                "The last hundred signals of the time range.",
                f"""
SELECT trading_signals.timestamp AS given,
  trading_signals.symbol AS symbol,
  trading_signals.signal_type AS type,
  trading_signals.confidence AS confidence,
  trading_signals.price AS price,
  trading_signals.model_version AS model_version,
  (SELECT COUNT(*) FROM trades WHERE trades.signal_id = trading_signals.id) AS trades
FROM trading_signals
WHERE {GIVEN}
ORDER BY trading_signals.timestamp DESC
LIMIT 100""",
                {"confidence": {"decimals": 2}, "price": PRICE},
            ),
        ],
        since="now-24h",
    )
