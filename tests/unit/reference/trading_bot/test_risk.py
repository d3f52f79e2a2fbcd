from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from reference.trading_bot.risk import Signal, size, tradable

BUY = Signal(1, "EUR/USD", "BUY", Decimal("0.5"), Decimal("1.25"), age_seconds=3)
BALANCE = Decimal(100_000)


@pytest.mark.parametrize(
    "signal",
    [
        replace(BUY, signal_type="HOLD"),
        replace(BUY, confidence=Decimal("0.09")),
        replace(BUY, age_seconds=61),
        replace(BUY, symbol="EUR/GBP"),
        replace(BUY, id=2),
    ],
    ids=["hold", "unsure", "old", "other currencies", "done"],
)
def test_signal_not_worth_an_order_is_passed_over(signal: Signal) -> None:
    assert tradable([signal], "USD", done={2: None}) == []


def test_surest_and_then_newest_signal_comes_first() -> None:
    signals = [BUY, replace(BUY, id=3), replace(BUY, id=4, confidence=Decimal("0.9"))]
    assert [signal.id for signal in tradable(signals, "USD", {})] == [4, 3, 1]


@pytest.mark.parametrize(
    ("symbol", "price", "quantity", "amount"),
    [("EUR/USD", "1.25", "400.00", "500.00"), ("USD/JPY", "150", "500.00", "75000.00")],
    ids=["quoted in the account's currency", "based on it"],
)
def test_order_takes_one_percent_times_confidence(
    symbol: str, price: str, quantity: str, amount: str
) -> None:
    order = size(replace(BUY, symbol=symbol, price=Decimal(price)), BALANCE, "USD", Decimal(0))
    assert order is not None
    assert (str(order.quantity), str(order.amount)) == (quantity, amount)


def test_order_is_cut_to_what_the_limit_leaves() -> None:
    order = size(BUY, BALANCE, "USD", spent=Decimal(19_875))
    assert order is not None
    assert order.amount == 125


@pytest.mark.parametrize(
    ("balance", "spent"), [(100_000, 20_000), (100_000, 30_000), (0, 0), (-5, 0), (1, 0)]
)
def test_no_order_beyond_the_limit_or_without_money(balance: int, spent: int) -> None:
    assert size(BUY, Decimal(balance), "USD", Decimal(spent)) is None
