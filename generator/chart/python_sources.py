"""Sources of Python packages that containers import as they are."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import files


def python_sources(package: str) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each module of a package that is installed here.

    Its licence comes too, which asks to be with every copy.
    """
    for path in sorted(files(package) or []):
        if path.parts[0] == package and path.suffix == ".py":
            yield str(path), path.read_text()
        elif path.name == "LICENSE":
            yield f"{package}/LICENSE", path.read_text()
