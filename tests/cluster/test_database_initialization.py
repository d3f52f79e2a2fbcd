"""The first start of MySQL: what it makes, who may do what there, and what if it is cut short."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import GROUP, SECRETS, merged, nested
from tests.cluster.database_contract import (
    APPLICATION_MAY,
    APPLICATION_MAY_NOT,
    INDEXES,
    PAIRS,
    PICTURE,
    READER_MAY,
    READER_MAY_NOT,
    REFERENCES,
    REFUSALS,
    TABLES,
    UNIQUE,
    Picture,
)
from tests.cluster.forms import short_and_long
from tests.cluster.journal import query
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.processes import container_id, is_ready, kill, restarts
from tests.cluster.release import DATA_TIER, Release, unpack
from tests.documents import bash_of
from tests.fixtures import MakeNamespace
from tests.helm import CHART, HelmError, render
from tests.passwords import ALL, PASSWORDS
from tools.cluster import Cluster

SEED = 20260301
SHORT, LONG = 3, 12  # first starts that are cut short
AT_ONCE = 3
LATEST = 1.5  # of the time that an undisturbed first start took: several at once are slower
RUNBOOK = "docs/runbooks/mysql-refuses-data.md"

pytestmark = pytest.mark.xdist_group("database")

SECRET_VALUES = {
    **SECRETS,
    "MYSQL_ROOT_PASSWORD": ALL,
    "MYSQL_PASSWORD": ALL[::-1],
    "GRAFANA_DATABASE_PASSWORD": f"-{ALL}",
}
MYSQL_ALONE = merged(
    DATA_TIER,
    {
        "global": {"secrets": {"source": "values", "values": SECRET_VALUES}},
        "data": {"redis": {"enabled": False}},
    },
)


@pytest.fixture(scope="module")
def database(
    kubectl: Kubectl,
    make_namespace: MakeNamespace,
    chart: Path,
    base_values: dict[str, Any],
) -> Release:
    """Return a database whose first start nobody disturbed. Shared: tests leave no rows in it."""
    release = Release(kubectl, make_namespace("database"), chart, base_values)
    release.install(MYSQL_ALONE)
    return release


@pytest.fixture(scope="module")
def whole(kubectl: Kubectl, database: Release) -> Picture:
    """Return what a database is after a first start that nobody disturbed."""
    return picture(kubectl, database.namespace)


def picture(kubectl: Kubectl, namespace: str) -> Picture:
    return {name: query(kubectl, namespace, statement) for name, statement in PICTURE.items()}


def test_tables_are_those_of_the_contract(whole: Picture) -> None:
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in whole["columns"]:
        columns.setdefault(table, {})[column] = kind
    assert columns == TABLES
    indexes = [(table, names, flag == "1") for table, names, flag in whole["indexes"]]
    assert sorted(names for *names, other in indexes if not other) == sorted(map(list, UNIQUE))
    assert sorted(names for *names, other in indexes if other) == sorted(map(list, INDEXES))
    assert {tuple(row) for row in whole["references"]} == REFERENCES


def test_rows_are_the_eleven_pairs_and_no_user(whole: Picture) -> None:
    assert whole["pairs"] == [[pair, *pair.split("/"), "1"] for pair in PAIRS]
    assert whole["users"] == []


def test_application_may_do_all_in_its_own_database(kubectl: Kubectl, database: Release) -> None:
    assert_rights(kubectl, database, "MYSQL", APPLICATION_MAY, APPLICATION_MAY_NOT)


def test_grafana_may_read_what_it_shows_and_nothing_else(
    kubectl: Kubectl, database: Release
) -> None:
    assert_rights(kubectl, database, "GRAFANA_DATABASE", READER_MAY, READER_MAY_NOT)


def test_any_password_is_set_and_let_in(kubectl: Kubectl, database: Release) -> None:
    """Each by the script that sets it on the first start; the last one is that of the Secret."""
    script = """
        while IFS= read -r -d '' password; do
          REAL_MYSQL_PASSWORD=$password bash /docker-entrypoint-initdb.d/90-complete.sh >/dev/null
          MYSQL_PWD=$password mysql --host=127.0.0.1 --user="$MYSQL_USER" --skip-column-names \\
            --execute='SELECT 1' 2>&1
        done"""
    given = [*PASSWORDS.values(), SECRET_VALUES["MYSQL_PASSWORD"]]
    asked = "".join(f"{password}\0" for password in given)
    done = kubectl.exec("mysql-0", ["bash", "-c", script], database.namespace, stdin=asked)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:-1] == ["1"] * len(given)


def test_nobody_else_may_log_in(whole: Picture) -> None:
    assert whole["accounts"] == [["genx_user"], ["grafana_reader"], ["root"]]


def assert_rights(
    kubectl: Kubectl,
    database: Release,
    account: str,
    may: Iterable[str],
    may_not: Iterable[str],
) -> None:
    answers = ask(kubectl, database, account, [*may, *may_not])
    refused = {statement: answers[statement] for statement in may if answers[statement]}
    assert not refused, "each with MySQL's error number"
    allowed = [statement for statement in may_not if answers[statement] not in REFUSALS]
    assert not allowed


def ask(
    kubectl: Kubectl, database: Release, account: str, statements: Iterable[str]
) -> dict[str, str]:
    """Return MySQL's error number for each statement of an account, empty where it has done it."""
    script = f"""
        export MYSQL_PWD=${account}_PASSWORD
        while IFS= read -r statement; do
          error=$(mysql --host=127.0.0.1 --user="${account}_USER" "$MYSQL_DATABASE" \
            --execute="$statement" 2>&1 >/dev/null </dev/null)
          printf '%s\\t%s\\n' "$statement" "$error"
        done"""
    asked = "\n".join(statements) + "\n"
    done = kubectl.exec("mysql-0", ["sh", "-c", script], database.namespace, stdin=asked)
    assert done.returncode == 0, done.stderr
    answers = [line.split("\t") for line in done.stdout.splitlines()]
    return {
        statement: error.removeprefix("ERROR ").partition(" ")[0] for statement, error in answers
    }


