"""Finds where to stop in the binary log: the first transaction committed after RESTORE_UNTIL.

The server stops at names of transactions and knows no times: these are read from its files.
https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_replication_binlog_event.html
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

LOGS = Path("/work/logs")
MAGIC = b"\xfebin"
HEADER = struct.Struct("<IBIIIH")  # time, type, server, size, next position, flags
NAME_OF_TRANSACTION, TAGGED_NAME = 33, 42
BODY = struct.Struct("<B16sQBQQ")  # flags, uuid, number, kind of clock, two of its times
TIME = 7  # bytes
FOLLOWED = (
    1 << 55
)  # of a time: that of the server where the transaction was committed first follows


def transactions(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the time of commit in microseconds, and the name, of each transaction in a file."""
    data = path.read_bytes()
    place = len(MAGIC)
    while place + HEADER.size <= len(data):
        _, kind, _, size, _, _ = HEADER.unpack_from(data, place)
        if kind == TAGGED_NAME:
            sys.exit(f"error: {path.name} has tagged transactions, whose times are not known here")
        if kind == NAME_OF_TRANSACTION and place + size <= len(data):
            _, source, number, *_ = BODY.unpack_from(data, place + HEADER.size)
            clock = place + HEADER.size + BODY.size
            committed = _time(data, clock)
            if committed & FOLLOWED:
                committed = _time(data, clock + TIME)
            yield committed, f"{UUID(bytes=source)}:{number}"
        place += max(size, HEADER.size)


def _time(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + TIME], "little")


def main() -> None:
    """Write the condition under which the server stops, if there is a later transaction."""
    until = os.environ.get("RESTORE_UNTIL", "")
    if not until:
        return
    moment = datetime.fromisoformat(until.removesuffix("Z")).replace(tzinfo=UTC)
    limit = round(moment.timestamp() * 1_000_000)
    for path in sorted(LOGS.glob("relay.[0-9]*")):
        for committed, name in transactions(path):
            if committed > limit:
                print(f"the first transaction after {until} UTC is {name}")
                (LOGS.parent / "until").write_text(f"SQL_BEFORE_GTIDS = '{name}'\n")
                return
    print(f"no transaction of the binary log is later than {until} UTC")


main()
