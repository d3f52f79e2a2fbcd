"""What the values file of an environment changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.plan.platform import Plan
from generator.values.tree import Section, Value
from generator.values.yaml_text import scalar


@dataclass(frozen=True)
class Change:
    """A value that is not the chart's default in an environment."""

    path: str
    default: str
    here: str


def changes(plan: Plan, tree: Section, environment: str) -> list[Change]:
    """Return what an environment changes, in the order of its file."""
    return list(_changes(plan.spec.environments[environment].values, tree, ()))


def _changes(given: Any, entry: Value | Section, path: tuple[str, ...]) -> Iterator[Change]:
    if isinstance(entry, Section):
        for key, below in given.items():
            yield from _changes(below, entry.entries[key], (*path, key))
    elif given != entry.default:
        default = _merged_with(entry.default, given)
        yield Change(".".join(path), scalar(default), scalar(given))


def _merged_with(default: Any, given: Any) -> Any:
    """Return of a mapping's default what is given: the rest of it stays as it is."""
    if isinstance(default, Mapping) and isinstance(given, Mapping) and default:
        return {key: value for key, value in default.items() if key in given}
    return default
