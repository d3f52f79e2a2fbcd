"""Backups of the database: what is written is in them, and comes back from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.chart.scenarios import merged
from tests.cluster import backups
from tests.cluster.backups import (
    Writer,
    Written,
    before_a_pause,
    ended,
    moment_between,
    run_job,
    sql,
    start_job,
)
from tests.cluster.kubectl import Kubectl, eventually
from tests.cluster.pods import SLEEP, python_pod, toolbox_image
from tests.cluster.release import DATA_TIER, OFF, Release
from tests.fixtures import MakeNamespace

METRICS = "backup-metrics"
DATABASE_ALONE = merged(
    DATA_TIER,
    {"data": {"redis": OFF}},
    backups.values(metrics={"existingClaim": METRICS}),
)

pytestmark = pytest.mark.xdist_group("backups")


@pytest.fixture(scope="module")
def database(
    kubectl: Kubectl, make_namespace: MakeNamespace, chart: Path, base_values: dict[str, Any]
) -> Release:
    """Return a database with backups that begin by hand alone. Shared by all tests here."""
    release = Release(kubectl, make_namespace("backups"), chart, base_values)
    kubectl.apply(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": METRICS},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "16Mi"}},
            },
        },
        release.namespace,
    )
    release.install(DATABASE_ALONE)
    return release


@dataclass(frozen=True)
class Kept:
    """A database of which a dump and a copy of its log were made, while rows were written."""

    release: Release
    rows: list[Written]
    before_copy: int
    """How many rows were acknowledged before the copy began."""

    @property
    def namespace(self) -> str:
        return self.release.namespace


@pytest.fixture(scope="module")
def kept(kubectl: Kubectl, database: Release) -> Kept:
    namespace = database.namespace
    sql(kubectl, namespace, "CREATE TABLE written (id INT PRIMARY KEY)")
    writer = Writer(kubectl, namespace)
    with writer.writing():
        dumped = run_job(kubectl, namespace, "mysql-backup", "dump-1")
        assert dumped.succeeded, dumped.log
        before_copy = len(writer.rows)
        copied = run_job(kubectl, namespace, "mysql-binlogs", "binlogs-1")
        assert copied.succeeded, copied.log
    assert 0 < before_copy < len(writer.rows), "rows before and after"
    return Kept(database, writer.rows, before_copy)


def numbers(kubectl: Kubectl, namespace: str) -> list[int]:
    return [int(line) for line in sql(kubectl, namespace, "SELECT id FROM written ORDER BY id")]


def test_the_newest_backup_is_proven_to_restore_and_kept(kubectl: Kubectl, kept: Kept) -> None:
    namespace = kept.namespace
    start_job(kubectl, namespace, "mysql-verify", "late", {"MOST_AGE_SECONDS": "1"})
    proven = run_job(kubectl, namespace, "mysql-verify", "verify-1")
    assert proven.succeeded, proven.log
    assert "rows and checksums of" in proven.log
    assert "applied:" in proven.log, "the binary log as well"
    assert "verified: dump" in proven.log
    late = ended(kubectl, namespace, "late")
    assert not late.succeeded
    assert "s old, and 1 s are allowed" in late.message
    assert "Phase:          Succeeded" in kept.release.test("mysql-backup-test")


def test_prometheus_is_told_how_the_last_run_ended(
    kubectl: Kubectl, kept: Kept, base_values: dict[str, Any]
) -> None:
    namespace = kept.namespace
    reader = python_pod("metrics", toolbox_image(base_values), SLEEP, claims={"/metrics": METRICS})
    kubectl.apply(reader, namespace)
    kubectl.wait("pod/metrics", "condition=Ready", namespace)

    def told(cronjob: str) -> dict[str, float]:
        command = ["cat", f"/metrics/{cronjob}.prom"]
        families = text_string_to_metric_families(
            kubectl.exec("metrics", command, namespace).stdout
        )
        samples = [sample for family in families for sample in family.samples]
        assert {sample.labels["cronjob"] for sample in samples} == {cronjob}
        return {
            sample.name.removeprefix("genx_fx_mysql_backup_"): sample.value for sample in samples
        }

    dumped = told("mysql-backup")
    assert dumped["last_run_success"] == 1
    assert dumped["dump_size_bytes"] > 0
    good = told("mysql-binlogs")
    assert good["last_run_success"] == 1
    assert good["last_success_timestamp_seconds"] == good["last_run_timestamp_seconds"]
    wrong = {"RESTIC_PASSWORD": "another"}
    assert not run_job(kubectl, namespace, "mysql-binlogs", "told-of-failure", wrong).succeeded
    bad = told("mysql-binlogs")
    assert bad["last_run_success"] == 0
    assert bad["last_run_timestamp_seconds"] > good["last_run_timestamp_seconds"]
    assert bad["last_success_timestamp_seconds"] == good["last_success_timestamp_seconds"]


def test_a_lost_volume_comes_back_with_all_rows_up_to_the_point_and_none_after(
    kubectl: Kubectl, kept: Kept
) -> None:
    namespace, before_copy = kept.namespace, kept.before_copy
    written = [row.number for row in kept.rows]

    backups.lose_the_volume(kubectl, namespace)
    kept.release.upgrade(DATABASE_ALONE)
    restored = run_job(kubectl, namespace, "mysql-restore", "restore-1")
    assert restored.succeeded, restored.log
    found = numbers(kubectl, namespace)
    assert found == written[: len(found)], "in the order in which they were written, without a gap"
    assert len(found) >= before_copy, "what was acknowledged before the copy began"

    # To a time between two rows, over what is there now.
    index = before_a_pause(kept.rows, before_copy)
    until = moment_between(kept.rows[index], kept.rows[index + 1])
    refused = run_job(kubectl, namespace, "mysql-restore", "restore-2", {"RESTORE_UNTIL": until})
    assert not refused.succeeded
    assert "rows, and RESTORE_OVERWRITE is not genxdb_fx_db" in refused.message
    assert numbers(kubectl, namespace) == found, "a refused restore changes nothing"
    given = {"RESTORE_UNTIL": until, "RESTORE_OVERWRITE": "genxdb_fx_db"}
    restored = run_job(kubectl, namespace, "mysql-restore", "restore-3", given)
    assert restored.succeeded, restored.log
    assert numbers(kubectl, namespace) == written[: index + 1]


@pytest.mark.soak
def test_what_cannot_be_backed_up_says_why_and_loses_nothing(
    kubectl: Kubectl, database: Release
) -> None:
    namespace = database.namespace
    backups.ensure_a_dump(kubectl, namespace)
    wrong = {"RESTIC_PASSWORD": "another"}
    said = run_job(kubectl, namespace, "mysql-binlogs", "wrong-password", wrong)
    assert not said.succeeded
    assert "BACKUP_PASSWORD in Secret genx-fx-secrets does not open /repository" in said.message
    nowhere = {"RESTIC_REPOSITORY": "s3:http://192.0.2.1:9000/bucket/mysql", "REACH_SECONDS": "5"}
    said = run_job(kubectl, namespace, "mysql-binlogs", "unreachable", nowhere)
    assert not said.succeeded
    assert "192.0.2.1:9000/bucket/mysql does not answer within 5 s" in said.message
    nothing = {"RESTIC_REPOSITORY": "/repository/other"}
    said = run_job(kubectl, namespace, "mysql-restore", "no-backup", nothing)
    assert not said.succeeded
    assert "there is no backup in /repository/other" in said.message

    start_job(kubectl, namespace, "mysql-backup", "killed")
    (pod,) = eventually("the dump runs", lambda: kubectl.list("pods", namespace, "job-name=killed"))
    kubectl("delete", "job", "killed", "-n", namespace, "--cascade=orphan")
    kubectl(
        "delete", "pod", pod["metadata"]["name"], "-n", namespace, "--force", "--grace-period=0"
    )
    again = run_job(kubectl, namespace, "mysql-backup", "after-the-killed")
    assert again.succeeded, again.log
    proven = run_job(kubectl, namespace, "mysql-verify", "verify-after-the-killed")
    assert proven.succeeded, proven.log
