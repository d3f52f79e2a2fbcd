"""Read what other projects define: Gateway API, External Secrets, KEDA and Argo CD.

Their CustomResourceDefinitions are files of Go modules, so that they come from the registry that
the tools come from.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import yaml

from tools.go_modules import EXTERNAL_SECRETS, fetched, pinned
from tools.kind_node.cache import build_once, cache_folder, cache_key

# Folder of each module that has its definitions, and those of the chart's objects and its users'.
FILES = {
    "sigs.k8s.io/gateway-api": (
        "config/crd/standard",
        (
            "gateway.networking.k8s.io_gateways",
            "gateway.networking.k8s.io_httproutes",
            # What a controller wants beside those.
            "gateway.networking.k8s.io_backendtlspolicies",
            "gateway.networking.k8s.io_gatewayclasses",
            "gateway.networking.k8s.io_grpcroutes",
            "gateway.networking.k8s.io_referencegrants",
            "gateway.networking.k8s.io_tlsroutes",
        ),
    ),
    EXTERNAL_SECRETS: (
        "config/crds/bases",
        ("external-secrets.io_externalsecrets", "external-secrets.io_secretstores"),
    ),
    "github.com/argoproj/argo-cd/v2": ("manifests/crds", ("application-crd",)),
    "github.com/kedacore/keda/v2": ("config/crd/bases", ("keda.sh_scaledobjects",)),
}
# What the operator of ExternalSecrets reads besides.
OPERATED = (
    "external-secrets.io_clustersecretstores",
    "generators.external-secrets.io_generatorstates",
)

Definitions = tuple[dict[str, Any], ...]


def definitions() -> Definitions:
    """Return the CustomResourceDefinitions of the chart's objects, and of what users have beside.

    They are downloaded first if they are missing; BuildError where a module cannot be had.
    """
    return tuple(item for module, (_, names) in FILES.items() for item in _read(module, names))


def operated() -> Definitions:
    """Return the CustomResourceDefinitions that the External Secrets Operator reads besides."""
    return _read(EXTERNAL_SECRETS, OPERATED)


@functools.cache
def _read(module: str, names: tuple[str, ...]) -> Definitions:
    folder, _ = FILES[module]
    key = cache_key(module, *pinned(module), folder, *names)
    product = cache_folder("tools") / f"custom-resources-{key}.json"

    def write(out: Path) -> None:
        base = fetched(module) / folder
        found = [yaml.safe_load((base / f"{name}.yaml").read_text()) for name in names]
        out.write_text(json.dumps(found))

    build_once(product, f"downloading definitions of {module}", write)
    return tuple(json.loads(product.read_text()))
