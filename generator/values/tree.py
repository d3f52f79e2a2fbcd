"""A tree of values, from which values.yaml, its schema and the pages are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

JsonSchema = dict[str, Any]


@dataclass(frozen=True)
class Value:
    """One value that a user may set."""

    default: Any
    about: str
    schema: JsonSchema
    """What is well-formed."""
    documented: JsonSchema = field(default_factory=dict)
    """What the architecture document allows; global.enforceDocumentedLimits turns it off."""
    bounds: str = ""
    """Unit and bounds, in words."""
    removable: bool = False
    """Whether null may take it away, where nothing documents it."""

    @property
    def comment(self) -> str:
        """Meaning and bounds in one line."""
        return f"{self.about} ({self.bounds})" if self.bounds else self.about


@dataclass(frozen=True)
class Section:
    """Values that belong together."""

    about: str
    entries: Mapping[str, Value | Section]
    accepts_more: bool = False
    """Whether keys that are not listed are accepted."""

    def __getitem__(self, key: str) -> Section:
        """Return the section under a key. Raises KeyError where there is none."""
        entry = self.entries[key]
        if not isinstance(entry, Section):
            raise KeyError(key)
        return entry

    def leaves(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Value]]:
        """Yield every value below, with its path."""
        for key, entry in self.entries.items():
            if isinstance(entry, Section):
                yield from entry.leaves((*path, key))
            else:
                yield (*path, key), entry

    def defaults(self) -> dict[str, Any]:
        """Return the defaults as Helm would see them."""
        return {
            key: entry.defaults() if isinstance(entry, Section) else entry.default
            for key, entry in self.entries.items()
        }


Tree = Mapping[str, Value | Section]
