"""What a user gives to Helm, and where: values files, and options such as --set."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from generator.spec.problems import Path
from generator.spec.source import Document, position
from generator.validate.helm import Helm, HelmRefused


@dataclass(frozen=True)
class Place:
    """Where something was written: in a file, counted from 1, or in an option."""

    source: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Given:
    """What was given at a path, or at the nearest path above it where `missing` steps lack."""

    key: Place
    value: Place
    missing: int
    decides: bool
    """Whether nothing that was given before counts at this path."""
    written: str | None
    """How it is written; None for a mapping or a list."""

    @property
    def is_null(self) -> bool:
        """Whether null was given at the path itself."""
        return not self.missing and self.written in ("null", "Null", "NULL", "~", "")


@dataclass(frozen=True)
class GivenFile:
    """A document of a values file."""

    name: str
    document: Document

    def at(self, path: Path) -> Given:
        """Return what the document gives at a path."""
        way = self.document.way(path)
        key, value = way[-1]
        missing = len(path) + 1 - len(way)
        replaces = not all(isinstance(node, yaml.MappingNode) for _, node in way)
        key_place, value_place = (Place(self.name, *position(node)) for node in (key, value))
        return Given(key_place, value_place, missing, not missing or replaces, _written(value))


@dataclass
class GivenOption:
    """An option that sets values, such as `--set a=1,b=2`."""

    name: str
    text: str
    helm: Helm

    def at(self, path: Path) -> Given:
        """Return what the option gives at a path."""
        value, missing = self.values, len(path)
        for part in path:
            if not _has(value, part):
                break
            value, missing = value[part], missing - 1
        # Before an item of a list that it sets, Helm puts nulls for those that it doesn't.
        is_padding = value is None and isinstance(path[-1], int)
        place = Place(self.shown)
        return Given(place, place, missing, not missing and not is_padding, _as_set(value))

    @property
    def shown(self) -> str:
        """The option as it was given, but for what may be a secret."""
        if not re.search("secret.*value", self.text, re.IGNORECASE | re.DOTALL):
            return f"{self.name} {self.text}"
        key = "" if self.text.lstrip().startswith("{") else self.text.partition("=")[0] + "="
        return f"{self.name} {key}…"

    @cached_property
    def values(self) -> Any:
        """What it sets where nothing else is given; nothing where Helm refuses that."""
        try:
            return self.helm.merged([self.name, self.text], {}).values
        except HelmRefused:
            return {}

    @property
    def refusal(self) -> str | None:
        """Why Helm can't read it, if that is so."""
        try:
            self.helm.merged([self.name, self.text], {})
        except HelmRefused as refused:
            return f"{self.shown}: {refused.reason}"
        return None


@dataclass(frozen=True)
class EverythingGiven:
    """Files and options in the order in which Helm merges them."""

    sources: Sequence[GivenFile | GivenOption]

    def at(self, path: Path) -> Given:
        """Return what the last source gives that gives something at the path, or nearest to it."""
        nearest = Given(_NOWHERE, _NOWHERE, len(path) + 1, decides=False, written=None)
        for source in reversed(self.sources):
            given = source.at(path)
            if given.decides:
                return given
            nearest = min(nearest, given, key=lambda one: one.missing)
        return nearest


_NOWHERE = Place("the defaults of the chart")


def _has(value: Any, part: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _written(node: yaml.Node) -> str | None:
    if not isinstance(node, yaml.ScalarNode):
        return None
    return f'"{node.value}"' if node.style in ("'", '"') else node.value


def _as_set(value: Any) -> str | None:
    if isinstance(value, (dict, list)):
        return None
    return value if isinstance(value, str) and value else json.dumps(value)
