"""`genx-fx images`: what a set of values pulls, and how to copy it to another registry."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from generator.errors import UsageError
from generator.load import LoadedPlatform, load_platform
from generator.validate.command import valid_render
from generator.validate.inputs import Inputs, merge
from generator.values.schemas import REGISTRY

_CONTAINERS = ("initContainers", "containers")
_REGISTRY = "global.imageRegistry"

COPY = {
    "crane": "crane copy {image} {to}",
    # Of each platform that the image has, and byte by byte: a digest stays what it is.
    "skopeo": "skopeo copy --all --preserve-digests docker://{image} docker://{to}",
}
"""Command that copies an image, by the name of its program."""


NAMED_IN_FULL = (
    f"the values name it in full, and {_REGISTRY} does not replace its registry; copy it yourself,"
    " and name the copy in your values"
)


@dataclass(frozen=True)
class Copies:
    """Images, and the name of each at the registry that is copied to, as the chart asks for it."""

    places: dict[str, str]
    named_in_full: list[str]
    """Images that the values name themselves, so that no registry replaces theirs."""


def images(spec_file: Path, inputs: Inputs) -> list[str]:
    """Return every image that the chart pulls with these values. ValuesError, UsageError."""
    return sorted(set(_pulled(load_platform(spec_file), spec_file, inputs)))


def copies(spec_file: Path, inputs: Inputs, to: str) -> Copies:
    """Return what to copy to a registry; without one, to that of the values.

    Where the values name that registry already, images come from where they are without it.
    Raises ValuesError, UsageError.
    """
    loaded = load_platform(spec_file)
    to = to.rstrip("/")
    if to and not re.fullmatch(REGISTRY, to):
        wanted = "a registry such as registry.example.org:5000 is wanted, without a scheme"
        raise UsageError([f"--to {to}: {wanted}"])
    registry = _registry(merge(inputs, loaded.values.defaults()).values)
    if not (to or registry):
        wanted = f"give --to registry.example.org, or set {_REGISTRY} in your values"
        raise UsageError([f"there is no registry to copy to: {wanted}"])
    to = to or registry
    source = inputs.with_option("--set-literal", f"{_REGISTRY}=") if registry == to else inputs
    before = _pulled(loaded, spec_file, source)
    target = inputs.with_option("--set-literal", f"{_REGISTRY}={to}")
    after = _pulled(loaded, spec_file, target)
    return _copies(dict(sorted(zip(before, after, strict=True))))


def as_commands(found: Copies, program: str) -> str:
    """Return a line for each copy, for a shell."""
    quoted = ((shlex.quote(image), shlex.quote(to)) for image, to in found.places.items())
    return "\n".join(COPY[program].format(image=image, to=to) for image, to in quoted)


def as_json(found: list[str]) -> str:
    """Return a list of texts."""
    return json.dumps(found, indent=2)


def copies_as_json(found: Copies) -> str:
    """Return a list of objects, one for each image; `to` is null where no registry replaces its."""
    places = dict.fromkeys(found.named_in_full) | found.places
    listed = [{"image": image, "to": to} for image, to in sorted(places.items())]
    return json.dumps(listed, indent=2)


def _registry(values: Any) -> str:
    """Return the registry of the values; what else they say of it is refused by the schema."""
    found = values.get("global")
    registry = found.get("imageRegistry") if isinstance(found, dict) else ""
    return registry.rstrip("/") if isinstance(registry, str) else ""


def _copies(places: dict[str, str]) -> Copies:
    origins = dict[str, str]()
    for image, to in places.items():
        if (other := origins.setdefault(to, image)) != image:
            said = f"{other} and {image} would both be {to}, and one would replace the other"
            raise UsageError([f"{said}; give one of them another repository or tag in your values"])
    named_in_full = [image for image, to in places.items() if image == to]
    return Copies({image: to for image, to in places.items() if image != to}, named_in_full)


def _pulled(loaded: LoadedPlatform, spec_file: Path, inputs: Inputs) -> list[str]:
    """Return the image of every container, and of every volume that is one, as they come."""
    text = valid_render(loaded, inputs, spec_file.parent)
    return [image for item in yaml.load_all(text, yaml.CSafeLoader) for image in _images(item)]


def _images(node: Any) -> Iterator[str]:
    """Find images in a part of an object, wherever its pod is, also in an object of another's."""
    if isinstance(node, list):
        for child in node:
            yield from _images(child)
    elif isinstance(node, dict):
        for key, child in node.items():
            entries = child if key in _CONTAINERS and isinstance(child, list) else []
            yield from (one["image"] for one in entries if isinstance(one, dict) and "image" in one)
            if key == "image" and isinstance(child, dict) and "reference" in child:
                yield child["reference"]
            yield from _images(child)
