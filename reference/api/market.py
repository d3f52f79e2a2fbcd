"""A simulated market: the same pair, time and last price give the same candle everywhere."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime

START_PRICES = {
    "EUR/USD": 1.08,
    "GBP/USD": 1.27,
    "USD/JPY": 151.0,
    "USD/CHF": 0.89,
    "AUD/USD": 0.66,
    "USD/CAD": 1.36,
    "NZD/USD": 0.61,
    "EUR/GBP": 0.85,
    "EUR/JPY": 163.0,
    "GBP/JPY": 192.0,
    "XAU/USD": 2350.0,
}
VOLATILITY = 0.0004


@dataclass(frozen=True)
class Candle:
    """Prices of one time slot."""

    symbol: str
    timestamp: datetime
    open_price: float
    high_price: float
    low_price: float
    close_price: float
    volume: float


def start_price(symbol: str) -> float:
    """Return the first price of a pair that has none yet."""
    return START_PRICES.get(symbol, 1.0)


def next_candle(symbol: str, timestamp: datetime, last_price: float) -> Candle:
    """Return the candle that follows `last_price`: a random walk with a slow swing.

    The walk is drawn back to the pair's first price, so that it stays in range for months.
    """
    seconds = timestamp.timestamp()
    chance = random.Random(f"{symbol} {seconds}")
    swing = VOLATILITY * math.sin(seconds / 60 + sum(symbol.encode()))
    homeward = 0.001 * math.log(start_price(symbol) / last_price)
    close = last_price * math.exp(swing + homeward + chance.gauss(0, VOLATILITY))
    high = max(last_price, close) * (1 + abs(chance.gauss(0, VOLATILITY / 2)))
    low = min(last_price, close) * (1 - abs(chance.gauss(0, VOLATILITY / 2)))
    return Candle(
        symbol=symbol,
        timestamp=timestamp,
        open_price=round(last_price, 5),
        high_price=round(high, 5),
        low_price=round(low, 5),
        close_price=round(close, 5),
        volume=round(chance.uniform(100, 5000), 2),
    )
