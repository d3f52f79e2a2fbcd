"""Builds everything in order, as much at a time as depends on nothing else."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from . import debian
from .cache import (
    GIGABYTE,
    build_once,
    cache_folder,
    cache_key,
    check_space,
    files_key,
    forget_older,
)
from .go_programs import build_module, go_source, module_key, modules
from .images import Programs, images_key, write_images
from .node import write_node_image
from .processes import Jobs
from .versions import HERE, REGISTRY, versions

# What runs on the machine itself, and the module that it is built with.
PROGRAMS = {"kind": "kind", "kubectl": "kubernetes"}
# What a build from nothing takes while Kubernetes is linked: 1.5 GB of sources, 3 GB of packages in
# Go's cache, as much in its temporary folder, 0.5 GB of programs. In the end it is 7 GB.
SPACE = 9 * GIGABYTE


@dataclass(frozen=True)
class NodeImage:
    """A node image: its name once loaded, and the archive for `docker load`."""

    name: str
    archive: Path


def build() -> NodeImage:
    """Build the node image, or find it built.

    Raises BuildError, which says in one sentence what is missing or has failed.
    """
    image = _image()
    if not image.archive.exists():
        check()
        parts = _build_parts()
        build_once(
            image.archive, "writing the node image", lambda out: _write(out, image.name, parts)
        )
    forget_older(image.archive.parent)
    return image


def check() -> None:
    """Raise the BuildError of `build` that can be known in a second; nothing where it is built."""
    if needed := space_needed():
        debian.usable_mirrors()
        check_space(needed, "build the node image")


def space_needed() -> int:
    """Return the bytes of disk that a build takes; 0 where the image is built."""
    return 0 if _image().archive.exists() else SPACE


def program(name: str) -> Path:
    """Return the path of `kind` or `kubectl`, built first if it is missing."""
    if name not in PROGRAMS:
        raise ValueError(f"there is no program {name!r}, only {', '.join(PROGRAMS)}")
    return build_module(modules()[PROGRAMS[name]]) / name


@functools.cache
def agent_key() -> str:
    """Return what the agent's image is tagged with, so that a change is seen to be another one."""
    return cache_key(module_key(modules()["node-agent"]))


def _image() -> NodeImage:
    """Return the image of this checkout, be it built yet or not."""
    key = _node_key()
    name = f"{REGISTRY}/node:v{versions()['kubernetes']}-{key}"
    return NodeImage(name, cache_folder("kind-node") / f"node-{key}" / "node.tar")


def _node_key() -> str:
    keys = [module_key(module) for module in modules().values()]
    folders = [files_key(HERE / folder) for folder in ("manifests", "node")]
    # Not every file of this folder, because a new image takes nearly a gigabyte.
    sources = ("archive.py", "debian.py", "images.py", "node.py", "versions.py", "versions.toml")
    return cache_key(*keys, *folders, *((HERE / name).read_bytes() for name in sources))


@dataclass(frozen=True)
class _Parts:
    programs: Programs
    root: Path
    containerd: Path


def _build_parts() -> _Parts:
    """Build at the same time what is independent: apt waits for the network, Go for processors."""
    with Jobs() as jobs:
        node = jobs.start(debian.root_filesystem, debian.NODE)
        tools = jobs.start(debian.root_filesystem, debian.TOOLS)
        built = jobs.start(_build_modules)
    folders = built.result()
    programs = Programs(
        kubernetes=folders["kubernetes"],
        local_path_provisioner=folders["local-path-provisioner"],
        node_agent=folders["node-agent"],
        pause=folders["pause"],
        tools=tools.result(),
    )
    return _Parts(programs, node.result(), folders["containerd"])


def _build_modules() -> dict[str, Path]:
    """Return the folders of all modules' programs, by the modules' names.

    One after the other: Go uses all processors, and two commands that need the same package at the
    same time both compile it.
    """
    return {name: build_module(module) for name, module in modules().items()}


def _write(out: Path, name: str, parts: _Parts) -> None:
    every = modules()
    keys = [module_key(module) for module in every.values()]
    key = images_key(agent_key(), *keys, parts.programs.tools.parent.name)
    images = build_once(
        cache_folder("kind-node") / f"images-{key}" / "images.tar",
        "writing the images that a node carries",
        lambda path: write_images(path, parts.programs, agent_key()),
    )
    forget_older(images.parent)
    write_node_image(
        out,
        name,
        root=parts.root,
        kind_source=go_source(every["kind"], "sigs.k8s.io/kind"),
        kubernetes=parts.programs.kubernetes,
        containerd=parts.containerd,
        node_agent=parts.programs.node_agent,
        images=images,
        agent_key=agent_key(),
    )
