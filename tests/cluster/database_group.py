"""A group of three MySQL servers with a client that writes, and the faults that befall it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.chart.scenarios import GROUP, merged, nested
from tests.cluster import backups
from tests.cluster.kubectl import Kubectl, Object, eventually, last_seen
from tests.cluster.processes import is_ready, send_signal
from tests.cluster.release import DATA_TIER, OFF, Release
from tests.cluster.writer import LABELS, SERVICE, Writer, longest_gap, two_writers
from tools.cluster import Cluster

MEMBERS = [f"mysql-group-{number}" for number in range(3)]
ROLE = "genx-fx/database-role"
MOST_GAP = 15  # seconds without a write while one server fails
MOST_RECOVERY = 60  # seconds until all three work again, once the fault is over
MOST_RECOVERY_OF_A_DISK = 90  # the same, where one copies all data of another
PATIENCE = 240

VALUES: dict[str, Any] = merged(
    DATA_TIER,
    backups.values(),
    nested(GROUP),
    {
        "data": {
            "redis": OFF,
            "mysql": {
                "resources": {"requests": {"cpu": "50m"}},
                "persistence": {"size": "1Gi"},
                "networkPolicy": {
                    "extraIngress": [
                        {
                            "from": [{"podSelector": {"matchLabels": LABELS}}],
                            "ports": [{"protocol": "TCP", "port": 3306}],
                        }
                    ]
                },
            },
        }
    },
)


@dataclass(frozen=True)
class Outcome:
    """What a fault cost; times are in seconds."""

    fault: str
    gap: float
    """Without a write that the Service's server acknowledged."""
    doubled: int
    """Rows that one server acknowledged while another one did."""
    recovery: float
    """From the fault, or from its end, until all servers worked."""


@dataclass
class Group:
    """The servers, and the client that writes to them."""

    cluster: Cluster
    kubectl: Kubectl
    release: Release
    writer: Writer
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        return self.release.namespace

    def pods(self) -> dict[str, Object]:
        found = self.kubectl.list("pods", self.namespace, "app=mysql")
        return {pod["metadata"]["name"]: pod for pod in found}

    def whole(self) -> str:
        """Return the primary if all servers work; nothing otherwise."""
        pods = self.pods()
        named = [name for name, pod in pods.items() if role(pod) == "primary"]
        whole = set(pods) == set(MEMBERS) and all(map(is_ready, pods.values()))
        gone = any("deletionTimestamp" in pod["metadata"] for pod in pods.values())
        if not whole or gone or len(named) != 1:
            return ""
        status, _ = self.state(named[0])
        return "" if status else named[0]

    def await_whole(self) -> str:
        return eventually("three servers work", self.whole, timeout=PATIENCE, every=0.5)

    def ask(self, pod: str, statement: str) -> list[str]:
        script = (
            'MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --user=root "$MYSQL_DATABASE"'
            ' --batch --skip-column-names --execute="$0"'
        )
        command = ["bash", "-c", script, statement]
        done = self.kubectl.exec(pod, command, self.namespace, container="mysql")
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def state(self, pod: str) -> tuple[int, list[str]]:
        command = ["python3", "-m", "agent", "state"]
        done = self.kubectl.exec(pod, command, self.namespace, container="agent")
        return done.returncode, done.stdout.splitlines()

    def last_line(self, pod: str) -> str:
        return (self.state(pod)[1] or [""])[-1]

    def hand_over(self, node: str) -> None:
        """Let the server on a node become the primary."""
        pods = self.pods()
        (heir,) = [name for name in MEMBERS if pods[name]["spec"]["nodeName"] == node]
        self.ask(heir, "SELECT group_replication_set_as_primary(@@server_uuid)")
        eventually(f"{heir} is the primary", lambda: self.whole() == heir)

    def await_successor(self, pod: Object) -> None:
        """Wait until another server than this one takes the writes."""
        began, name = time.time(), pod["metadata"]["name"]

        def taken() -> bool:
            acks = self.writer.acks(seconds=2)
            return any(a.at > began and a.target == SERVICE and a.host != name for a in acks)

        eventually(f"another server takes the writes of {name}", taken, timeout=60, every=0.5)

    def check_rows(self) -> int:
        """Return how many rows were acknowledged; all of them are on every server."""
        acknowledged = {str(ack.number) for ack in self.writer.acks()}
        for name in MEMBERS:
            lacking = partial(self.lacks, name, acknowledged)
            assert last_seen(lacking, set[str](), timeout=30, every=1) == set()
        return len(acknowledged)

    def lacks(self, name: str, rows: set[str]) -> set[str]:
        """Return which of these rows a server does not have."""
        return rows - set(self.ask(name, "SELECT id FROM written"))

    def suffer(self, fault: str) -> None:
        """Let the primary suffer a fault, and check what the client saw of it."""
        primary = self.await_whole()
        before = self.pods()[primary]
        began = time.time()
        ended = FAULTS[fault](self, before)

        def recovered() -> bool:
            after = self.pods().get(primary)
            changed = ended is not None or (after is not None and is_another(before, after))
            return bool(changed and self.whole())

        eventually(f"all servers work after {fault}", recovered, timeout=PATIENCE, every=0.5)
        recovery = time.time() - (ended or began)
        eventually("the writer writes", lambda: self.writer.acks(seconds=2), timeout=30)
        acks = [ack for ack in self.writer.acks() if ack.at > began - 1]
        gap = longest_gap(acks, began - 1)
        doubled = two_writers(acks)
        self.outcomes.append(Outcome(fault, gap, len(doubled), recovery))
        print(self.outcomes[-1])
        assert not doubled
        assert gap <= MOST_GAP or fault in OF_ALL
        copies = fault == "lose the disk"
        assert recovery <= (MOST_RECOVERY_OF_A_DISK if copies else MOST_RECOVERY)


