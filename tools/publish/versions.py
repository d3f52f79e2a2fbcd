"""Which published version a new one follows, and whether it says what it breaks.

Versions are those of https://semver.org: what breaks needs a major one, before 1.0.0 a minor one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from semantic_version import Version

from generator.diff.report import as_text
from generator.diff.source import unpacked
from generator.errors import GenxFxError
from tools.publish.errors import PublishError
from tools.upgrade_check import comparisons


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


def check_follows(old: Path, new: Path) -> None:
    """Compare two packages by `genx-fx diff`, with the defaults and with each environment's values.

    PublishError with its report where an upgrade breaks and the version does not say so.
    """
    with TemporaryDirectory() as place:
        try:
            charts = (
                unpacked(one, Path(place, name)) for name, one in (("old", old), ("new", new))
            )
            found = dict(comparisons(*charts))
        except GenxFxError as error:
            reason = "\n".join(error.lines)
            raise PublishError(f"cannot compare with the version before: {reason}") from None
    for one in found.values():
        if not one.passes:
            raise PublishError(
                f"an upgrade from {one.old.version}, the version published before, breaks, and "
                f"version {one.new.version} does not say so. Undo what breaks, or give the chart "
                f"a higher version in the spec, platform.version\n\n{as_text(one)}"
            )
