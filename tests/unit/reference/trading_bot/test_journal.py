from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
import redis

from reference.common.outage import OutageError
from reference.common.redis_client import Redis
from reference.trading_bot.journal import HEADER, STREAM, Journal


class FakeRedis:
    def __init__(self) -> None:
        self.down = False
        self.entries: list[dict[str, str]] = []

    def xadd(self, name: str, fields: dict[str, str], maxlen: int, approximate: bool) -> None:
        assert name == STREAM
        if self.down:
            raise redis.ConnectionError("refused")
        self.entries.append(fields)


@pytest.fixture
def stream() -> FakeRedis:
    return FakeRedis()


def test_entry_is_a_line_and_a_stream_entry(stream: FakeRedis, tmp_path: Path) -> None:
    journal = Journal(tmp_path, "bot-0-x", cast(Redis, stream))
    journal.record("start", "10:00")
    journal.record("placed", "10:01", 5, "gx-1-9")
    journal.publish()
    lines = (tmp_path / "bot-journal-bot-0-x.csv").read_text().splitlines()
    assert lines == [HEADER, "10:00,bot-0-x,start,,", "10:01,bot-0-x,placed,5,gx-1-9"]
    assert [",".join(entry.values()) for entry in stream.entries] == lines[1:]
    assert ",".join(stream.entries[0]) == HEADER


def test_entries_wait_for_redis_in_order(stream: FakeRedis, tmp_path: Path) -> None:
    journal = Journal(tmp_path, "bot", cast(Redis, stream))
    stream.down = True
    for number in range(3):
        journal.record("placed", "10:00", number)
        with pytest.raises(OutageError):
            journal.publish()
    stream.down = False
    journal.publish()
    journal.publish()
    assert [entry["trade_id"] for entry in stream.entries] == ["0", "1", "2"]


def test_full_disk_is_told_once_and_the_stream_goes_on(
    stream: FakeRedis, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path / "missing", "bot", cast(Redis, stream))
    journal.record("placed", "10:00", 1)
    journal.record("placed", "10:01", 2)
    journal.publish()
    assert len(stream.entries) == 2
    assert caplog.text.count("the journal can't be written") == 1