@short_and_long("cuts", SHORT, LONG)
def test_first_start_that_is_cut_short_starts_over(
    cluster: Cluster,
    kubectl: Kubectl,
    database: Release,
    whole: Picture,
    make_namespace: MakeNamespace,
    cuts: int,
) -> None:
    """Each is killed at a random moment of its own part of the time that one takes."""
    step = LATEST * duration_of_first_start(kubectl, database.namespace) / cuts
    moments = [
        random.Random(SEED + cut).uniform(cut * step, (cut + 1) * step) for cut in range(cuts)
    ]

    def cut(moment: float) -> bool:
        """Return whether what was cut short was started over."""
        release = Release(kubectl, make_namespace("cut"), database.chart, database.base)
        with ThreadPoolExecutor(1) as pool:
            installing = pool.submit(release.install, MYSQL_ALONE)
            await_first_start(kubectl, release.namespace)
            time.sleep(moment)  # any moment will do: there is nothing to wait for
            kill(cluster, kubectl, release.namespace, "mysql-0")
            installing.result()
        # A late cut comes after all was ready once, so only a restarted container counts.
        eventually(
            "MySQL is back", lambda: is_back(kubectl.get("pod", "mysql-0", release.namespace))
        )
        assert picture(kubectl, release.namespace) == whole, f"killed after {moment:.1f} s"
        started_over = "started over" in kubectl("logs", "mysql-0", "-n", release.namespace)
        kubectl("delete", "namespace", release.namespace, "--wait=false")
        return started_over

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = dict(zip(moments, pool.map(cut, moments), strict=True))
    assert any(outcomes.values()), f"no first start was cut short; seconds: {moments}"


def is_back(pod: Object) -> bool:
    return restarts(pod) > 0 and is_ready(pod)


def await_first_start(kubectl: Kubectl, namespace: str) -> None:
    eventually(
        "the container of mysql-0 runs",
        lambda: container_id(kubectl.get("pod", "mysql-0", namespace)),
        every=0.1,
    )


def duration_of_first_start(kubectl: Kubectl, namespace: str) -> float:
    """Return the seconds until all init scripts were done, by MySQL's log."""
    lines = kubectl("logs", "mysql-0", "-n", namespace, "--timestamps").splitlines()
    (last,) = [line for line in lines if "initialisation is complete" in line]
    begin, end = (datetime.fromisoformat(line.split()[0]) for line in (lines[0], last))
    return (end - begin).total_seconds()


def test_init_script_that_fails_is_not_passed_over(
    kubectl: Kubectl,
    database: Release,
    whole: Picture,
    namespace: str,
    tmp_path: Path,
) -> None:
    broken = unpack(database.chart, tmp_path)
    script = broken / "charts/data/files/mysql/init/25-broken.sql"
    script.write_text("INSERT INTO no_such_table VALUES (1);\n")
    good = Release(kubectl, namespace, database.chart, database.base)
    bad = Release(kubectl, namespace, broken, database.base)

    apply(kubectl, bad)
    eventually(
        "the first start fails",
        lambda: restarts(kubectl.get("pod", "mysql-0", namespace)) > 0,
    )

    reason = kubectl("logs", "mysql-0", "-n", namespace, "--previous")
    assert "no_such_table' doesn't exist" in reason
    assert "initialisation is complete" not in reason
    apply(kubectl, good)
    kubectl("delete", "pod", "mysql-0", "-n", namespace)
    kubectl.rolled_out("statefulset/mysql", namespace)
    assert picture(kubectl, namespace) == whole


