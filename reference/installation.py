"""What an installation of the reference platform needs of the cluster it is for."""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from collections.abc import Sequence
from typing import Any

from reference.images import BuiltImage, archives, build_all, values_overlay
from tools import kind_node
from tools.cluster import Cluster, lifecycle
from tools.cluster.choice import named_context
from tools.cluster.images import load
from tools.kind_node.processes import Jobs

# Names the ReadWriteMany class of a cluster that was there before; empty means its default class.
STORAGE_CLASS = "GENX_FX_SHARED_STORAGE_CLASS"
KIND_STORAGE_CLASS = "shared"
# A proxy cannot reach a cluster on this machine.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def build() -> None:
    """Build the nodes' image and the platform's, at the same time, and raise nothing."""
    lifecycle.check()
    with Jobs() as jobs:
        if not named_context():
            jobs.start(kind_node.build)
        jobs.start(build_all)


def raise_cluster() -> Cluster:
    """Raise the cluster, and build the images at the same time."""
    lifecycle.check()
    with Jobs() as jobs:
        raised = jobs.start(lifecycle.up)
        jobs.start(build_all)
    return raised.result()


def prepare(cluster: Cluster) -> dict[str, Any]:
    """Build the images, load them into the nodes, and give the values that make the chart fit.

    A cluster that was there before must find the images by itself: nothing is loaded into it.
    """
    images = build_all()
    if cluster.is_kind:
        load(cluster, archives(images), again=False)
    elif lacking := _lacking(cluster, images):
        loaded = "".join(f"\n    {archive}" for archive in archives(lacking))
        names = ", ".join(image.name for image in lacking)
        print(
            f"  note: no node of {cluster.context} lists {names}. Unless the nodes can pull them, "
            f"load these archives, which are of `docker save`, into every node:{loaded}",
            file=sys.stderr,
        )
    return values_overlay(images)


def values_for(cluster: Cluster) -> dict[str, Any]:
    """Return all values that make the chart fit the cluster: `prepare`, with `shared_volumes`."""
    images = prepare(cluster)
    # Both are below `global`: the image of the toolbox, and the volumes.
    return {**images, "global": images["global"] | shared_volumes(cluster)["global"]}


def _lacking(cluster: Cluster, images: Sequence[BuiltImage]) -> list[BuiltImage]:
    """Return those of the images that no node has told the API server of."""
    nodes = json.loads(cluster.kubectl_output("get", "nodes", "-o", "json"))["items"]
    listed = {
        name
        for node in nodes
        for image in node["status"].get("images", [])
        for name in image["names"]
    }
    return [image for image in images if image.name not in listed]


def shared_volumes(cluster: Cluster) -> dict[str, Any]:
    """Return values that put the ReadWriteMany volumes on a class that can have them."""
    default = KIND_STORAGE_CLASS if cluster.is_kind else ""
    chosen = {"storageClass": os.environ.get(STORAGE_CLASS, default)}
    return {"global": {"storage": {"logs": chosen, "data": chosen}}}
