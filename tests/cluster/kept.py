"""Writes a word wherever a release keeps data, and reads it again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tests.cluster.kubectl import Kubectl


@dataclass(frozen=True)
class Place:
    """Where a word can be kept: a pod, and shell scripts that write and read `$word` there."""

    pod: str
    write: str
    read: str


MYSQL = 'MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --skip-column-names --user=root "$MYSQL_DATABASE"'
OWN_VOLUMES = (
    Place(
        "mysql-0",
        f'{MYSQL} -e "INSERT INTO users (username, email, password_hash)'
        " VALUES ('$word', '$word', '')\"",
        f"{MYSQL} -e \"SELECT email FROM users WHERE username = '$word'\"",
    ),
    Place("redis-0", 'redis-cli set kept "$word"', "redis-cli get kept"),
    Place(
        "deployment/grafana",
        'echo "$word" > /var/lib/grafana/kept',
        "cat /var/lib/grafana/kept",
    ),
)
SHARED_VOLUMES = (
    Place("deployment/api", 'echo "$word" > /app/data/kept', "cat /app/data/kept"),
    Place("trading-bot-0", 'echo "$word" > /app/logs/kept', "cat /app/logs/kept"),
)


def write(kubectl: Kubectl, namespace: str, places: Collection[Place], word: str) -> None:
    """Keep a word in all places."""
    for place in places:
        _run(kubectl, namespace, place.pod, place.write, word)


def read(kubectl: Kubectl, namespace: str, places: Collection[Place], word: str) -> dict[str, str]:
    """Return what each place holds now where the word was kept, by pod."""
    return {place.pod: _run(kubectl, namespace, place.pod, place.read, word) for place in places}


def _run(kubectl: Kubectl, namespace: str, pod: str, script: str, word: str) -> str:
    done = kubectl.exec(pod, ["env", f"word={word}", "sh", "-c", script], namespace)
    assert done.returncode == 0, (pod, done.stderr)
    return done.stdout.strip()
