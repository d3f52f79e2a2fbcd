"""Finds how the documents change passwords of the database, and tries them."""

from __future__ import annotations

from tests.cluster.kubectl import Kubectl
from tests.documents import bash_of


def steps(file: str) -> tuple[str, str]:
    """Return the commands of a document after which MySQL takes both passwords, and one again."""
    both, one = bash_of(file, "RETAIN CURRENT PASSWORD", "DISCARD OLD PASSWORD")
    return both.text, one.text


def lets_in(kubectl: Kubectl, namespace: str, pod: str, user: str, password: str) -> bool:
    """Return whether a server lets a user in who logs in over the network."""
    script = 'MYSQL_PWD=$1 mysql --host=127.0.0.1 --user="$0" --execute="SELECT 1"'
    command = ["bash", "-c", script, user, password]
    done = kubectl.exec(pod, command, namespace, container="mysql")
    assert not done.returncode or "Access denied" in done.stderr, done.stderr
    return done.returncode == 0
