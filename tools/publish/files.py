"""Files that appear under their own name only when they are whole."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".unfinished-"


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """Give a folder to work in, on the same file system, which is removed at the end."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=UNFINISHED) as stage:
        yield Path(stage)


def move(files: Sequence[Path], folder: Path) -> None:
    """Move files one by one to a folder of the same file system, once their content is on disk."""
    for file in files:
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
    for file in files:
        os.replace(file, folder / file.name)


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
