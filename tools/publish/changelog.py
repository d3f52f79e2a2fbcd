"""What a version changed, and since when it is out: as CHANGELOG.md says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tools.publish.errors import PublishError

# The words of https://keepachangelog.com, which Artifact Hub has as well.
KINDS = ("added", "changed", "deprecated", "removed", "fixed", "security")
RELEASED = re.compile(r"(\d{4}-\d{2}-\d{2})$")
# Before 1980 a zip file has no time, and after it any tool can show one.
NOT_YET = datetime(1980, 1, 1, tzinfo=UTC)
TEXTS = {"text", "code_inline"}
BREAKS = {"softbreak", "hardbreak"}


@dataclass(frozen=True)
class Change:
    """One entry: its kind, such as `fixed`, and its first sentence as plain text."""

    kind: str
    description: str


@dataclass(frozen=True)
class Section:
    """What CHANGELOG.md says of one version."""

    title: str
    changes: tuple[Change, ...]

    @property
    def released(self) -> datetime:
        """The day of the release; 1980-01-01 while it has none, so that builds are equal."""
        day = RELEASED.search(self.title)
        return datetime.fromisoformat(day[1]).replace(tzinfo=UTC) if day else NOT_YET


def section(text: str, version: str) -> Section:
    """Return what the text of CHANGELOG.md says of a version; PublishError where it is silent."""
    tokens = MarkdownIt("commonmark").parse(text)
    titles = [i for i, token in enumerate(tokens) if _heading(token) == "h2"]
    for start, end in zip(titles, [*titles[1:], len(tokens)], strict=True):
        title = tokens[start + 1].content
        if title.split(" ")[0] == f"[{version}]":
            if found := tuple(_changes(tokens[start:end])):
                return Section(title, found)
            raise PublishError(
                f"CHANGELOG.md names no change of version {version}: write entries below a heading "
                "such as `### Added`, `### Changed` or `### Fixed`"
            )
    raise PublishError(
        f"CHANGELOG.md has no section for version {version}: write `## [{version}] - Unreleased` "
        "or the day of its release, and what it changes"
    )


def _changes(tokens: list[Token]) -> Iterator[Change]:
    kind = ""
    for i, token in enumerate(tokens):
        if _heading(token) == "h3":
            kind = tokens[i + 1].content.lower()
            if kind not in KINDS:
                allowed = ", ".join(kind.capitalize() for kind in KINDS)
                raise PublishError(
                    f"CHANGELOG.md has the heading {tokens[i + 1].content!r} in "
                    f"{tokens[1].content}; allowed: {allowed}"
                )
        elif kind and token.type == "list_item_open" and token.level == 1:
            yield Change(kind, _first_sentence(tokens[i + 2]))


def _heading(token: Token) -> str:
    return token.tag if token.type == "heading_open" else ""


def _first_sentence(paragraph: Token) -> str:
    children = paragraph.children or []
    words = "".join(
        child.content if child.type in TEXTS else " " if child.type in BREAKS else ""
        for child in children
    )
    return re.split(r"(?<=\.) ", " ".join(words.split()))[0]
