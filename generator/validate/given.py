"""A value that a person gave, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.spec.problems import Path


@dataclass
class Place:
    """Where something was written: in a file, counted from 1, or in an option."""

    source: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}:{self.column}"


@dataclass
class Given:
    """A value: its data (text, number, …, dict or list of Given), how it was written, and where."""

    data: Any
    written: str
    place: Place
    key: Place

    def plain(self) -> Any:
        """The data without places."""
        if isinstance(self.data, dict):
            return {key: value.plain() for key, value in self.data.items()}
        if isinstance(self.data, list):
            return [value.plain() for value in self.data]
        return self.data

    def at(self, path: Path) -> tuple[Given, bool]:
        """What was given at a path, or the nearest thing above it; and whether it is the former."""
        node = self
        for part in path:
            below = node.data[part] if _has(node.data, part) else None
            if below is None:
                return node, False
            node = below
        return node, True


def nothing() -> Given:
    """An empty mapping that nobody wrote."""
    place = Place("the defaults of the chart")
    return Given({}, "a mapping", place, place)


def merged(first: Given, second: Given) -> Given:
    """Both values as Helm merges them: maps key by key, all else is replaced by the second."""
    if not (isinstance(first.data, dict) and isinstance(second.data, dict)):
        return second
    data = dict(first.data)
    for key, value in second.data.items():
        data[key] = merged(data[key], value) if key in data else value
    return Given(data, second.written, second.place, second.key)


def over_defaults(defaults: Mapping[str, Any], given: Given, tiers: set[str]) -> Any:
    """The values that Helm hands to the chart.

    A null deletes a default, except for a whole tier: the subchart's own defaults, which are the
    same, take the place of those of the umbrella chart.
    """
    tiers_deleted = {key for key in tiers if key in given.data and given.data[key].data is None}
    data = {key: value for key, value in given.data.items() if key not in tiers_deleted}
    return _over(defaults, Given(data, given.written, given.place, given.key))


def _over(default: Any, given: Given) -> Any:
    if not (isinstance(default, Mapping) and isinstance(given.data, dict)):
        return given.plain()
    result = {key: value for key, value in default.items() if key not in given.data}
    for key, value in given.data.items():
        if key not in default:
            result[key] = value.plain()
        elif value.data is not None:
            result[key] = _over(default[key], value)
    return result


def _has(data: Any, part: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data
