"""Values against the schema of the chart: the verdict is the schema's, the words are ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jsonschema.exceptions import ValidationError

from generator.explain.origin import Origins
from generator.names import TYPES_IN_WORDS
from generator.spec.problems import Path, nearest, path_text
from generator.validate.given import EverythingGiven, Place
from generator.validate.inputs import Merged
from generator.values.schemas import AS_DOCUMENTED
from generator.values.tree import Section
from generator.values.validator import HelmValidator

if TYPE_CHECKING:
    from generator.load import LoadedPlatform

SECRETS = ("global", "secrets", "values")
"""Values that must not show in a log."""

UNKNOWN_KEY = "unknown key"
_NULL = "null deletes the default, which the chart needs; leave the key out to keep the default"


@dataclass(frozen=True)
class ValuesProblem:
    """A value to fix: where it stands, what it is, what is allowed, who says so, what to do."""

    place: Place
    path: str
    given: str
    allowed: str
    source: str = ""
    hint: str = ""

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        return f"{self.place}: {path}{self.message}"

    @property
    def message(self) -> str:
        """The problem without its place."""
        # Of a misspelt key the likely one says more than the names of all keys.
        likely = self.given == UNKNOWN_KEY and self.hint
        allowed = f"; {self.allowed}" if self.allowed and not likely else ""
        source = f" ({self.source})" if self.source else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.given}{allowed}{source}{hint}"

    @property
    def order(self) -> tuple[str, int, int, str]:
        """Sorts problems as their places stand in the files."""
        return self.place.source, self.place.line or 0, self.place.column or 0, self.path


def values_problems(
    loaded: LoadedPlatform, origins: Origins, merged: Merged
) -> list[ValuesProblem]:
    """Find everything that Helm would refuse in these values, and misspelt keys, by place."""
    # A null deletes a default, but not a whole tier: the subchart has the same defaults again.
    tree = loaded.values
    tiers = {tier.name: tree[tier.name] for tier in loaded.plan.tiers}
    values = Section("", tiers).defaults() | merged.values
    errors = HelmValidator(loaded.schema).iter_errors(values)
    return in_words(errors, tree, origins, merged.given, values)


def in_words(
    errors: Iterable[ValidationError],
    tree: Section,
    origins: Origins,
    given: EverythingGiven,
    values: Mapping[str, Any],
) -> list[ValuesProblem]:
    """Put the failures of the schema, and misspelt keys of `global`, into a user's words."""
    paths: list[Path] = [path for path, _ in tree.leaves()]
    words = Words(paths, origins.of_limit, given)
    found = {str(problem): problem for error in errors for problem in words.problems(error)}
    for key in misspelt_globals(values, tree):
        problem = words.unknown_key(("global", key), tree["global"].entries)
        found[str(problem)] = problem
    return sorted(found.values(), key=lambda problem: problem.order)


def misspelt_globals(values: Mapping[str, Any], tree: Section) -> list[str]:
    """Return the keys of `global` that the chart does not know but for a likely misspelling."""
    return [key for key in _foreign(values, tree) if nearest(key, tree["global"].entries)]


def unknown_globals(tree: Section, merged: Merged) -> list[str]:
    """Return a warning for each key of `global` that is for another chart, or nobody's."""
    misspelt = misspelt_globals(merged.values, tree)
    warnings = []
    for key in _foreign(merged.values, tree):
        if key not in misspelt:
            place = _place(merged.given, ("global", key), at_key=True)
            beside = f" ({key} is one)" if key in tree.entries else ""
            warnings.append(
                f"{place}: warning: global.{key} is not a key of this chart{beside};"
                " it is accepted, as a parent chart may need it"
            )
    return warnings


def _foreign(values: Mapping[str, Any], tree: Section) -> list[str]:
    given = values.get("global")
    known = tree["global"].entries
    return [key for key in given if key not in known] if isinstance(given, Mapping) else []


