"""Values that one JSON Schema accepts and another refuses, each shown by an example.

Schemas say the same in many ways (`if` and `else`, references, patterns), so that their texts tell
little. Whether a value is refused is asked of the validator; which values to ask for comes from the
texts: the numbers, words and defaults in the rules of both, and those next to them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jsonschema.exceptions import ValidationError

from generator.spec.problems import Path
from generator.values.tree import JsonSchema
from generator.values.validator import HelmValidator

_LISTS = ("allOf", "anyOf", "oneOf")
_BRANCHES = ("then", "else")
_OF_CHILDREN = ("properties", "items", "required", *_LISTS, *_BRANCHES)
_WORDS_ONLY = ("description", "title", "default", "$comment", "examples")
_NOT_TRIED = ("properties", "items", "patternProperties", "pattern", "$ref")
_OF_TYPE: Mapping[str, list[Any]] = {
    "string": ["a", "1", ""],
    "integer": [1, 0, -1, 65536],
    "number": [0.5, 1],
    "boolean": [True, False],
    "array": [[]],
    "null": [None],
}
_MANY = 2000  # characters of the longest text that is tried


@dataclass(frozen=True)
class Narrowed:
    """A value that takes less than before: what was accepted, and how that is refused."""

    path: Path
    examples: tuple[Any, ...]
    failure: ValidationError


@dataclass(frozen=True)
class Schema:
    """A JSON Schema of values, draft-07."""

    root: JsonSchema

    @cached_property
    def nodes(self) -> Mapping[Path, list[JsonSchema]]:
        """Parts that apply at each path: lists have their entries at 0."""
        found = defaultdict[Path, list[JsonSchema]](list)
        for path, node in self._walk(self.root, (), ()):
            found[path].append(node)
        return dict(found)

    @cached_property
    def _validator(self) -> Any:
        return HelmValidator(self.root)

    def refusal(self, path: Path, value: Any) -> ValidationError | None:
        """Return why a value is refused at a path, whatever else is given; None where it is not."""
        for error in self._validator.iter_errors(_nested(path, value)):
            at = tuple(error.absolute_path)
            below = at[: len(path)] == path
            unknown = error.validator == "additionalProperties" and at == path[: len(at)]
            if below or unknown:
                found: ValidationError = error
                return found
        return None

    def rules(self, path: Path) -> str:
        """Return all that is said of a path itself, but for words, in one notation."""
        said = [
            {
                key: part
                for key, part in node.items()
                if key not in _OF_CHILDREN and key not in _WORDS_ONLY
            }
            for node in self.nodes.get(path, ())
        ]
        return "\n".join(sorted(json.dumps(self._resolved(one), sort_keys=True) for one in said))

    def examples(self, path: Path) -> Iterator[Any]:
        """Yield values that its rules at a path speak of, and those next to them."""
        for node in self.nodes.get(path, ()):
            yield from _mentioned(self._resolved(node))

    def _walk(
        self, node: Any, path: Path, above: tuple[str, ...]
    ) -> Iterator[tuple[Path, JsonSchema]]:
        """Yield each part with its path; a reference to one that is being looked at, not again."""
        while isinstance(node, dict) and "$ref" in node:
            if node["$ref"] in above:
                return
            above, node = (*above, node["$ref"]), self._target(node["$ref"])
        if not isinstance(node, dict):
            return
        yield path, node
        for name, child in node.get("properties", {}).items():
            yield from self._walk(child, (*path, name), above)
        yield from self._walk(node.get("items"), (*path, 0), above)
        for child in (*(one for key in _LISTS for one in node.get(key, ())),):
            yield from self._walk(child, path, above)
        for key in _BRANCHES:
            yield from self._walk(node.get(key), path, above)

    def _target(self, reference: str) -> Any:
        node: Any = self.root
        for part in reference.removeprefix("#").strip("/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")] if part else node
        return node

    def _resolved(self, node: Any, above: tuple[str, ...] = ()) -> Any:
        """Return a part with what its references mean in their place."""
        if isinstance(node, list):
            return [self._resolved(child, above) for child in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node and node["$ref"] not in above:
            target = self._target(node["$ref"])
            return self._resolved(target, (*above, node["$ref"]))
        return {key: self._resolved(child, above) for key, child in node.items()}


def narrowed(old: Schema, new: Schema) -> Iterator[Narrowed]:
    """Find values that are declared by both and accepted by the old schema alone."""
    for path in changed(old, new):
        candidates = _distinct((*old.examples(path), *new.examples(path)))
        refused = [
            (value, failure)
            for value in candidates
            if old.refusal(path, value) is None
            and (failure := new.refusal(path, value)) is not None
            and not _is_within(failure, path)
        ]
        if refused:
            yield Narrowed(path, tuple(value for value, _ in refused), refused[0][1])


def changed(old: Schema, new: Schema) -> list[Path]:
    """Return paths that are declared by both, and of which the rules differ."""
    return [path for path in old.nodes if path in new.nodes and old.rules(path) != new.rules(path)]


def removed(old: Schema, new: Schema) -> Iterator[tuple[Path, bool]]:
    """Find keys that only the old schema declares, and whether the new one refuses them."""
    for path in old.nodes:
        if path in new.nodes or path[:-1] not in new.nodes or path[-1] == 0:
            continue
        tried = [one for one in (*old.examples(path), {}) if old.refusal(path, one) is None]
        if tried and all(new.refusal(path, one) for one in tried):
            yield path, True
        elif any("properties" in node for node in new.nodes[path[:-1]]) and not any(
            _takes(node, str(path[-1])) for node in new.nodes[path[:-1]]
        ):
            yield path, False


def needed(old: Schema, new: Schema) -> Iterator[Path]:
    """Find keys that must be there now and need not before, in what both declare."""
    for path in old.nodes:
        if path not in new.nodes:
            continue
        before, after = (
            {key for node in schema.nodes[path] for key in node.get("required", ())}
            for schema in (old, new)
        )
        yield from ((*path, key) for key in sorted(after - before) if (*path, key) in old.nodes)


def _takes(node: JsonSchema, key: str) -> bool:
    """Whether keys of one's own are meant to be there."""
    patterns = node.get("patternProperties", {})
    own = isinstance(node.get("additionalProperties"), dict)
    return own or any(re.search(pattern, key) for pattern in patterns)


