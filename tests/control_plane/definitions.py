"""Defines custom resources on the control plane, by the rules of their own projects."""

from __future__ import annotations

import json

from tests.cluster.kubectl import Kubectl, Object


def define(kubectl: Kubectl, *definitions: Object) -> None:
    """Define custom resources, and wait until the API server serves them."""
    bundle = json.dumps({"apiVersion": "v1", "kind": "List", "items": definitions})
    # On the server: they are too large for the annotation that `kubectl apply` keeps.
    kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=bundle)
    for definition in definitions:
        name = definition["metadata"]["name"]
        kubectl.wait(f"crd/{name}", "condition=Established", "default")
