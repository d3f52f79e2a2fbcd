"""One MySQL server becomes a group and back, and its rows come along, as the runbook says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import merged
from tests.cluster.database_group import VALUES
from tests.cluster.kubectl import Kubectl
from tests.cluster.release import DATA_TIER, OFF, Release
from tests.fixtures import MakeNamespace
from tests.helm import HelmError

ALONE = merged(DATA_TIER, {"data": {"redis": OFF, "mysql": {"persistence": {"size": "1Gi"}}}})
DUMP = (
    "MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysqldump --user=root --single-transaction"
    ' --set-gtid-purged=OFF --routines --triggers "$MYSQL_DATABASE"'
)
LOAD = 'MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --user=root "$MYSQL_DATABASE"'
ROWS = "SELECT COUNT(*), SUM(id) FROM moved"
FIRST = "CREATE TABLE moved (id INT PRIMARY KEY); INSERT INTO moved VALUES (1), (2)"
SECOND = "INSERT INTO moved VALUES (40)"


@pytest.mark.soak
def test_rows_come_along(
    kubectl: Kubectl, make_namespace: MakeNamespace, chart: Path, base_values: dict[str, Any]
) -> None:
    release = Release(kubectl, make_namespace("mode"), chart, base_values)

    def run(pod: str, command: str, stdin: str | None = None) -> str:
        shell = ["bash", "-c", command]
        done = kubectl.exec(pod, shell, release.namespace, container="mysql", stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sql(pod: str, statement: str) -> str:
        return run(pod, f"{LOAD} --batch --skip-column-names", statement).strip()

    def move(workload: str, mode: str, values: dict[str, Any], pod: str, new: str) -> None:
        dump = run(pod, DUMP)
        with pytest.raises(HelmError, match=f"data.mysql.mode is {mode}, but the data of"):
            release.upgrade(values)
        assert sql(pod, ROWS), "nothing has happened"
        mark = f"genx-fx/replace-by={mode}"
        kubectl("annotate", "statefulset", workload, mark, "-n", release.namespace)
        release.upgrade(values)
        run(new, LOAD, dump)

    release.install(ALONE)
    sql("mysql-0", FIRST)
    move("mysql", "groupReplication", VALUES, "mysql-0", "mysql-group-0")
    assert sql("mysql-group-0", ROWS) == "2\t3"
    sql("mysql-group-0", SECOND)
    move("mysql-group", "standalone", ALONE, "mysql-group-0", "mysql-0")
    assert sql("mysql-0", ROWS) == "3\t43"
