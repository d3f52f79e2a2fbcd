"""Which published version a new one follows: https://semver.org."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from semantic_version import Version


@dataclass(frozen=True)
class PublishedVersion:
    """A version that a repository has, and its archive."""

    version: str
    archive: Path


def last_before(version: str, published: Iterable[PublishedVersion]) -> PublishedVersion | None:
    """Return the highest published version below another one, None where there is none.

    A fix of an old line follows that line, whatever newer lines there are.
    """
    below = [one for one in published if Version(one.version) < Version(version)]
    return max(below, key=lambda one: Version(one.version), default=None)