@dataclass(frozen=True)
class Words:
    """What the failures of a schema are in the words of a user who wrote the values."""

    paths: Sequence[Path]
    """Of all values, to find the one that was meant."""
    of_limit: Callable[[tuple[str, ...]], str]
    """Gives the place in the spec that a limit comes from."""
    given: EverythingGiven

    def problems(self, error: ValidationError) -> Iterator[ValuesProblem]:
        """Put one failure into words: a problem for each key that is wrong."""
        path, rule = tuple(error.absolute_path), _rule(error)
        match error.validator:
            case "additionalProperties":
                known = _schema(error).get("properties", {})
                for key in _instance(error):
                    if key not in known:
                        yield self.unknown_key((*path, key), known)
            case "required":
                for key in rule:
                    if key not in _instance(error):
                        yield self._missing_key((*path, key))
            case _:
                yield self._wrong_value(path, error)

    def unknown_key(self, path: Path, schemas: Mapping[str, Any]) -> ValuesProblem:
        """Put a key that is not known into words; `schemas` has the keys that are."""
        key = str(path[-1])
        known = [
            name for name in schemas if name != "common" and not (name == "global" and path[:-1])
        ]
        allowed = f"allowed are {', '.join(known)}" if known else "no key is allowed here"
        likely = nearest(key, known)
        hint = f"did you mean {likely!r}?" if likely else ""
        if elsewhere := self._elsewhere(path):
            hint = f"did you mean {elsewhere}?"
        return self._problem(path, UNKNOWN_KEY, allowed, hint=hint, at_key=True)

    def _elsewhere(self, path: Path) -> str:
        """Return the path of a value of that name that shares most of the way with this one.

        Deep in the tree it must be about the same thing: a Service has no port of a database.
        """
        below = [other for other in self.paths if path[-1] in other]
        if len(path) > 2:
            below = [other for other in below if path[-2] in other]
        found = max(below, key=lambda other: _shared(path, other), default=None)
        return path_text(found[: found.index(path[-1]) + 1]) if found else ""

    def _missing_key(self, path: Path) -> ValuesProblem:
        if self.given.at(path).is_null:
            return self._problem(path, "is null", "", hint=_NULL)
        return self._problem(path[:-1], f"key {path[-1]!r} is missing", "")

    def _wrong_value(self, path: Path, error: ValidationError) -> ValuesProblem:
        documented = str(error.validator_value).partition(AS_DOCUMENTED)
        if documented[1]:
            return self._problem(
                path,
                self._is(path, error),
                f"the document allows {documented[0]}",
                self.of_limit(_names(path)),
                AS_DOCUMENTED.partition("; ")[2],
            )
        if list(error.absolute_schema_path)[-2:] == ["additionalProperties", "const"]:
            wanted = f"it must stand {error.validator_value}"
            return self._problem(path, "wrong key", wanted, at_key=True)
        allowed, hint = _wanted(error, in_option=_place(self.given, path).line is None)
        exactly_one = error.validator == "const" and not isinstance(error.validator_value, str)
        source = self.of_limit(_names(path)) if exactly_one else ""
        return self._problem(path, self._is(path, error), allowed, source, hint)

    def _is(self, path: Path, error: ValidationError) -> str:
        """Say `is 2049Mi`; with what Helm reads, where that surprises; nothing of a secret."""
        given, kind = self.given.at(path), _kind(error.instance)
        if path[:3] == SECRETS or given.missing or given.written is None:
            return f"is {kind}"
        if isinstance(error.instance, bool) and given.written not in ("true", "false"):
            read = str(error.instance).lower()
            return f"is {given.written}, which YAML reads as {read}"
        if error.validator == "type" and not isinstance(error.instance, str):
            return f"is {given.written}, {kind}"
        return f"is {_short(given.written)}"

    def _problem(
        self,
        path: Path,
        given: str,
        allowed: str,
        source: str = "",
        hint: str = "",
        *,
        at_key: bool = False,
    ) -> ValuesProblem:
        place = _place(self.given, path, at_key=at_key)
        return ValuesProblem(place, path_text(path), given, allowed, source, hint)


def problem_at(given: EverythingGiven, path: Path, message: str) -> ValuesProblem:
    """Return a problem that another has put into words."""
    return ValuesProblem(_place(given, path), path_text(path), message, "")


def allowed_in_words(error: ValidationError) -> str:
    """Return what is allowed instead of a value that fails; nothing where no words say it."""
    documented, found, _ = str(error.validator_value).partition(AS_DOCUMENTED)
    if found:
        return f"the document allows {documented}"
    if error.validator == "additionalProperties":
        return ""
    return _wanted(error, in_option=False)[0]


def _place(everything: EverythingGiven, path: Path, *, at_key: bool = False) -> Place:
    """Return where a path was given, as far as it was."""
    given = everything.at(path)
    return given.key if at_key or given.missing else given.value


def _wanted(error: ValidationError, *, in_option: bool) -> tuple[str, str]:
    """Return what is allowed, and a hint, for a failure that is no documented limit."""
    rule, schema = _rule(error), _schema(error)
    match error.validator:
        case "type":
            kinds = [rule] if isinstance(rule, str) else rule
            wanted = " or ".join(TYPES_IN_WORDS.get(kind, kind) for kind in kinds)
            is_word = rule == "string" and isinstance(error.instance, (int, float))
            quoted = "use --set-string" if in_option else "put it in quotes"
            return f"{wanted} is wanted", quoted if is_word else ""
        case "enum":
            words = [json.dumps(word) if word in ("", None) else _text(word) for word in rule]
            likely = nearest(_text(error.instance), filter(None, map(_text, rule)))
            return f"allowed are {', '.join(words)}", f"did you mean {likely!r}?" if likely else ""
        case "const":
            # Text is a sentence that says what is wanted: see generator.values.schemas.
            return f"{'wanted' if isinstance(rule, str) else 'allowed'} is {rule}", ""
        case "minimum" | "maximum":
            if "minimum" in schema and "maximum" in schema:
                return f"allowed is {schema['minimum']} to {schema['maximum']}", ""
            return (
                f"{'at least' if error.validator == 'minimum' else 'at most'} {rule} is wanted",
                "",
            )
        case "minItems":
            return f"at least {rule} {'entry' if rule == 1 else 'entries'} must be there", ""
        case "minLength":
            return "it must not be empty", ""
    return f"the rule is {error.validator}: {json.dumps(rule)}", ""


def _rule(error: ValidationError) -> Any:
    return error.validator_value


def _instance(error: ValidationError) -> Any:
    return error.instance


def _schema(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _names(path: Path) -> tuple[str, ...]:
    return tuple(str(part) for part in path)


def _shared(path: Path, other: Path) -> int:
    count = 0
    for one, two in zip(path, other, strict=False):
        if one != two:
            break
        count += 1
    return count


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {bool: "true or false", dict: "a mapping", list: "a list", str: "text"}
    return kinds.get(type(value), "a number")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
