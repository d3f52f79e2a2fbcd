from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from reference.api.signals import SignalMaker, slot_at
from reference.api.strategy import Signal
from reference.common.database import Database
from reference.common.outage import OutageError
from reference.common.redis_client import Redis

MADE = {"EUR/USD": Signal("BUY", 0.5, 1.1, {})}
HOUR = 3600  # so long that the slot doesn't change while a test runs


class FakeRedis:
    def __init__(self) -> None:
        self.keys: dict[str, str] = {}

    def set(self, key: str, value: str, *, nx: bool, ex: int) -> bool | None:
        assert nx
        assert ex > 0
        if key in self.keys:
            return None
        self.keys[key] = value
        return True

    def delete(self, key: str) -> None:
        del self.keys[key]


def maker(
    redis: FakeRedis, data: Path, write: Callable[[datetime], dict[str, Signal]], name: str
) -> SignalMaker:
    made = SignalMaker(cast(Database, None), cast(Redis, redis), name, HOUR, data)
    cast(Any, made)._write = write
    return made


@pytest.mark.parametrize(("second", "slot"), [(0, 0), (1.999, 0), (2, 2), (3.5, 2), (1e9 + 1, 1e9)])
def test_slot_begins_at_a_multiple_of_its_length(second: float, slot: float) -> None:
    moment = datetime.fromtimestamp(second, UTC)
    assert slot_at(moment, 2) == datetime.fromtimestamp(slot, UTC)


def test_one_pod_computes_a_slot(tmp_path: Path) -> None:
    redis = FakeRedis()
    one = maker(redis, tmp_path, lambda _: MADE, "one")
    two = maker(redis, tmp_path, lambda _: MADE, "two")
    assert [one.compute()[1], two.compute()[1], one.compute()[1]] == [1, 0, 0]
    assert list(redis.keys.values()) == ["one"]


def test_slot_that_failed_is_left_to_the_next(tmp_path: Path) -> None:
    def fails(_: datetime) -> dict[str, Signal]:
        raise OutageError("mysql", "gone")

    redis = FakeRedis()
    with pytest.raises(OutageError):
        maker(redis, tmp_path, fails, "one").compute()
    assert maker(redis, tmp_path, lambda _: MADE, "two").compute()[1] == 1


def test_signals_are_exported_by_day(tmp_path: Path) -> None:
    slot, _ = maker(FakeRedis(), tmp_path, lambda _: MADE, "one").compute()
    text = (tmp_path / f"signals-{slot:%Y-%m-%d}.csv").read_text()
    assert text == f"{slot:%Y-%m-%dT%H:%M:%SZ},EUR/USD,BUY,0.5,1.1\n"


def test_full_disk_hinders_no_signal(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = maker(FakeRedis(), tmp_path / "missing", lambda _: MADE, "one")
    assert made.compute()[1] == 1
    assert "signals are not exported" in caplog.text
