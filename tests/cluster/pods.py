"""Pods that run Python from the toolbox image, under the restricted Pod Security Standard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.cluster.kubectl import Object

NAME = "app.kubernetes.io/name"
"""Label by which the chart's own selectors know the pods of a component."""


def component(pod: Object) -> str:
    """Return the name of the component of a pod; that of a pod of `helm test` ends in -test."""
    return str(pod["metadata"]["labels"][NAME])


def image_name(image: Mapping[str, str]) -> str:
    """Return the name of an image that values for the chart give."""
    return f"{image['registry']}/{image['repository']}:{image['tag']}"


def toolbox_image(values: Mapping[str, Any]) -> str:
    """Return the name of the toolbox image that values for the chart give."""
    return image_name(values["global"]["toolbox"]["image"])


def python_pod(
    name: str,
    image: str,
    *program: str,
    node: str = "",
    claims: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    **container: Any,
) -> Object:
    """Return a pod that runs a program with its arguments; claims are mounted at their keys."""
    mounts = list(enumerate((claims or {}).items()))
    spec = {
        "tolerations": [{"operator": "Exists"}],
        "terminationGracePeriodSeconds": 0,
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "python",
                "image": image,
                "command": ["python3", "-c", *program],
                "volumeMounts": [
                    {"name": f"claim-{number}", "mountPath": path} for number, (path, _) in mounts
                ],
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                **container,
            }
        ],
        "volumes": [
            {"name": f"claim-{number}", "persistentVolumeClaim": {"claimName": claim}}
            for number, (_, claim) in mounts
        ],
    }
    if node:
        # Chosen by the scheduler and not by nodeName, so that volumes are bound.
        spec["nodeSelector"] = {"kubernetes.io/hostname": node}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": dict(labels or {})},
        "spec": spec,
    }


SLEEP = "import signal; signal.pause()"
