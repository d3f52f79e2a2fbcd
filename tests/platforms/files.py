"""The values files of the platforms, which are also what docs/platforms/ explains."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
# Name of each platform, as in `docs/platforms/<name>.md`, and its values file.
PLATFORMS = {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}
