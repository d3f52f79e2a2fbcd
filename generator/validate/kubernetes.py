"""Rendered objects against the schemas of Kubernetes, which say what its API server takes.

They come with the package kubernetes-validate, which is large, so that only --render needs it.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import jsonschema
import referencing
from jsonschema.protocols import Validator

from generator.errors import UsageError
from generator.names import TYPES_IN_WORDS
from generator.spec.problems import Path, nearest

Object = Mapping[str, Any]

_LACKING = (
    "--render holds the objects against the schemas of Kubernetes, which are in the Python package"
    " kubernetes-validate: pip install 'genx-fx[render]'"
)


@dataclass(frozen=True)
class Fault:
    """What the API server would refuse, or drop, in an object."""

    object: Object
    path: Path
    """Place in the object."""
    said: str

    @property
    def kind_and_name(self) -> str:
        """`Deployment/api`."""
        return f"{self.object['kind']}/{self.object['metadata']['name']}"


def versions() -> list[str]:
    """Return the versions of Kubernetes that there are schemas for, such as 1.30. UsageError."""
    folders = _schemas().iterdir()
    found = [re.fullmatch(r"v(\d+\.\d+)\.0-local-strict", folder.name) for folder in folders]
    return sorted((one[1] for one in found if one), key=_numbers)


@functools.cache
def schema(version: str, api_version: str, kind: str) -> Validator | None:
    """Return what judges objects of a kind; None where it is not one of Kubernetes' own."""
    # rbac.authorization.k8s.io/v1 is in the file …-rbac-v1.json.
    group = re.sub(r"^([^./]*)(\.[^/]*)?/", r"\1-", api_version)
    file = _folder(version) / f"{kind.lower()}-{group}.json"
    if not file.is_file():
        return None
    text = json.loads(file.read_text())
    return jsonschema.Draft202012Validator(text, registry=_definitions(version))


def faults(item: Object, version: str) -> Iterator[Fault]:
    """Find what Kubernetes would refuse, or drop, in an object; nothing in a custom resource."""
    found = schema(version, item["apiVersion"], item["kind"])
    for error in found.iter_errors(item) if found else ():
        yield Fault(item, tuple(error.absolute_path), _in_words(error))


def _in_words(error: jsonschema.ValidationError) -> str:
    rule: Any = error.validator_value
    given: Any = error.instance
    if error.validator == "type":
        kinds = [kind for kind in ([rule] if isinstance(rule, str) else rule) if kind != "null"]
        wanted = " or ".join(TYPES_IN_WORDS.get(kind, kind) for kind in kinds)
        return f"is {json.dumps(given)}, {wanted} is wanted"
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping):
        known = error.schema.get("properties", {})
        unknown = [key for key in given if key not in known]
        likely = next(
            (f"; did you mean {near!r}?" for key in unknown if (near := nearest(key, known))), ""
        )
        return f"unknown key {', '.join(map(repr, unknown))}{likely}"
    return error.message


@functools.cache
def _definitions(version: str) -> referencing.Registry[Any]:
    text = (_folder(version) / "_definitions.json").read_text()
    empty: referencing.Registry[Any] = referencing.Registry()
    return referencing.Resource.from_contents(json.loads(text)) @ empty


def _folder(version: str) -> Traversable:
    if version not in versions():
        known = ", ".join(versions())
        raise UsageError([f"--kube-version: {version}: there are schemas for {known}"])
    return _schemas() / f"v{version}.0-local-strict"


def _schemas() -> Traversable:
    try:
        return resources.files("kubernetes_validate") / "kubernetes-json-schema"
    except ModuleNotFoundError as error:
        raise UsageError([_LACKING]) from error


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
