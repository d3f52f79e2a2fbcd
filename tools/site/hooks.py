"""What MkDocs does besides: it reads Markdown as GitHub does, and draws the picture.

MkDocs loads this file in its own environment, which has packages that the project's has not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mmdr
from markdown import Markdown
from markdown.extensions import Extension

THEMES = {"light": "neutral", "dark": "dark"}
"""Theme of Mermaid for each scheme of the site."""


class ShortIndent(Extension):  # type: ignore[misc]
    """Counts two spaces as a level of a list, in place of four."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Change the reader of one page."""
        md.tab_length = 2


def on_config(config: Any) -> Any:
    """Add the extension to those of mkdocs.yml."""
    config.markdown_extensions.append(ShortIndent())
    return config


def on_pre_build(config: Any) -> None:
    """Draw each *.mmd, a diagram in the language of Mermaid, as an SVG for each scheme."""
    for file in Path(config.docs_dir).rglob("*.mmd"):
        for scheme, theme in THEMES.items():
            text = f'%%{{init: {{"theme": "{theme}"}}}}%%\n{file.read_text()}'
            file.with_name(f"{file.stem}-{scheme}.svg").write_text(mmdr.render(text).svg())
        file.unlink()
