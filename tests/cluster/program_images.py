"""Images that hold one program of `tools` and nothing else, for the peers of tests on a cluster."""

from __future__ import annotations

from pathlib import Path

from tools.build import tool_path
from tools.cluster import Cluster
from tools.cluster.images import load
from tools.kind_node.archive import File, Image, Layer, write_archive
from tools.kind_node.cache import build_once, cache_folder, forget_older


def loaded(cluster: Cluster, name: str) -> str:
    """Return the name of the image of a program, which all nodes have then."""
    archive = image_archive(name)
    load(cluster, [archive], again=False)
    return image_name(name, archive)


def image_archive(name: str) -> Path:
    """Return the archive of an image that holds a program and nothing else."""
    program = tool_path(name)
    archive = cache_folder("images") / f"images-{program.parent.name}.tar"

    def write(path: Path) -> None:
        layer = Layer.from_files([File(f"usr/local/bin/{name}", program.resolve(), 0o755)])
        config = {"Entrypoint": [f"/usr/local/bin/{name}"], "User": "65532:65532"}
        write_archive(path, [Image([image_name(name, archive)], [layer], config)])

    build_once(archive, f"writing the image of {name}", write)
    forget_older(archive)
    return archive


def image_name(name: str, archive: Path) -> str:
    """Return the name of the image in an archive."""
    return f"genx-fx.local/{name}:{archive.stem.rpartition('-')[2]}"
