"""The objects that a control plane without nodes begins with."""

from __future__ import annotations

from typing import Any

# Label of the nodes whose kubelet kwok simulates. A node without it counts as lost: nothing renews
# its lease, and nothing ends its pods.
MANAGED = "kwok.x-k8s.io/node=fake"
ZONE = "topology.kubernetes.io/zone"
HOSTNAME = "kubernetes.io/hostname"

STORAGE_CLASS = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {
        "name": "standard",
        "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
    },
    "provisioner": "kwok.x-k8s.io/volume",
    "allowVolumeExpansion": True,
}


def node(
    name: str, zone: str = "", *, cores: int = 64, labels: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return a node for kwok, with 4 GiB for each core; without a zone no label names one."""
    key, value = MANAGED.split("=")
    zone_label = {ZONE: zone} if zone else {}
    known = {key: value, HOSTNAME: name, "kubernetes.io/os": "linux"}
    gibibytes = f"{4 * cores}Gi"
    size = {"cpu": str(cores), "memory": gibibytes, "ephemeral-storage": gibibytes, "pods": "500"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": known | zone_label | (labels or {})},
        "status": {"allocatable": size, "capacity": size},
    }
