"""What stays when a release is removed, as it is meant to: data, and the passwords made for it."""

from __future__ import annotations

from tests.cluster.kubectl import Kubectl, last_seen
from tests.cluster.release import SECRET

KINDS = (
    "all,pvc,secret,configmap,serviceaccount,role,rolebinding,networkpolicy,pdb,ingress,quota,"
    "limitrange"
)
OF_EVERY_NAMESPACE = {"ConfigMap/kube-root-ca.crt", "ServiceAccount/default"}
VOLUMES = ("mysql", "redis", "grafana", "logs", "data")
CLAIMS = {f"PersistentVolumeClaim/{volume}-pvc" for volume in VOLUMES}
SHARED = ("logs-pvc", "data-pvc")
# The name of a shared volume's claim follows the volume's mode.
COLOCATED_CLAIMS = {f"{claim}-rwo" if claim.endswith(SHARED) else claim for claim in CLAIMS}
# By the way of installing, as the chart's ci folder names them.
KEPT = {
    "colocated": {*COLOCATED_CLAIMS, f"Secret/{SECRET}"},
    "scaled": {*CLAIMS, f"Secret/{SECRET}"},
    "small": {f"Secret/small-{SECRET}"},  # nothing is persistent
    "values-given": {*CLAIMS, f"Secret/{SECRET}"},
}


def assert_only_what_is_meant_to_stays(kubectl: Kubectl, namespace: str, way: str) -> None:
    """Wait until nothing else is there."""
    kept = KEPT[way]
    assert last_seen(lambda: left(kubectl, namespace), kept, timeout=120, every=1) == kept


def left(kubectl: Kubectl, namespace: str) -> set[str]:
    """Return what is there and has no owner to go with."""
    found = [
        item for item in kubectl.list(KINDS, namespace) if "ownerReferences" not in item["metadata"]
    ]
    return {f"{item['kind']}/{item['metadata']['name']}" for item in found} - OF_EVERY_NAMESPACE
