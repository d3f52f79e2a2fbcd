"""The trading strategy: where two moving averages stand to each other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

FAST = 5
SLOW = 20
MODEL_VERSION = f"sma-{FAST}-{SLOW}/1"

# The averages must be this many standard deviations of a price step apart to mean anything.
NOISE = 0.25


@dataclass(frozen=True)
class Signal:
    """A recommendation; the confidence runs from 0 to 1."""

    signal_type: str
    confidence: float
    price: float
    features: dict[str, float]


def signal(closes: Sequence[float]) -> Signal:
    """Judge the closing prices, oldest first.

    BUY where the fast average is above the slow one, SELL where it is below, HOLD where they are
    too close to tell. Raises ValueError for fewer than `SLOW` prices.
    """
    if len(closes) < SLOW:
        raise ValueError(f"{len(closes)} prices, {SLOW} are needed")
    window = list(closes[-SLOW:])
    fast, slow = fmean(window[-FAST:]), fmean(window)
    steps = [after / before - 1 for before, after in itertools.pairwise(window)]
    volatility = pstdev(steps)
    distance = fast / slow - 1
    strength = abs(distance) / volatility if volatility else 0.0
    kind = "HOLD" if strength < NOISE else "BUY" if distance > 0 else "SELL"
    return Signal(
        signal_type=kind,
        confidence=round(math.tanh(strength / 4), 2),
        price=window[-1],
        features={
            "fast": round(fast, 5),
            "slow": round(slow, 5),
            "volatility": round(volatility, 8),
        },
    )
