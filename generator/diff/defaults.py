"""What Kubernetes fills in by itself: to spell it out changes nothing.

Source: SetDefaults_… in pkg/apis/{core,apps,batch}/v1/defaults.go of Kubernetes 1.34. Here are
those that charts spell out; a field that means something else elsewhere is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from generator.spec.quantities import Quantity

_OF_PODS: Mapping[str, Any] = {
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "terminationGracePeriodSeconds": 30,
    "enableServiceLinks": True,
    "hostNetwork": False,
    "hostPID": False,
    "hostIPC": False,
    "securityContext": {},
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "protocol": "TCP",
    "scheme": "HTTP",
    "timeoutSeconds": 1,
    "periodSeconds": 10,
    "successThreshold": 1,
    "failureThreshold": 3,
    "defaultMode": 0o644,
    "readOnly": False,
}
_OF_KINDS: Mapping[str, Mapping[str, Any]] = {
    "Deployment": {
        "type": "RollingUpdate",
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
        "minReadySeconds": 0,
    },
    "StatefulSet": {
        "podManagementPolicy": "OrderedReady",
        "revisionHistoryLimit": 10,
        "minReadySeconds": 0,
        "volumeMode": "Filesystem",
    },
    "DaemonSet": {
        "revisionHistoryLimit": 10,
        "minReadySeconds": 0,
    },
    "Job": {"completionMode": "NonIndexed", "backoffLimit": 6, "suspend": False},
    "PersistentVolumeClaim": {"volumeMode": "Filesystem"},
    "PersistentVolume": {"volumeMode": "Filesystem"},
    "Service": {"type": "ClusterIP", "sessionAffinity": "None", "protocol": "TCP"},
    "StorageClass": {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
    "Secret": {"type": "Opaque"},
    "PriorityClass": {"preemptionPolicy": "PreemptLowerPriority"},
}
_POD_KINDS = ("Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet")
_AMOUNTS = ("requests", "limits", "hard", "capacity")


class Amount(str):
    """An amount as it was written, which equals others of its size: 1Gi is 1024Mi."""

    @property
    def size(self) -> Decimal:
        """Bytes, cores, or how many."""
        return Quantity.parse(self).value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Amount) and self.size == other.size

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.size)


def as_stored(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object without nulls and defaults, amounts in one notation: 1 and not 1000m."""
    kind = document.get("kind", "")
    defaults = dict(_OF_KINDS.get(kind, {}))
    if kind in _POD_KINDS:
        defaults = {**_OF_PODS, **defaults}
    found: dict[str, Any] = _stored(document, defaults)
    return found


def _stored(node: Any, defaults: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_stored(entry, defaults) for entry in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _amounts(value) if key in _AMOUNTS else _stored(value, defaults)
        for key, value in node.items()
        if value is not None and not (key in defaults and defaults[key] == value)
    }


def _amounts(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _amounts(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_amounts(value) for value in node]
    try:
        Quantity.parse(str(node))
    except ValueError:
        return node
    return Amount(node)
