"""Backups in a bucket: a real S3 server takes them, and what it refuses is said in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import merged
from tests.cluster import backups
from tests.cluster.backups import Writer, ended, run_job, sql, start_job
from tests.cluster.kubectl import Kubectl
from tests.cluster.object_storage import BUCKET, KEYS, POD_PORT, REGION, ObjectStorage
from tests.cluster.program_images import loaded
from tests.cluster.release import DATA_TIER, OFF, SECRET, Release
from tests.fixtures import MakeNamespace
from tools.cluster import Cluster

PATH = "prod/mysql"
AUTHORITY = "s3-ca"
LOGIN = "BACKUP_S3_ACCESS_KEY and BACKUP_S3_SECRET_KEY in Secret genx-fx-secrets"

pytestmark = pytest.mark.xdist_group("backups-s3")


@pytest.fixture(scope="module")
def storage(cluster: Cluster, kubectl: Kubectl, make_namespace: MakeNamespace) -> ObjectStorage:
    """Return an S3 server in a namespace of its own."""
    if not cluster.is_kind:
        pytest.skip("nothing is loaded into the nodes of a cluster that was not made for tests")
    found = ObjectStorage(kubectl, make_namespace("storage"), loaded(cluster, "versitygw"))
    found.start()
    return found


@pytest.fixture(scope="module")
def values(storage: ObjectStorage) -> dict[str, Any]:
    """Return values of a database with backups in the storage."""
    bucket = {
        "endpoint": f"https://{storage.host}",
        "bucket": BUCKET,
        "path": PATH,
        "region": REGION,
        "caSecret": {"name": AUTHORITY},
        "peers": [storage.peer],
        "podPort": POD_PORT,
    }
    in_bucket = backups.values(destination="s3", s3=bucket)
    return merged(DATA_TIER, {"data": {"redis": OFF}}, in_bucket)


@pytest.fixture(scope="module")
def database(
    kubectl: Kubectl,
    make_namespace: MakeNamespace,
    chart: Path,
    base_values: dict[str, Any],
    storage: ObjectStorage,
    values: dict[str, Any],
) -> Release:
    """Return a database whose Secret had the keys of the storage before it was installed."""
    release = Release(kubectl, make_namespace("backups-s3"), chart, base_values)
    for name, given in (
        (SECRET, {f"BACKUP_S3_{key.upper()}_KEY": text for key, text in KEYS.items()}),
        (AUTHORITY, {"ca.crt": storage.authority.pem()}),
    ):
        literals = [f"--from-literal={key}={text}" for key, text in given.items()]
        kubectl("create", "secret", "generic", name, "-n", release.namespace, *literals)
    release.install(values)
    return release


def test_what_was_deleted_comes_back_from_a_bucket(
    kubectl: Kubectl, database: Release, storage: ObjectStorage
) -> None:
    namespace = database.namespace
    repository = f"s3:https://{storage.host}/{BUCKET}/{PATH}"
    (made,) = (
        job["metadata"]["name"]
        for job in kubectl.list("jobs", namespace)
        if job["metadata"]["name"].startswith("mysql-backup-open-")
    )
    opened = ended(kubectl, namespace, made)
    assert opened.succeeded, opened.log
    assert f"there is no repository in {repository}: it is made" in opened.log

    sql(kubectl, namespace, "CREATE TABLE written (id INT PRIMARY KEY)")
    writer = Writer(kubectl, namespace)
    with writer.writing():
        dumped = run_job(kubectl, namespace, "mysql-backup", "dump-1")
    assert dumped.succeeded, dumped.log

    what_is_refused_says_what_to_fix(kubectl, namespace, storage, "wrong-secret-key", "closed-port")
    copied = run_job(kubectl, namespace, "mysql-binlogs", "binlogs-1")
    assert copied.succeeded, copied.log
    sql(kubectl, namespace, "DELETE FROM written")
    given = {"RESTORE_OVERWRITE": "genxdb_fx_db"}
    restored = run_job(kubectl, namespace, "mysql-restore", "restore-1", given)
    assert restored.succeeded, restored.log
    found = [int(line) for line in sql(kubectl, namespace, "SELECT id FROM written ORDER BY id")]
    assert found == [row.number for row in writer.rows]


@pytest.mark.soak
def test_whatever_storage_refuses_is_said_with_what_to_fix(
    kubectl: Kubectl, database: Release, storage: ObjectStorage
) -> None:
    what_is_refused_says_what_to_fix(kubectl, database.namespace, storage)


@pytest.mark.soak  # the same scripts do it from a volume in `make test`
def test_a_lost_volume_comes_back_from_a_bucket(
    kubectl: Kubectl, database: Release, values: dict[str, Any]
) -> None:
    namespace = database.namespace
    sql(kubectl, namespace, "CREATE TABLE proven (id INT PRIMARY KEY)")
    sql(kubectl, namespace, "INSERT INTO proven VALUES (1), (2)")
    dumped = run_job(kubectl, namespace, "mysql-backup", "dump-proven")
    assert dumped.succeeded, dumped.log
    start_job(kubectl, namespace, "mysql-verify", "verify-1")  # it needs no database
    backups.lose_the_volume(kubectl, namespace)
    proven = ended(kubectl, namespace, "verify-1")
    assert proven.succeeded, proven.log
    assert "verified: dump" in proven.log
    database.upgrade(values)
    restored = run_job(kubectl, namespace, "mysql-restore", "restore-lost")
    assert restored.succeeded, restored.log
    assert sql(kubectl, namespace, "SELECT id FROM proven ORDER BY id") == ["1", "2"]


def what_is_refused_says_what_to_fix(
    kubectl: Kubectl, namespace: str, storage: ObjectStorage, *names: str
) -> None:
    """Run Jobs that storage refuses, all at once; none may leave a trace in the repository."""
    closed = f"s3:https://{storage.host}:8443/{BUCKET}/{PATH}"
    cases = {
        "wrong-secret-key": ({"AWS_SECRET_ACCESS_KEY": "another"}, LOGIN),
        "wrong-access-key": ({"AWS_ACCESS_KEY_ID": "another"}, LOGIN),
        "no-keys": ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, LOGIN),
        "wrong-authority": ({"RESTIC_CACERT": "/etc/ssl/certs/ca-certificates.crt"}, "s3.caSecret"),
        "wrong-region": ({"AWS_DEFAULT_REGION": "us-east-1"}, "s3.region"),
        "closed-port": ({"RESTIC_REPOSITORY": closed}, "s3.peers and s3.podPort"),
    }
    # Named by their number as well: the two forms may run in one namespace.
    chosen = {f"{name}-of-{len(names or cases)}": cases[name] for name in names or cases}
    for number, (job, (given, _)) in enumerate(chosen.items()):
        # Of the Jobs of a CronJob that have failed, three are kept.
        cronjob = "mysql-binlogs" if number < 3 else "mysql-restore"
        start_job(kubectl, namespace, cronjob, job, given | {"REACH_SECONDS": "20"})
    for job, (_, advice) in chosen.items():
        said = ended(kubectl, namespace, job)
        assert not said.succeeded, job
        assert f"error: s3:https://{storage.host}" in said.message, job
        assert advice in said.message, job
