"""What differs between two trees of plain data, path by path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from generator.spec.problems import Path


class Absent(Enum):
    """Nothing is there, which is not the same as null."""

    ABSENT = "nothing"


ABSENT: Final = Absent.ABSENT

# Kubernetes merges lists by these keys; an entry that moves is the same entry.
_NAMES = ("name", "mountPath")


@dataclass(frozen=True)
class Change:
    """A place, and what stood and stands there."""

    path: Path
    """Of lists whose entries have names, the names."""
    old: Any
    new: Any


def changes(old: Any, new: Any, path: Path = ()) -> Iterator[Change]:
    """Find what differs, each time as deep as both sides have the path."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from changes(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _in_lists(old, new, path)
    else:
        yield Change(path, old, new)


def _in_lists(old: list[Any], new: list[Any], path: Path) -> Iterator[Change]:
    for key in _NAMES:
        before, after = _by_name(old, key), _by_name(new, key)
        if before is None or after is None:
            continue
        yield from changes(before, after, path)
        kept = [name for name in before if name in after]
        moved = [name for name in after if name in before]
        if kept != moved:
            yield Change(path, kept, moved)
        return
    if len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from changes(one, other, (*path, index))
    else:
        yield Change(path, old, new)


def _by_name(entries: list[Any], key: str) -> dict[str, Any] | None:
    """Return the entries by their names; None where one has none, or the name of another."""
    named = {entry[key]: entry for entry in entries if isinstance(entry, dict) and key in entry}
    return named if len(named) == len(entries) else None