def apply(kubectl: Kubectl, release: Release) -> None:
    """Install or upgrade without waiting for anything."""
    manifests = release.template(MYSQL_ALONE, "--skip-tests")
    kubectl("apply", "-n", release.namespace, "-f", "-", stdin=manifests)


def test_the_version_of_the_data_is_that_of_the_server_that_wrote_it(
    kubectl: Kubectl, database: Release
) -> None:
    """Both by the server's history and, as where there is none, by the head of a table space."""
    functions = (CHART / "charts/data/files/mysql/versions.sh").read_text()
    script = f"""{functions}
        folder=$(mktemp -d)
        head -c 4096 /var/lib/mysql/mysql.ibd >$folder/mysql.ibd
        version_of_data /var/lib/mysql
        version_of_data $folder
        mysqld --version
        (refuse_other_versions /var/lib/mysql) && echo starts
        mysqld() {{ echo 'mysqld  Ver 8.4.6 for Linux'; }}
        (refuse_other_versions /var/lib/mysql) || echo refused"""
    done = kubectl.exec("mysql-0", ["bash", "-c", script], database.namespace)
    by_history, by_head, server, *said = done.stdout.splitlines()
    assert by_history == by_head
    assert f"Ver {by_history}" in server
    assert said[0] == "starts"
    assert said[1].endswith(f"is of MySQL {by_history}, and this is MySQL 8.4.6")
    assert said[-1] == "refused"


@pytest.mark.parametrize("mode", [{}, GROUP], ids=["standalone", "groupReplication"])
def test_the_server_knows_every_option_of_its_file(
    kubectl: Kubectl, database: Release, mode: dict[str, Any]
) -> None:
    """Those of plugins too, of which it says nothing while they are `loose`."""
    rendered = render(nested(mode)).get("ConfigMap", "mysql-config")["data"]["genx-fx.cnf"]
    options = rendered.replace("\nloose-", "\n")
    script = """folder=$(mktemp -d)
        echo "$1" >$folder/options.cnf
        mysqld --defaults-file=$folder/options.cnf --datadir=$folder --validate-config 2>&1"""

    def validate(text: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "-c", script, "bash", text]
        return kubectl.exec("mysql-0", command, database.namespace)

    done = validate(options)
    assert done.returncode == 0, done.stdout
    done = validate(f"{options}\nprot = 3306\n")
    assert "unknown variable 'prot=3306'" in done.stdout


@pytest.mark.soak
def test_a_server_that_its_data_forbids_is_rolled_back_as_the_runbook_says(
    kubectl: Kubectl, database: Release, whole: Picture
) -> None:
    """As after an upgrade with an older tag; only what the server says of itself is made up."""
    namespace = database.namespace
    script = "#!/bin/sh\necho '/usr/sbin/mysqld  Ver 8.4.6 for Linux on x86_64'\n"
    head = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "older-server"}}
    kubectl.apply({**head, "data": {"mysqld": script}}, namespace)
    volume = {"name": "older", "configMap": {"name": "older-server", "defaultMode": 0o555}}
    mount = {"name": "older", "mountPath": "/usr/sbin/mysqld", "subPath": "mysqld"}
    older = {"data": {"mysql": {"extraVolumes": [volume], "extraVolumeMounts": [mount]}}}
    [[version]] = query(kubectl, namespace, "SELECT VERSION()")
    logs, back = bash_of(RUNBOOK, "kubectl logs mysql-0", "helm rollback")

    with pytest.raises(HelmError, match="mysql"):
        database.upgrade(merged(MYSQL_ALONE, older), "--timeout=40s")
    refused = kubectl.typed(logs.text, namespace)
    assert f"is of MySQL {version.partition('-')[0]}, and this is MySQL 8.4.6" in refused
    assert "nothing was changed" in refused

    kubectl.typed(back.text, namespace)
    assert is_ready(kubectl.get("pod", "mysql-0", namespace))
    assert query(kubectl, namespace, "SELECT VERSION()") == [[version]]
    assert picture(kubectl, namespace) == whole
