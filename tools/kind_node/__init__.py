"""Build kind, kubectl and the image of kind's nodes from package registries alone.

from tools.kind_node import build, program

image = build()
program("kind")  # kind create cluster --image <image.name>, once <image.archive> is loaded
"""

from .cluster import Subnets, kind_config, load_balancer_manifest
from .node_image import NodeImage, build, check, program, space_needed

__all__ = [
    "NodeImage",
    "Subnets",
    "build",
    "check",
    "kind_config",
    "load_balancer_manifest",
    "program",
    "space_needed",
]
