"""The Jobs that back MySQL up: what they run, read and reach."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.network import Network, outside, pods
from tests.chart.reading import environment, pod
from tests.chart.scenarios import BACKUPS_IN_S3, nested
from tests.chart.test_network_policies import place
from tests.helm import Manifest, Render

JOBS = {
    "mysql-backup": ["look", "take", "keep"],
    "mysql-binlogs": ["look", "take", "keep"],
    "mysql-verify": ["fetch", "verify", "mark"],
    "mysql-restore": ["look", "choose", "fetch", "find-point", "load"],
}
STORAGE = {"look", "keep", "fetch", "mark"}
ON = {"data.mysql.backup.enabled": True}
METRICS = {"metrics.existingClaim": "backup-metrics"}
REPORT = ["sh", "/scripts/report.sh"]


def with_backups(chart: Chart, **more: Any) -> Render:
    return chart(nested(ON | {f"data.mysql.backup.{key}": more[key] for key in more}))


def steps(job: Manifest) -> list[Manifest]:
    spec = pod(job)
    return [*spec.get("initContainers", []), *spec["containers"]]


def test_none_by_default(chart: Chart) -> None:
    assert not chart().of_kind("CronJob")
    assert "mysql-backup" not in chart().names("ConfigMap")


@pytest.mark.parametrize("name", JOBS)
def test_a_step_runs_only_where_those_before_it_ended_well(chart: Chart, name: str) -> None:
    job = with_backups(chart).get("CronJob", name)
    assert [step["name"] for step in steps(job)] == JOBS[name]
    assert pod(job)["restartPolicy"] == "Never"
    scripts = with_backups(chart).get("ConfigMap", "mysql-backup")["data"]
    for step in steps(job):
        assert step["command"][1].removeprefix("/scripts/") in scripts


def test_two_runs_of_one_never_overlap_and_a_restore_never_begins_by_itself(chart: Chart) -> None:
    rendered = with_backups(chart)
    for name in JOBS:
        spec = rendered.get("CronJob", name)["spec"]
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec["suspend"] is (name == "mysql-restore")


@pytest.mark.parametrize("name", JOBS)
def test_no_step_knows_both_the_database_s_password_and_the_repository_s(
    chart: Chart, name: str
) -> None:
    for step in steps(with_backups(chart).get("CronJob", name)):
        read = {
            entry["valueFrom"]["secretKeyRef"]["key"]
            for entry in step["env"]
            if "secretKeyRef" in entry.get("valueFrom", {})
        }
        wanted = {"BACKUP_PASSWORD"} if step["name"] in STORAGE else {"MYSQL_ROOT_PASSWORD"}
        assert read == (set() if step["name"] == "find-point" else wanted)


def test_the_server_never_sees_the_password_of_its_backups(chart: Chart) -> None:
    read = environment(with_backups(chart).get("StatefulSet", "mysql")).values()
    assert not [source for source in read if "BACKUP" in source]


def test_the_server_keeps_its_binary_log_as_long_as_values_say(chart: Chart) -> None:
    rendered = with_backups(chart, **{"binaryLogs.expireSeconds": 7200})
    configuration = rendered.get("ConfigMap", "mysql-config")["data"]["genx-fx.cnf"]
    assert "binlog_expire_logs_seconds = 7200\n" in configuration


def test_the_size_of_a_binary_log_is_told_in_kibibytes(chart: Chart) -> None:
    job = with_backups(chart, **{"binaryLogs.maxSize": "2Mi"}).get("CronJob", "mysql-binlogs")
    (take,) = (step for step in steps(job) if step["name"] == "take")
    assert {"name": "MOST_LOG_KIBIBYTES", "value": "2048"} in take["env"]


def test_a_dump_is_read_where_nobody_writes_and_a_restore_goes_where_all_write(
    chart: Chart,
) -> None:
    rendered = with_backups(chart)
    for name in ("mysql-backup", "mysql-restore"):
        for step in steps(rendered.get("CronJob", name)):
            addresses = {entry["name"]: entry.get("value") for entry in step["env"]}
            if "ADDRESS" in addresses:
                assert addresses["ADDRESS"] == "mysql-service:3306"
                assert addresses["READ_ADDRESS"] == "mysql-ro:3306"


def test_they_reach_the_database_and_nothing_else(chart: Chart) -> None:
    rendered = with_backups(chart)
    network, own = Network.of(rendered), place(rendered, "mysql-backup")
    for target in pods(rendered):
        is_database = target.labels["app"] == "mysql"
        assert network.allows(own, target, 3306) is is_database, target
    assert not network.allows(own, outside("198.51.100.1"), 443)


def test_they_reach_their_storage_on_its_port_alone(chart: Chart) -> None:
    rendered = with_backups(chart, **BACKUPS_IN_S3)
    network, own = Network.of(rendered), place(rendered, "mysql-backup")
    assert network.allows(own, outside("203.0.113.9"), 9443)
    assert not network.allows(own, outside("203.0.113.9"), 443)
    assert not network.allows(own, outside("198.51.100.1"), 9443)


@pytest.mark.parametrize(
    ("endpoint", "port"),
    [("https://s3.example.org", 443), ("http://10.9.0.1", 80), ("http://minio:9000", 9000)],
)
def test_without_peers_storage_is_public_and_on_the_port_of_its_address(
    chart: Chart, endpoint: str, port: int
) -> None:
    rendered = with_backups(chart, **BACKUPS_IN_S3 | {"s3.endpoint": endpoint, "s3.peers": []})
    network, own = Network.of(rendered), place(rendered, "mysql-backup")
    assert network.allows(own, outside("198.51.100.1"), port)
    assert not network.allows(own, outside("198.51.100.1"), port + 1)
    assert not network.allows(own, outside("10.9.0.1"), port)


@pytest.mark.parametrize("name", JOBS)
def test_metrics_are_off_by_default(chart: Chart, name: str) -> None:
    job = with_backups(chart).get("CronJob", name)
    assert "metrics" not in {volume["name"] for volume in pod(job)["volumes"]}
    assert not [step for step in steps(job) if "/scripts/report.sh" in step["command"]]


@pytest.mark.parametrize("name", JOBS)
def test_each_step_tells_how_its_run_ends_but_for_a_restore(chart: Chart, name: str) -> None:
    job = with_backups(chart, **METRICS).get("CronJob", name)
    if name == "mysql-restore":
        assert job == with_backups(chart).get("CronJob", name)
        return
    claim = {"name": "metrics", "persistentVolumeClaim": {"claimName": "backup-metrics"}}
    assert claim in pod(job)["volumes"]
    *before, last = steps(job)
    for step, is_last in [*((step, "false") for step in before), (last, "true")]:
        own = next(
            item
            for item in steps(with_backups(chart).get("CronJob", name))
            if item["name"] == step["name"]
        )
        assert step["command"] == [*REPORT, *own["command"]]
        told = {entry["name"]: entry.get("value") for entry in step["env"]}
        assert (told["METRIC"], told["CRONJOB"]) == ("genx_fx_mysql_backup", name)
        assert told["IS_LAST"] == is_last
        assert {"name": "metrics", "mountPath": "/metrics"} in step["volumeMounts"]


def test_two_releases_write_metrics_to_files_of_their_own(chart: Chart) -> None:
    values = nested(
        {"global.namePrefix": "blue-"} | ON | {"data.mysql.backup.metrics.existingClaim": "m"}
    )
    job = chart(values).get("CronJob", "blue-mysql-binlogs")
    told = {entry["name"]: entry.get("value") for entry in steps(job)[0]["env"]}
    assert told["CRONJOB"] == "blue-mysql-binlogs"


def test_neither_the_first_job_nor_helm_test_tells_metrics(chart: Chart) -> None:
    rendered = with_backups(chart, **METRICS)
    others = [item for item in rendered.objects if item["kind"] in {"Job", "Pod"}]
    assert "mysql-backup-test" in {item["metadata"]["name"] for item in others}
    assert not [item for item in others if "report.sh" in str(item)]
