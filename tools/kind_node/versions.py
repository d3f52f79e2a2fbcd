"""The pinned versions, and the facts of a cluster that follow from the node image."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Where the images that Kubernetes does not name itself are said to come from. There is no such
# host, and the nodes ask none: an image is loaded or it is missing.
REGISTRY = "kind-node.local"

# The folder of a node that the storage class `shared` is in. Mount one folder of the host there in
# every node, so that pods on several nodes see the same files.
SHARED_FOLDER = "/var/local-path-shared"

# The file of a node that its rules read the pods' addresses from. Mount one over it for others than
# the default.
POD_SUBNET_FILE = "/etc/kind-node/pod-subnet"


def versions() -> dict[str, str]:
    """Return what versions.toml says, by name."""
    return tomllib.loads((HERE / "versions.toml").read_text())


def fill_in(text: str, values: dict[str, str]) -> str:
    """Replace each `__name__` in a text by the value of that name."""
    for name, value in values.items():
        text = text.replace(f"__{name}__", value)
    return text


def version_tuple(text: str) -> tuple[int, ...]:
    """Return the first dotted number in a text: `go1.26.8` is (1, 26, 8)."""
    found = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()
