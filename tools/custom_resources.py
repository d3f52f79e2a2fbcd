"""Read what other projects define: Gateway API, External Secrets, KEDA and Argo CD.

Their CustomResourceDefinitions are files of Go modules, so that they come from the registry that
the tools come from. `custom-resources.sum` names version and hash of each, as a go.sum does.
"""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tools.kind_node.cache import BuildError, build_once, cache_folder, cache_key, run
from tools.kind_node.go_toolchain import go_environment, go_program

SUMS = Path(__file__).with_name("custom-resources.sum")
OLDEST_GO = "1.23"  # it can download a module for which there is no go.mod

# Files of each module, below the folder in which it has its definitions.
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
    "github.com/external-secrets/external-secrets": (
        "config/crds/bases",
        ("external-secrets.io_externalsecrets", "external-secrets.io_secretstores"),
    ),
    "github.com/argoproj/argo-cd/v2": ("manifests/crds", ("application-crd",)),
    "github.com/kedacore/keda/v2": ("config/crd/bases", ("keda.sh_scaledobjects",)),
}


@functools.cache
def definitions() -> tuple[dict[str, Any], ...]:
    """Return the CustomResourceDefinitions, downloaded first if they are missing.

    BuildError where a module cannot be had, or has another hash than is noted.
    """
    key = cache_key(SUMS.read_bytes(), json.dumps(FILES))
    product = cache_folder("tools") / f"custom-resources-{key}.json"
    build_once(product, "downloading definitions of custom resources", _write)
    return tuple(json.loads(product.read_text()))


def _write(out: Path) -> None:
    found = []
    for line in SUMS.read_text().splitlines():
        module, version, expected = line.split()
        folder, names = FILES[module]
        base = _downloaded(module, version, expected) / folder
        found += [yaml.safe_load((base / f"{name}.yaml").read_text()) for name in names]
    out.write_text(json.dumps(found))


def _downloaded(module: str, version: str, expected: str) -> Path:
    """Return the folder of a module's files."""
    command: list[str | Path] = [
        go_program(OLDEST_GO),
        "mod",
        "download",
        "-json",
        f"{module}@{version}",
    ]
    with tempfile.TemporaryDirectory() as outside:  # of the go.mod of any program
        what = f"download {module} {version}"
        told = json.loads(run(command, what, folder=Path(outside), env=go_environment()))
    if told["Sum"] != expected:
        raise BuildError(
            f"{module} {version} has the hash {told['Sum']}, and {SUMS.name} says {expected}:"
            " somebody changed it, or the line is wrong"
        )
    return Path(told["Dir"])
