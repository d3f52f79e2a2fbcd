"""A client that writes all the time, and tells which server took each row, and when.

It logs a line for each row that a server acknowledged: by the Service of the platform, and straight
to each server of a group, as nobody should. Runs in the API's image, which has PyMySQL.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.pods import image_name, python_pod

NAME = "writer"
SERVICE = "mysql-service"
LABELS = {"example.org/client": "writer"}
# Each row has a number of its own, its client and the server that took it.
TABLE = "CREATE TABLE IF NOT EXISTS written (id BIGINT PRIMARY KEY, host VARCHAR(80))"

PROGRAM = """
import os, ssl, sys, threading, time
import pymysql

trust = ssl.create_default_context()
trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
one_line = threading.Lock()
login = {name: os.environ[name.upper()] for name in ("user", "password", "database")}

def write(target, first, pause):
    connection, number = None, first
    while True:
        number += 1
        try:
            if connection is None:
                connection = pymysql.connect(host=os.environ["PREFIX"] + target, autocommit=True,
                    connect_timeout=1, read_timeout=2, write_timeout=2, ssl=trust, **login)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT @@report_host, @@super_read_only")
                    host, read_only = cursor.fetchone()
                if read_only:
                    raise OSError("read only")
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO written VALUES (%s, %s)", (number, host))
            with one_line:
                print(f"{time.time():.3f} {target} {host} {number}", flush=True)
        except Exception as error:
            try:
                connection and connection._force_close()
            except Exception:
                pass
            connection = None
        time.sleep(pause)

targets = {sys.argv[1]: 0.05, **dict.fromkeys(sys.argv[2:], 0.25)}
for place, (target, pause) in enumerate(targets.items()):
    first = (int(time.time()) % 10**9 * 10 + place) * 10**8
    threading.Thread(target=write, args=(target, first, pause)).start()
"""


@dataclass(frozen=True)
class Ack:
    """A row that a server acknowledged; the time is that of the client, in seconds."""

    at: float
    target: str
    host: str
    number: int


@dataclass(frozen=True)
class Writer:
    """The client in a namespace."""

    kubectl: Kubectl
    namespace: str

    def start(self, values: Mapping[str, Any], *servers: str, node: str) -> None:
        """Start it, on a node that no test takes from it, and wait for its first row."""
        image = image_name(values["application"]["api"]["image"])
        secret = {"name": "genx-fx-secrets", "key": "MYSQL_PASSWORD"}
        environment: list[Object] = [
            {"name": "USER", "value": "genx_user"},
            {"name": "DATABASE", "value": "genxdb_fx_db"},
            {"name": "PREFIX", "value": ""},
            {"name": "PASSWORD", "valueFrom": {"secretKeyRef": secret}},
        ]
        program = (PROGRAM, SERVICE, *servers)
        self.kubectl.apply(
            python_pod(NAME, image, *program, node=node, labels=LABELS, env=environment),
            self.namespace,
        )
        eventually("the writer writes", lambda: self.acks(seconds=5))

    def acks(self, *, seconds: float = 0) -> list[Ack]:
        """Return what was acknowledged since the start, or in the last seconds, by time."""
        options = [f"--since={max(int(seconds), 1)}s"] if seconds else []
        text = self.kubectl("logs", NAME, "-n", self.namespace, *options)
        fields = [line.split() for line in text.splitlines()]
        acks = [Ack(float(at), target, host, int(n)) for at, target, host, n in fields]
        return sorted(acks, key=lambda ack: ack.at)


def longest_gap(acks: Iterable[Ack], since: float) -> float:
    """Return the longest time without an acknowledgement by the Service, in seconds."""
    times = [ack.at for ack in acks if ack.target == SERVICE and ack.at > since]
    return max((b - a for a, b in itertools.pairwise(times)), default=float("inf"))


def two_writers(acks: Iterable[Ack]) -> list[Ack]:
    """Return what a server acknowledged while another one did: it came back within a second."""
    found: list[Ack] = []
    last: dict[str, float] = {}
    current = ""
    for ack in acks:
        if ack.host != current and ack.at - last.get(ack.host, 0) < 1:
            found.append(ack)
        current, last[ack.host] = ack.host, ack.at
    return found
