"""Backups of the database: what is written is in them, and comes back from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import merged
from tests.cluster import backups
from tests.cluster.backups import Writer, moment_between, run_job, sql
from tests.cluster.kubectl import Kubectl
from tests.cluster.release import DATA_TIER, OFF, Release
from tests.fixtures import MakeNamespace

DATABASE_ALONE = merged(DATA_TIER, {"data": {"redis": OFF}}, backups.values())

pytestmark = pytest.mark.xdist_group("backups")


@pytest.fixture(scope="module")
def database(
    kubectl: Kubectl, make_namespace: MakeNamespace, chart: Path, base_values: dict[str, Any]
) -> Release:
    """Return a database with backups that begin by hand alone. Shared by all tests here."""
    release = Release(kubectl, make_namespace("backups"), chart, base_values)
    release.install(DATABASE_ALONE)
    return release


def numbers(kubectl: Kubectl, namespace: str) -> list[int]:
    return [int(line) for line in sql(kubectl, namespace, "SELECT id FROM written ORDER BY id")]


def test_a_lost_volume_comes_back_with_all_rows_up_to_the_point_and_none_after(
    kubectl: Kubectl, database: Release
) -> None:
    namespace = database.namespace
    sql(kubectl, namespace, "CREATE TABLE written (id INT PRIMARY KEY)")
    writer = Writer(kubectl, namespace)
    with writer.writing():
        dumped = run_job(kubectl, namespace, "mysql-backup", "dump-1")
        assert dumped.succeeded, dumped.log
        at_dump = len(writer.rows)
        before_copy = len(writer.rows)
        copied = run_job(kubectl, namespace, "mysql-binlogs", "binlogs-1")
        assert copied.succeeded, copied.log
    assert 0 < at_dump <= before_copy < len(writer.rows), "rows before, between and after"
    written = [row.number for row in writer.rows]

    backups.lose_the_volume(kubectl, namespace)
    database.upgrade(DATABASE_ALONE)
    restored = run_job(kubectl, namespace, "mysql-restore", "restore-1")
    assert restored.succeeded, restored.log
    found = numbers(kubectl, namespace)
    assert found == written[: len(found)], "in the order in which they were written, without a gap"
    assert len(found) >= before_copy, "what was acknowledged before the copy began"

    # To a time between two rows, over what is there now.
    index = before_copy - 1
    until = moment_between(writer.rows[index], writer.rows[index + 1])
    refused = run_job(kubectl, namespace, "mysql-restore", "restore-2", {"RESTORE_UNTIL": until})
    assert not refused.succeeded
    assert "rows, and RESTORE_OVERWRITE is not genxdb_fx_db" in refused.message
    assert numbers(kubectl, namespace) == found, "a refused restore changes nothing"
    given = {"RESTORE_UNTIL": until, "RESTORE_OVERWRITE": "genxdb_fx_db"}
    restored = run_job(kubectl, namespace, "mysql-restore", "restore-3", given)
    assert restored.succeeded, restored.log
    assert numbers(kubectl, namespace) == written[: index + 1]
