"""Who traded when: the bot's own record, by which two bots at the same time would be seen.

Every entry is a line of `bot-journal-<instance>.csv` in the data directory, and an entry of the
Redis stream `bot:journal` with the same fields. The times are MySQL's, so entries of different pods
compare. The file is on disk before the next order; the stream follows when Redis answers.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from typing import Any

from reference.common.redis_client import Redis, outages

log = logging.getLogger(__name__)

STREAM = "bot:journal"
STREAM_LENGTH = 100_000
WAITING = 10_000


@dataclass(frozen=True)
class Entry:
    """One event: `start`, `placed`, `filled` or `stop`. The last two fields belong to trades."""

    time: str
    instance: str
    event: str
    trade_id: str = ""
    client_order_id: str = ""


HEADER = ",".join(field.name for field in fields(Entry))


class Journal:
    """Writes the entries of one instance: a process of the bot, named by pod and start time."""

    def __init__(self, folder: Path, instance: str, redis: Redis) -> None:
        self._file = folder / f"bot-journal-{instance}.csv"
        self._instance = instance
        self._redis = redis
        self._waiting: deque[Entry] = deque(maxlen=WAITING)
        self._file_fails = False

    def record(self, event: str, time: str, trade_id: int | str = "", order: str = "") -> None:
        """Write an entry to the file, and keep it for the stream."""
        entry = Entry(time, self._instance, event, str(trade_id), order)
        self._waiting.append(entry)
        try:
            self._append(",".join(astuple(entry)))
            self._file_fails = False
        except OSError as error:
            if not self._file_fails:
                log.warning("the journal can't be written: %s", error)
            self._file_fails = True

    def publish(self) -> None:
        """Send what waits to the stream. What Redis doesn't take goes on waiting: OutageError."""
        while self._waiting:
            entry: dict[Any, Any] = asdict(self._waiting[0])
            with outages():
                self._redis.xadd(STREAM, entry, maxlen=STREAM_LENGTH, approximate=True)
            self._waiting.popleft()

    def _append(self, line: str) -> None:
        with self._file.open("ab", buffering=0) as file:
            header = f"{HEADER}\n" if file.tell() == 0 else ""
            file.write(f"{header}{line}\n".encode())
            os.fsync(file.fileno())
