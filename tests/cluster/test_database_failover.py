"""A group of three MySQL servers goes on when one fails, and loses nothing that it acknowledged."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import merged
from tests.cluster import backups
from tests.cluster.backups import run_job
from tests.cluster.database_group import (
    MEMBERS,
    MOST_GAP,
    OF_ALL,
    VALUES,
    Group,
    kill,
    spread,
    table,
)
from tests.cluster.forms import short_and_long
from tests.cluster.kubectl import Kubectl, eventually, last_seen
from tests.cluster.nodes import expendable
from tests.cluster.passwords import lets_in, steps
from tests.cluster.processes import send_signal
from tests.cluster.release import SECRET, Release
from tests.cluster.writer import NAME, TABLE, Writer
from tests.fixtures import MakeNamespace
from tools.cluster import Cluster

# What a fault costs in seconds shows only where nothing else takes the processor.
pytestmark = pytest.mark.alone

OFTEN = ("delete", "kill", "freeze", "cut off", "lose the disk", "upgrade", "drain")


@dataclass(frozen=True)
class Size:
    """Which faults come, and how many seconds 95 in 100 of them may stop the writes."""

    faults: tuple[str, ...]
    gap: float


# Of a few faults, 95 in 100 are all of them.
SHORT = Size(("delete", "kill", "freeze", "cut off"), MOST_GAP)
LONG = Size((*OFTEN * 7, *OF_ALL * 3), 10)


@pytest.fixture(scope="module")
def group(
    cluster: Cluster,
    kubectl: Kubectl,
    make_namespace: MakeNamespace,
    chart: Path,
    base_values: dict[str, Any],
) -> Iterator[Group]:
    release = Release(kubectl, make_namespace("failover"), chart, merged(base_values, VALUES))
    release.install()
    found = Group(cluster, kubectl, release, Writer(kubectl, release.namespace))
    found.ask(found.await_whole(), TABLE)
    found.writer.start(base_values, *MEMBERS, node=cluster.nodes()[0])
    yield found
    print("\n".join(table(found.outcomes)))


def test_three_servers_work_and_one_takes_the_writes(group: Group) -> None:
    primary = group.await_whole()
    status, lines = group.state(primary)
    assert status == 0
    assert lines[-1] == "writes work with 3 of 3: 1 may fail"
    for name in MEMBERS:
        expected = "primary, takes all writes" if name == primary else "replica"
        assert f"{name}  {expected}" in lines
        read_only = group.ask(name, "SELECT @@super_read_only")
        assert read_only == ["0" if name == primary else "1"]


@short_and_long("size", SHORT, LONG)
def test_servers_fail(group: Group, size: Size) -> None:
    for fault in size.faults:
        group.suffer(fault)
    assert group.check_rows() > 0
    _, gap, _ = spread([one for one in group.outcomes if one.fault not in OF_ALL])
    assert gap <= size.gap


@pytest.mark.soak
def test_the_node_of_the_primary_is_lost(group: Group) -> None:
    """Not that of the API server, without which nobody can be called primary."""
    if expendable(group.cluster) != group.pods()[group.await_whole()]["spec"]["nodeName"]:
        group.hand_over(expendable(group.cluster))
    group.suffer("lose the node")
    assert group.check_rows() > 0


@pytest.mark.soak
def test_a_dead_server_is_replaced_by_an_empty_one_after_an_outage_of_all(group: Group) -> None:
    """The group waits for it until a person has given its disk up. Here it is a replica."""
    primary = group.await_whole()
    dead, other = [name for name in MEMBERS if name != primary]
    pods = group.pods()
    send_signal(group.cluster, pods[dead], "SIGSTOP", "--all")
    for name in (primary, other):
        kill(group, pods[name])
    waits = f"wait: {dead} must answer: its disk may have more than others"
    nothing = f"no group works, and nothing can be written; {waits}"
    for name in (primary, other):
        last = partial(group.last_line, name)
        assert last_seen(last, nothing, timeout=90, every=1) == nothing
    place = ("-n", group.namespace)
    group.kubectl("delete", "pvc", f"storage-{dead}", "--wait=false", *place)
    group.kubectl("delete", "pod", dead, "--force", "--grace-period=0", *place)
    group.await_whole()
    assert group.check_rows() > 0


@pytest.mark.soak
def test_root_gets_another_password_as_the_runbook_says(group: Group) -> None:
    kubectl, namespace = group.kubectl, group.namespace
    old = kubectl.secret(SECRET, namespace)["MYSQL_ROOT_PASSWORD"]
    both, one = steps("docs/runbooks/database-group.md")
    group.await_whole()
    before = {name: pod["metadata"]["uid"] for name, pod in group.pods().items()}

    kubectl.typed(both, namespace)
    new = kubectl.secret(SECRET, namespace)["MYSQL_ROOT_PASSWORD"]
    assert new != old
    group.await_whole()
    assert all(pod["metadata"]["uid"] != before[name] for name, pod in group.pods().items())
    for password in (old, new):
        assert all(lets_in(kubectl, namespace, name, "root", password) for name in MEMBERS)

    kubectl.typed(one, namespace)
    for name in MEMBERS:
        outdated = partial(lets_in, kubectl, namespace, name, "root", old)
        assert last_seen(outdated, False, timeout=30, every=1) is False
        assert lets_in(kubectl, namespace, name, "root", new)
    eventually("the writer writes", lambda: group.writer.acks(seconds=2), timeout=30)
    assert group.check_rows() > 0


@pytest.mark.soak  # what runs alone adds all of its time; tests of backups restore in `make test`
def test_a_backup_is_read_from_a_replica_and_restored_to_a_moment_by_the_primary(
    group: Group,
) -> None:
    """The last test here: it ends the writer."""
    namespace, primary = group.namespace, group.await_whole()
    times: list[float] = []
    for job in ("mysql-backup", "mysql-binlogs"):
        run = run_job(group.kubectl, namespace, job, f"{job}-of-a-group")
        assert run.succeeded, run.log
        replicas = set(MEMBERS) - {primary}
        assert any(f"reads from {name}" in run.log for name in replicas), run.log
        times.append(time.time())
        time.sleep(2)  # rows between the two, and after them
    acks = group.writer.acks()
    group.kubectl("delete", "pod", NAME, "-n", namespace)
    proven = run_job(group.kubectl, namespace, "mysql-verify", "verify-of-a-group")
    assert proven.succeeded, proven.log
    assert "applied:" in proven.log, "the binary log as well"

    dumped = times[0]
    until = quiet_moment([ack.at for ack in acks if dumped + 1 < ack.at < dumped + 2])
    given = {"RESTORE_UNTIL": backups.as_time(until), "RESTORE_OVERWRITE": "genxdb_fx_db"}
    restored = run_job(group.kubectl, namespace, "mysql-restore", "restore-of-a-group", given)
    assert restored.succeeded, restored.log
    before, after = (
        {str(a.number) for a in acks if (a.at < until) is past} for past in (True, False)
    )
    for name in MEMBERS:
        assert (
            last_seen(partial(group.lacks, name, before), set[str](), timeout=30, every=1) == set()
        )
        assert group.lacks(name, after) == after != set()
    assert group.await_whole() == primary


def quiet_moment(times: Sequence[float]) -> float:
    """Return a time at which no row was on its way."""
    before, after = max(itertools.pairwise(times), key=lambda pause: pause[1] - pause[0])
    return before + (after - before) / 4
