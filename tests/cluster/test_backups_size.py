"""How long a gigabyte takes to be backed up, verified and restored."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import merged
from tests.cluster import backups
from tests.cluster.backups import run_job, sql
from tests.cluster.kubectl import Kubectl
from tests.cluster.release import DATA_TIER, OFF, Release

GIGABYTE = 10**9
PATIENCE = 1800  # seconds that each step may take
# Rows of a kilobyte of random letters, of which a fourth can be compressed away.
ROW = "SUBSTR(TO_BASE64(RANDOM_BYTES(780)), 1, 1024)"
AT_ONCE = 16_384
BATCHES = GIGABYTE // 1024 // AT_ONCE + 1
TABLE = f"""
SET cte_max_recursion_depth = {AT_ONCE};
CREATE TABLE filler (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(1100) CHARACTER SET ascii);
"""
BATCH = f"""
INSERT INTO filler (text) WITH RECURSIVE numbers (n) AS
  (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {AT_ONCE}) SELECT {ROW} FROM numbers;
"""
BYTES = "SELECT SUM(LENGTH(text)) FROM filler"
CONTENT = "SELECT COUNT(*) FROM filler; CHECKSUM TABLE filler"

VALUES: dict[str, Any] = merged(
    DATA_TIER,
    {"data": {"redis": OFF, "mysql": {"persistence": {"size": "10Gi"}}}},
    backups.values(),
)

pytestmark = [pytest.mark.soak, pytest.mark.alone]


def test_a_gigabyte_is_backed_up_verified_and_restored(
    kubectl: Kubectl, namespace: str, chart: Path, base_values: dict[str, Any]
) -> None:
    took: dict[str, float] = {}

    def run(cronjob: str) -> None:
        began = time.monotonic()
        done = run_job(kubectl, namespace, cronjob, f"{cronjob}-1", timeout=PATIENCE)
        took[cronjob] = time.monotonic() - began
        assert done.succeeded, done.log

    release = Release(kubectl, namespace, chart, base_values)
    release.install(VALUES)
    sql(kubectl, namespace, TABLE + BATCH * BATCHES)
    (size,) = map(int, sql(kubectl, namespace, BYTES))
    assert size >= GIGABYTE
    content = sql(kubectl, namespace, CONTENT)

    for cronjob in ("mysql-backup", "mysql-binlogs", "mysql-verify"):
        run(cronjob)
    backups.lose_the_volume(kubectl, namespace)
    release.upgrade(VALUES)
    run("mysql-restore")
    assert sql(kubectl, namespace, CONTENT) == content

    print("\n".join(f"{size} bytes, {name}: {seconds:.0f} s" for name, seconds in took.items()))
