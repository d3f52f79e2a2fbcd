"""The values as tables for the chart's README."""

from __future__ import annotations

import json
from dataclasses import dataclass

from generator.plan.platform import Plan
from generator.values.tree import Section, Value


@dataclass(frozen=True)
class Row:
    """One value: its path, its default as JSON, and what it means."""

    path: str
    default: str
    comment: str


@dataclass(frozen=True)
class Table:
    """The values of one part of the chart."""

    title: str
    about: str
    rows: list[Row]


def value_tables(plan: Plan, values: Section) -> list[Table]:
    """Build a table for each section of the values, and for each component."""
    tables = []
    tiers = {tier.name for tier in plan.tiers}
    for name, entry in values.entries.items():
        if isinstance(entry, Value):
            tables.append(Table(name, entry.about, [_row((name,), entry)]))
        elif name in tiers:
            tables += _tier_tables(name, entry)
        else:
            tables.append(_table(name, entry))
    return tables


def _tier_tables(name: str, tier: Section) -> list[Table]:
    own = [_row((name, k), v) for k, v in tier.entries.items() if isinstance(v, Value)]
    components = [
        _table(f"{name}.{key}", part)
        for key, part in tier.entries.items()
        if isinstance(part, Section)
    ]
    return [Table(name, tier.about, own), *components]


def _table(name: str, section: Section) -> Table:
    path = tuple(name.split("."))
    rows = [_row((*path, *below), value) for below, value in section.leaves()]
    return Table(name, section.about, rows)


def cell(text: str) -> str:
    """Return text that fits into one cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def _row(path: tuple[str, ...], value: Value) -> Row:
    default = json.dumps(value.default, ensure_ascii=False)
    shown = default if len(default) <= 60 else "see values.yaml"
    return Row(".".join(path), cell(shown), cell(value.comment))
