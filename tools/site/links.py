"""Links that lead somewhere in the repository, as they must be on the site."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_FENCED = re.compile(r"(^ *```.*?^ *```$)", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)(#[^)\s]+)?\)")


@dataclass(frozen=True)
class Links:
    """Where files of the repository are on the site, or else on the web."""

    root: Path
    pages: Mapping[str, str]
    """Path in the repository → path on the site."""
    repository: str
    """Address of the repository on the web."""

    def rewritten(self, text: str, source: str) -> str:
        """Return the text of a file with its links as the page needs them."""
        parts = _FENCED.split(text)
        parts[::2] = [
            _LINK.sub(lambda found: f"]({self._target(found[1], found[2] or '', source)})", part)
            for part in parts[::2]
        ]
        return "".join(parts)

    def _target(self, link: str, anchor: str, source: str) -> str:
        path = os.path.normpath(PurePosixPath(source).parent / link)
        if path in self.pages:
            start = PurePosixPath(self.pages[source]).parent
            return os.path.relpath(self.pages[path], start) + anchor
        if not (self.root / path).exists():
            return link + anchor  # MkDocs refuses it
        kind = "tree" if (self.root / path).is_dir() else "blob"
        return f"{self.repository}/{kind}/main/{path}{anchor}"
