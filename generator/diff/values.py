"""What the new chart makes of values: a user's own, and those that the old chart accepted."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from generator.diff.changes import ABSENT, Change
from generator.diff.finding import Finding
from generator.diff.schema import Narrowed, Schema, changed, narrowed, needed, removed
from generator.spec.problems import Path, path_text
from generator.validate.inputs import Merged
from generator.validate.problems import Words, allowed_in_words
from generator.values.validator import HelmValidator

_SHOWN = 3


def given_breaks(old: Schema, new: Schema, merged: Merged) -> Iterator[Finding]:
    """Find values of the user's own that the new chart refuses, or no longer reads."""
    words = Words(list(new.nodes), lambda path: "", merged.given)
    errors = [
        error
        for error in HelmValidator(new.root).iter_errors(merged.values)
        if error.validator != "required"  # what is not given has a default
    ]
    found = {str(problem): problem for error in errors for problem in words.problems(error)}
    for problem in sorted(found.values(), key=lambda problem: problem.order):
        what = f"{problem.place}: {problem.path}"
        yield Finding(what, f"your value is refused: {problem.message}", do="change your values")
    for path, refused in removed(old, new):
        if not refused and _has(merged.values, path):
            what = f"{merged.given.at(path).key}: {path_text(path)}"
            yield Finding(what, "your value is no longer read", do="change your values")


def schema_breaks(old: Schema, new: Schema, defaults: Mapping[str, Any]) -> Iterator[Finding]:
    """Find values that the old schema accepted and the new one refuses, or does not know."""
    for path, refused in removed(old, new):
        why = "the key is gone, and refused" if refused else "the key is gone, and no longer read"
        moved = _moved(path, old, new)
        do = f"it is likely {moved} now" if moved else "leave it out"
        yield Finding(path_text(path), why, do=do)
    alike = defaultdict[str, list[Path]](list)
    for one in narrowed(old, new):
        alike[_refused(one)].append(one.path)
    for why, paths in alike.items():
        yield Finding(_listed(paths), why, do="change the value, where somebody has set it so")
    for path in needed(old, new):
        if not _has(defaults, path):
            yield Finding(_shown(path), "the key must be there, and has no default", do="set it")


def other_rules(old: Schema, new: Schema) -> Iterator[Finding]:
    """Find values that are new, and those of which no example shows that they take less."""
    taking_less = {one.path for one in narrowed(old, new)}
    left = [path for path in changed(old, new) if path not in taking_less and path]
    if left:
        found = [Change(path, old.rules(path), new.rules(path)) for path in left]
        why = "other rules, which refuse none of the values tried"
        yield Finding(_counted(left), why, found)
    below = [path for path in new.nodes if path not in old.nodes and path[:-1] in old.nodes]
    added = [path for path in below if 0 not in path]
    if added:
        found = [Change(path, ABSENT, _default(new, path)) for path in added]
        yield Finding(_counted(added), "new", found)


def _refused(one: Narrowed) -> str:
    shown = ", ".join(_short(value) for value in one.examples[:_SHOWN])
    was = "was accepted and is" if len(one.examples) == 1 else "were accepted and are"
    allowed = allowed_in_words(one.failure)
    return f"{shown} {was} refused{f': {allowed}' if allowed else ''}"


def _listed(paths: list[Path]) -> str:
    return ", ".join(map(_shown, paths))


def _counted(paths: list[Path]) -> str:
    return "1 value" if len(paths) == 1 else f"{len(paths)} values"


def _default(schema: Schema, path: Path) -> Any:
    found = [node["default"] for node in schema.nodes[path] if "default" in node]
    return found[0] if found else {}


def _moved(path: Path, old: Schema, new: Schema) -> str:
    """Return where the key is likely now: the only new place that ends like the old one."""
    for length in (3, 2, 1):
        end = path[-length:]
        places = [
            one
            for one in new.nodes
            if one not in old.nodes and one[-length:] == end and one != path
        ]
        if len(places) == 1 and len(end) == length:
            return path_text(places[0])
    return ""


def _shown(path: Path) -> str:
    """Return a path in which [] is any entry of a list."""
    return path_text(path).replace("[0]", "[]")


def _has(values: Any, path: Path) -> bool:
    for part in path:
        if not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return True


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:40]}… ({len(str(value))} characters)"
