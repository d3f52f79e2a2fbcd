"""What befalls a repository and its runs: damage, kills, an upgrade in the middle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import merged, nested
from tests.cluster import backups
from tests.cluster.backups import ended, run_job, sql, start_job
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.processes import is_ready, send_signal
from tests.cluster.release import DATA_TIER, OFF, Release
from tests.cluster.small_volumes import SmallVolume, small_volumes
from tests.fixtures import MakeNamespace
from tools.cluster import Cluster

DATABASE_ALONE = merged(DATA_TIER, {"data": {"redis": OFF}}, backups.values())
ALL_DATA = {"READ_DATA": "100%"}  # and not a part that is drawn by lot
# A few bytes of the largest file, which is of the newest dump.
DAMAGE = """
file=$(find /repository/mysql/data -type f -exec ls -S {} + | head -n 1)
chmod u+w "$file"
printf XXXX | dd of="$file" bs=1 seek=1000 conv=notrunc
"""
# An upload that never ends, as keep.sh begins one.
UPLOAD = """
. /scripts/repository.sh
repository backup --quiet --tag held --stdin-filename held --stdin-from-command -- sleep 600
"""

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("backups-damage")]


@pytest.fixture(scope="module")
def database(
    kubectl: Kubectl, make_namespace: MakeNamespace, chart: Path, base_values: dict[str, Any]
) -> Release:
    """Return a database with backups that begin by hand alone. Shared by all tests here."""
    release = Release(kubectl, make_namespace("backups-damage"), chart, base_values)
    release.install(DATABASE_ALONE)
    return release


def start_script(kubectl: Kubectl, namespace: str, name: str, script: str) -> None:
    """Start a Job of mysql-binlogs that runs a script where restic runs, and nothing else."""
    create = ("create", "job", name, "--from=cronjob/mysql-binlogs", "-n", namespace)
    job = kubectl.json(*create, "--dry-run=client")
    spec = job["spec"]["template"]["spec"]
    del spec["initContainers"]
    spec["containers"][0]["command"] = ["sh", "-c", script]
    kubectl("create", "-f", "-", stdin=json.dumps(job))


def uploading(kubectl: Kubectl, namespace: str, name: str) -> tuple[Object, list[str]]:
    """Start an upload, and return its pod and all locks of the repository once it holds one."""
    start_script(kubectl, namespace, name, UPLOAD)

    def locks() -> tuple[Object, list[str]] | None:
        (pod,) = kubectl.list("pods", namespace, f"job-name={name}")
        if not is_ready(pod):
            return None
        pod_name = pod["metadata"]["name"]
        done = kubectl.exec(pod_name, ["ls", "/repository/mysql/locks"], namespace)
        return (pod, done.stdout.split()) if done.stdout.strip() else None

    found = eventually(f"{name} holds a lock", locks)
    assert found
    return found


def test_a_damaged_repository_is_found_and_repaired(kubectl: Kubectl, database: Release) -> None:
    namespace = database.namespace
    older = run_job(kubectl, namespace, "mysql-backup", "older")
    assert older.succeeded, older.log
    sql(kubectl, namespace, "CREATE TABLE noise (id INT PRIMARY KEY AUTO_INCREMENT, b BLOB)")
    fill = "INSERT INTO noise (b) VALUES (RANDOM_BYTES(1024));"
    sql(kubectl, namespace, fill * 300)
    newest = run_job(kubectl, namespace, "mysql-backup", "newest")
    assert newest.succeeded, newest.log
    start_script(kubectl, namespace, "damage", DAMAGE)
    assert ended(kubectl, namespace, "damage").succeeded

    found = run_job(kubectl, namespace, "mysql-verify", "damaged", ALL_DATA)
    assert not found.succeeded
    assert "/repository/mysql is damaged: docs/runbooks/backups.md" in found.message
    # As docs/runbooks/backups.md has it.
    repaired = run_job(kubectl, namespace, "mysql-backup", "repair-1", {"REPAIR": "true"})
    assert repaired.succeeded, repaired.log
    assert "a part of it is gone" in repaired.log
    assert "kept: dump" in repaired.log
    proven = run_job(kubectl, namespace, "mysql-verify", "repaired", ALL_DATA)
    assert proven.succeeded, proven.log
    assert "verified: dump" in proven.log


def test_a_set_of_transactions_is_restored_and_no_more(kubectl: Kubectl, database: Release) -> None:
    """The dump before it is taken while an upgrade runs."""
    namespace = database.namespace
    sql(kubectl, namespace, "CREATE TABLE written (id INT PRIMARY KEY)")
    start_job(kubectl, namespace, "mysql-backup", "during-an-upgrade")
    database.upgrade(merged(DATABASE_ALONE, nested({"data.mysql.backup.retention.keepLast": 4})))
    taken = ended(kubectl, namespace, "during-an-upgrade")
    assert taken.succeeded, taken.log
    sql(kubectl, namespace, "INSERT INTO written VALUES (1), (2)")
    (wanted,) = sql(kubectl, namespace, "SELECT REPLACE(@@gtid_executed, CHAR(10), '')")
    sql(kubectl, namespace, "INSERT INTO written VALUES (3)")
    copied = run_job(kubectl, namespace, "mysql-binlogs", "binlogs-1")
    assert copied.succeeded, copied.log
    given = {"RESTORE_GTIDS": wanted, "RESTORE_OVERWRITE": "genxdb_fx_db"}
    restored = run_job(kubectl, namespace, "mysql-restore", "restore-1", given)
    assert restored.succeeded, restored.log
    assert sql(kubectl, namespace, "SELECT id FROM written ORDER BY id") == ["1", "2"]


def test_a_lock_of_a_killed_run_delays_no_copy(
    kubectl: Kubectl, cluster: Cluster, database: Release
) -> None:
    namespace = database.namespace
    backups.ensure_a_dump(kubectl, namespace)
    pod, _ = uploading(kubectl, namespace, "stopped")
    kubectl("delete", "pod", pod["metadata"]["name"], "-n", namespace)
    pod, locks = uploading(kubectl, namespace, "killed")
    assert len(locks) == 1, "its own: the one that was stopped has removed that of it"
    send_signal(cluster, pod, "SIGKILL", "--all")
    assert not ended(kubectl, namespace, "killed").succeeded
    copied = run_job(kubectl, namespace, "mysql-binlogs", "after-the-killed")
    assert copied.succeeded, copied.log
    assert "kept: " in copied.log
    assert "repository is already locked" in copied.log, "what is old stays until the next copy"
    anew = run_job(kubectl, namespace, "mysql-binlogs", "anew", {"MOST_LOG_KIBIBYTES": "0"})
    assert anew.succeeded, anew.log
    assert "kept: dump" in anew.log, "no copy of the log waits for what it would remove"
    start_job(kubectl, namespace, "mysql-verify", "waits")
    eventually(
        "it says how long it waits",
        lambda: (
            "until 30 minutes after its lock was made"
            in kubectl.run("logs", "job/waits", "-c", "fetch", "-n", namespace).stdout
        ),
    )


def test_a_full_volume_takes_nothing_and_still_restores(
    kubectl: Kubectl,
    cluster: Cluster,
    make_namespace: MakeNamespace,
    chart: Path,
    base_values: dict[str, Any],
) -> None:
    if not cluster.is_kind:
        pytest.skip("small volumes are memory of the nodes of a cluster that was made for tests")
    namespace, claim = make_namespace("backups-full"), "small"
    volume = SmallVolume(cluster, namespace, claim, 32, (cluster.nodes()[-1],))
    on_it = backups.values(persistence={"existingClaim": claim})
    release = Release(kubectl, namespace, chart, base_values)
    with small_volumes(kubectl, [volume]):
        release.install(merged(DATA_TIER, {"data": {"redis": OFF}}, on_it))
        sql(kubectl, namespace, "CREATE TABLE written (id INT PRIMARY KEY)")
        sql(kubectl, namespace, "INSERT INTO written VALUES (1)")
        taken = run_job(kubectl, namespace, "mysql-backup", "dump-1")
        assert taken.succeeded, taken.log
        sql(kubectl, namespace, "INSERT INTO written VALUES (2)")
        with volume.full():
            refused = run_job(kubectl, namespace, "mysql-binlogs", "full")
            assert not refused.succeeded
            assert "no space left on device" in refused.message
            unproven = run_job(kubectl, namespace, "mysql-verify", "verify-1")
            assert not unproven.succeeded
            assert "/repository/mysql cannot be checked: look at its volume" in unproven.message
            assert "no space left on device" in unproven.log
            given = {"RESTORE_OVERWRITE": "genxdb_fx_db"}
            restored = run_job(kubectl, namespace, "mysql-restore", "restore-1", given)
            assert restored.succeeded, restored.log
        assert sql(kubectl, namespace, "SELECT id FROM written") == ["1"]
        again = run_job(kubectl, namespace, "mysql-binlogs", "room-again")
        assert again.succeeded, again.log
