"""`genx-fx diff`: from two charts and a user's values to what an upgrade does."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from generator.diff import restarts, upgrade, values
from generator.diff.finding import Comparison, Finding
from generator.diff.objects import Key, Object
from generator.diff.render import objects
from generator.diff.schema import Schema
from generator.diff.source import Chart, charts
from generator.errors import UsageError
from generator.validate.contradictions import contradictions
from generator.validate.helm import HelmRefused
from generator.validate.inputs import Inputs, merge


@dataclass(frozen=True)
class Wish:
    """What to compare: two charts, as they are named, with the same values."""

    old: str
    new: str
    inputs: Inputs
    environment: str = ""
    """Name of the environment of which each chart brings its own values; empty for none."""
    kubernetes: str = ""
    """Version, such as 1.34; empty for the oldest that both charts support."""
    plain_http: bool = False
    """Whether a registry is asked without TLS."""


def diff(wish: Wish) -> Comparison:
    """Compare two charts. Raises UsageError, which names all that can't be looked at."""
    with tempfile.TemporaryDirectory(prefix="genx-fx-diff-") as folder:
        place, helm = Path(folder), wish.inputs.helm
        old, new = charts(wish.old, wish.new, helm, place, plain_http=wish.plain_http)
        return _compared(old, new, wish)


def _compared(old: Chart, new: Chart, wish: Wish) -> Comparison:
    merged = merge(wish.inputs, {})
    schemas = Schema(old.schema), Schema(new.schema)
    kubernetes = wish.kubernetes or max(old.oldest_kubernetes, new.oldest_kubernetes, key=_numbers)
    given = list(values.given_breaks(*schemas, merged))
    before = _rendered(old, wish, kubernetes)
    if isinstance(before, HelmRefused):
        said = [
            ": ".join(filter(None, (".".join(map(str, path)), message)))
            for path, message in contradictions(before)
        ]
        wanted = "give those with which it is installed"
        raise UsageError([f"{old.named}: the old chart refuses the values; {wanted}", *said])
    after = _rendered(new, wish, kubernetes)
    compared = not isinstance(after, HelmRefused)
    if isinstance(after, HelmRefused) and not any("refused" in one.why for one in given):
        given += _contradictions(after)
    now: Mapping[Key, Object] = {} if isinstance(after, HelmRefused) else after
    limits = list(values.schema_breaks(*schemas, _defaults(new)))
    breaks = [*given, *_older_kubernetes(old, new)]
    moved = list[Finding]()
    others = list[Finding]()
    if compared:
        breaks += upgrade.breaks(before, now)
        moved += restarts.restarts(before, now)
        others += restarts.needed_keys(before, now)
        others += [*restarts.read_later(before, now), *upgrade.others(before, now)]
    return Comparison(
        old.side,
        new.side,
        _named(wish),
        kubernetes,
        [*breaks, *limits],
        moved,
        [*others, *values.other_rules(*schemas)],
        compared,
    )


def _rendered(chart: Chart, wish: Wish, kubernetes: str) -> dict[Key, Object] | HelmRefused:
    """Render a chart with the values, those of its own environment below the user's."""
    own = ["--values", str(chart.environment(wish.environment))] if wish.environment else []
    try:
        return objects(chart, wish.inputs.helm, [*own, *wish.inputs.arguments], kubernetes)
    except HelmRefused as refused:
        return refused


def _contradictions(refused: HelmRefused) -> list[Finding]:
    return [
        Finding(".".join(map(str, path)) or "values", f"the new chart refuses: {message}")
        for path, message in contradictions(refused)
    ]


def _older_kubernetes(old: Chart, new: Chart) -> list[Finding]:
    one, other = old.oldest_kubernetes, new.oldest_kubernetes
    if _numbers(other) <= _numbers(one):
        return []
    why = f"clusters older than {other} are no longer supported" + (f"; {one} was" if one else "")
    return [Finding("Chart.yaml: kubeVersion", why, do="upgrade the cluster first")]


def _defaults(chart: Chart) -> dict[str, Any]:
    """Return the defaults of a chart, those of its subcharts under their names."""
    found: dict[str, Any] = {}
    for folder in sorted((chart.folder / "charts").glob("*/values.yaml")):
        found[folder.parent.name] = yaml.safe_load(folder.read_text()) or {}
    own = chart.folder / "values.yaml"
    return found | ((yaml.safe_load(own.read_text()) or {}) if own.is_file() else {})


def _named(wish: Wish) -> Sequence[str]:
    environment = [f"environment {wish.environment}"] if wish.environment else []
    options = [f"{option} {text}" for option, text in wish.inputs.settings]
    return [*environment, *wish.inputs.file_names, *options]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part)
