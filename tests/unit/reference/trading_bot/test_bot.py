from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from reference.common.outage import OutageError
from reference.common.settings import load
from reference.trading_bot.api_client import ApiClient, signal
from reference.trading_bot.book import Account, Book, Trade, client_order_id
from reference.trading_bot.bot import LONGEST_WAIT_SECONDS, Bot, backoff
from reference.trading_bot.heartbeat import beat
from reference.trading_bot.journal import Journal
from reference.trading_bot.risk import Signal
from reference.trading_bot.settings import Settings

BUY = Signal(9, "EUR/USD", "BUY", Decimal("0.5"), Decimal("1.25"), age_seconds=3)
ACCOUNT = Account(id=1, user_id=1, currency="USD")


class World:
    """A book, an API and a journal; `step` runs before every request for signals."""

    def __init__(self, stopping: threading.Event) -> None:
        self.stopping = stopping
        self.offered = [BUY]
        self.steps = 0
        self.last_step = 3
        self.step: Callable[[], None] = lambda: None
        self.pending: list[Trade] = []
        self.placed: list[int] = []
        self.place_fails = 0
        self.entries: list[str] = []

    def account(self, broker: str, login: str) -> Account:
        assert (broker, login) == ("demo", "me")
        return ACCOUNT

    def now(self) -> str:
        return "now"

    def signals(self) -> list[Signal]:
        self.steps += 1
        if self.steps >= self.last_step:
            self.stopping.set()
        self.step()
        return self.offered

    def place(self, account: Account, signal: Signal) -> Trade | None:
        if self.place_fails:
            self.place_fails -= 1
            raise OutageError("mysql", "gone")
        if signal.id in self.placed:
            return None
        self.placed.append(signal.id)
        self.pending.append(Trade(100 + signal.id, signal.id, "t"))
        return self.pending[-1]

    def fill(self, account: Account) -> list[Trade]:
        filled, self.pending = self.pending, []
        return filled

    def record(self, event: str, time: str, trade_id: int | str = "", order: str = "") -> None:
        self.entries.append(f"{event} {trade_id}".strip())

    def publish(self) -> None:
        pass


@pytest.fixture
def world() -> World:
    return World(threading.Event())


ENVIRONMENT = {
    "DATABASE_URL": "mysql://u:p@h/d",
    "REDIS_URL": "redis://h",
    "HOSTNAME": "bot-0",
    "API_URL": "http://api",
    "MT5_LOGIN": "me",
    "BOT_INTERVAL_SECONDS": "0.05",
}


@pytest.fixture
def run(world: World, tmp_path: Path) -> Callable[[], None]:
    files = {f"BOT_{name.upper()}": str(tmp_path / name) for name in ("heartbeat", "ready")}
    settings = load(Settings, ENVIRONMENT | files)
    bot = Bot(
        settings,
        cast(Book, world),
        cast(ApiClient, world),
        cast(Journal, world),
        world.stopping,
    )
    return bot.run


def test_signal_is_traded_once(world: World, run: Callable[[], None]) -> None:
    world.last_step = 4
    world.step = lambda: world.stopping.clear() if world.steps < 4 else None
    run()
    assert world.placed == [9]
    assert world.entries == ["start", "placed 109", "filled 109", "stop"]


def test_one_order_a_step(world: World, run: Callable[[], None]) -> None:
    world.offered = [replace(BUY, id=number) for number in range(9)]
    run()
    # The last step was told to stop before it placed one.
    assert world.placed == [8, 7]


def test_what_another_bot_left_pending_is_filled_first(
    world: World, run: Callable[[], None]
) -> None:
    world.pending = [Trade(3, 2, "t")]
    run()
    assert world.entries[:3] == ["start", "filled 3", "placed 109"]


def test_order_lost_in_an_outage_is_placed_later(world: World, run: Callable[[], None]) -> None:
    world.place_fails = 1
    run()
    assert world.placed == [9]


def test_outage_is_told_once(
    world: World, run: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    def down() -> None:
        if world.steps < 4:
            raise OutageError("api", f"refused {world.steps}")

    world.last_step = 6
    world.step = down
    caplog.set_level("INFO")
    run()
    assert caplog.text.count("not trading while api") == 1
    assert caplog.text.count("trading again") == 1
    assert world.placed == [9]


def test_defect_ends_no_bot(world: World, run: Callable[[], None]) -> None:
    def broken() -> None:
        if world.steps == 1:
            raise ValueError

    world.step = broken
    run()
    assert world.placed == [9]


def test_heart_beats_in_an_outage_too(
    world: World, run: Callable[[], None], tmp_path: Path
) -> None:
    beats = []

    def down() -> None:
        beats.append((tmp_path / "heartbeat").exists())
        (tmp_path / "heartbeat").unlink(missing_ok=True)
        raise OutageError("api", "refused")

    world.step = down
    run()
    assert beats == [True] * 3
    assert not (tmp_path / "ready").exists()


def test_bot_says_that_it_is_ready_after_each_step_that_did_its_work(
    run: Callable[[], None], tmp_path: Path
) -> None:
    run()
    assert (tmp_path / "ready").exists()


def test_heartbeat_is_replaced_whole(tmp_path: Path) -> None:
    beat(tmp_path / "heartbeat")
    first = float((tmp_path / "heartbeat").read_text())
    beat(tmp_path / "heartbeat")
    assert float((tmp_path / "heartbeat").read_text()) >= first
    assert [path.name for path in tmp_path.iterdir()] == ["heartbeat"]


def test_waiting_grows_to_a_bound() -> None:
    waits = [backoff(1, failures) for failures in range(8)]
    assert waits == sorted(waits)
    assert (waits[0], waits[1], waits[-1]) == (1, 2, LONGEST_WAIT_SECONDS)
    assert backoff(LONGEST_WAIT_SECONDS, 5) == LONGEST_WAIT_SECONDS


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("API_URL", "http://api:808O"),
        ("API_URL", "api:8080"),
        # The heart would beat too seldom.
        ("BOT_INTERVAL_SECONDS", "11"),
    ],
)
def test_setting_that_cannot_work_is_refused(variable: str, value: str) -> None:
    with pytest.raises(SystemExit, match=f"^{variable} "):
        load(Settings, {**ENVIRONMENT, variable: value})


def test_order_has_the_same_number_at_every_attempt() -> None:
    assert client_order_id(ACCOUNT, 9) == client_order_id(ACCOUNT, 9) == "gx-1-9"


def test_signal_of_the_api_is_understood() -> None:
    from datetime import UTC, datetime

    found = {
        "id": 9,
        "symbol": "EUR/USD",
        "signal_type": "BUY",
        "confidence": 0.5,
        "price": 1.25,
        "timestamp": "2026-01-01T00:00:00Z",
    }
    assert signal(found, datetime(2026, 1, 1, 0, 0, 3, tzinfo=UTC)) == BUY
