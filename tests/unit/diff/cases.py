"""Objects, and changes of them that Kubernetes refuses or accepts.

tests/control_plane/test_upgrade_gate.py shows that its API server does.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.unit.diff.objects import made, workload

CLAIM = made(
    "PersistentVolumeClaim",
    spec={
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "standard",
        "resources": {"requests": {"storage": "10Gi"}},
    },
)
SIZE = "spec.resources.requests.storage"
SELECTED: dict[str, Any] = {"selector": {"matchLabels": {"app": "one"}}}
SELECTOR = "spec.selector.matchLabels.part"
"""The pods have that label, too."""
IMAGE = "spec.template.spec.containers.0.image"
SET = workload(
    "StatefulSet",
    serviceName="one",
    replicas=1,
    volumeClaimTemplates=[{"metadata": {"name": "data"}, "spec": CLAIM["spec"]}],
    **SELECTED,
)
ROLLED_SET = workload(
    "StatefulSet", serviceName="one", updateStrategy={"type": "RollingUpdate"}, **SELECTED
)
DEPLOYMENT = workload("Deployment", **SELECTED)
ROLLED = workload("Deployment", strategy={"rollingUpdate": {"maxUnavailable": 0}}, **SELECTED)
DAEMONS = workload("DaemonSet", **SELECTED)
JOB = workload("Job", completions=1, parallelism=1, pod={"restartPolicy": "Never"})
PORTS = [{"name": "http", "port": 80}]
SERVICE = made("Service", spec={"ports": PORTS})
BALANCED = made("Service", spec={"type": "LoadBalancer", "ports": PORTS})
CONFIG = made("ConfigMap", data={"A": "1"})
FIXED = made("ConfigMap", immutable=True, data={"A": "1"})
SECRET = made("Secret", stringData={"A": "1"})
FIXED_SECRET = made("Secret", immutable=True, data={"A": "MQ=="})
QUOTA = made("ResourceQuota", spec={"scopes": ["NotTerminating"], "hard": {"pods": "100"}})
ROLE = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "one"}
GROUP = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "one"}
BINDING = made("RoleBinding", roleRef=ROLE, subjects=[GROUP])
CLASS = made(
    "StorageClass",
    provisioner="example.org/one",
    parameters={"type": "one"},
    reclaimPolicy="Retain",
    volumeBindingMode="WaitForFirstConsumer",
)
PRIORITY = made("PriorityClass", value=1)
VOLUME = made(
    "PersistentVolume",
    spec={
        "accessModes": ["ReadWriteOnce"],
        "capacity": {"storage": "1Gi"},
        "nfs": {"server": "nfs.example.org", "path": "/a"},
        "storageClassName": "none",
    },
)
INGRESS_CLASS = made("IngressClass", spec={"controller": "example.org/one"})
RUNTIME_CLASS = made("RuntimeClass", handler="one")


class Case(NamedTuple):
    """An object, and a value in it that changes; None is taken away."""

    item: dict[str, Any]
    path: str
    value: Any

    def __str__(self) -> str:
        return f"{self.item['kind']}-{self.path}-{self.value}"


REFUSED = [
    Case(DEPLOYMENT, SELECTOR, "one"),
    Case(DEPLOYMENT, "spec.strategy", {"type": "Recreate"}),
    Case(DAEMONS, SELECTOR, "one"),
    Case(SET, SELECTOR, "one"),
    Case(SET, "spec.serviceName", "two"),
    Case(SET, "spec.updateStrategy", {"type": "OnDelete"}),
    Case(SET, "spec.podManagementPolicy", "Parallel"),
    Case(SET, "spec.volumeClaimTemplates.0.spec.storageClassName", "slow"),
    Case(SET, f"spec.volumeClaimTemplates.0.{SIZE}", "20Gi"),
    Case(JOB, IMAGE, "image:2"),
    Case(JOB, "spec.completions", 2),
    Case(JOB, "spec.completionMode", "Indexed"),
    Case(CLAIM, "spec.storageClassName", "slow"),
    Case(CLAIM, "spec.accessModes.0", "ReadWriteMany"),
    Case(CLAIM, "spec.volumeMode", "Block"),
    Case(CLAIM, SIZE, "9.5Gi"),
    Case(SERVICE, "spec.clusterIP", "None"),
    Case(BALANCED, "spec.loadBalancerClass", "example.org/other"),
    Case(FIXED, "data.A", "2"),
    Case(FIXED, "immutable", False),
    Case(FIXED_SECRET, "data.A", "Mg=="),
    Case(SECRET, "type", "example.org/other"),
    Case(BINDING, "roleRef.name", "two"),
    Case(QUOTA, "spec.scopes.0", "Terminating"),
    Case(CLASS, "provisioner", "example.org/two"),
    Case(CLASS, "parameters.type", "two"),
    Case(CLASS, "reclaimPolicy", "Delete"),
    Case(CLASS, "volumeBindingMode", "Immediate"),
    Case(PRIORITY, "value", 2),
    Case(VOLUME, "spec.nfs.path", "/b"),
    Case(INGRESS_CLASS, "spec.controller", "example.org/two"),
    Case(RUNTIME_CLASS, "handler", "two"),
]
ACCEPTED = [
    Case(DEPLOYMENT, "spec.replicas", 3),
    Case(DEPLOYMENT, IMAGE, "image:2"),
    Case(ROLLED, "spec.strategy", {"type": "Recreate"}),
    Case(SET, "spec.replicas", 3),
    Case(SET, IMAGE, "image:2"),
    Case(ROLLED_SET, "spec.updateStrategy", {"type": "OnDelete"}),
    Case(DAEMONS, "spec.updateStrategy", {"type": "OnDelete"}),
    Case(SET, "spec.persistentVolumeClaimRetentionPolicy", {"whenDeleted": "Delete"}),
    Case(SET, "spec.podManagementPolicy", "OrderedReady"),
    Case(SET, "spec.minReadySeconds", 5),
    Case(SET, f"spec.volumeClaimTemplates.0.{SIZE}", "10240Mi"),
    Case(JOB, "spec.parallelism", 2),
    Case(JOB, "spec.backoffLimit", 2),
    Case(CLAIM, SIZE, "20Gi"),
    Case(CLAIM, SIZE, "10240Mi"),
    Case(CLAIM, "spec.volumeMode", "Filesystem"),
    Case(CLAIM, "metadata.labels", {"a": "b"}),
    Case(SERVICE, "spec.type", "LoadBalancer"),
    Case(SERVICE, "spec.selector", {"app": "two"}),
    Case(BALANCED, "spec.type", "ClusterIP"),
    Case(CONFIG, "data.A", "2"),
    Case(CONFIG, "immutable", True),
    Case(SECRET, "type", "Opaque"),
    Case(BINDING, "subjects.0.name", "two"),
    Case(QUOTA, "spec.hard.pods", "200"),
    Case(CLASS, "allowVolumeExpansion", True),
    Case(PRIORITY, "description", "more"),
    Case(VOLUME, "spec.persistentVolumeReclaimPolicy", "Delete"),
    Case(VOLUME, "spec.capacity.storage", "2Gi"),
]
