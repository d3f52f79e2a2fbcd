"""Builds the images, and says where the chart finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from generator.names import camel_case
from reference.images.catalogue import REFERENCE, Recipe, recipes
from reference.images.debian import Root
from tools.kind_node.archive import Image, write_archive
from tools.kind_node.cache import (
    BuildError,
    build_once,
    cache_folder,
    cache_key,
    forget_older,
)
from tools.kind_node.processes import Jobs

REGISTRY = "genx-fx.local"
"""No registry answers there: a node that lacks an image says so at once, and asks nobody."""

CHART_VALUES = REFERENCE.parent / "charts/genx-fx/values.yaml"


@dataclass(frozen=True)
class BuiltImage:
    """An image, and the archive that holds it; several images may share one."""

    component: str
    """Name in genx-fx.yaml, or `toolbox`."""
    registry: str
    repository: str
    tag: str
    archive: Path
    values: Mapping[str, object] = field(default_factory=dict)
    """Values of the component that say what its program can do."""

    @property
    def name(self) -> str:
        """What it is called once it is loaded."""
        return f"{self.registry}/{self.repository}:{self.tag}"


def images() -> list[BuiltImage]:
    """Return all images of this checkout, be they built yet or not."""
    return [image for group in _groups() for image in group.values()]


def build_all() -> list[BuiltImage]:
    """Build what is missing of all images. Raises BuildError."""
    groups = _groups()
    with Jobs() as jobs:
        for group in groups:
            jobs.start(_build, group)
    return [image for group in groups for image in group.values()]


def archives(built: Sequence[BuiltImage]) -> list[Path]:
    """Return the archives that hold images, each once."""
    return list(dict.fromkeys(image.archive for image in built))


def values_overlay(built: Sequence[BuiltImage]) -> dict[str, Any]:
    """Return values of the chart that make it run these images, which the nodes hold already.

    Raises BuildError if the chart has a component that none of them is for.
    """
    by_key = {camel_case(image.component): image for image in built}
    overlay: dict[str, Any] = {"global": {"imagePullPolicy": "IfNotPresent"}}
    for path in _image_paths(yaml.load(CHART_VALUES.read_text(), yaml.CSafeLoader)):
        component = path[-2]
        if component not in by_key:
            raise BuildError(
                f"the chart's {component} has no reference image; add it to"
                " reference/images/catalogue.py"
            )
        image = by_key[component]
        values = overlay
        for key in path[:-1]:
            values = values.setdefault(key, {})
        given = {"registry": image.registry, "repository": image.repository, "tag": image.tag}
        values |= {path[-1]: given, **image.values}
    return overlay


def _image_paths(values: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the paths of all images in the values of a chart, such as application.api.image."""
    if not isinstance(values, dict):
        return
    if "repository" in values:
        yield path
    for key, value in values.items():
        yield from _image_paths(value, (*path, key))


def _groups() -> list[dict[Recipe, BuiltImage]]:
    """Return the recipes by base file system, those of one archive: it then holds the base once."""
    groups: dict[Root, list[Recipe]] = {}
    for recipe in recipes():
        groups.setdefault(recipe.root, []).append(recipe)
    return [_described(root, group) for root, group in groups.items()]


def _described(root: Root, group: Sequence[Recipe]) -> dict[Recipe, BuiltImage]:
    keys = [recipe.key() for recipe in group]
    archive = cache_folder("images") / f"images-{root.name}-{cache_key(REGISTRY, *keys)}.tar"
    return {
        recipe: BuiltImage(
            recipe.component,
            REGISTRY,
            f"reference/{recipe.component}",
            key,
            archive,
            recipe.values,
        )
        for recipe, key in zip(group, keys, strict=True)
    }


def _build(group: Mapping[Recipe, BuiltImage]) -> None:
    """Build the archive of images that have their base file system in common, if it is missing."""
    archive = next(iter(group.values())).archive
    if not archive.exists():
        _write(archive, group)
    forget_older(archive)


def _write(archive: Path, group: Mapping[Recipe, BuiltImage]) -> None:
    sources = dict.fromkeys(source for recipe in group for source in recipe.layers)
    layers = {source: source.layer() for source in sources}
    made = [
        Image([image.name], [layers[source] for source in recipe.layers], recipe.full_config())
        for recipe, image in group.items()
    ]
    what = f"writing the images of {', '.join(recipe.component for recipe in group)}"
    build_once(archive, what, lambda path: write_archive(path, made))
