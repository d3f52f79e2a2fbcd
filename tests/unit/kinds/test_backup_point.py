"""Where a restore to a time stops: read from the binary log, as the server writes it."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.helm import ROOT

PROGRAM = ROOT / "generator/kinds/mysql/backup/files/find-point.py"
SOURCE = UUID("5ca1ab1e-0000-4000-8000-000000000001")
FLAG = 1 << 55

Transactions = Callable[[Path], Iterator[tuple[int, str]]]


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> Transactions:
    monkeypatch.delenv("RESTORE_UNTIL", raising=False)
    found: Transactions = runpy.run_path(str(PROGRAM))["transactions"]
    return found


def name_of_transaction(number: int, *times: int) -> bytes:
    """Return an event: a header of 19 bytes, 42 bytes that name it, and times of 7 bytes each."""
    body = b"\1" + SOURCE.bytes + number.to_bytes(8, "little") + b"\2" + bytes(16)
    body += b"".join(time.to_bytes(7, "little") for time in times)
    size = (19 + len(body)).to_bytes(4, "little")
    return bytes(4) + bytes([33]) + bytes(4) + size + bytes(6) + body


def test_times_are_those_of_the_server_that_committed_first(
    transactions: Transactions, tmp_path: Path
) -> None:
    """A replica writes its own time before it: it may have executed the transaction much later."""
    log = tmp_path / "relay.000001"
    log.write_bytes(
        b"\xfebin" + name_of_transaction(7, 1000) + name_of_transaction(8, 3000 | FLAG, 2000)
    )
    assert list(transactions(log)) == [(1000, f"{SOURCE}:7"), (2000, f"{SOURCE}:8")]
