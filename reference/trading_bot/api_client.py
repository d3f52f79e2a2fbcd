"""The API as the bot sees it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx

from reference.common.outage import OutageError
from reference.trading_bot.risk import Signal


class ApiClient:
    """Asks the API for signals. Every failure to get an answer is an `OutageError`."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=2, trust_env=False)

    def signals(self) -> list[Signal]:
        """Return the latest signals, newest first."""
        try:
            answer = self._client.get("/signals", params={"limit": 50})
            answer.raise_for_status()
            return [signal(found, datetime.now(UTC)) for found in answer.json()]
        except httpx.HTTPStatusError as error:
            text = error.response.text[:200]
            raise OutageError("api", f"{error.response.status_code} {text}") from error
        except httpx.HTTPError as error:
            raise OutageError("api", str(error) or type(error).__name__) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def signal(found: dict[str, Any], now: datetime) -> Signal:
    """Return one signal of the API's answer."""
    return Signal(
        id=found["id"],
        symbol=found["symbol"],
        signal_type=found["signal_type"],
        confidence=Decimal(str(found["confidence"])),
        price=Decimal(str(found["price"])),
        age_seconds=(now - datetime.fromisoformat(found["timestamp"])).total_seconds(),
    )
