"""Runs the Jobs of backups as their user does: from their CronJobs, with kubectl."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.cluster.kubectl import Kubectl, Object, eventually

PATIENCE = 300  # seconds that a Job may take on a busy machine
ENDED = ("Complete", "Failed")


@dataclass(frozen=True)
class Run:
    """One Job that has ended, and what its containers have said, in their order."""

    succeeded: bool
    log: str
    message: str
    """The termination message of the container that failed, if one did."""


def run_job(
    kubectl: Kubectl,
    namespace: str,
    cronjob: str,
    name: str,
    given: Mapping[str, str] | None = None,
    timeout: float = PATIENCE,
) -> Run:
    """Run the Job of a CronJob now, with variables, and wait for its end."""
    start_job(kubectl, namespace, cronjob, name, given)
    return ended(kubectl, namespace, name, timeout)


def ensure_a_dump(kubectl: Kubectl, namespace: str) -> None:
    """Take a dump unless a test has: each can be run alone."""
    if kubectl.run("get", "job", "dump-1", "-n", namespace).returncode:
        taken = run_job(kubectl, namespace, "mysql-backup", "dump-1")
        assert taken.succeeded, taken.log


def start_job(
    kubectl: Kubectl,
    namespace: str,
    cronjob: str,
    name: str,
    given: Mapping[str, str] | None = None,
) -> None:
    """Start the Job of a CronJob; with variables by the commands that the documentation shows."""
    create = ("create", "job", name, f"--from=cronjob/{cronjob}", "-n", namespace)
    if not given:
        kubectl(*create)
        return
    job = kubectl(*create, "--dry-run=client", "-o", "yaml")
    variables = [f"{key}={value}" for key, value in given.items()]
    job = kubectl("set", "env", "--local", "-f", "-", "-o", "yaml", *variables, stdin=job)
    kubectl("create", "-f", "-", stdin=job)


def ended(kubectl: Kubectl, namespace: str, name: str, timeout: float = PATIENCE) -> Run:
    """Wait until a Job has ended, and give what it said."""

    def conditions() -> list[str]:
        found = kubectl.get("job", name, namespace)["status"].get("conditions", [])
        return [
            item["type"] for item in found if item["status"] == "True" and item["type"] in ENDED
        ]

    last = eventually(f"job {name} ends", conditions, timeout=timeout)
    (*_, pod) = kubectl.list("pods", namespace, f"job-name={name}")
    return Run("Complete" in last, _log(kubectl, namespace, pod), _message(pod))


def _log(kubectl: Kubectl, namespace: str, pod: Object) -> str:
    names = [
        container["name"]
        for container in (*pod["spec"].get("initContainers", []), *pod["spec"]["containers"])
    ]
    logs = (kubectl.run("logs", pod["metadata"]["name"], "-c", c, "-n", namespace) for c in names)
    return "".join(done.stdout for done in logs)


def _message(pod: Object) -> str:
    status = pod["status"]
    containers = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
    ends = [container["state"].get("terminated", {}) for container in containers]
    failed = [end.get("message", "") for end in ends if end.get("exitCode", 0)]
    return "".join(failed) or str(status.get("message", ""))


@dataclass
class Written:
    """A row that the server has acknowledged, and the time around that, in seconds."""

    number: int
    before: float
    after: float


CLIENT = 'MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --user=root --database="$MYSQL_DATABASE"'

# Each row in a transaction of its own, as the bot writes trades.
WRITE = f"""
client() {{ {CLIENT} --unbuffered --skip-column-names; }}
number=$1
while [ ! -e /tmp/stop ]; do
  before=$(date +%s.%N)
  echo "INSERT INTO written VALUES ($number); SELECT $number, '$before';"
  number=$((number + 1))
  sleep 0.02
done | client |
while read -r number before; do echo "$number $before $(date +%s.%N)"; done
rm -f /tmp/stop
"""


@dataclass
class Writer:
    """Writes rows until it is stopped."""

    kubectl: Kubectl
    namespace: str
    rows: list[Written] = field(default_factory=list)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write during the block."""
        first = self.rows[-1].number + 1 if self.rows else 1
        options = ("--context", self.kubectl.context, "exec", "-n", self.namespace, "mysql-0", "--")
        command = [str(self.kubectl.program), *options, "bash", "-c", WRITE, "write", str(first)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=self.kubectl.environment
        )
        reader = threading.Thread(target=self._read, args=(process,))
        reader.start()
        try:
            eventually("rows are written", lambda: len(self.rows) >= first)
            yield
        finally:
            self.kubectl.exec("mysql-0", ["touch", "/tmp/stop"], self.namespace)
            reader.join(timeout=60)
            process.wait(timeout=60)
            assert process.stdout is not None
            process.stdout.close()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            number, before, after = line.split()
            self.rows.append(Written(int(number), float(before), float(after)))


def sql(kubectl: Kubectl, namespace: str, statements: str) -> list[str]:
    """Return the lines that the platform's server answers its administrator."""
    client = f"{CLIENT} --skip-column-names"
    done = kubectl.exec("mysql-0", ["sh", "-c", client], namespace, stdin=statements)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def lose_the_volume(kubectl: Kubectl, namespace: str) -> None:
    """Delete the volume of the database with all that is on it."""
    kubectl("scale", "statefulset/mysql", "--replicas=0", "-n", namespace)
    kubectl.gone("pods", "app=mysql", namespace)
    kubectl("delete", "pvc", "mysql-pvc", "-n", namespace)


def before_a_pause(rows: Sequence[Written], end: int) -> int:
    """Return which row was followed by the longest pause, of those in the two seconds before `end`.

    On a busy machine one is often acknowledged after the next one was sent.
    """
    last = [number for number in range(end) if rows[number].after > rows[end - 1].after - 2]
    return max(last, key=lambda number: rows[number + 1].before - rows[number].after)


def moment_between(one: Written, other: Written) -> str:
    """Return a time after one row and before the other, as RESTORE_UNTIL takes it."""
    return as_time((one.after + other.before) / 2)


def as_time(moment: float) -> str:
    """Return seconds since 1970 as RESTORE_UNTIL takes them."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S.%f}"


def values(**more: Any) -> dict[str, Any]:
    """Return values with backups, of which no Job begins by itself."""
    requests = {"cpu": "10m", "memory": "64Mi", "ephemeral-storage": "64Mi"}
    backup = {"enabled": True, "suspend": True, "resources": {"requests": requests}, **more}
    return {"data": {"mysql": {"backup": backup}}}
