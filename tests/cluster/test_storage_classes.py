"""Volumes: the default class for one node, and one that pods on several nodes share."""

from __future__ import annotations

from typing import Any

import pytest

from reference.installation import shared_volumes
from tests.cluster.kubectl import Kubectl, Object
from tests.cluster.pods import SLEEP, python_pod, toolbox_image
from tools.cluster import Cluster

WRITE = "import pathlib, sys; pathlib.Path('/volume', sys.argv[1]).write_text(sys.argv[2])"
READ = "import pathlib, sys; print(pathlib.Path('/volume', sys.argv[1]).read_text(), end='')"


def claim(name: str, mode: str, storage_class: str = "") -> Object:
    spec: Object = {"accessModes": [mode], "resources": {"requests": {"storage": "16Mi"}}}
    if storage_class:
        spec["storageClassName"] = storage_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": spec,
    }


def write(kubectl: Kubectl, namespace: str, pod: str, file: str, text: str) -> None:
    done = kubectl.exec(pod, ["python3", "-c", WRITE, file, text], namespace)
    assert done.returncode == 0, done.stderr


def read(kubectl: Kubectl, namespace: str, pod: str, file: str) -> str:
    done = kubectl.exec(pod, ["python3", "-c", READ, file], namespace)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_default_class_binds_and_outlives_the_pod(
    kubectl: Kubectl, namespace: str, base_values: dict[str, Any]
) -> None:
    image = toolbox_image(base_values)
    kubectl.apply(claim("own", "ReadWriteOnce"), namespace)
    for pod in ("first", "second"):
        kubectl.apply(python_pod(pod, image, SLEEP, claims={"/volume": "own"}), namespace)
        kubectl.wait(f"pod/{pod}", "condition=Ready", namespace)
        if pod == "first":
            write(kubectl, namespace, pod, "note", "kept")
            kubectl("delete", "pod", pod, "-n", namespace)
    assert kubectl.get("pvc", "own", namespace)["status"]["phase"] == "Bound"
    assert read(kubectl, namespace, "second", "note") == "kept"


def test_pods_on_two_nodes_share_a_volume(
    kubectl: Kubectl, cluster: Cluster, namespace: str, base_values: dict[str, Any]
) -> None:
    nodes = cluster.nodes()[-2:]
    if len(nodes) < 2:
        pytest.skip("the cluster has one node")
    storage_class = shared_volumes(cluster)["global"]["storage"]["data"]["storageClass"]
    image = toolbox_image(base_values)
    made = [
        python_pod(f"on-{number}", image, SLEEP, node=node, claims={"/volume": "shared"})
        for number, node in enumerate(nodes)
    ]
    kubectl.apply([claim("shared", "ReadWriteMany", storage_class), *made], namespace)
    for number in range(2):
        kubectl.wait(f"pod/on-{number}", "condition=Ready", namespace)
    write(kubectl, namespace, "on-0", "greeting", "from one node")
    assert read(kubectl, namespace, "on-1", "greeting") == "from one node"
    write(kubectl, namespace, "on-1", "answer", "from the other")
    assert read(kubectl, namespace, "on-0", "answer") == "from the other"
