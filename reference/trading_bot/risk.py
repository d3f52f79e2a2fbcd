"""How much to trade, and when not to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

LEAST_CONFIDENCE = Decimal("0.1")
STAKE = Decimal("0.01")
"""Part of the balance that an order of full confidence may take."""
EXPOSURE = Decimal("0.2")
"""Part of the balance that the orders of the last minute in one pair may take together."""
STEP = Decimal("0.01")
OLDEST_SECONDS = 60


@dataclass(frozen=True)
class Signal:
    """What the bot needs of a signal of the API."""

    id: int
    symbol: str
    signal_type: str
    confidence: Decimal
    price: Decimal
    age_seconds: float


@dataclass(frozen=True)
class Order:
    """What to trade: the quantity in the base currency, the amount in the quote currency."""

    signal: Signal
    quantity: Decimal
    amount: Decimal


def tradable(signals: Iterable[Signal], currency: str, done: Mapping[int, object]) -> list[Signal]:
    """Return the signals worth an order, the surest first.

    Not those that say HOLD, are unsure, too old or done, nor pairs without the account's currency:
    their worth in it isn't known.
    """
    worth = [
        signal
        for signal in signals
        if signal.signal_type in ("BUY", "SELL")
        and signal.confidence >= LEAST_CONFIDENCE
        and signal.age_seconds <= OLDEST_SECONDS
        and signal.id not in done
        and currency in signal.symbol.split("/")
    ]
    return sorted(worth, key=lambda signal: (-signal.confidence, -signal.id))


def size(signal: Signal, balance: Decimal, currency: str, spent: Decimal) -> Order | None:
    """Return the order for a signal, or None where the balance or the limit allows none.

    `balance` and `spent`, what the last minute's orders in this pair took, are in the account's
    currency. The order is cut to what the limit leaves.
    """
    stake = min(balance * STAKE * signal.confidence, balance * EXPOSURE - spent)
    base = signal.symbol.split("/")[0]
    quantity = stake if base == currency else stake / signal.price
    quantity = quantity.quantize(STEP, ROUND_DOWN)
    if quantity < STEP:
        return None
    return Order(signal, quantity, (quantity * signal.price).quantize(Decimal("0.01")))