def _is_within(failure: ValidationError, path: Path) -> bool:
    """Whether something deeper fails, which has a path of its own."""
    return len(failure.absolute_path) > len(path)


def _nested(path: Path, value: Any) -> Any:
    for part in reversed(path):
        value = [value] if isinstance(part, int) else {part: value}
    return value


def _mentioned(node: Any, key: str = "") -> Iterator[Any]:
    """Yield the values that a rule speaks of, and those next to them."""
    if isinstance(node, dict):
        for name, child in node.items():
            if name not in _NOT_TRIED:
                yield from _mentioned(child, name)
    elif isinstance(node, list):
        for child in node:
            yield from _mentioned(child, key)
    elif key == "type":
        yield from _OF_TYPE.get(str(node), ())
    elif key in ("minLength", "maxLength") and isinstance(node, int):
        yield from ("a" * length for length in (node - 1, node, node + 1) if 0 <= length < _MANY)
    elif key in ("minItems", "maxItems") and isinstance(node, int):
        yield from (["a"] * length for length in (node - 1, node, node + 1) if 0 <= length < _MANY)
    elif isinstance(node, (int, float)) and not isinstance(node, bool):
        yield from (node, node - 1, node + 1)
    elif isinstance(node, str):
        if " " not in node:
            yield node
        for word in re.findall(r"[\w./:-]*\w", node):
            yield word
            if word.isdigit():
                yield int(word)
    else:
        yield node


def _distinct(values: Iterable[Any]) -> list[Any]:
    return list({json.dumps(value): value for value in values}.values())
