"""`genx-fx explain`: what a user is shown of one value, of a section, or of a search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.errors import UsageError
from generator.explain.origin import Origins, ValuePath
from generator.explain.words import shown, type_in_words, unit
from generator.load import load_platform
from generator.spec.problems import nearest
from generator.values.schemas import DEFINITIONS
from generator.values.tree import Section, Value

NOT_IN_SPEC = "not in the spec: the generator's default"

Entry = Value | Section


class Explanations:
    """All that can be said of the values of one spec."""

    def __init__(self, spec_file: Path) -> None:
        loaded = load_platform(spec_file)
        self.plan, self.tree = loaded.plan, loaded.values
        self.origins = Origins(self.plan, loaded.loaded)

    def all(self) -> list[str]:
        """Return a line for each value."""
        return _aligned((".".join(path), value.about) for path, value in self.tree.leaves())

    def found(self, word: str) -> list[str]:
        """Return a line for each value with the word in path or meaning; UsageError without any."""
        rows = [
            (".".join(path), value.about)
            for path, value in self.tree.leaves()
            if word.lower() in f"{'.'.join(path)} {value.comment}".lower()
        ]
        if not rows:
            likely = nearest(word, _names(self.tree))
            raise UsageError(
                [f"{word}: no value has it in its path or meaning{_did_you_mean(likely)}"]
            )
        return _aligned(rows)

    def page(self, text: str) -> list[str]:
        """Return the page of a path; a word that is no path is searched for."""
        path = tuple(text.split("."))
        entry = self._entry(path)
        if isinstance(entry, Section):
            return self._section(path, entry)
        if entry:
            return self._value(path, entry)
        if len(path) == 1:
            return self.found(text)
        raise UsageError([f"{text}: no such value{_did_you_mean(self._likely(path))}"])

    def _entry(self, path: ValuePath) -> Entry | None:
        node: Entry = self.tree
        for position, key in enumerate(path):
            if isinstance(node, Value):
                return self._own_key(path, node) if position == len(path) - 1 else None
            if key not in node.entries:
                return None
            node = node.entries[key]
        return node

    def _own_key(self, path: ValuePath, parent: Value) -> Value | None:
        """Return a key of a mapping that takes a user's own keys, or those of the spec."""
        takes_own = "$ref" in parent.schema or "patternProperties" in parent.schema
        if not isinstance(parent.default, Mapping) or not takes_own:
            return None
        secrets = self.plan.spec.secrets
        if path[:3] == ("global", "secrets", "values") and secrets and path[3] in secrets.keys:
            key = secrets.keys[path[3]]
            return Value(None, key.about, {"type": "string"})
        definition = DEFINITIONS.get(parent.schema.get("$ref", "").rpartition("/")[2], {})
        if path[-1] in definition.get("properties", {}):
            schema = definition["properties"][path[-1]]
            return Value(parent.default.get(path[-1]), parent.about, schema, bounds=parent.bounds)
        return Value(None, f"A key of your own: {parent.about}", {"type": "string"})

    def _likely(self, path: ValuePath) -> str | None:
        """Return the path with misspelt keys replaced by likely ones; else one that ends alike."""
        node: Entry = self.tree
        found: list[str] = []
        for key in path:
            name = nearest(key, node.entries) if isinstance(node, Section) else None
            if not isinstance(node, Section) or name is None:
                break
            name = key if key in node.entries else name
            found.append(name)
            node = node.entries[name]
        if len(found) == len(path):
            return ".".join(found)
        alike = (other for other, _ in self.tree.leaves(()) if other[-1] == path[-1])
        below = (other for other in alike if list(other[: len(found)]) == found)
        return next((".".join(other) for other in below), None)

    def _section(self, path: ValuePath, section: Section) -> list[str]:
        rows = [(f"{'.'.join(path)}.{key}", entry.about) for key, entry in section.entries.items()]
        origin = self.origins.of_default(path)
        return [
            ".".join(path),
            *_fields({"meaning": section.about, "from": origin}),
            "",
            *_aligned(rows),
        ]

    def _value(self, path: ValuePath, value: Value) -> list[str]:
        return [".".join(path), *_fields(self.fields(path, value))]

    def fields(self, path: ValuePath, value: Value) -> dict[str, str]:
        """Return what is said of a value, by what it is; without text where it does not apply."""
        default = "none" if value.default is None else shown(value.default)
        per_environment = {
            name: shown(_at(environment.values, path, value.default))
            for name, environment in self.plan.spec.environments.items()
        }
        per_environment = {n: "none" if v == "null" else v for n, v in per_environment.items()}
        limit = self.origins.of_limit(path) if value.documented else ""
        bounds = f"{value.bounds} ({limit})" if limit else value.bounds
        return {
            "meaning": value.about,
            "type": type_in_words(value.schema),
            "unit": unit(value),
            "default": default,
            **{f"in {name}": text for name, text in per_environment.items()},
            "bounds": bounds,
            "from": self.origins.of_default(path) or NOT_IN_SPEC,
        }


def _at(values: Any, path: ValuePath, default: Any) -> Any:
    for key in path:
        if not isinstance(values, Mapping) or key not in values:
            return default
        values = values[key]
    return values


def _names(section: Section) -> Iterator[str]:
    for key, entry in section.entries.items():
        yield key
        if isinstance(entry, Section):
            yield from _names(entry)


def _did_you_mean(likely: str | None) -> str:
    if likely:
        return f"; did you mean {likely}?"
    return "; genx-fx explain without a path lists all values"


def _aligned(rows: Iterable[tuple[str, str]]) -> list[str]:
    listed = list(rows)
    width = max((len(name) for name, _ in listed), default=0)
    return [f"{name:<{width}}  {' '.join(about.split())}" for name, about in listed]


def _fields(fields: Mapping[str, str]) -> list[str]:
    return [f"  {line}" for line in _aligned((k, v) for k, v in fields.items() if v)]
