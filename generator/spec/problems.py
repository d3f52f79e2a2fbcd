"""What is wrong with a spec, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Keys and list indexes from the top of the spec down to a value."""


@dataclass(frozen=True)
class Problem:
    """Something to fix at `path`; `at_key` where the key is wrong and not its value."""

    path: Path
    message: str
    at_key: bool = False


@dataclass(frozen=True, order=True)
class LocatedProblem:
    """A problem with its place in the file; line and column count from 1."""

    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.line}:{self.column}: "
        return where + (f"{self.path}: {self.message}" if self.path else self.message)


def path_text(path: Path) -> str:
    """Return a path as people write it: `tiers.application.api.calls[0]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` is most likely a misspelling of."""
    from difflib import get_close_matches  # only a wrong spec needs it

    by_letters = {other.lower(): other for other in sorted(known, reverse=True)}
    found = get_close_matches(name.lower(), by_letters, n=1)
    return by_letters[found[0]] if found else None


def allowed(name: str, known: Iterable[str]) -> str:
    """Return what `name`, in quotes or not, may be: `allowed are a, b; did you mean 'a'?`."""
    names = list(known)
    if not names:
        return "none is declared"
    likely = nearest(name.strip("'"), names)
    verb = "allowed is" if len(names) == 1 else "allowed are"
    return f"{verb} {', '.join(names)}" + (f"; did you mean {likely!r}?" if likely else "")
