"""Fields that Kubernetes lets nobody change, and what an upgrade that changes one runs into.

Source: the Validate…Update functions of Kubernetes 1.34, in the files that each rule names. That
the API server refuses what is called refused here is shown by
tests/control_plane/test_upgrade_gate.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from generator.diff.changes import ABSENT, Change, changes
from generator.diff.defaults import Amount
from generator.diff.objects import Object
from generator.spec.problems import Path

Condition = Callable[[Change, Object, Object], bool]

_APPS = "pkg/apis/apps/validation/validation.go"
_BATCH = "pkg/apis/batch/validation/validation.go"
_CORE = "pkg/apis/core/validation/validation.go"
_NETWORKING = "pkg/apis/networking/validation/validation.go"
_RBAC = "pkg/apis/rbac/validation/validation.go"
_STORAGE = "pkg/apis/storage/validation/validation.go"

_SIZE = ("spec", "resources", "requests", "storage")
_RECREATE = "keep it as it was; or delete {object} before the upgrade, which makes it again"
_RECREATE_WITHOUT_PODS = (
    "keep it as it was; or delete the object and leave its pods before the upgrade, which makes it"
    " again: kubectl delete {lower} {name} --cascade=orphan"
)
_OTHER_CLAIM = (
    "keep it as it was; or copy the data to a new claim and name that one in the values"
    " (existingClaim)"
)


@dataclass(frozen=True)
class Rule:
    """Below `path` nothing may change, `besides` what is listed, where the condition holds."""

    kinds: tuple[str, ...]
    path: Path
    source: str
    do: str = _RECREATE
    besides: tuple[str, ...] = ()
    condition: Condition = lambda change, old, new: True
    why: str = "it cannot change once the object exists"

    def broken(self, old: Object, new: Object) -> Iterator[Change]:
        """Find the changes that Kubernetes refuses."""
        if old.kind not in self.kinds:
            return
        for change in changes(_at(old, self.path), _at(new, self.path), self.path):
            below = change.path[len(self.path) : len(self.path) + 1]
            if not set(below) & set(self.besides) and self.condition(change, old, new):
                yield change

    def advice(self, found: Object) -> str:
        """Return what to do about an object."""
        return self.do.format(object=found.label, lower=found.kind.lower(), name=found.name)


def _at(found: Object, path: Path) -> object:
    node: object = found.content
    for part in path:
        node = node.get(part, ABSENT) if isinstance(node, dict) else ABSENT
    return node


def _was_immutable(_: Change, old: Object, new: Object) -> bool:
    return old.content.get("immutable") is True


def _is_address(change: Change, old: Object, new: Object) -> bool:
    """Whether another address is asked for; where none is, a Service keeps the one it has."""
    external = "ExternalName" in (old.spec.get("type"), new.spec.get("type"))
    return change.new is not ABSENT and not external


def _stays_balanced(_: Change, old: Object, new: Object) -> bool:
    return old.spec.get("type") == new.spec.get("type") == "LoadBalancer"


def _not_a_size(change: Change, old: Object, new: Object) -> bool:
    return change.path != _SIZE


def _shrinks(change: Change, old: Object, new: Object) -> bool:
    one, other = change.old, change.new
    return isinstance(one, Amount) and isinstance(other, Amount) and other.size < one.size


def _is_indexed(_: Change, old: Object, new: Object) -> bool:
    return new.spec.get("completionMode") != "Indexed"


def _leaves_filled_in(change: Change, old: Object, new: Object) -> bool:
    """Whether Kubernetes has filled in what the new strategy does not allow, and it stays."""
    if new.kind == "Deployment":
        recreates = (new.spec.get("strategy") or {}).get("type") == "Recreate"
        return recreates and "rollingUpdate" not in (old.spec.get("strategy") or {})
    waits = (new.spec.get("updateStrategy") or {}).get("type") == "OnDelete"
    return waits and not old.spec.get("updateStrategy")


RULES = (
    Rule(("Deployment", "ReplicaSet", "DaemonSet"), ("spec", "selector"), _APPS),
    Rule(
        ("StatefulSet",),
        ("spec",),
        _APPS,
        _RECREATE_WITHOUT_PODS,
        besides=(
            *("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit"),
            *("persistentVolumeClaimRetentionPolicy", "minReadySeconds"),
        ),
    ),
    Rule(
        ("StatefulSet",),
        ("spec", "updateStrategy"),
        _APPS,
        "spell out updateStrategy.type: RollingUpdate in an upgrade before this one",
        condition=_leaves_filled_in,
        why="the rollingUpdate that it has filled in stays, and is not allowed with OnDelete",
    ),
    Rule(
        ("Deployment",),
        ("spec", "strategy", "type"),
        _APPS,
        "spell out strategy.rollingUpdate in an upgrade before this one; Helm 3 needs nothing",
        condition=_leaves_filled_in,
        why="where Helm 4 applies it, the rollingUpdate that it has filled in stays, and is not"
        " allowed with Recreate",
    ),
    Rule(
        ("Job",),
        ("spec",),
        _BATCH,
        besides=(
            *("completions", "parallelism", "suspend", "activeDeadlineSeconds", "backoffLimit"),
            *("ttlSecondsAfterFinished", "manualSelector", "maxFailedIndexes"),
            *("podReplacementPolicy",),
        ),
    ),
    Rule(("Job",), ("spec", "completions"), _BATCH, condition=_is_indexed),
    Rule(
        ("PersistentVolumeClaim",),
        ("spec",),
        _CORE,
        _OTHER_CLAIM,
        besides=("volumeAttributesClassName",),
        condition=_not_a_size,
    ),
    Rule(
        ("PersistentVolumeClaim",),
        _SIZE,
        _CORE,
        "ask for at least the old size",
        condition=_shrinks,
        why="a volume can grow, and never shrink",
    ),
    Rule(("Service",), ("spec", "clusterIP"), _CORE, condition=_is_address),
    Rule(("Service",), ("spec", "loadBalancerClass"), _CORE, condition=_stays_balanced),
    Rule(("Secret",), ("type",), _CORE),
    *(
        Rule(("ConfigMap", "Secret"), (part,), _CORE, condition=_was_immutable)
        for part in ("immutable", "data", "binaryData", "stringData")
    ),
    Rule(("ResourceQuota",), ("spec", "scopes"), _CORE),
    Rule(("RoleBinding", "ClusterRoleBinding"), ("roleRef",), _RBAC),
    Rule(("IngressClass",), ("spec", "controller"), _NETWORKING),
    *(
        Rule(("StorageClass",), (part,), _STORAGE)
        for part in ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode")
    ),
    Rule(
        ("PersistentVolume",),
        ("spec",),
        _CORE,
        besides=(
            *("capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy"),
            *("storageClassName", "mountOptions", "nodeAffinity", "volumeAttributesClassName"),
        ),
    ),
    *(
        Rule(("PriorityClass",), (part,), "pkg/apis/scheduling/validation/validation.go")
        for part in ("value", "preemptionPolicy")
    ),
    Rule(("RuntimeClass",), ("handler",), "pkg/apis/node/validation/validation.go"),
)
