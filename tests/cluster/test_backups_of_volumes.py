"""The documented backup of other volumes, and the restore: as they stand on the page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.cluster.kubectl import Kubectl
from tests.cluster.pods import SLEEP, image_name, python_pod, toolbox_image
from tests.documents import titled

CLAIMS = {f"/volumes/{name}": f"{name}-pvc" for name in ("grafana", "data", "logs")}
OF_GRAFANA = {"app.kubernetes.io/name": "grafana", "app.kubernetes.io/instance": "genx-fx"}

WRITE = """
import os, pathlib
os.umask(0o077)
for name in ("grafana", "data", "logs"):
    folder = pathlib.Path("/volumes", name, "of-a-user")
    folder.mkdir()
    (folder / "file").write_text(f"kept in {name}")
"""
DESTROY = """
import pathlib, shutil
shutil.rmtree("/volumes/data/of-a-user")
pathlib.Path("/volumes/grafana/of-a-user/file").write_text("broken")
pathlib.Path("/volumes/logs/later").write_text("of after the backup")
"""
READ = """
import pathlib
for path in sorted(pathlib.Path("/volumes").glob("*/of-a-user/file")):
    print(path.read_text(), oct(path.stat().st_mode & 0o777))
print(pathlib.Path("/volumes/logs/later").read_text())
"""
HELD = [f"kept in {name} 0o600" for name in ("data", "grafana", "logs")]


@pytest.fixture
def volumes(kubectl: Kubectl, namespace: str, base_values: dict[str, Any]) -> str:
    """Return a namespace with claims, a Secret and a pod, named as those of a release are."""
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "genx-fx-secrets"},
        "stringData": {"BACKUP_PASSWORD": "of the repository"},
    }
    kubectl.apply([secret, *map(claim, CLAIMS.values())], namespace)
    start(kubectl, namespace, base_values)
    return namespace


def claim(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "16Mi"}},
        },
    }


def start(kubectl: Kubectl, namespace: str, values: dict[str, Any]) -> None:
    """Start what uses the volumes, in the place of Grafana, the API and the bot."""
    image = toolbox_image(values)
    kubectl.apply(python_pod("grafana", image, SLEEP, claims=CLAIMS, labels=OF_GRAFANA), namespace)
    kubectl.wait("pod/grafana", "condition=Ready", namespace)


def python(kubectl: Kubectl, namespace: str, program: str) -> list[str]:
    done = kubectl.exec("grafana", ["python3", "-c", program], namespace)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_what_was_lost_comes_back_by_the_documented_manifests(
    kubectl: Kubectl, volumes: str, base_values: dict[str, Any]
) -> None:
    image = image_name(base_values["data"]["mysql"]["backup"]["image"])

    def apply(file: str) -> None:
        text, changed = re.subn(r"image: restic/restic:\S+", f"image: {image}", titled(file).text)
        assert changed == 1
        kubectl("apply", "--namespace", volumes, "--filename", "-", stdin=text)

    python(kubectl, volumes, WRITE)
    apply("volumes-backup.yaml")
    for number in (1, 2):  # the first makes the repository
        name = f"volumes-backup-{number}"
        kubectl("create", "job", name, "--from=cronjob/volumes-backup", "-n", volumes)
        kubectl.wait(f"job/{name}", "condition=Complete", volumes)

    python(kubectl, volumes, DESTROY)
    kubectl("delete", "pod", "grafana", "-n", volumes)  # restored while nobody uses them
    apply("volumes-restore.yaml")
    kubectl.wait("job/volumes-restore", "condition=Complete", volumes)
    start(kubectl, volumes, base_values)
    assert python(kubectl, volumes, READ) == [*HELD, "of after the backup"]
