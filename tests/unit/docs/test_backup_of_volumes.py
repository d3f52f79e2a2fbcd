"""The documented backup of other volumes is of those of the chart, and under its account."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.chart.reading import pod
from tests.chart.scenarios import nested
from tests.documents import titled
from tests.helm import Manifest, Render, render

WORKLOADS = {"grafana": "Deployment", "api": "Deployment", "trading-bot": "StatefulSet"}
"""What the volumes are of."""
FILES = ("volumes-backup.yaml", "volumes-restore.yaml")

each_file = pytest.mark.parametrize("file", FILES)


@pytest.fixture(scope="module")
def rendered() -> Render:
    return render(nested({"data.mysql.backup.enabled": True}))


def job_pod(file: str) -> dict[str, Any]:
    """Return the specification of the pod of the Job in a documented file."""
    *_, job = yaml.safe_load_all(titled(file).text)
    return pod(job)


def claims(spec: dict[str, Any]) -> set[str]:
    volumes = (volume.get("persistentVolumeClaim", {}) for volume in spec["volumes"])
    return {volume["claimName"] for volume in volumes if volume}


@each_file
def test_claims_are_those_of_the_chart_and_its_own(file: str, rendered: Render) -> None:
    own, *_ = yaml.safe_load_all(titled("volumes-backup.yaml").text)
    chart = claims(job_pod(file)) - {own["metadata"]["name"]}
    assert chart == {"grafana-pvc", "data-pvc", "logs-pvc"}
    assert chart <= set(rendered.names("PersistentVolumeClaim"))


@each_file
def test_account_is_that_of_who_writes_the_volumes(file: str, rendered: Render) -> None:
    for name, kind in WORKLOADS.items():
        assert job_pod(file)["securityContext"] == pod(rendered.get(kind, name))["securityContext"]


@each_file
def test_image_and_password_are_those_of_the_database_s_backups(
    file: str, rendered: Render
) -> None:
    spec = pod(rendered.get("CronJob", "mysql-backup"))
    look = spec["initContainers"][0]
    (restic,) = job_pod(file)["containers"]
    assert restic["image"] == look["image"].removeprefix("docker.io/")
    assert password(restic) == password(look)


def password(container: Manifest) -> Any:
    (found,) = (entry for entry in container["env"] if entry["name"] == "RESTIC_PASSWORD")
    return found["valueFrom"]["secretKeyRef"]


def test_a_backup_only_reads_and_runs_beside_grafana(rendered: Render) -> None:
    spec = job_pod("volumes-backup.yaml")
    mounts = spec["containers"][0]["volumeMounts"]
    read = {mount["name"] for mount in mounts if mount.get("readOnly")}
    assert read == {"grafana", "data", "logs"}
    terms = spec["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    wanted = terms[0]["labelSelector"]["matchLabels"]
    grafana = rendered.get("Deployment", "grafana")["spec"]["template"]["metadata"]["labels"]
    assert wanted.items() <= grafana.items()
