"""Dashboard of the market data: prices of one symbol, and how fresh all symbols are."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from generator.dashboards.panels import (
    PERCENT,
    PRICE,
    PRICE_DECIMALS,
    board,
    candles,
    lines,
    number,
    ranking,
    rows,
    single_choice,
    stacked_bars,
    steps,
)

STALE_MINUTES = 15
OF_SYMBOL = "market_data.symbol = ${symbol:sqlstring}"
IN_RANGE = "$__timeFilter(market_data.timestamp)"
WHOLE_PARTITION = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"


def dashboard() -> Dashboard:
    """Return the dashboard of the market data."""
    return board(
        "market-data",
        "Market data",
        "Prices of the chosen symbol, and the freshness of every symbol's data.",
        [
            single_choice(
                "symbol",
                "Symbol",
                "SELECT symbol FROM trading_pairs WHERE is_active ORDER BY symbol",
            )
        ],
        [
            number(
                "Last close",
                "The latest closing price of the chosen symbol, of whatever age.",
                f"""
SELECT market_data.close_price AS price
FROM market_data
WHERE {OF_SYMBOL}
ORDER BY market_data.timestamp DESC
LIMIT 1""",
                decimals=PRICE_DECIMALS,
                empty="no data",
            ),
            number(
                "Change",
                "Last close against the first open of the time range, for the chosen symbol.",
                f"""
SELECT LAST_VALUE(market_data.close_price) OVER time_range
  / FIRST_VALUE(market_data.open_price) OVER time_range - 1 AS difference
FROM market_data
WHERE {IN_RANGE}
  AND {OF_SYMBOL}
WINDOW time_range AS (ORDER BY market_data.timestamp {WHOLE_PARTITION})
LIMIT 1""",
                unit="percentunit",
                decimals=2,
                thresholds=steps("red", (0, "green")),
                empty="no data",
            ),
            number(
                "Longest delay",
                "The longest time from a price of the chosen symbol to its row in the database. "
                f"Yellow from five minutes, red from {STALE_MINUTES}.",
                f"""
SELECT MAX(TIMESTAMPDIFF(SECOND, market_data.timestamp, market_data.created_at)) AS delay
FROM market_data
WHERE {IN_RANGE}
  AND {OF_SYMBOL}""",
                unit="s",
                thresholds=steps("green", (300, "yellow"), (STALE_MINUTES * 60, "red")),
                empty="no data",
            ),
            number(
                "Stale symbols",
                f"Active pairs without a price in the last {STALE_MINUTES} minutes. All of them, "
                "while the market is closed.",
                f"""
SELECT COUNT(*) AS stale
FROM trading_pairs
WHERE trading_pairs.is_active
  AND NOT EXISTS (
    SELECT 1
    FROM market_data
    WHERE market_data.symbol = trading_pairs.symbol
      AND market_data.timestamp >= NOW() - INTERVAL {STALE_MINUTES} MINUTE
  )""",
                thresholds=steps("green", (1, "red")),
            ),
            candles(
                "$symbol",
                "Open, high, low, close and volume of the chosen symbol.",
                f"""
SELECT DISTINCT $__timeGroup(market_data.timestamp, $__interval) AS time,
  FIRST_VALUE(market_data.open_price) OVER candle AS open,
  MAX(market_data.high_price) OVER candle AS high,
  MIN(market_data.low_price) OVER candle AS low,
  LAST_VALUE(market_data.close_price) OVER candle AS close,
  SUM(market_data.volume) OVER candle AS volume
FROM market_data
WHERE {IN_RANGE}
  AND {OF_SYMBOL}
WINDOW candle AS (
  PARTITION BY $__timeGroup(market_data.timestamp, $__interval)
  ORDER BY market_data.timestamp {WHOLE_PARTITION}
)
ORDER BY time""",
                width=16,
                height=12,
            ),
            ranking(
                "Time since the last price",
                "For every active pair, the stalest first. Yellow from five minutes, red from "
                f"{STALE_MINUTES}; a pair that never had a price says so.",
                """
SELECT pairs.symbol AS symbol,
  TIMESTAMPDIFF(SECOND, pairs.last_price, NOW()) / 60 AS minutes
FROM (
  SELECT trading_pairs.symbol,
    (
      SELECT MAX(market_data.timestamp)
      FROM market_data
      WHERE market_data.symbol = trading_pairs.symbol
    ) AS last_price
  FROM trading_pairs
  WHERE trading_pairs.is_active
) AS pairs
ORDER BY pairs.last_price""",
                unit="m",
                decimals=1,
                thresholds=steps("green", (5, "yellow"), (STALE_MINUTES, "red")),
                empty="never",
                height=12,
            ),
            lines(
                "Change of every symbol",
                "Closing price against the first open of the time range, so that pairs of any "
                "price compare.",
                f"""
SELECT $__timeGroup(prices.timestamp, $__interval) AS time,
  prices.symbol AS metric,
  AVG(prices.close_price / prices.first_price - 1) AS difference
FROM (
  SELECT market_data.symbol,
    market_data.timestamp,
    market_data.close_price,
    FIRST_VALUE(market_data.open_price) OVER (
      PARTITION BY market_data.symbol ORDER BY market_data.timestamp
    ) AS first_price
  FROM market_data
  WHERE {IN_RANGE}
) AS prices
GROUP BY time, metric
ORDER BY time""",
                unit="percentunit",
                decimals=2,
            ),
            stacked_bars(
                "Prices received",
                "Rows of market data by symbol: a gap is a feed that stopped.",
                f"""
SELECT $__timeGroup(market_data.timestamp, $__interval) AS time,
  market_data.symbol AS metric,
  COUNT(*) AS prices
FROM market_data
WHERE {IN_RANGE}
GROUP BY time, metric
ORDER BY time""",
                decimals=0,
            ),
            rows(
                "Symbols",
                "Every symbol with data in the time range. Swing is the distance from low to high, "
                "as a share of the low.",
                f"""
SELECT market_data.symbol AS symbol,
  MAX(market_data.high_price) AS high,
  MIN(market_data.low_price) AS low,
  AVG(market_data.close_price) AS average_close,
  MAX(market_data.high_price) / MIN(market_data.low_price) - 1 AS swing,
  SUM(market_data.volume) AS volume,
  COUNT(*) AS prices,
  MAX(market_data.timestamp) AS last_price
FROM market_data
WHERE {IN_RANGE}
GROUP BY market_data.symbol
ORDER BY market_data.symbol""",
                {
                    "high": PRICE,
                    "low": PRICE,
                    "average_close": PRICE,
                    "swing": PERCENT,
                    "volume": {"unit": "short"},
                },
            ),
        ],
        since="now-6h",
    )
