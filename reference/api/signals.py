"""Prices and signals, written once in every time slot whatever the number of API pods."""

from __future__ import annotations

import csv
import io
import json
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reference.api import market, metrics, strategy
from reference.common.database import Cursor, Database
from reference.common.outage import OutageError
from reference.common.redis_client import Redis, outages

log = logging.getLogger(__name__)


def slot_at(moment: datetime, seconds: int) -> datetime:
    """Return the start of the slot that `moment` is in."""
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)


class SignalMaker:
    """Computes the signals of the present slot, in the background and on request.

    One pod is chosen for a slot by a key in Redis. Should Redis forget the key, the lock on the
    pairs in MySQL still lets one pod write at a time, and the others find the slot written.
    """

    def __init__(
        self, database: Database, redis: Redis, instance: str, slot_seconds: int, data: Path
    ) -> None:
        self._database = database
        self._redis = redis
        self._instance = instance
        self._seconds = slot_seconds
        self._data = data
        self._export_fails = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="signals", daemon=True)

    def start(self) -> None:
        """Begin to compute in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the slot in hand, and end."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def compute(self) -> tuple[datetime, int]:
        """Compute the present slot unless that is done; return it and how many signals are new."""
        slot = slot_at(datetime.now(UTC), self._seconds)
        key = f"signals:slot:{slot.isoformat()}"
        with outages():
            chosen = self._redis.set(key, self._instance, nx=True, ex=max(60, self._seconds))
        if not chosen:
            return slot, 0
        try:
            signals = self._write(slot)
        except Exception:
            with outages():
                self._redis.delete(key)
            raise
        metrics.SIGNALS.inc(len(signals))
        self._export(slot, signals)
        return slot, len(signals)

    def _run(self) -> None:
        outage = ""
        while not self._stopping.is_set():
            try:
                self.compute()
                if outage:
                    log.info("signals are computed again")
                outage = ""
            except OutageError as error:
                if error.service != outage:
                    log.warning("no signals while %s", error)
                outage = error.service
            except Exception:
                log.exception("the signals of a slot were not computed")
            self._stopping.wait(self._seconds - time.time() % self._seconds)

    def _write(self, slot: datetime) -> dict[str, strategy.Signal]:
        with self._database.transaction() as cursor:
            cursor.execute(
                "SELECT symbol FROM trading_pairs WHERE is_active ORDER BY id FOR UPDATE"
            )
            symbols = [row["symbol"] for row in cursor.fetchall()]
            if not symbols:
                return {}
            slots = [slot - timedelta(seconds=self._seconds * n) for n in range(strategy.SLOW)]
            known = _closes(cursor, symbols, slots[-1], slot)
            if any(slot in closes for closes in known.values()):
                return {}
            signals = {}
            candles: list[market.Candle] = []
            for symbol in symbols:
                price = _price_before(cursor, symbol, slots[-1])
                closes = []
                # A slot without a price, as at the first start or after an outage, is filled in.
                for moment in reversed(slots):
                    if moment not in known[symbol]:
                        candle = market.next_candle(symbol, moment, price)
                        candles.append(candle)
                        known[symbol][moment] = candle.close_price
                    price = known[symbol][moment]
                    closes.append(price)
                signals[symbol] = strategy.signal(closes)
            _insert(cursor, slot, candles, signals)
        return signals

    def _export(self, slot: datetime, signals: Mapping[str, strategy.Signal]) -> None:
        """Add the signals to the day's file, in one write since other pods add to it as well."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            (f"{slot:%Y-%m-%dT%H:%M:%SZ}", symbol, made.signal_type, made.confidence, made.price)
            for symbol, made in signals.items()
        )
        try:
            with (self._data / f"signals-{slot:%Y-%m-%d}.csv").open("ab", buffering=0) as file:
                file.write(text.getvalue().encode())
            self._export_fails = False
        except OSError as error:
            if not self._export_fails:
                log.warning("signals are not exported: %s", error)
            self._export_fails = True


def _closes(
    cursor: Cursor, symbols: Iterable[str], first: datetime, last: datetime
) -> dict[str, dict[datetime, float]]:
    closes: dict[str, dict[datetime, float]] = {symbol: {} for symbol in symbols}
    cursor.execute(
        "SELECT symbol, timestamp, close_price FROM market_data"
        " WHERE symbol IN %s AND timestamp BETWEEN %s AND %s",
        (list(closes), _text(first), _text(last)),
    )
    for row in cursor.fetchall():
        closes[row["symbol"]][row["timestamp"].replace(tzinfo=UTC)] = float(row["close_price"])
    return closes


def _price_before(cursor: Cursor, symbol: str, moment: datetime) -> float:
    cursor.execute(
        "SELECT close_price FROM market_data WHERE symbol = %s AND timestamp < %s"
        " ORDER BY timestamp DESC LIMIT 1",
        (symbol, _text(moment)),
    )
    row = cursor.fetchone()
    return float(row["close_price"]) if row else market.start_price(symbol)


def _insert(
    cursor: Cursor,
    slot: datetime,
    candles: Iterable[market.Candle],
    signals: Mapping[str, strategy.Signal],
) -> None:
    cursor.executemany(
        "INSERT INTO market_data (symbol, timestamp, open_price, high_price, low_price,"
        " close_price, volume) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [
            (
                candle.symbol,
                _text(candle.timestamp),
                candle.open_price,
                candle.high_price,
                candle.low_price,
                candle.close_price,
                candle.volume,
            )
            for candle in candles
        ],
    )
    cursor.executemany(
        "INSERT INTO trading_signals (symbol, signal_type, confidence, price, timestamp,"
        " model_version, features) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [
            (
                symbol,
                made.signal_type,
                made.confidence,
                made.price,
                _text(slot),
                strategy.MODEL_VERSION,
                json.dumps(made.features),
            )
            for symbol, made in signals.items()
        ],
    )


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
