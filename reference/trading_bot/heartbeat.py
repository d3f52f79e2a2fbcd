"""Files whose age says whether the bot's loop still turns, and whether it trades."""

from __future__ import annotations

import time
from pathlib import Path


def beat(file: Path) -> None:
    """Write the time, so that a reader sees the old file or the new one."""
    new = file.with_name(f"{file.name}.new")
    new.write_text(f"{time.time():.3f}\n")
    new.replace(file)
