"""Every value of the chart: pages, groups on them, and what is said of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.explain.origin import ValuePath
from generator.explain.page import NOT_IN_SPEC, Explanations
from generator.plan.platform import Plan
from generator.values.tree import Section, Value


@dataclass(frozen=True)
class Entry:
    """One value."""

    path: str
    meaning: str
    facts: dict[str, str]
    """What else is said of it, by what it is: type, default, bounds."""


@dataclass(frozen=True)
class Group:
    """Values below one key."""

    key: str
    about: str
    entries: list[Entry]


@dataclass(frozen=True)
class ValuePage:
    """Values of a component, or of the whole release."""

    title: str
    about: str
    groups: list[Group]

    @property
    def file(self) -> str:
        """Its path on the site."""
        return f"values/{self.title}.md"

    @property
    def count(self) -> int:
        """How many values there are."""
        return sum(len(group.entries) for group in self.groups)


def value_pages(explanations: Explanations) -> list[ValuePage]:
    """Return the pages: what tiers share, what only the umbrella uses, and each component."""
    tree, plan = explanations.tree, explanations.plan
    described = {path: _entry(explanations, path, value) for path, value in tree.leaves()}

    def page(title: str, section: Section, path: ValuePath = ()) -> ValuePage:
        return ValuePage(title, section.about, list(_groups(described, section, path)))

    return [
        page("global", tree["global"], ("global",)),
        page("release", _release(plan, tree)),
        *(page(c.path, tree[c.tier][c.key], (c.tier, c.key)) for c in plan.components),
    ]


def page_of(pages: list[ValuePage]) -> dict[str, str]:
    """Return the path on the site of each value, with its anchor."""
    entries = ((entry, page) for page in pages for group in page.groups for entry in group.entries)
    return {entry.path: f"{page.file}#{entry.path}" for entry, page in entries}


def _release(plan: Plan, tree: Section) -> Section:
    """Return what is left without `global` and the components."""
    tiers = {tier.name: {c.key for c in tier.components} for tier in plan.tiers}
    left: dict[str, Value | Section] = {}
    for key, entry in tree.entries.items():
        if isinstance(entry, Section) and key in tiers:
            own = {k: v for k, v in entry.entries.items() if k not in tiers[key]}
            left[key] = Section(entry.about, own)
        elif key != "global":
            left[key] = entry
    return Section("Values of the release as a whole, which only the umbrella chart reads", left)


def _groups(
    described: dict[ValuePath, Entry], section: Section, path: ValuePath
) -> Iterator[Group]:
    """Yield what stands right in a section, and then the sections in it."""
    own = [(*path, key) for key, entry in section.entries.items() if isinstance(entry, Value)]
    yield Group("", "", [described[each] for each in own])
    for key, entry in section.entries.items():
        if isinstance(entry, Section):
            below = [described[each] for each, _ in entry.leaves((*path, key))]
            yield Group(key, entry.about, below)


def _entry(explanations: Explanations, path: ValuePath, value: Value) -> Entry:
    fields = explanations.fields(path, value)
    given = {name: text for name, text in fields.items() if text and text != NOT_IN_SPEC}
    same = {name for name in given if name.startswith("in ") and given[name] == given["default"]}
    facts = {name: text for name, text in given.items() if name not in {"meaning", *same}}
    return Entry(".".join(path), given["meaning"], facts)
