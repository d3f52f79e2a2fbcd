"""What a comparison of two charts finds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from generator.diff.changes import Change

MAJOR = "major"


@dataclass(frozen=True)
class Finding:
    """Something that an upgrade does: to what, where and how it changes, why, what to do."""

    what: str
    """Object, `Deployment/api`, or the value, `application.api.replicas`."""
    why: str
    changes: Sequence[Change] = ()
    do: str = ""


@dataclass(frozen=True)
class Side:
    """One of the two charts: as the user named it, with its name and version."""

    named: str
    name: str
    version: str


@dataclass(frozen=True)
class Comparison:
    """Two charts, and what an upgrade from the old to the new one does."""

    old: Side
    new: Side
    values: Sequence[str]
    """Files and options with which both were rendered."""
    kubernetes: str
    breaks: Sequence[Finding]
    restarts: Sequence[Finding]
    others: Sequence[Finding] = field(default=())
    compared: bool = True
    """Whether the objects were compared: the new chart took the values."""

    @property
    def step(self) -> str:
        """Which part of the version is higher: major, minor, patch, none; or lower."""
        old, new = _numbers(self.old.version), _numbers(self.new.version)
        if new < old:
            return "lower"
        parts = zip((MAJOR, "minor", "patch"), old, new, strict=True)
        return next((name for name, one, other in parts if one != other), "none")

    @property
    def may_break(self) -> bool:
        """Whether the new version says so: a major one; before 1.0.0, a minor one as well."""
        return self.step == MAJOR or (self.step == "minor" and _numbers(self.old.version)[0] == 0)

    @property
    def passes(self) -> bool:
        """Whether nothing breaks, or the version says that something may."""
        return not self.breaks or self.may_break


def _numbers(version: str) -> tuple[int, int, int]:
    """Return the numbers of a version, without what is said of its being a pre-release."""
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)
