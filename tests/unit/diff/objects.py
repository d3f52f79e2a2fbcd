"""Objects to compare, as short as they may be."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from generator.diff.objects import Key, Object, by_key

GROUPS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "Job": "batch/v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "StorageClass": "storage.k8s.io/v1",
    "PriorityClass": "scheduling.k8s.io/v1",
    "IngressClass": "networking.k8s.io/v1",
    "RuntimeClass": "node.k8s.io/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
}


def made(
    kind: str, name: str = "one", *, annotations: Any = None, **content: Any
) -> dict[str, Any]:
    """Return an object as Helm renders it."""
    metadata: dict[str, Any] = {"name": name}
    if annotations:
        metadata["annotations"] = annotations
    version = GROUPS.get(kind, "v1")
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **content}


def workload(kind: str, name: str = "one", *, pod: Any = None, **spec: Any) -> dict[str, Any]:
    """Return an object that runs pods of one container, which has its name."""
    container = {"name": name, "image": "image:1"}
    template = {
        "metadata": {"labels": {"app": "one", "part": "one"}},
        "spec": {"containers": [container], **(pod or {})},
    }
    return made(kind, name, spec={"template": template, **spec})


def changed(item: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a copy with another value at a dotted path; None takes it away."""
    copied: dict[str, Any] = copy.deepcopy(dict(item))
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    node: Any = copied
    for part in parents:
        node = node[part] if isinstance(part, int) else node.setdefault(part, {})
    if value is None:
        del node[last]
    else:
        node[last] = value
    return copied


def of(*items: Mapping[str, Any]) -> dict[Key, Object]:
    """Return the objects as a render."""
    return by_key(items)
