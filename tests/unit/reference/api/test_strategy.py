from __future__ import annotations

import pytest

from reference.api.strategy import SLOW, signal


def prices(step: float, number: int = SLOW) -> list[float]:
    """Return prices that drift by `step` with a little noise."""
    return [100 * (1 + step) ** n * (1 + 0.001 * (n % 2)) for n in range(number)]


@pytest.mark.parametrize(("step", "kind"), [(0.001, "BUY"), (-0.001, "SELL"), (0.0, "HOLD")])
def test_signal_follows_the_trend(step: float, kind: str) -> None:
    assert signal(prices(step)).signal_type == kind


def test_confidence_grows_with_the_trend_and_stays_in_range() -> None:
    confidences = [signal(prices(step)).confidence for step in (0, 0.0002, 0.001, 0.01, 1)]
    assert confidences == sorted(confidences)
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert confidences[0] < confidences[2]


def test_only_the_latest_prices_count() -> None:
    assert signal([1.0, 5.0, *prices(0.001)]) == signal(prices(0.001))


def test_signal_tells_what_it_was_made_of() -> None:
    made = signal([1.0] * (SLOW - 5) + [2.0] * 5)
    assert made.price == 2
    assert made.features["fast"] == 2
    assert made.features["slow"] == 1.25


def test_price_that_never_moves_is_no_signal() -> None:
    assert signal([1.0] * SLOW).signal_type == "HOLD"


def test_too_few_prices_are_refused() -> None:
    with pytest.raises(ValueError, match="19 prices, 20 are needed"):
        signal(prices(0.001, 19))
