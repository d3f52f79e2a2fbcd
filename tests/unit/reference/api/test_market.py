from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reference.api.market import START_PRICES, next_candle, start_price

START = datetime(2026, 1, 1, tzinfo=UTC)
PAIRS = Path(__file__).parents[4] / "platform/mysql/20-pairs.sql"


def test_every_pod_sees_the_same_market() -> None:
    assert next_candle("EUR/USD", START, 1.1) == next_candle("EUR/USD", START, 1.1)
    assert next_candle("EUR/USD", START, 1.1) != next_candle("GBP/USD", START, 1.1)


@pytest.mark.parametrize("symbol", ["EUR/USD", "USD/JPY", "AAA/BBB"])
def test_candles_follow_each_other_and_stay_in_range(symbol: str) -> None:
    price = start_price(symbol)
    for slot in range(1500):
        candle = next_candle(symbol, START + timedelta(seconds=2 * slot), price)
        assert candle.open_price == round(price, 5)
        assert candle.low_price <= min(candle.open_price, candle.close_price)
        assert candle.high_price >= max(candle.open_price, candle.close_price)
        assert candle.volume > 0
        price = candle.close_price
        assert 0.5 < price / start_price(symbol) < 2


def test_every_pair_of_the_platform_has_a_price() -> None:
    seeded = re.findall(r"\('(\w+/\w+)'", PAIRS.read_text())
    assert len(seeded) == 11
    assert set(START_PRICES) == set(seeded)
