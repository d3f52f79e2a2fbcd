"""Loads images from docker-save archives into nodes: no registry is needed."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..kind_node.archive import architecture
from ..kind_node.cache import alone, last_line, progress
from .errors import ClusterError
from .handle import Cluster, state_folder

CTR = ("ctr", "--namespace=k8s.io", "images")


def load(cluster: Cluster, archives: Iterable[Path], *, again: bool = True) -> None:
    """Load images into all nodes at once.

    Unless `again`, names are taken to say what an image is: a node that has all names of an archive
    is skipped.
    """
    if cluster.engine is None:
        raise ClusterError(
            f"images are not loaded into {cluster.context}, which is used as it is: push them to "
            "a registry that its nodes can pull from"
        )
    wanted = {archive: archive_names(archive) for archive in archives}
    nodes = cluster.nodes()
    # A second process finds the images loaded.
    with alone(state_folder() / "loading.lock"), ThreadPoolExecutor(len(nodes)) as pool:
        found = pool.map(lambda node: frozenset() if again else _present(cluster, node), nodes)
        present = dict(zip(nodes, found, strict=True))
        for archive, names in wanted.items():
            lacking = [node for node in nodes if not names <= present[node]]
            if lacking:
                with progress(f"loading {', '.join(sorted(names))}"):
                    list(pool.map(lambda node: _load(cluster, node, archive), lacking))  # noqa: B023


def archive_names(archive: Path) -> frozenset[str]:
    """Return the full names of the images in a docker-save archive; ClusterError if it is none."""
    try:
        with tarfile.open(archive) as tar:
            member = tar.extractfile("manifest.json")
            manifest = json.load(member) if member else []
            names = [full_name(name) for item in manifest for name in item["RepoTags"] or []]
    except (tarfile.TarError, KeyError, ValueError, TypeError):
        raise ClusterError(f"{archive} is not an archive of `docker save`") from None
    except OSError as error:
        raise ClusterError(f"cannot read {archive}: {error.strerror}") from None
    if not names:
        raise ClusterError(
            f"the images in {archive} have no names: save them by name, as in `docker save redis:8`"
        )
    return frozenset(names)


def full_name(name: str) -> str:
    """Return an image's name as nodes list it: `redis:8` is `docker.io/library/redis:8`."""
    first, slash, _ = name.partition("/")
    if not slash:
        return f"docker.io/library/{name}"
    is_registry = "." in first or ":" in first or first == "localhost"
    return name if is_registry else f"docker.io/{name}"


def _present(cluster: Cluster, node: str) -> frozenset[str]:
    done = cluster.node_exec(node, [*CTR, "list", "--quiet"])
    if done.returncode:
        raise ClusterError(f"cannot list the images of node {node}: {last_line(done.stderr)}")
    return frozenset(done.stdout.split())


def _load(cluster: Cluster, node: str, archive: Path) -> None:
    assert cluster.engine is not None
    # An archive that names several platforms may hold just one.
    only = ("--local", "--platform", f"linux/{architecture()}")
    command = ("exec", "--interactive", node, *CTR, "import", *only, "--digests", "-")
    with archive.open("rb") as stream:
        done = cluster.engine.run(*command, stdin=stream)
    if done.returncode:
        raise ClusterError(f"node {node} cannot load {archive}: {last_line(done.stderr)}")