def role(pod: Object) -> str:
    return str(pod["metadata"]["labels"].get(ROLE, ""))


def is_another(before: Object, after: Object) -> bool:
    """Return whether a pod, or its container, was replaced."""

    def identity(pod: Object) -> tuple[str, int]:
        statuses = pod["status"].get("containerStatuses", [{}])
        return pod["metadata"]["uid"], statuses[0].get("restartCount", 0)

    return identity(before) != identity(after)


def delete(group: Group, pod: Object) -> None:
    group.kubectl("delete", "pod", pod["metadata"]["name"], "-n", group.namespace, "--wait=false")


def kill(group: Group, pod: Object) -> None:
    send_signal(group.cluster, pod, "SIGKILL", "--all")


def freeze(group: Group, pod: Object) -> float:
    send_signal(group.cluster, pod, "SIGSTOP", "--all")
    try:
        group.await_successor(pod)
    finally:
        send_signal(group.cluster, pod, "SIGCONT", "--all")
    return time.time()


# Gives back to a node what the next function takes from one of its pods.
RECONNECT = "nft delete table inet cut"


def cut_off(group: Group, pod: Object) -> float:
    """Cut a pod off from all others, by rules of its node."""
    node, address = pod["spec"]["nodeName"], pod["status"]["podIP"]
    rules = f"""
        nft add table inet cut
        nft 'add chain inet cut pre {{ type filter hook prerouting priority -310; }}'
        nft 'add chain inet cut post {{ type filter hook postrouting priority 310; }}'
        nft add rule inet cut pre ip saddr {address} drop
        nft add rule inet cut post ip daddr {address} drop
    """
    done = group.cluster.node_exec(node, ["bash", "-ec", rules])
    assert done.returncode == 0, done.stderr
    try:
        group.await_successor(pod)
    finally:
        group.cluster.node_exec(node, ["bash", "-c", RECONNECT])
    return time.time()


def lose_disk(group: Group, pod: Object) -> None:
    name = pod["metadata"]["name"]
    claim = f"storage-{name}"
    group.kubectl("delete", "pvc", claim, "-n", group.namespace, "--wait=false")
    delete(group, pod)


def drain(group: Group, pod: Object) -> None:
    """Drain the node of one pod, as far as this release is on it."""
    node = pod["spec"]["nodeName"]
    chosen = f"--pod-selector={ROLE},app=mysql"
    try:
        group.kubectl("drain", node, chosen, "--ignore-daemonsets", "--delete-emptydir-data")
    finally:
        group.kubectl("uncordon", node)


def lose_node(group: Group, pod: Object) -> float:
    """Cut the node of one pod off from all others."""
    node = pod["spec"]["nodeName"]
    group.cluster.cut_off(node)
    try:
        group.await_successor(pod)
    finally:
        group.cluster.rejoin(node)
    return time.time()


def kill_all(group: Group, pod: Object) -> None:
    for each in group.pods().values():
        kill(group, each)


def delete_all(group: Group, pod: Object) -> None:
    group.kubectl("delete", "pod", *MEMBERS, "-n", group.namespace, "--wait=false")


def upgrade(group: Group, pod: Object) -> float:
    changed = {"data": {"mysql": {"podAnnotations": {"example.org/at": str(time.time())}}}}
    group.release.upgrade(merged(VALUES, changed))
    return time.time()


OF_ALL = ("kill all", "delete all")
FAULTS: dict[str, Callable[[Group, Object], float | None]] = {
    "delete": delete,
    "kill": kill,
    "freeze": freeze,
    "cut off": cut_off,
    "drain": drain,
    "lose the disk": lose_disk,
    "upgrade": upgrade,
    "kill all": kill_all,
    "delete all": delete_all,
    "lose the node": lose_node,
}


def table(outcomes: Iterable[Outcome]) -> list[str]:
    """Return what each fault cost, as the rows of a table in Markdown."""
    by_fault: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_fault.setdefault(outcome.fault, []).append(outcome)
    head = "| fault | runs | gap p50 / p95 / max in s | two writers | all work again, max in s |"
    return [
        head,
        "|---|---|---|---|---|",
        *(
            f"| {fault} | {len(seen)} | {' / '.join(f'{gap:.1f}' for gap in spread(seen))}"
            f" | {sum(one.doubled for one in seen)} | {max(one.recovery for one in seen):.0f} |"
            for fault, seen in by_fault.items()
        ),
    ]


def spread(outcomes: Sequence[Outcome]) -> tuple[float, float, float]:
    """Return the gap that half, 95 of 100, and all of the faults did not exceed."""
    gaps = sorted(outcome.gap for outcome in outcomes)
    half, most = (gaps[math.ceil(len(gaps) * part) - 1] for part in (0.5, 0.95))
    return half, most, gaps[-1]
