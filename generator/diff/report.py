"""A comparison as text, as Markdown and as JSON: the verdict first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import Any

from generator.diff.changes import ABSENT, Change
from generator.diff.finding import Comparison, Finding
from generator.diff.objects import Hidden
from generator.spec.problems import path_text

_LONGEST = 60
_SHOWN = 5
"""Changes of one object that are shown, of all but breaks."""

TITLES = {"breaks": "Breaks", "restarts": "Restarts", "others": "Other changes"}


def verdict(found: Comparison) -> str:
    """Say in one line how it stands."""
    if not (found.breaks or found.restarts or found.others):
        return "nothing changes"
    counts = f"breaks: {len(found.breaks)}, restarts: {len(found.restarts)}"
    said = f"{counts}, other changes: {len(found.others)}"
    if not found.compared:
        said = f"{counts}: the new chart refuses the values, so that objects are not compared"
    if not found.breaks:
        return f"{said}; nothing breaks"
    return f"{said}; {_version(found)}"


def as_text(found: Comparison) -> str:
    """Return a report for a terminal."""
    lines = [verdict(found), _about(found)]
    for key, findings in _categories(found).items():
        if findings:
            lines += ["", TITLES[key]]
            for finding in findings:
                lines += _in_text(finding, everything=key == "breaks")
    return "\n".join(lines)


def as_markdown(found: Comparison) -> str:
    """Return a report for a comment on a pull request."""
    mark = "✅" if found.passes else "❌"
    lines = [f"## {mark} Upgrade: {verdict(found)}", "", _about(found)]
    for key, findings in _categories(found).items():
        if not findings:
            continue
        title = f"{TITLES[key]}: {len(findings)}"
        rows = [line for one in findings for line in _in_markdown(one, everything=key == "breaks")]
        if key == "others":
            lines += ["", "<details>", f"<summary>{title}</summary>", "", *rows, "", "</details>"]
        else:
            lines += ["", f"### {title}", "", *rows]
    return "\n".join(lines)


def as_json(found: Comparison) -> str:
    """Return an object for programs."""
    return json.dumps(
        {
            "verdict": verdict(found),
            "passes": found.passes,
            "old": vars(found.old),
            "new": vars(found.new),
            "step": found.step,
            "kubernetes": found.kubernetes,
            "values": list(found.values),
            "compared": found.compared,
            **{
                key: [_object(finding) for finding in findings]
                for key, findings in _categories(found).items()
            },
        },
        indent=2,
        ensure_ascii=False,
    )


def _categories(found: Comparison) -> Mapping[str, Sequence[Finding]]:
    return {key: getattr(found, key) for key in TITLES}


def _version(found: Comparison) -> str:
    """Say whether the version tells users that something breaks."""
    old, new, step = found.old.version, found.new.version, found.step
    before = " before 1.0.0" if old.startswith("0.") else ""
    if found.may_break:
        counts = ", which counts as a major one before 1.0.0" if step == "minor" else ""
        return f"the new version {new} is a {step} one after {old}{counts}, which may break"
    needed = "a minor version is needed" if before else "a major version is needed"
    said = {
        "none": f"the new version is {new} as well",
        "lower": f"the new version {new} is lower than {old}",
    }
    return f"{needed}{before}, and {said.get(step, f'the new version {new} is a {step} one')}"


def _about(found: Comparison) -> str:
    old, new = found.old, found.new
    sides = f"{old.name} {old.version} ({old.named}) → {new.version} ({new.named})"
    with_values = f"with {', '.join(found.values)}" if found.values else "with the defaults"
    kubernetes = f", on Kubernetes {found.kubernetes}" if found.kubernetes else ""
    return f"{sides}, {with_values}{kubernetes}"


def _in_text(finding: Finding, *, everything: bool) -> Iterator[str]:
    yield f"  {finding.what}: {finding.why}"
    yield from (f"    {line}" for line in _lines(finding, everything))
    if finding.do:
        yield f"    do: {finding.do}"


def _in_markdown(finding: Finding, *, everything: bool) -> Iterator[str]:
    yield f"- **{_escaped(finding.what)}**: {_escaped(finding.why)}"
    yield from (f"  - `{line.replace('`', chr(39))}`" for line in _lines(finding, everything))
    if finding.do:
        yield f"  - Do: {_escaped(finding.do)}"


def _lines(finding: Finding, everything: bool) -> Iterator[str]:
    shown = finding.changes if everything else finding.changes[:_SHOWN]
    for change in shown:
        yield f"{path_text(change.path)}: {_both(change.old, change.new)}"
    if left := len(finding.changes) - len(shown):
        yield f"and {left} more"


def _both(old: Any, new: Any) -> str:
    """Return what was and what is; of long texts and of lists, only what differs."""
    if _is_long(old) and _is_long(new):
        marks = [line[:1] for line in unified_diff(old.splitlines(), new.splitlines(), n=0)][2:]
        return f"lines removed: {marks.count('-')}, added: {marks.count('+')}"
    if isinstance(old, list) and isinstance(new, list):
        out, into = ([one for one in side if one not in other] for side, other in _ways(old, new))
        parts = (("without", out), ("with", into))
        said = [f"{word} {_shown(side)}" for word, side in parts if side]
        return ", ".join(said) or "in another order"
    return f"{_shown(old)} → {_shown(new)}"


def _ways(old: Any, new: Any) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    return (old, new), (new, old)


def _is_long(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value and not isinstance(value, Hidden)


def _shown(value: Any) -> str:
    """Return a value in one short line; nothing of a Secret."""
    if value is ABSENT:
        return "(nothing)"
    if isinstance(value, Hidden):
        return "(secret)"
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    if _is_long(text):
        return f"(text of {len(text.splitlines())} lines)"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")


def _object(finding: Finding) -> dict[str, Any]:
    return {
        "what": finding.what,
        "why": finding.why,
        "do": finding.do,
        "changes": [_change(change) for change in finding.changes],
    }


def _change(change: Change) -> dict[str, Any]:
    sides = (("old", change.old), ("new", change.new))
    return {
        "path": path_text(change.path),
        **{
            name: "(secret)" if isinstance(side, Hidden) else side
            for name, side in sides
            if side is not ABSENT
        },
    }
