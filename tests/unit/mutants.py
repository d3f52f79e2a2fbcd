"""Small changes to a spec, one at a time: numbers, words, texts and entries of lists."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

# Choices: fields that take one word of a set.
WORDS = {
    "kind": ["web", "worker", "singleton", "mysql", "redis", "grafana"],
    "access": ["RWO", "RWX"],
    "given": ["required", "optional"],
}
_RANGE = re.compile(r"[0-9.]+[A-Za-z]*(-[0-9.]+[A-Za-z]*)?")


@dataclass(frozen=True)
class Mutant:
    """One change to a spec."""

    path: Path
    change: str
    value: Any
    """What stands there instead."""

    @property
    def place(self) -> str:
        """Its path with dots, those inside keys left as they are."""
        return ".".join(map(str, self.path))

    def of(self, spec: dict[str, Any]) -> dict[str, Any]:
        """Return the spec with this change."""
        changed = copy.deepcopy(spec)
        node: Any = changed
        for key in self.path[:-1]:
            node = node[key]
        node[self.path[-1]] = self.value
        return changed


def leaves(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every scalar of a spec, those in lists included, and every list."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield from leaves(child, (*path, key))
        return
    yield path, node
    for index, entry in enumerate(node if isinstance(node, list) else []):
        yield from leaves(entry, (*path, index))


def mutants(spec: dict[str, Any]) -> Iterator[Mutant]:
    """Yield every change of every leaf."""
    components = [name for tier in spec["tiers"].values() for name in tier]
    for path, leaf in leaves(spec):
        for change, value in _changes(str(path[-1]), leaf, components):
            yield Mutant(path, change, value)


def _changes(key: str, leaf: Any, components: list[str]) -> Iterator[tuple[str, Any]]:
    if isinstance(leaf, list):
        for index, entry in enumerate(leaf):
            yield f"without {entry}", leaf[:index] + leaf[index + 1 :]
        new = [name for name in components if name not in leaf]
        if key in ("readBy", "calls"):
            yield from ((f"with {name}", [*leaf, name]) for name in new[:1])
        else:
            yield "with one more", [*leaf, "one-more"]
    elif isinstance(leaf, bool):
        yield f"{not leaf}".lower(), not leaf
    elif isinstance(leaf, int):
        yield str(leaf + 1), leaf + 1
    elif key in WORDS:
        yield from ((word, word) for word in WORDS[key] if word != leaf)
    elif _RANGE.fullmatch(leaf):
        yield from _other_numbers(leaf)
    else:
        yield f"{leaf}x", f"{leaf}x"


def _other_numbers(text: str) -> Iterator[tuple[str, str]]:
    for number in re.finditer(r"[0-9]+", text):
        new = f"{text[: number.start()]}{int(number[0]) + 1}{text[number.end() :]}"
        yield new, new
