"""The bot's loop: fill what is pending, ask for signals, place one order, wait."""

from __future__ import annotations

import logging
import os
import threading
from datetime import UTC, datetime

from reference.common import logs, redis_client
from reference.common.database import Database
from reference.common.outage import OutageError
from reference.common.settings import load
from reference.trading_bot import heartbeat
from reference.trading_bot.api_client import ApiClient
from reference.trading_bot.book import Account, Book, Trade, client_order_id
from reference.trading_bot.journal import Journal
from reference.trading_bot.risk import Signal, tradable
from reference.trading_bot.settings import Settings

log = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 10.0
REMEMBERED = 1000


def backoff(interval: float, failures: int) -> float:
    """Return the seconds to wait after so many failures in a row."""
    return min(LONGEST_WAIT_SECONDS, interval * 2.0 ** min(failures, 10))


class Bot:
    """Trades for one account until it is told to stop."""

    def __init__(
        self,
        settings: Settings,
        book: Book,
        api: ApiClient,
        journal: Journal,
        stopping: threading.Event,
    ) -> None:
        self._settings = settings
        self._book = book
        self._api = api
        self._journal = journal
        self._stopping = stopping
        self._account: Account | None = None
        self._done: dict[int, None] = {}

    def run(self) -> None:
        """Take one step at a time; after an outage wait longer and longer, at most 10 s."""
        failures = 0
        outage = ""
        while not self._stopping.is_set():
            try:
                heartbeat.beat(self._settings.heartbeat)
                self._step()
                heartbeat.beat(self._settings.ready)
                if failures:
                    log.info("trading again")
                failures, outage = 0, ""
            except OutageError as error:
                failures += 1
                if error.service != outage:
                    log.warning("not trading while %s", error)
                outage = error.service
            except Exception:
                failures += 1
                log.exception("a step failed")
            self._stopping.wait(backoff(self._settings.interval, failures))
        if self._account is not None and not failures:
            self._say_goodbye()

    def _step(self) -> None:
        if self._account is None:
            broker, login = self._settings.broker_server, self._settings.broker_login
            self._account = self._book.account(broker or "demo", login or "demo")
            self._journal.record("start", self._book.now())
        account = self._account
        # Orders that another instance, or a lost connection, has left behind.
        self._fill(account)
        signals = self._api.signals()
        for signal in tradable(signals, account.currency, self._done):
            if self._stopping.is_set():
                break
            trade = self._book.place(account, signal)
            self._remember(signal)
            if trade is not None:
                self._note("placed", account, trade)
                log.info(
                    "trade %d: %s %s at %s",
                    trade.id,
                    signal.signal_type,
                    signal.symbol,
                    signal.price,
                )
                self._fill(account)
                break
        self._journal.publish()

    def _fill(self, account: Account) -> None:
        for trade in self._book.fill(account):
            self._note("filled", account, trade)

    def _note(self, event: str, account: Account, trade: Trade) -> None:
        order = client_order_id(account, trade.signal_id)
        self._journal.record(event, trade.time, trade.id, order)
        log.info("trade %d %s at %s as %s", trade.id, event, trade.time, order)

    def _remember(self, signal: Signal) -> None:
        self._done[signal.id] = None
        if len(self._done) > REMEMBERED:
            del self._done[next(iter(self._done))]

    def _say_goodbye(self) -> None:
        try:
            self._journal.record("stop", self._book.now())
            self._journal.publish()
        except OutageError as error:
            log.warning("the end is not in the journal: %s", error)


def run(stopping: threading.Event) -> None:
    """Read the settings and trade until `stopping`."""
    settings = load(Settings, os.environ)
    logs.configure(settings.logs / f"trading-bot-{settings.instance}.log")
    instance = f"{settings.instance}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    log.info("instance %s starts", instance)
    database = Database(settings.database, size=1)
    redis = redis_client.connect(settings.redis_url, settings.redis_password, 1, 1)
    api = ApiClient(settings.api_url)
    try:
        journal = Journal(settings.data, instance, redis)
        Bot(settings, Book(database), api, journal, stopping).run()
    finally:
        database.close()
        redis.close()
        api.close()
    log.info("instance %s has stopped", instance)
