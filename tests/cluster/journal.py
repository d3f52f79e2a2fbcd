"""What the bots did, by their own journal and by MySQL's table of trades.

Every process of the bot is an instance and keeps a file `bot-journal-<instance>.csv` in the data
volume, with MySQL's time of each event: `start`, `placed`, `filled`, `stop`. An API pod has that
volume, too, and reads it here.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tests.cluster.kubectl import Kubectl, KubectlError

PREFIX, SUFFIX = "bot-journal-", ".csv"
SCRIPT = f"""
import json, pathlib, sys
pods, known = json.loads(sys.argv[1])
found = []
for file in pathlib.Path("/app/data").glob("{PREFIX}*"):
    instance = file.name.removeprefix("{PREFIX}").removesuffix("{SUFFIX}")
    if instance.startswith(tuple(pods)) and instance not in known:
        found.append(file.read_text())
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Entry:
    """One event in the life of an instance; trade and order are empty for `start` and `stop`."""

    time: datetime
    instance: str
    event: str
    trade_id: str
    client_order_id: str


@dataclass(frozen=True)
class Life:
    """An instance, from the first to the last that it wrote."""

    instance: str
    first: datetime
    last: datetime

    def __str__(self) -> str:
        return f"{self.instance} from {self.first:%H:%M:%S.%f} to {self.last:%H:%M:%S.%f}"


@dataclass(frozen=True)
class Trade:
    """A row of MySQL's table of trades."""

    id: str
    account_id: str
    signal_id: str
    status: str


def read_instances(kubectl: Kubectl, namespace: str) -> set[str]:
    """Return the names of all instances that have ever written."""
    names = _ask(kubectl, namespace, ["ls", "/app/data"]).split()
    files = (name for name in names if name.startswith(PREFIX))
    return {name.removeprefix(PREFIX).removesuffix(SUFFIX) for name in files}


def read_journal(
    kubectl: Kubectl, namespace: str, *, pods: Iterable[str] = ("",), but: Iterable[str] = ()
) -> list[Entry]:
    """Return the entries of all instances but some, in the order of their times.

    Of those alone that ran in pods whose names begin like this, by default in any.
    """
    chosen = json.dumps([list(pods), list(but)])
    found = _ask(kubectl, namespace, ["python3", "-c", SCRIPT, chosen])
    return sorted(
        (
            Entry(datetime.fromisoformat(row.pop("time")), **row)
            for text in json.loads(found)
            # A bot that is killed may leave a line half-written.
            for row in csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1]))
        ),
        key=lambda entry: entry.time,
    )


def _ask(kubectl: Kubectl, namespace: str, command: list[str]) -> str:
    done = kubectl.exec("deployment/api", command, namespace, container="api")
    if done.returncode:
        raise KubectlError(f"the journal can't be read: {done.stderr.strip()}")
    return done.stdout


def lives(entries: Iterable[Entry]) -> list[Life]:
    """Return the instances that wrote these entries, in the order of their first."""
    times: dict[str, list[datetime]] = {}
    for entry in entries:
        times.setdefault(entry.instance, []).append(entry.time)
    found = (Life(instance, min(seen), max(seen)) for instance, seen in times.items())
    return sorted(found, key=lambda life: life.first)


def overlaps(entries: Iterable[Entry]) -> list[tuple[Life, Life]]:
    """Return the pairs of instances that lived at the same time."""
    found = lives(entries)
    return [
        (earlier, later)
        for position, later in enumerate(found)
        for earlier in found[:position]
        if later.first <= earlier.last
    ]


def read_trades(kubectl: Kubectl, namespace: str) -> list[Trade]:
    """Return all rows of the table of trades."""
    statement = "SELECT id, account_id, signal_id, status FROM trades"
    return [Trade(*row) for row in query(kubectl, namespace, statement)]


def doubled(trades: Iterable[Trade]) -> list[tuple[Trade, Trade]]:
    """Return the pairs of trades that one account made for one signal."""
    first: dict[tuple[str, str], Trade] = {}
    return [
        (known, trade)
        for trade in trades
        if (known := first.setdefault((trade.account_id, trade.signal_id), trade)) is not trade
    ]


def lost(entries: Iterable[Entry], trades: Iterable[Trade]) -> set[str]:
    """Return trades that a bot believes filled, and are not. Read the journal first."""
    filled = {trade.id for trade in trades if trade.status == "FILLED"}
    return {entry.trade_id for entry in entries if entry.event == "filled"} - filled


def query(kubectl: Kubectl, namespace: str, statement: str) -> list[list[str]]:
    """Return the rows of an SQL statement, run as root; KubectlError where MySQL fails."""
    script = 'MYSQL_PWD=$MYSQL_ROOT_PASSWORD exec mysql -N -uroot "$MYSQL_DATABASE"'
    done = kubectl.exec("mysql-0", ["sh", "-c", script], namespace, stdin=statement)
    if done.returncode:
        raise KubectlError(f"MySQL refuses {statement}: {done.stderr.strip()}")
    return [line.split("\t") for line in done.stdout.splitlines()]
